"""Polygons of GeoJSON, without a geometry library: are they sound, where is a point, what can be left out.

Coordinates are degrees, longitude first (RFC 7946). A multipolygon is a list of polygons, a polygon a list of
rings (the outline, then its holes), a ring a closed list of points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Point = Sequence[float]
Ring = Sequence[Point]
MultiPolygon = Sequence[Sequence[Ring]]


@dataclass(frozen=True)
class Bounds:
    """A rectangle of longitudes and latitudes."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


MALI = Bounds(-12.75, 9.65, 4.75, 25.5)
"""Mali with a margin of half a degree: a coordinate outside it is a mistake."""


def problem(geometry: Any, bounds: Bounds = MALI) -> str:
    """What is wrong with a GeoJSON geometry, as the end of a French sentence; "" when nothing is."""
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return "la géométrie n’est ni un polygone ni un multipolygone"
    shape = multipolygon(geometry)
    if not _is_nested(shape):
        return "les coordonnées ne sont pas une liste d’anneaux de points"
    for ring in (ring for polygon in shape for ring in polygon):
        if wrong := _ring_problem(ring, bounds):
            return wrong
    return ""


def multipolygon(geometry: Mapping[str, Any]) -> MultiPolygon:
    """The coordinates of a Polygon or MultiPolygon, as those of a multipolygon."""
    coordinates: Any = geometry.get("coordinates")
    return coordinates if geometry.get("type") == "MultiPolygon" else [coordinates]


def area_and_centroid(shape: MultiPolygon) -> tuple[float, float, float]:
    """Surface in square degrees, longitude and latitude of the centre of gravity, holes taken off."""
    surface = x = y = 0.0
    for polygon in shape:
        for position, ring in enumerate(polygon):
            part, px, py = _ring_moments(ring)
            sign = math.copysign(1.0, part) * (1.0 if position == 0 else -1.0)
            surface, x, y = surface + sign * part, x + sign * px, y + sign * py
    if surface == 0:
        longitude, latitude = shape[0][0][0][:2]
        return 0.0, longitude, latitude
    return surface, x / surface, y / surface


def contains(shape: MultiPolygon, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """For an (n, 2) array of points, which lie inside: an odd number of borders to their east."""
    inside = np.zeros(len(points), dtype=bool)
    for ring in (ring for polygon in shape for ring in polygon):
        corners = np.asarray([point[:2] for point in ring], dtype=float)
        x1, y1, x2, y2 = corners[:-1, 0], corners[:-1, 1], corners[1:, 0], corners[1:, 1]
        x, y = points[:, :1], points[:, 1:]
        crosses = (y1 > y) != (y2 > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = (x2 - x1) * (y - y1) / (y2 - y1) + x1
        inside ^= (crosses & (x < at)).sum(axis=1) % 2 == 1
    return inside


def locate(points: Sequence[Point], shapes: Iterable[tuple[str, MultiPolygon]]) -> list[str | None]:
    """The code of the first shape that holds each (longitude, latitude), None for none of them."""
    found: list[str | None] = [None] * len(points)
    if not points:
        return found
    places = np.asarray([point[:2] for point in points], dtype=float)
    free = np.ones(len(points), dtype=bool)
    for code, shape in shapes:
        corners = np.asarray([point[:2] for polygon in shape for point in polygon[0]], dtype=float)
        near = free & (places >= corners.min(axis=0)).all(axis=1) & (places <= corners.max(axis=0)).all(axis=1)
        candidates = np.flatnonzero(near)
        for index in candidates[contains(shape, places[candidates])]:
            found[index], free[index] = code, False
    return found


def simplified(shape: MultiPolygon, tolerance: float, decimals: int = 4) -> list[list[list[list[float]]]]:
    """The same shape without the points nearer than `tolerance` degrees to what remains (Douglas-Peucker).

    Holes and islands that shrink to less than a triangle go, but the last island never does.
    """
    result = []
    for polygon in shape:
        rings = [_simplified_ring(ring, tolerance, decimals) for ring in polygon]
        if len(rings[0]) >= 4:
            result.append([ring for ring in rings if len(ring) >= 4])
    return result or [[[[round(c, decimals + 2) for c in point[:2]] for point in shape[0][0]]]]


def _is_nested(shape: Any) -> bool:
    return (
        isinstance(shape, list)
        and bool(shape)
        and all(isinstance(polygon, list) and polygon for polygon in shape)
        and all(isinstance(ring, list) for polygon in shape for ring in polygon)
    )


def _ring_problem(ring: Sequence[Any], bounds: Bounds) -> str:
    if len(ring) < 4:
        return "un anneau a moins de quatre points"
    for point in ring:
        if not isinstance(point, list) or len(point) < 2:
            return "un point n’a pas deux coordonnées"
        if not all(isinstance(c, int | float) and abs(c) < math.inf for c in point[:2]):
            return "une coordonnée n’est pas un nombre"
        if not bounds.holds(point[0], point[1]):
            return "un point est hors du pays" if max(map(abs, point[:2])) > 1e9 else _outside(point)
    return "" if list(ring[0][:2]) == list(ring[-1][:2]) else "un anneau n’est pas fermé"


def _outside(point: Sequence[float]) -> str:
    return f"le point ({point[0]:g} ; {point[1]:g}) est hors du pays"


def _ring_moments(ring: Ring) -> tuple[float, float, float]:
    corners = np.asarray([point[:2] for point in ring], dtype=float)
    # Moments are taken from the first corner: far from it the products lose the digits that matter.
    origin = corners[0].copy()
    x, y = (corners - origin).T
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    surface = cross.sum() / 2
    mx, my = ((x[:-1] + x[1:]) * cross).sum() / 6, ((y[:-1] + y[1:]) * cross).sum() / 6
    return surface, mx + surface * origin[0], my + surface * origin[1]


def _simplified_ring(ring: Ring, tolerance: float, decimals: int) -> list[list[float]]:
    corners = np.asarray([point[:2] for point in ring], dtype=float)
    middle = int(((corners - corners[0]) ** 2).sum(axis=1).argmax())
    keep = np.zeros(len(corners), dtype=bool)
    keep[[0, middle, -1]] = True
    spans = [(0, middle), (middle, len(corners) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        away = _distances(corners[first + 1 : last], corners[first], corners[last])
        worst = int(away.argmax())
        if away[worst] > tolerance:
            keep[first + 1 + worst] = True
            spans += [(first, first + 1 + worst), (first + 1 + worst, last)]
    points = corners[keep].round(decimals).tolist()
    kept = [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
    return [[float(x), float(y)] for x, y in kept]


def _distances(points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> Any:
    direction = end - start
    length = math.hypot(*direction)
    offset = points - start
    if length == 0:
        return np.hypot(offset[:, 0], offset[:, 1])
    return np.abs(direction[0] * offset[:, 1] - direction[1] * offset[:, 0]) / length
