"""The things of the model of money: households enrolled, rounds, rights, orders, files and their lines, advances."""

from __future__ import annotations

from dataclasses import dataclass

RightKey = tuple[int, int]  # the round that opened it, the household
OrderKey = tuple[int, int, int]  # its right, the attempt
Row = tuple[OrderKey | None, str, int]  # an order, what the agency says of it, an amount

SAID = {"PAYE": "paid", "ABSENT": "absent", "REFUSE": "refused", "ANNULE": "reversed"}
SETTLED = ("paid", "absent", "refused", "reversed")
WAITING = ("unknown", "other_agency", "wrong_amount", "unreadable", "conflict", "undone")
LIVE = ("draft", "prepared", "frozen", "approved", "released")


class Forbidden(Exception):
    """The manual forbids this act now: nothing may change."""


@dataclass
class Enrolment:
    household: int
    first: int
    last: int
    status: str = "active"


@dataclass
class Round:
    kind: str
    term: int
    communes: set[int]
    status: str = "draft"
    only: RightKey | None = None
    needs: frozenset[str] = frozenset()  # who must approve the frozen list ("": anybody who may), and who has
    given: frozenset[str] = frozenset()


@dataclass
class Right:
    enrolment: int
    commune: int
    agreement: str
    amount: int
    status: str = "due"
    part: int = 0
    fee: int = 0
    attempts: int = 1


@dataclass
class Order:
    round: int
    agency: int
    amount: int
    status: str = "open"
    part: int = 0
    answer: int | None = None


@dataclass
class Line:
    file: int
    order: OrderKey | None
    said: str
    amount: int
    outcome: str = ""
    resolved: bool = False


@dataclass
class File:
    agency: int
    rows: tuple[Row, ...]
    undone: bool = False


@dataclass
class Advance:
    agreement: str
    agency: int
    amount: int
    cleared: int = 0
