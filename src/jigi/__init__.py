"""Jigi: the adaptive social safety net of Mali's Jigisèmèjiri programme, as free software.

Two things share one database: the Unified Social Register (RSU), and the programmes that use it. The rows of
the house, and who may import whom, are drawn in docs/map.md.
"""

__version__ = "0.1.0"
