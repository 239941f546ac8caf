"""A rough outline of a country from the centres and surfaces of its communes, until its limits are loaded.

Every commune spreads around its centre like a drop of ink of its surface; the outline is where the ink gets
thin. It is a backdrop for symbols, never a border.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

KM_PER_DEGREE = 111.2
STEP = 0.25
"""Degrees between the points of the grid."""
THIN = 0.35
"""The ink at the outline; 1 is the centre of a commune alone."""
SMALLEST = 0.12
"""Degrees: the smallest radius of a drop, so that towns do not leave holes."""

Corner = tuple[float, float]
Edge = tuple[int, int, int]


def rough_outline(communes: Sequence[tuple[float, float, float]]) -> list[list[list[list[float]]]]:
    """The outline, as a multipolygon, of communes given as (longitude, latitude, km²)."""
    if not communes:
        return []
    places = np.asarray(communes, dtype=float)
    radius = np.maximum(np.sqrt(places[:, 2] / math.pi) / KM_PER_DEGREE, SMALLEST)
    reach = 2 * float(radius.max()) + STEP
    x = np.arange(places[:, 0].min() - reach, places[:, 0].max() + reach, STEP)
    y = np.arange(places[:, 1].min() - reach, places[:, 1].max() + reach, STEP)
    rings = _rings(_ink(places, radius, x, y), x, y)
    largest = max(_surface(ring) for ring in rings)
    return [[[list(corner) for corner in ring]] for ring in rings if _surface(ring) > largest / 100]


def _ink(
    places: NDArray[np.float64], radius: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    longitudes, latitudes = np.meshgrid(x, y)
    shrink = np.cos(np.radians(latitudes))
    ink = np.zeros_like(longitudes)
    for (longitude, latitude, _), r in zip(places, radius, strict=True):
        away = ((longitudes - longitude) * shrink) ** 2 + (latitudes - latitude) ** 2
        ink += np.exp(-((away / r**2) ** 0.8))
    return ink


def _rings(ink: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]) -> list[list[Corner]]:
    """The closed lines of equal ink (marching squares): each grid edge that the line cuts joins two cells."""
    cuts: dict[Edge, Corner] = {}
    links: dict[Edge, list[Edge]] = defaultdict(list)
    for row, column in np.argwhere(_mixed(ink >= THIN)):
        found = [edge for edge in _edges(int(row), int(column)) if _cut(edge, ink, x, y, cuts)]
        for one, other in zip(found[::2], found[1::2], strict=True):
            links[one].append(other)
            links[other].append(one)
    rings = []
    while links:
        ring, edge = [], next(iter(links))
        while edge in links:
            ring.append(cuts[edge])
            ahead = [other for other in links.pop(edge) if other in links]
            edge = ahead[0] if ahead else edge
        rings.append([*ring, ring[0]])
    return rings


def _mixed(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells of the grid whose corners are not all on the same side."""
    corners = inside[:-1, :-1].astype(int) + inside[1:, :-1] + inside[:-1, 1:] + inside[1:, 1:]
    return (corners > 0) & (corners < 4)


def _edges(row: int, column: int) -> list[Edge]:
    """The four edges of a cell in turn: (0 along a row or 1 along a column, row, column)."""
    return [(0, row, column), (1, row, column + 1), (0, row + 1, column), (1, row, column)]


def _cut(
    edge: Edge,
    ink: NDArray[np.float64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    cuts: dict[Edge, Corner],
) -> bool:
    """Whether the line cuts an edge; where it does is kept."""
    along_column, row, column = edge
    end_row, end_column = (row + 1, column) if along_column else (row, column + 1)
    start, end = ink[row, column], ink[end_row, end_column]
    if (start >= THIN) == (end >= THIN):
        return False
    share = (THIN - start) / (end - start)
    cuts[edge] = (
        round(float(x[column] + share * (x[end_column] - x[column])), 3),
        round(float(y[row] + share * (y[end_row] - y[row])), 3),
    )
    return True


def _surface(ring: Sequence[Corner]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2
