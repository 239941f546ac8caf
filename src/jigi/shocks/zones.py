"""Which areas the zone of an alert covers: by its codes and by what it draws together, by its name at last.

CAP 1.2 (3.2.4) makes codes, polygons and circles of one zone add up; a commune within a coded place is told by that
place alone. Communes are looked at: by their loaded outline when there is one, else by their centre, taken for a
circle as wide as the commune is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from jigi.geography.models import Area, Boundary
from jigi.geography.polygons import MultiPolygon, contains
from jigi.shocks.cap import Zone
from jigi.shocks.places import Places, Said

Points = NDArray[np.float64]

KM_PER_DEGREE = 111.2
_LEVEL = re.compile(r"\s*(r[ée]gion|cercle|commune)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Covered:
    """An area (None: nowhere of ours), by what it was found, and the zone's own words."""

    area: int | None
    how: str
    said: str
    outline: list[list[list[float]]] | None = None


class Cover:
    """The communes with their outlines and centres, asked once for every zone of a message."""

    def __init__(self) -> None:
        self.places = Places()

    def of(self, zones: Sequence[Zone]) -> list[Covered]:
        """The areas of some zones, each once; a zone that is nowhere of ours stands without an area."""
        found: dict[int | str, Covered] = {}
        for zone in zones:
            for one in self._zone(zone):
                found.setdefault(one.said if one.area is None else one.area, one)
        return list(found.values())

    def _zone(self, zone: Zone) -> list[Covered]:
        drawn = [[[x, y] for x, y in ring] for ring in zone.polygons] or None
        coded, unknown = self._coded(zone)
        held = dict.fromkeys((area.pk for area in coded), "geocode")
        for how, communes in (("polygon", self._polygons(zone)), ("circle", self._circles(zone))):
            for commune in communes:
                if not any(commune.path.startswith(area.path) for area in coded):
                    held.setdefault(commune.pk, how)
        if not held:
            held = dict.fromkeys(self._named(zone), "name")
        if not held:
            return [Covered(None, "", zone.said, drawn)]
        found = [Covered(area, how, zone.said, drawn) for area, how in held.items()]
        # Of a zone whose codes are ours, one that is not known is said; a zone of other codes altogether has none.
        return found + [Covered(None, "", f"{zone.said} : code {code} inconnu") for code in unknown if coded]

    def _coded(self, zone: Zone) -> tuple[list[Area], list[str]]:
        found = {code: self.places.find(Said(code=code)).area for code in zone.codes}
        return (
            [self.places.by_id[area] for area in found.values() if area is not None],
            [code for code, area in found.items() if area is None],
        )

    def _named(self, zone: Zone) -> Iterator[int]:
        for part in re.split(r"[;,\n]", zone.said):
            level = _LEVEL.match(part)
            word = level[1].casefold().replace("é", "e") if level else ""
            if part.strip() and (found := self.places.find(Said(level=word, name=part.strip()))).area is not None:
                yield found.area

    def _polygons(self, zone: Zone) -> Iterator[Area]:
        shapes = [np.asarray(ring, dtype=float) for ring in zone.polygons]
        return (commune for commune in self.communes if any(self._meets(commune, shape) for shape in shapes))

    def _meets(self, commune: Area, ring: Points) -> bool:
        shape: MultiPolygon = [[ring.tolist()]]
        centre, outline = self._centre(commune), self.outlines.get(commune.pk)
        if centre is not None and contains(shape, centre)[0]:
            return True
        if outline is None:
            return centre is not None and _km_to(ring, centre[0]) <= self._breadth(commune)
        edge = np.asarray([point[:2] for part in outline for point in part[0]], dtype=float)
        if (edge.max(axis=0) < ring.min(axis=0)).any() or (edge.min(axis=0) > ring.max(axis=0)).any():
            return False
        return bool(
            contains(shape, edge).any() or contains(outline, ring).any()
            or any(_cross(ring, np.asarray(part[0], dtype=float)[:, :2]) for part in outline)
        )  # fmt: skip

    def _circles(self, zone: Zone) -> Iterator[Area]:
        for commune in self.communes:
            if any(self._in_circle(commune, np.asarray([[x, y]]), radius) for x, y, radius in zone.circles):
                yield commune

    def _in_circle(self, commune: Area, middle: Points, radius: float) -> bool:
        outline, centre = self.outlines.get(commune.pk), self._centre(commune)
        if outline is None:
            return centre is not None and bool(_km(centre, middle[0])[0] <= radius + self._breadth(commune))
        edges = (np.asarray(part[0], dtype=float)[:, :2] for part in outline)
        return bool(contains(outline, middle)[0]) or any(_km_to(edge, middle[0]) <= radius for edge in edges)

    def _breadth(self, commune: Area) -> float:
        """The radius in km of the commune, taken for a disc of its own surface."""
        return math.sqrt((commune.area_km2 or 0.0) / math.pi)

    def _centre(self, commune: Area) -> Points | None:
        if commune.longitude is None or commune.latitude is None:
            return None
        return np.asarray([[commune.longitude, commune.latitude]], dtype=float)

    @cached_property
    def communes(self) -> list[Area]:
        return [area for area in self.places.ours.values() if area.level == Area.Level.COMMUNE]

    @cached_property
    def outlines(self) -> dict[int, MultiPolygon]:
        return dict(Boundary.objects.filter(area__in=self.communes).values_list("area_id", "coordinates"))


def _km(points: Points, point: Points) -> Points:
    """The distances of (longitude, latitude) points to one, in km, on the plane of its latitude."""
    away = _plane(points, point)
    return np.hypot(away[:, 0], away[:, 1])


def _km_to(ring: Points, point: Points) -> float:
    """The distance in km of a point to the nearest side of a ring."""
    flat = _plane(ring, point)
    start, side = flat[:-1], np.diff(flat, axis=0)
    length = np.maximum((side * side).sum(axis=1), 1e-18)
    along = np.clip(-(start * side).sum(axis=1) / length, 0.0, 1.0)[:, None]
    near = start + along * side
    return float(np.hypot(near[:, 0], near[:, 1]).min())


def _plane(points: Points, point: Points) -> Points:
    """Points as km east and north of one, on the plane of its latitude."""
    found: Points = (points - point) * np.asarray([math.cos(math.radians(point[1])), 1.0]) * KM_PER_DEGREE
    return found


def _cross(one: Points, other: Points) -> bool:
    """Whether a side of a ring crosses a side of another; sides that lie far from the other ring are not compared."""
    a, b = _near_sides(one, other), _near_sides(other, one)
    if not len(a) or not len(b):
        return False
    p, q, r, s = a[:, None, 0], a[:, None, 1], b[None, :, 0], b[None, :, 1]
    apart = _turn(p, q, r) * _turn(p, q, s) < 0
    return bool((apart & (_turn(r, s, p) * _turn(r, s, q) < 0)).any())


def _near_sides(ring: Points, other: Points) -> Points:
    """The sides of a ring, as pairs of points, that lie within the rectangle of another."""
    sides = np.stack([ring[:-1], ring[1:]], axis=1)
    low, high = other.min(axis=0), other.max(axis=0)
    near: Points = sides[((sides.max(axis=1) >= low) & (sides.min(axis=1) <= high)).all(axis=1)]
    return near


def _turn(a: Points, b: Points, c: Points) -> Points:
    """Above zero where a, b, c turn to the left, below where to the right."""
    found: Points = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
    return found
