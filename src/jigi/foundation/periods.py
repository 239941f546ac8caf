"""Periods a payment or a figure belongs to: a month, a quarter, or any span of days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Period:
    """From `start` to `end`, both included. `code` is « 2015T1 », « 2015-03 » or « 2015-03-04/2015-04-02 »."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("Une période ne peut finir avant de commencer.")

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        return cls(date(year, month, 1), _first_of(year, month + 1) - timedelta(days=1))

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Period:
        first = 3 * (quarter - 1) + 1
        return cls(date(year, first, 1), _first_of(year, first + 3) - timedelta(days=1))

    @classmethod
    def parse(cls, code: str) -> Period:
        if match := re.fullmatch(r"(\d{4})T([1-4])", code):
            return cls.quarter(int(match[1]), int(match[2]))
        if match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", code):
            return cls.month(int(match[1]), int(match[2]))
        if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)", code):
            return cls(date.fromisoformat(match[1]), date.fromisoformat(match[2]))
        raise ValueError(f"« {code} » n’est pas une période : écrire 2015T1, 2015-03 ou 2015-03-04/2015-04-02.")

    def next(self, *, months: int) -> Period:
        """The span of the same kind that follows, `months` long."""
        after = self.end + timedelta(days=1)
        return Period(after, _first_of(after.year, after.month + months) - timedelta(days=1))

    @property
    def code(self) -> str:
        if self == Period.month(self.start.year, self.start.month):
            return f"{self.start.year}-{self.start.month:02}"
        quarter = (self.start.month - 1) // 3 + 1
        if self == Period.quarter(self.start.year, quarter):
            return f"{self.start.year}T{quarter}"
        return f"{self.start}/{self.end}"

    def __str__(self) -> str:
        """« 1er trimestre 2015 », « mars 2015 » or « du 4 mars 2015 au 2 avril 2015 »."""
        code = self.code
        if "T" in code:
            rank = "1er" if code[-1] == "1" else f"{code[-1]}e"
            return f"{rank} trimestre {self.start.year}"
        if "/" not in code:
            return f"{MONTHS[self.start.month - 1]} {self.start.year}"
        return f"du {french_date(self.start)} au {french_date(self.end)}"


def french_date(day: date) -> str:
    """`2015-03-01` -> « 1er mars 2015 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def _first_of(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
