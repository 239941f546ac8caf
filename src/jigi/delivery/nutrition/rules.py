"""Who is in a category on a day, from dates of varying precision; what a measure of an arm says. Pure.

Of a birth known by its month, its year or about, the earliest and the latest day that it may be are weighed: who is in
the window for each of them is in, who is for none is out, who is for some is unsure, and somebody looks before giving.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

YES, UNSURE, NO = "yes", "unsure", "no"
ABOUT_YEARS = 1
"""« né vers 2014 » may be 2013 or 2015: the register keeps the year that was said."""

SEVERE_MM, MODERATE_MM, WOMAN_MM = 115, 125, 230
"""Arm circumference (PB): WHO and UNICEF, child growth standards and identification of severe acute malnutrition, 2009,
for children of 6-59 months; Sphere 2018 for women, where « under 230 mm » is at risk."""
OEDEMA = ("none", "mild", "moderate", "severe")
SEVERE, MODERATE, AT_RISK, NORMAL = "severe", "moderate", "at_risk", "normal"


@dataclass(frozen=True)
class Window:
    """Ages in completed months, both included; days of pregnancy before the due day, days after it without news of the
    birth, months of breastfeeding."""

    from_months: int = 6
    to_months: int = 59
    pregnancy_days: int = 280
    overdue_days: int = 28
    breastfeeding_months: int = 6


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where it has no such day, as PostgreSQL says."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def birth_range(birth: date, precision: str) -> tuple[date, date]:
    """The earliest and the latest day of a birth."""
    if precision == "day":
        return birth, birth
    if precision == "month":
        return birth.replace(day=1), birth.replace(day=monthrange(birth.year, birth.month)[1])
    spread = ABOUT_YEARS if precision == "about" else 0
    return date(birth.year - spread, 1, 1), date(birth.year + spread, 12, 31)


def child_verdict(birth: date | None, precision: str | None, day: date, window: Window) -> str:
    """Whether a child is in the window of age on a day: yes, no, or unsure. Without a birth, unsure."""
    if birth is None or precision is None:
        return UNSURE
    earliest, latest = birth_range(birth, precision)
    youngest = months_before(day, window.from_months)
    oldest = months_before(day, window.to_months + 1)
    if latest <= oldest or earliest > youngest:
        return NO
    return YES if earliest > oldest and latest <= youngest else UNSURE


def woman_verdict(due_on: date | None, breastfeeding_since: date | None, day: date, window: Window) -> str:
    """Whether a woman is in the window of pregnancy or of breastfeeding on a day: yes or no."""
    if due_on and due_on - timedelta(window.pregnancy_days) <= day <= due_on + timedelta(window.overdue_days):
        return YES
    if breastfeeding_since and months_before(day, window.breastfeeding_months) < breastfeeding_since <= day:
        return YES
    return NO


def screened(category: str, muac_mm: int | None, oedema: str) -> str:
    """What a screening says: severe, moderate (children), at_risk (women) or normal. Oedema of both feet is severe."""
    if oedema != "none":
        return SEVERE
    if muac_mm is None:
        return NORMAL
    if category == "woman":
        return AT_RISK if muac_mm < WOMAN_MM else NORMAL
    return SEVERE if muac_mm < SEVERE_MM else MODERATE if muac_mm < MODERATE_MM else NORMAL


@dataclass(frozen=True)
class Held:
    """What a place holds of a lot, in grams."""

    lot_id: int
    expires_on: date
    grams: int


def first_expired_first_out(held: Iterable[Held], grams: int, *, day: date) -> list[tuple[int, int]]:
    """The lots (and grams of each) to take `grams` from: those that expire first, none that has expired on the day.

    Empty when what is left does not suffice.
    """
    found: list[tuple[int, int]] = []
    for one in sorted(held, key=lambda one: (one.expires_on, one.lot_id)):
        taken = min(one.grams, grams) if one.expires_on >= day else 0
        if taken > 0:
            found.append((one.lot_id, taken))
            grams -= taken
    return found if grams == 0 else []


@dataclass(frozen=True)
class Need:
    """What a product needs for a distribution, in grams: for the persons sure, for those unsure, and what is held."""

    product: str
    sure: int
    unsure: int
    held: int

    @property
    def needed(self) -> int:
        return self.sure + self.unsure

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.held)


def allocated(demands: Sequence[int], supplies: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """How demands, in their order, take from supplies, in theirs: (demand, supply, grams). A demand that no longer fits
    takes nothing, nor do those after it: the reference of sql/nutrition_portion_by_expiry.sql."""
    total, before = sum(supplies), 0
    for place, demand in enumerate(demands):
        if before + demand > total:
            return
        yield from _cuts(place, before, before + demand, supplies)
        before += demand


def _cuts(place: int, first: int, last: int, supplies: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    at = 0
    for number, supply in enumerate(supplies):
        taken = min(last, at + supply) - max(first, at)
        if taken > 0:
            yield place, number, taken
        at += supply
