"""How households are spread over the days of a pay point. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

SUNDAY = 6


@dataclass(frozen=True)
class Village:
    """The households that a village has to be paid at one pay point (`village_id` None: of no known village)."""

    commune_id: int
    pay_point: str
    village_id: int | None
    households: int


@dataclass(frozen=True)
class Part:
    """The households of a village that come one day: from the `first` to the `last`, in the order of names (from 1)."""

    commune_id: int
    pay_point: str
    village_id: int | None
    first: int
    last: int
    day: date


def spread(villages: Iterable[Village], *, first_day: date, capacity: int) -> list[Part]:
    """The days of each village, its pay point's villages taken in the order given.

    A village comes whole. One that no longer fits into the day opens the next day. One that is larger than a day is
    shared into equal parts, as few as can be. Nobody is paid on a Sunday.
    """
    found: list[Part] = []
    for _, group in groupby(villages, key=lambda one: (one.commune_id, one.pay_point)):
        found += _site(list(group), first_day, capacity)
    return found


def opening_day(day: date) -> date:
    """The day itself, or the Monday after a Sunday."""
    return day + timedelta(days=1) if day.weekday() == SUNDAY else day


def _site(villages: Sequence[Village], first_day: date, capacity: int) -> Iterator[Part]:
    day, left = opening_day(first_day), capacity
    for one in villages:
        for first, last in _cuts(one.households, capacity):
            if last - first >= left:
                day, left = opening_day(day + timedelta(days=1)), capacity
            left -= last - first + 1
            yield Part(one.commune_id, one.pay_point, one.village_id, first, last, day)


def _cuts(households: int, capacity: int) -> Iterator[tuple[int, int]]:
    parts = -(-households // capacity)
    for part in range(parts):
        yield households * part // parts + 1, households * (part + 1) // parts
