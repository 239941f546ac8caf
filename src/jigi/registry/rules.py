"""What the members of a household say of it: its size, its children, its head. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

COUNTS = ("size", "children_under_5", "children_under_15", "wives")
HEAD = ("head_name", "head_sex", "head_age")


@dataclass(frozen=True)
class Member:
    """A present member; `born` is the stated birth, however precise."""

    name: str
    sex: str
    born: date | None
    relation: str


@dataclass(frozen=True)
class Composition:
    """What a roster shows on the day the household was seen; of the head, None where there is none."""

    size: int
    children_under_5: int
    children_under_15: int
    wives: int
    head_name: str | None
    head_sex: str | None
    head_age: int | None


def composed(members: Sequence[Member], seen_on: date) -> Composition:
    """The composition of a roster; ages are counted on the day the household was seen, as its other answers are."""
    ages = [age(member.born, seen_on) for member in members if member.born]
    head = next((member for member in members if member.relation == "head"), None)
    return Composition(
        size=len(members),
        children_under_5=sum(years < 5 for years in ages),
        children_under_15=sum(years < 15 for years in ages),
        wives=sum(member.relation == "spouse" for member in members),
        head_name=head.name[:120] if head else None,
        head_sex=head.sex if head else None,
        head_age=age(head.born, seen_on) if head and head.born else None,
    )


def age(born: date, on: date) -> int:
    """Whole years; below zero for who is born later."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def followed(said: int | None, before: int, after: int) -> int | None:
    """A count that was declared, after its roster changed: it moves as the roster does, and stays unknown if it was."""
    return None if said is None else max(0, said + after - before)
