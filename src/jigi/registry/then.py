"""The register as it was at an instant: one household whole, or what targeting reads of many.

A row stands as it is since `recorded_at`; each earlier form stood from its `recorded_at` until its `recorded_to`
(jigi.foundation.past). What nobody had written down at the instant was not known then, whenever it happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, models

from jigi.foundation.bulk import statement
from jigi.registry.models import (
    Household,
    Identifier,
    LivingConditions,
    Membership,
    PastHousehold,
    PastIdentifier,
    PastLivingConditions,
    PastMembership,
    PastPerson,
    PastPhone,
    Person,
    Phone,
)

M = TypeVar("M", bound=models.Model)

RESTRICTED = frozenset({"longitude", "latitude"})
_KEYS = frozenset({"id", "household_id", "survey", "survey_key", "batch_id", "recorded_at"})
LIVING = tuple(f.attname for f in LivingConditions._meta.concrete_fields if f.attname not in _KEYS)
"""The columns of living conditions that `households_at` gives."""


@dataclass(frozen=True)
class MemberThen:
    """A member, their place in the household, the end of their documents and telephones. Read, never saved."""

    person: Person
    membership: Membership
    documents: tuple[str, ...]
    phones: tuple[str, ...]


@dataclass(frozen=True)
class HouseholdThen:
    """A household as it stood at `at`, its position left out.

    `unseen` members stand today where the reader sees nobody: they are counted, not named.
    """

    at: datetime
    household: Household
    members: tuple[MemberThen, ...]
    former: tuple[MemberThen, ...]
    unseen: int
    conditions: LivingConditions | None


def household_at(number: int, at: datetime) -> HouseholdThen | None:
    """The household of this internal number as the register knew it at an instant; None before it was registered."""
    found = _forms(Household, PastHousehold, at, id=number)
    if not found:
        return None
    memberships = sorted(_forms(Membership, PastMembership, at, household=number), key=lambda one: one.line)
    members = _members(memberships, at)
    living = _forms(LivingConditions, PastLivingConditions, at, household=number)
    return HouseholdThen(
        at=at,
        household=found[0],
        members=tuple(one for one in members if one.membership.ended_on is None),
        former=tuple(one for one in members if one.membership.ended_on is not None),
        unseen=sum(one.ended_on is None for one in memberships)
        - sum(one.membership.ended_on is None for one in members),
        conditions=living[0] if living else None,
    )


def households_at(households: Sequence[int], at: datetime) -> list[dict[str, Any]]:
    """What targeting reads of these households, as it stood at an instant, in one statement (households_then.sql)."""
    query = statement("registry", "households_then").replace("{living}", ", ".join(LIVING))
    with connection.cursor() as cursor:
        cursor.execute(query, {"households": list(households), "at": at})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _members(memberships: Iterable[Membership], at: datetime) -> list[MemberThen]:
    numbers = [one.person_id for one in memberships]
    persons = {one.pk: one for one in _forms(Person, PastPerson, at, id__in=numbers)}
    documents, phones = defaultdict(list), defaultdict(list)
    for document in sorted(_forms(Identifier, PastIdentifier, at, person__in=numbers), key=lambda one: one.pk):
        documents[document.person_id].append(f"{document.get_kind_display()} {document.masked}")
    for phone in sorted(_forms(Phone, PastPhone, at, person__in=numbers), key=lambda one: one.pk):
        phones[phone.person_id].append(phone.masked)
    return [
        MemberThen(persons[one.person_id], one, tuple(documents[one.person_id]), tuple(phones[one.person_id]))
        for one in memberships
        if one.person_id in persons
    ]


def _forms(model: type[M], past: type[models.Model], at: datetime, **of: Any) -> list[M]:
    """The forms that the rows meeting a condition had at an instant, among those that stand and those that are past."""
    columns = [
        field.attname
        for field in model._meta.concrete_fields
        if not isinstance(field, models.GeneratedField) and field.attname not in RESTRICTED
    ]
    standing = model._default_manager.filter(recorded_at__lte=at, **of).values_list(*columns)
    ended = past._default_manager.filter(recorded_at__lte=at, recorded_to__gt=at, **of).values_list(*columns)
    return [model(**dict(zip(columns, row, strict=True))) for row in standing.union(ended, all=True)]
