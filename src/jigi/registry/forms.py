"""What changed in a household, row by row: each form its rows had, laid beside the next one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import models

from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.registry.models import (
    Health,
    Household,
    Identifier,
    LivingConditions,
    Membership,
    PastHealth,
    PastHousehold,
    PastIdentifier,
    PastLivingConditions,
    PastMembership,
    PastPerson,
    PastPhone,
    Person,
    Phone,
)

CAME, CHANGED, GONE = "came", "changed", "gone"
UNTOLD = frozenset({"id", "recorded_at", "content_hash", "sealed", "batch_id", "form_version"})
"""Columns that say nothing of the household; a sealed value has changed when its index has."""

Row = Any


@dataclass(frozen=True)
class Change:
    """A row that came, changed or went at an instant, in an act (« » when no scope was open).

    `row` is the row after (before, when it went); `columns` the values that differ, before and after.
    """

    at: datetime
    act: str
    kind: str
    row: Row
    columns: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def changes_of(household: Household) -> list[Change]:
    """All that changed in a household and in its members while they were so, oldest first; health apart.

    What was written when the household was registered is no change.
    """
    memberships = _chains(Membership, PastMembership, household=household.pk)
    lived = _lived(memberships)
    persons = _chains(Person, PastPerson, id__in=list(lived))
    hanging = [
        *_chains(Identifier, PastIdentifier, person__in=list(lived)),
        *_chains(Phone, PastPhone, person__in=list(lived)),
    ]
    living = _chains(LivingConditions, PastLivingConditions, household=household.pk)
    found = [*_told(_chains(Household, PastHousehold, id=household.pk)), *_told(memberships), *_told(living)]
    found += [one for one in _told(persons) if one.kind == CHANGED and _within(lived, one.row.pk, one.at)]
    found += [one for one in _told(hanging) if _within(lived, one.row.person_id, one.at)]
    first = _registered(household)
    return sorted((one for one in found if one.at > first), key=lambda one: one.at)


@unfenced
def health_changes(household: Household, *, by: User) -> list[tuple[int, datetime, str]]:
    """Of which member the health was written down, when and in which act; never what was written."""
    require(by, "registry.see", areas=[household.commune])
    lived = _lived(_chains(Membership, PastMembership, household=household.pk))
    told = _told(_chains(Health, PastHealth, person__in=list(lived)))
    found = [(one.row.person_id, one.at, one.act) for one in told if one.at > _registered(household)]
    return [(person, at, act) for person, at, act in found if _within(lived, person, at)]


def _registered(household: Household) -> datetime:
    """When the household's first form was written."""
    past = PastHousehold._default_manager.filter(id=household.pk).aggregate(first=models.Min("recorded_at"))
    return past["first"] or household.recorded_at


def _chains(model: type[models.Model], past: type[models.Model], **of: Any) -> list[list[Row]]:
    """The forms of each row in their order, the one that stands last."""
    chains: dict[int, list[Row]] = defaultdict(list)
    for form in past._default_manager.filter(**of).order_by("recorded_at", "past_id"):
        chains[form.id].append(form)  # type: ignore[attr-defined]
    for form in model._default_manager.filter(**of):
        chains[form.pk].append(form)
    return list(chains.values())


def _told(chains: Iterable[list[Row]]) -> Iterator[Change]:
    for chain in chains:
        yield Change(chain[0].recorded_at, "", CAME, chain[0])
        for before, after in pairwise(chain):
            if columns := _differences(before, after):
                yield Change(before.recorded_to, before.act, CHANGED, after, columns)
        if hasattr(chain[-1], "recorded_to"):
            yield Change(chain[-1].recorded_to, chain[-1].act, GONE, chain[-1])


def _differences(before: Row, after: Row) -> dict[str, tuple[Any, Any]]:
    values = (
        (name, getattr(before, name), getattr(after, name))
        for name in (column.attname for column in type(before)._meta.concrete_fields)
        if name not in UNTOLD and name not in ("past_id", "recorded_to", "act")
    )
    return {name: (one, other) for name, one, other in values if _plain(one) != _plain(other)}


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _lived(memberships: Iterable[list[Row]]) -> dict[int, list[tuple[datetime, datetime | None]]]:
    """For each person, when they were written down as members of the household."""
    spells: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for chain in memberships:
        ended = next((form.recorded_at for form in chain if form.ended_on is not None), None)
        spells[chain[0].person_id].append((chain[0].recorded_at, ended or getattr(chain[-1], "recorded_to", None)))
    return spells


def _within(lived: Mapping[int, list[tuple[datetime, datetime | None]]], person: int, at: datetime) -> bool:
    return any(since <= at and (until is None or at <= until) for since, until in lived[person])
