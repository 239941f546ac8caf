"""Which areas the zone of an alert covers: by its codes, by outlines against what it draws, by its name at last.

Communes are looked at: by their loaded outline when there is one, else by their centre, taken for a circle as wide as
the commune is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from jigi.geography.models import Area, Boundary
from jigi.geography.polygons import MultiPolygon, contains
from jigi.shocks.cap import Zone
from jigi.shocks.places import Places, Said

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
        for how, areas in (
            ("geocode", self._coded(zone)), ("polygon", self._polygons(zone)), ("circle", self._circles(zone)),
            ("name", self._named(zone)),
        ):  # fmt: skip
            if held := list(areas):
                return [Covered(area, how, zone.said, drawn) for area in held]
        return [Covered(None, "", zone.said, drawn)]

    def _coded(self, zone: Zone) -> Iterator[int]:
        for code in zone.codes:
            if (found := self.places.find(Said(code=code))).area is not None:
                yield found.area

    def _named(self, zone: Zone) -> Iterator[int]:
        for part in re.split(r"[;,\n]", zone.said):
            level = _LEVEL.match(part)
            word = level[1].casefold().replace("é", "e") if level else ""
            if part.strip() and (found := self.places.find(Said(level=word, name=part.strip()))).area is not None:
                yield found.area

    def _polygons(self, zone: Zone) -> Iterator[int]:
        shapes: list[MultiPolygon] = [[[[[x, y] for x, y in ring]]] for ring in zone.polygons]
        return (commune.pk for commune in self.communes if any(self._meets(commune, shape) for shape in shapes))

    def _meets(self, commune: Area, shape: MultiPolygon) -> bool:
        centre, corners = self._centre(commune), np.asarray(shape[0][0], dtype=float)
        if centre is not None and contains(shape, centre)[0]:
            return True
        outline = self.outlines.get(commune.pk)
        if outline is None:
            return centre is not None and self._near(commune, corners.mean(axis=0), 0.0)
        edge = np.asarray([point[:2] for part in outline for point in part[0]], dtype=float)
        return bool(contains(shape, edge).any() or contains(outline, corners).any())

    def _circles(self, zone: Zone) -> Iterator[int]:
        for commune in self.communes:
            if any(self._in_circle(commune, np.asarray([[x, y]]), radius) for x, y, radius in zone.circles):
                yield commune.pk

    def _in_circle(self, commune: Area, middle: np.ndarray, radius: float) -> bool:
        outline = self.outlines.get(commune.pk)
        if outline is None:
            return self._centre(commune) is not None and self._near(commune, middle[0], radius)
        edge = np.asarray([point[:2] for part in outline for point in part[0]], dtype=float)
        return bool(contains(outline, middle)[0] or (_km(edge, middle[0]) <= radius).any())

    def _near(self, commune: Area, point: np.ndarray, radius: float) -> bool:
        """Whether a circle meets the commune, taken for a disc of its own surface."""
        centre = self._centre(commune)
        reach = radius + math.sqrt((commune.area_km2 or 0.0) / math.pi)
        return centre is not None and bool(_km(centre, point)[0] <= reach)

    def _centre(self, commune: Area) -> np.ndarray | None:
        if commune.longitude is None or commune.latitude is None:
            return None
        return np.asarray([[commune.longitude, commune.latitude]], dtype=float)

    @cached_property
    def communes(self) -> list[Area]:
        return [area for area in self.places.ours.values() if area.level == Area.Level.COMMUNE]

    @cached_property
    def outlines(self) -> dict[int, MultiPolygon]:
        return dict(Boundary.objects.filter(area__in=self.communes).values_list("area_id", "coordinates"))


def _km(points: np.ndarray, point: np.ndarray) -> np.ndarray:
    """The distances of (longitude, latitude) points to one, in km, on the plane of its latitude."""
    away = (points - point) * np.asarray([math.cos(math.radians(point[1])), 1.0])
    return np.hypot(away[:, 0], away[:, 1]) * KM_PER_DEGREE
