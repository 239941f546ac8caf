"""Who stands on a household's page: its members by recipient unit, the households it came from or went into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from jigi.foundation.models import User
from jigi.registry import queries as registry
from jigi.registry.models import Household, Membership


@dataclass(frozen=True)
class Unit:
    """A recipient unit: a wife and her children paid apart, or the whole household when it has but one."""

    number: int
    members: list[Membership]

    @property
    def recipient(self) -> Membership | None:
        return next((one for one in self.members if one.role == Membership.Role.RECIPIENT), None)


@dataclass(frozen=True)
class Kin:
    """The households of its past and of its future, those that the reader sees.

    `merged` and `split` say that there is one, seen or not.
    """

    merged: bool
    merged_into: Household | None
    split: bool
    split_from: Household | None
    issued: list[Household]
    absorbed: list[Household]


def units_of(members: Iterable[Membership]) -> list[Unit]:
    """The members by unit, each unit in the order of the roster."""
    ordered = sorted(members, key=lambda one: (one.unit, one.line))
    return [Unit(number, list(of)) for number, of in groupby(ordered, key=lambda one: one.unit)]


def kin_of(household: Household, *, by: User) -> Kin:
    """Where the household came from and what became of it."""
    visible = registry.visible_to(by)
    return Kin(
        merged=household.merged_into_id is not None,
        merged_into=visible.filter(pk=household.merged_into_id or 0).first(),
        split=household.split_from_id is not None,
        split_from=visible.filter(pk=household.split_from_id or 0).first(),
        issued=list(visible.filter(split_from=household).order_by("pk")),
        absorbed=list(visible.filter(merged_into=household).order_by("pk")),
    )
