"""What a statement of a bank must be, and the state of a reconciliation: pure functions, no Django, no SQL, no clock.

Amounts are whole francs, positive when the account received. A statement opens, moves by its lines and closes:
opening + lines = closing. The state of a reconciliation says of a day what SQL says (sql/bank_state.sql).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

BANDS = ((7, "0-7"), (30, "8-30"), (90, "31-90"))
OLDEST = "90+"


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line as read. `balance_xof` is what the bank says stands after it, None where it does not say."""

    line: int
    booked_on: date
    amount_xof: int
    label: str = ""
    bank_reference: str = ""
    our_reference: str = ""
    value_on: date | None = None
    balance_xof: int | None = None


@dataclass(frozen=True)
class ReadStatement:
    """A statement as read, its lines from the first to the last; `line` is where it is said in the file."""

    reference: str
    from_on: date
    until_on: date
    opening_xof: int
    closing_xof: int
    lines: Sequence[ReadLine] = field(default=())
    line: int = 1


@dataclass(frozen=True)
class Fault:
    """What is wrong with a statement, and at which line of the file; `gap_xof` is by how much, 0 where it is no sum."""

    what: str
    line: int
    column: str
    gap_xof: int = 0


def fault(read: ReadStatement) -> Fault | None:
    """The first thing that is wrong in a statement by itself; None when it holds together."""
    standing = read.opening_xof
    for one in read.lines:
        standing += one.amount_xof
        if not read.from_on <= one.booked_on <= read.until_on:
            return Fault("outside", one.line, "date")
        if one.balance_xof is not None and one.balance_xof != standing:
            return Fault("running", one.line, "solde", one.balance_xof - standing)
    if standing != read.closing_xof:
        return Fault("closing", read.line, "solde", read.closing_xof - standing)
    return None


def occurrences(lines: Sequence[ReadLine]) -> Iterator[int]:
    """Of each line, the how-manieth it is of those with the same reference, day and amount: what tells them apart."""
    seen = Counter[tuple[str, date, int]]()
    for one in lines:
        key = one.bank_reference, one.booked_on, one.amount_xof
        seen[key] += 1
        yield seen[key]


def band(days: int) -> str:
    """The age of an item in days, as the pages name it: 0-7, 8-30, 31-90, more than 90."""
    return next((name for most, name in BANDS if days <= most), OLDEST)


@dataclass(frozen=True, slots=True)
class Moved:
    """A line of the bank or an item of the ledger: its day, its amount, and the match that holds it, if any."""

    on: date
    amount_xof: int
    match: int | None = None


@dataclass(frozen=True)
class Standing:
    """Where an account stands on a day, by the bank and by the ledger; outstanding amounts of each side, by age."""

    bank_xof: int
    ledger_xof: int
    bank_items: dict[str, int]
    ledger_items: dict[str, int]


def standing(lines: Sequence[Moved], items: Sequence[Moved], day: date) -> Standing:
    """The state at the end of a day. A match counts once all that it holds is of that day or before."""
    late = {one.match for one in (*lines, *items) if one.on > day}
    sides = []
    for moved in (lines, items):
        aged: dict[str, int] = defaultdict(int)
        for one in moved:
            if one.on <= day and (one.match is None or one.match in late):
                aged[band((day - one.on).days)] += one.amount_xof
        sides.append(dict(aged))
    bank_xof, ledger_xof = (sum(one.amount_xof for one in moved if one.on <= day) for moved in (lines, items))
    return Standing(bank_xof, ledger_xof, *sides)
