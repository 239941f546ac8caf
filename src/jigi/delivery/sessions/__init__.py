"""Accompanying measures (MA): sessions held in villages, who came, what is followed of it, and what it conditions.

Themes and modules are reviewed data (`data/themes.toml`). A contract's sessions are planned by village, held by its
operator, and checked by another person. Who came is written by household (list, numbered sheet, card, file); anybody
else is counted at the door, or named with their consent. Campaigns (radio, theatre) have a reach that is never added
to attendance. A condition (`data/conditions.toml`) is soft, reported and nothing else, or hard: it proposes to block
or reduce the next entitlement of a household, another person decides, and the household may appeal.
"""
