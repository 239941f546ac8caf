"""From degrees to the units of a drawing: an equirectangular projection, true at its middle latitude."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from jigi.geography.polygons import MultiPolygon

MARGIN = 8
AIR = 0.35
"""Degrees of ground around places without outlines: a map of one village still shows some."""


@dataclass(frozen=True)
class Frame:
    """What part of the world the drawing shows, and its size."""

    west: float
    north: float
    scale: float
    shrink: float
    width: int
    height: int

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a place stands in the drawing, from its top left corner."""
        x = (longitude - self.west) * self.scale * self.shrink + MARGIN
        return x, (self.north - latitude) * self.scale + MARGIN

    def path(self, shape: MultiPolygon) -> str:
        """Path data in half units, relative, without points that fall on the one before.

        Rounding is the only simplification: neighbours that share a border round it alike, so no gap opens.
        """
        parts = []
        for ring in (ring for polygon in shape for ring in polygon):
            corners = [tuple(round(2 * c) for c in self.at(point[0], point[1])) for point in ring]
            kept = [corners[0], *(b for a, b in pairwise(corners) if a != b)]
            if len(kept) > 3:
                steps = (f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(kept[:-1]))
                parts.append(f"M{kept[0][0]} {kept[0][1]}l{' '.join(steps)}z".replace(" -", "-"))
        return "".join(parts)


def frame(places: Sequence[tuple[float, float]], shapes: Sequence[MultiPolygon], width: int) -> Frame:
    """The frame, `width` units wide, that shows all these places and shapes."""
    points = [*places, *((p[0], p[1]) for shape in shapes for polygon in shape for p in polygon[0])]
    points = points or [(0.0, 0.0)]
    air = 0.02 if shapes else AIR
    west, east = min(p[0] for p in points) - air, max(p[0] for p in points) + air
    south, north = min(p[1] for p in points) - air, max(p[1] for p in points) + air
    shrink = math.cos(math.radians((south + north) / 2))
    scale = (width - 2 * MARGIN) / ((east - west) * shrink)
    return Frame(west, north, scale, shrink, width, math.ceil((north - south) * scale + 2 * MARGIN))
