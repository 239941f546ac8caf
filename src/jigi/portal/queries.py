"""What the public asks: the latest edition, read whole by two statements, and its number by one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from jigi.portal.models import Cell, Edition


@dataclass(frozen=True)
class Figure:
    """A place's year; None when hidden."""

    year: int
    households: int | None
    paid_xof: int | None


@dataclass(frozen=True)
class Reading:
    """An edition with the figures of its years: by code of a place, the latest year first."""

    number: int
    day: date | None
    content: dict[str, Any]
    figures: dict[str, list[Figure]] = field(default_factory=dict)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By code: level and name of each place that has figures."""

    @property
    def country(self) -> list[Figure]:
        code = next((code for code, (level, _) in self.places.items() if level == "country"), "")
        return self.figures.get(code, [])


NOTHING = Reading(0, None, {})


def latest_number() -> int:
    """The number of the edition that everybody reads; 0 before the first."""
    return Edition.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def reading(number: int) -> Reading:
    """An edition, whole. It never changes: keep it."""
    found = Edition.objects.filter(pk=number).first()
    if found is None:
        return NOTHING
    told: dict[str, dict[int, Figure]] = defaultdict(dict)
    places: dict[str, tuple[str, str]] = {}
    cells = Cell.objects.filter(edition__lte=number).order_by("-year", "pk")
    for year, code, level, name, households, paid in cells.values_list(
        "year", "place__code", "place__level", "place__name", "households", "paid_xof"
    ):
        places[code] = (level, name)
        own = Figure(year, households, paid)
        # One place of two divisions of the country has a cell in each: they add up, and one hidden hides the sum.
        told[code][year] = _sum(told[code][year], own) if year in told[code] else own
    figures = {code: list(years.values()) for code, years in told.items()}
    return Reading(found.pk, timezone.localdate(found.published_at), found.content, figures, places)


def _sum(one: Figure, other: Figure) -> Figure:
    if one.households is None or other.households is None:
        return Figure(one.year, None, None)
    return Figure(one.year, one.households + other.households, (one.paid_xof or 0) + (other.paid_xof or 0))
