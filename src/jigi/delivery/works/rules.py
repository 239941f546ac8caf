"""What the manual of the works computes: marks, wages, the wage share, the order of a draw, two entries compared. Pure.

Source: manual of the labour-intensive public works of the Jigisèmèjiri programme (60 to 90 days at 2,000 FCFA a day).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

MOST_DAYS = 14
"""Days of one sheet: what a paper grid holds on an A4 page."""
LEAST_CAP, MOST_CAP = 120, 180
"""Half days that a person may be paid: 60 to 90 days."""
DAY_RATE_XOF = 2_000
ADULT_YEARS = 18

PRESENT, HALF, TASK, ABSENT, OFF = "P", "D", "T", "A", "."
MARKS = {PRESENT: "présent", HALF: "demi-journée", TASK: "tâche accomplie", ABSENT: "absent", OFF: "pas de travail"}
HALF_DAYS = {PRESENT: 2, HALF: 1, TASK: 2, ABSENT: 0, OFF: 0}
"""What a mark counts against the cap. A task fills its day: a second one the same day is not work of 60 to 90 days."""
SYNONYMS = {
    "P": PRESENT, "1": PRESENT, "X": PRESENT, "J": PRESENT, "D": HALF, "½": HALF, "0,5": HALF, "0.5": HALF, "1/2": HALF,
    "T": TASK, "A": ABSENT, "0": ABSENT, "": OFF, ".": OFF, "-": OFF,
}  # fmt: skip
"""What people write in a grid, on paper or in a spreadsheet."""


def mark_of(text: str) -> str | None:
    """The mark that a cell says; None when it says nothing known."""
    return SYNONYMS.get(text.strip().upper())


@dataclass(frozen=True)
class Rates:
    """Francs for a day and for a task; a day's is even, so that a half is whole."""

    day_xof: int
    task_xof: int = 0


@dataclass(frozen=True)
class Work:
    """What one line of a sheet comes to: half days against the cap, tasks among them, francs."""

    half_days: int
    tasks: int
    amount_xof: int


def work_of(marks: str, rates: Rates) -> Work:
    """What the marks of a line are worth; SQL says the same (works_lines.sql)."""
    tasks = marks.count(TASK)
    half_days = sum(HALF_DAYS[mark] for mark in marks)
    by_day = half_days - HALF_DAYS[TASK] * tasks
    return Work(half_days, tasks, by_day * rates.day_xof // 2 + tasks * rates.task_xof)


def keeps_wage_share(wages_xof: int, tools_xof: int, supervision_xof: int, percent: int) -> bool:
    """Whether wages are at least so many hundredths of the whole budget."""
    return wages_xof * 100 >= percent * (wages_xof + tools_xof + supervision_xof)


def wages_needed_xof(places: int, cap_half_days: int, day_rate_xof: int) -> int:
    """What the wages come to when every place works to the cap."""
    return places * cap_half_days * day_rate_xof // 2


def women_needed(places: int, percent: int) -> int:
    """Places kept for women, rounded up."""
    return -(-places * percent // 100)


def is_adult(born: date, precision: str, on: date) -> bool:
    """Whether a person is surely an adult that day: a year known only as such counts from its last day."""
    latest = date(born.year, 12, 31) if precision in ("year", "about") else born
    if precision == "month":
        latest = date(born.year + born.month // 12, born.month % 12 + 1, 1) - timedelta(days=1)
    return on >= latest.replace(year=latest.year + ADULT_YEARS, day=min(latest.day, 28 if latest.month == 2 else 31))


@dataclass(frozen=True)
class Applicant:
    """One who asks for work: the number of the application on a worksite, whether a woman, the points of a ranking."""

    number: int
    woman: bool
    points: int = 0


def ticket(seed: str, number: int) -> str:
    """The ticket of an application: anybody who heard the seed can compute it again."""
    return sha256(f"{seed}|{number}".encode()).hexdigest()


def draw(
    applicants: Iterable[Applicant], *, seed: str, places: int, women: int, by_points: bool = False
) -> tuple[list[int], list[int]]:
    """The numbers chosen and those of the substitutes, each in order.

    A lottery goes by ticket; a ranking by points, and by ticket among equals. Women come first until their places are
    filled; then everybody, women too, in order.
    """
    ordered = sorted(
        applicants, key=lambda one: (-one.points if by_points else 0, ticket(seed, one.number), one.number)
    )
    kept = {one.number for one in [one for one in ordered if one.woman][: min(women, places)]}
    for one in ordered:
        if len(kept) >= places:
            break
        kept.add(one.number)
    return [one.number for one in ordered if one.number in kept], [
        one.number for one in ordered if one.number not in kept
    ]


Grid = Mapping[int, str]
"""The lines of a sheet: the number of a worker in the crew -> their marks, one a day."""


@dataclass(frozen=True)
class Difference:
    """A cell where two entries differ; days are counted from 0."""

    number: int
    day: int
    first: str
    second: str


def differences(first: Grid, second: Grid) -> list[Difference]:
    """The cells where two entries differ, by line and day; a line that one has not counts as days off."""
    found = []
    for number in sorted(first.keys() | second.keys()):
        one, other = first.get(number, ""), second.get(number, "")
        for day in range(max(len(one), len(other))):
            a, b = (text[day] if day < len(text) else OFF for text in (one, other))
            if a != b:
                found.append(Difference(number, day, a, b))
    return found


def swapped(first: Grid, second: Grid) -> list[tuple[int, int]]:
    """Pairs of lines that one entry has exchanged: each has the marks that the other entry gives its fellow."""
    odd = [number for number in sorted(first.keys() & second.keys()) if first[number] != second[number]]
    found: list[tuple[int, int]] = []
    for at, one in enumerate(odd):
        for other in odd[at + 1 :]:
            if first[one] == second[other] and first[other] == second[one] and not _in(one, found):
                found.append((one, other))
                break
    return found


def shifted(first: Grid, second: Grid) -> int:
    """By how many columns one entry has slipped against the other (7 is a week); 0 when it has not.

    Said only when most lines that differ agree once moved, and something is left to compare.
    """
    odd = [number for number in first.keys() & second.keys() if first[number] != second[number]]
    best, most = 0, len(odd) // 2
    for by in (*range(1, 8), *range(-1, -8, -1)):
        count = sum(_slipped(first[number], second[number], by) for number in odd)
        if count > most:
            best, most = by, count
    return best


def same_as_before(grid: Grid, before: Grid) -> bool:
    """Whether a sheet says of everybody what the one before it says: the same paper entered for another week."""
    worked = {number for number, marks in grid.items() if set(marks) - {OFF}}
    varied = len({grid[number] for number in worked}) > 1
    return varied and all(grid[number] == before.get(number) for number in worked)


def _slipped(one: str, other: str, by: int) -> bool:
    """Whether `other` is `one` written `by` columns further (before, when negative), blank where nothing came."""
    late, early, far = (other, one, by) if by > 0 else (one, other, -by)
    return set(late[:far]) <= {OFF} and late[far:] == early[:-far] and bool(set(late[far:]) - {OFF})


def _in(number: int, pairs: Sequence[tuple[int, int]]) -> bool:
    return any(number in pair for pair in pairs)
