"""A change in words: the French name of each column that changed, what it was and what it became."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Field, ForeignKey

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.registry import queries as registry
from jigi.registry.forms import Change
from jigi.registry.models import Household, Person
from jigi.registry.then import RESTRICTED
from jigi.web.formats import UNKNOWN, day
from jigi.web.households.conditions import word

HIDDEN = {**dict.fromkeys(RESTRICTED, "position GPS"), "value_index": "numéro", "number_index": "numéro"}
"""Columns of which one says that they changed, and nothing else."""

STATUS = {"active": "de nouveau actif", "left": "sorti du registre", "dissolved": "dissous"}
SOMEBODY, ELSEWHERE = "Une personne suivie ailleurs", "un autre ménage"


@dataclass(frozen=True)
class Line:
    """A column that changed, by its name; its values in French, none when they are not told."""

    label: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.label}\u00a0: {self.before} → {self.after}" if self.after else f"{self.label}\u00a0: changé"


@dataclass(frozen=True)
class Names:
    """What the numbers in changed rows stand for, as far as the reader sees it."""

    persons: dict[int, str]
    areas: dict[int, str]
    households: dict[int, str]

    def of_person(self, number: int | None) -> str:
        return self.persons.get(number or 0, SOMEBODY)

    def of(self, model: type[Any], number: int) -> str:
        known = {Area: self.areas, Person: self.persons, Household: self.households}[model]
        return known.get(number, ELSEWHERE if model is Household else SOMEBODY)


def names_in(changes: Iterable[Change], persons: Iterable[int], *, by: User) -> Names:
    """The names of what these changes and these persons speak of: those that the reader may see."""
    numbers: dict[Any, set[int]] = {Area: set(), Person: set(persons), Household: set()}
    for change in changes:
        numbers[Person].add(person_of(change) or 0)
        for column, values in change.columns.items():
            column_of = _field(change, column)
            if isinstance(column_of, ForeignKey):
                numbers[column_of.related_model] |= {value for value in values if value}
    return Names(
        {one.pk: str(one) for one in Person.objects.filter(pk__in=numbers[Person])},
        {one.pk: one.name for one in Area.objects.filter(pk__in=numbers[Area])},
        {one.pk: one.rsu for one in registry.visible_to(by).filter(pk__in=numbers[Household])},
    )


def person_of(change: Change) -> int | None:
    """The member whose row changed; None for a row of the household."""
    if change.row._meta.model_name.removeprefix("past") == "person":
        return int(change.row.id)
    return getattr(change.row, "person_id", None)


def lines(change: Change, names: Names, *, leave: Collection[str] = ()) -> tuple[Line, ...]:
    """A line for each column that changed, those to `leave` apart."""
    told: dict[Line, None] = {}
    for column, (before, after) in change.columns.items():
        if column in HIDDEN:
            told[Line(HIDDEN[column])] = None
        elif column not in leave:
            field = _field(change, column)
            label = str(field.verbose_name)
            told[Line(label, _word(field, before, names), _word(field, after, names))] = None
    return tuple(told)


def _field(change: Change, column: str) -> Field[Any, Any]:
    return next(field for field in change.row._meta.concrete_fields if field.attname == column)


def _word(field: Field[Any, Any], value: Any, names: Names) -> str:
    if value in (None, ""):
        return UNKNOWN
    if isinstance(field, ForeignKey):
        return names.of(field.related_model, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return day(value) if isinstance(value, date) else word(value)
