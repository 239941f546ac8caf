"""What is computed of sessions: their days, the signatures of a sheet, whether a household kept a condition. Pure.

A condition is judged in favour of the household: it is never asked for more sessions than were held in its village
while it was enrolled and its commune open, and whatever it attended anywhere counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MOST_LINES = 2_000
LEAST_FOREIGN = 3
"""Households of another village from which a sheet or a file may be that village's."""
_RANGE = re.compile(r"(\d{1,4})(?:\s*[-–à]\s*(\d{1,4}))?")


@dataclass(frozen=True)
class Planned:
    """One session to plan: the village and the module by their rank in what was asked, and the day."""

    village: int
    module: int
    day: date


def planned_days(villages: int, modules: int, *, first_on: date, every_days: int, per_day: int) -> list[Planned]:
    """The days of `modules` sessions in each of `villages` villages: `per_day` villages a day, in their order.

    The sessions of a village follow each other every `every_days` days.
    """
    return [
        Planned(village, module, first_on + timedelta(days=module * every_days + village // per_day))
        for module in range(modules)
        for village in range(villages)
    ]


def lines_of(text: str, *, last: int) -> list[int]:
    """The lines that somebody typed from a sheet: « 1-12, 15, 18 » or « 1 à 12 15 18 », in order.

    Raises ValueError with the part that can't be read, that is no line of the sheet (1 to `last`), or that was typed
    twice: a line typed twice is a line misread.
    """
    found: list[int] = []
    for part in filter(None, re.split(r"[,;\n]|(?<=\d)\s+(?=\d)", text)):
        match = _RANGE.fullmatch(part.strip())
        first, end = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= end <= last:
            raise ValueError(f"« {part.strip()} » n’est pas une ligne de cette feuille, qui va de 1 à {last}")
        found += range(first, end + 1)
    if twice := [line for line in sorted(set(found)) if found.count(line) > 1]:
        raise ValueError(f"La ligne {twice[0]} est tapée deux fois")
    return sorted(found)


def is_of_elsewhere(here: int, elsewhere: int) -> bool:
    """Whether a sheet or a file is rather another village's: most of its households are not of this one.

    Sessions are open to everyone: a few from elsewhere are visitors.
    """
    return elsewhere >= LEAST_FOREIGN and elsewhere > here


@dataclass(frozen=True)
class Difference:
    """What two entries of the same session say otherwise: households of the one and not of the other."""

    added: frozenset[int]
    removed: frozenset[int]

    @property
    def is_nothing(self) -> bool:
        return not self.added and not self.removed


def difference(before: Iterable[int], after: Iterable[int]) -> Difference:
    """The households that an entry adds to another and removes from it."""
    old, new = frozenset(before), frozenset(after)
    return Difference(new - old, old - new)


@dataclass(frozen=True)
class Asked:
    """What a condition asks in a term, from `first_on` to `last_on`, both included."""

    least: int
    first_on: date
    last_on: date


@dataclass(frozen=True)
class Verdict:
    """How a household stands: sessions offered to it, those it was asked, those it attended."""

    offered: int
    required: int
    attended: int

    @property
    def is_excused(self) -> bool:
        """Nothing was offered: nothing can be asked."""
        return self.offered == 0

    @property
    def failed(self) -> bool:
        return self.attended < self.required


def judge(
    asked: Asked,
    *,
    enrolled_on: date,
    held: Sequence[date],
    attended: Sequence[date],
    suspended: Collection[tuple[date, date]] = (),
) -> Verdict:
    """How a household stands before a condition.

    `held`: the days of the sessions that count, held in its village and checked; those that were planned and not held
    are not of them. `attended`: the days of those it came to, in any village. `suspended`: spans, both days included,
    in which its commune was suspended: what was held then is asked of nobody, and counts for who came.
    """
    offered = [
        day for day in held
        if max(asked.first_on, enrolled_on) <= day <= asked.last_on
        and not any(start <= day <= end for start, end in suspended)
    ]  # fmt: skip
    came = sum(asked.first_on <= day <= asked.last_on for day in attended)
    return Verdict(len(offered), min(asked.least, len(offered)), came)
