"""What papers say of a person: stated age, birth date and its precision, NINA.

Ages are told more often than known: 48 % of the stated ages end in 0 or 5, and only a birth certificate
(24-30 % of people) gives a day. A NINA has the published shape (nationality 1, sex 1, birth year 2,
birthplace 7, serial 3, control letter); its birthplace here starts with 99, which is no Malian region, so
none can be a real person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from jigi.demo.population.csv_bytes import Cells, blank, digits, glued, iso_dates, words
from jigi.demo.population.structure import Bools, Ints, Members

PRECISIONS = ("jour", "mois", "annee", "environ")
_CONTROL_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Precision(IntEnum):
    """Positions in `PRECISIONS`: how well the birth date is known."""

    DAY, MONTH, YEAR, ABOUT = range(4)


@dataclass(frozen=True)
class Births:
    """Stated age in completed years at the reference date, precision, and the date as written in the file."""

    age: Ints
    precision: Ints
    year: Ints
    written: Cells


def state_births(members: Members, urban: Bools, reference: date, rng: np.random.Generator) -> Births:
    """`urban`: per member. The completed age at `reference` of the written date (1 January when only the year
    is known) is the stated age."""
    count = len(members)
    certified = np.interp(members.age, [0, 10, 20, 45], [0.37, 0.31, 0.20, 0.09]) + 0.14 * urban
    draw = rng.random(count)
    precision = np.select(
        [draw < certified, draw < certified + 0.03, draw < certified + 0.25],
        [Precision.DAY, Precision.MONTH, Precision.YEAR],
        Precision.ABOUT,
    )
    age = np.where(precision == Precision.DAY, members.age, _heaped(members.age, rng))
    years = (reference.year - age - 1970).astype("M8[Y]")
    months = years.astype("M8[M]") + (reference.month - 1)
    days = months.astype("M8[D]") + (reference.day - 1) - rng.integers(0, 365, count)
    months = months - rng.integers(0, 12, count)
    dated = np.where(precision == Precision.MONTH, months.astype("M8[D]"), days)
    year = np.where(precision <= Precision.MONTH, dated.astype("M8[Y]"), years).astype(np.int64) + 1970
    only_year = precision > Precision.MONTH
    written = np.where(only_year, digits(year, 4), iso_dates(dated))
    return Births(age, precision, year, written)


def nina_cells(members: Members, births: Births, birthplace: Ints, rng: np.random.Generator) -> Cells:
    """A unique NINA for about 30 % of people, mostly with papers; `birthplace` per member, < 100,000."""
    papers = births.precision == Precision.DAY
    adult = births.age >= 18
    has = rng.random(len(members)) < np.select([papers & adult, papers, adult], [0.75, 0.40, 0.30], 0.16)
    sex = np.where(members.male, 1, 2)
    cell = (birthplace * 100 + births.year % 100) * 10 + sex
    serial = _rank_within(np.where(has, cell, -1))
    number = [np.ones_like(sex), sex, births.year % 100, 99 * 100_000 + birthplace, serial % 1000]
    parts = [digits(part, width) for part, width in zip(number, (1, 1, 2, 7, 3), strict=True)]
    letter = (sex + 3 * births.year + 7 * birthplace + 11 * serial) % len(_CONTROL_LETTERS)
    return blank(glued([*parts, words(_CONTROL_LETTERS)[letter]]), ~has)


def nina_of(male: bool, year: int, birthplace: int, serial: int) -> str:
    """The NINA of one person, written as those of `nina_cells`."""
    sex = 1 if male else 2
    letter = _CONTROL_LETTERS[(sex + 3 * year + 7 * birthplace + 11 * serial) % len(_CONTROL_LETTERS)]
    return f"1{sex}{year % 100:02}{99 * 100_000 + birthplace}{serial:03}{letter}"


def _heaped(age: Ints, rng: np.random.Generator) -> Ints:
    """Ages as told: the older, the more are rounded to the nearest 0 or 5 (never to 0 above one year)."""
    chance = np.interp(age, [1, 4, 8, 18, 30, 50], [0.0, 0.10, 0.27, 0.47, 0.63, 0.73])
    rounded = np.where(age <= 1, age, np.maximum(5, 5 * ((age + 2) // 5)))
    return np.where(rng.random(len(age)) < chance, rounded, age)


def _rank_within(keys: NDArray[np.int64]) -> Ints:
    """1, 2, 3… among equal keys, in row order."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    rank = np.empty(len(keys), dtype=np.int64)
    rank[order] = np.arange(len(keys)) - np.searchsorted(ordered, ordered) + 1
    return rank
