"""A fictitious Malian population, calibrated on published figures, written as the files an importer reads.

`make_population(out, households, seed, communes)` writes villages, households, members, community lists, a
survey sample with consumption and the consumption of everybody (only to measure error). Same arguments,
same bytes, on any number of cores. `places` draws villages, `structure` who lives together, `names`,
`identity` and `contact` who they are, `conditions` how they live, `community` what committees see,
`records` the lines.
"""

from jigi.demo.population.make import FileFacts, Manifest, make_population
from jigi.demo.population.places import CommuneSpot

__all__ = ["CommuneSpot", "FileFacts", "Manifest", "make_population"]
