"""A commune with two households, who asks for changes and who checks them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from jigi.changes import actions
from jigi.changes.models import ChangeRequest
from jigi.foundation.models import User
from jigi.geography.models import Area, StaffPosting
from jigi.registry.models import Household, LivingConditions, Membership, Person
from jigi.registry.rows import TABLES, state
from tests.factories import make_areas, make_households, make_user

DAY = date(2020, 5, 1)


@dataclass(frozen=True)
class Scene:
    """`maker` and `checker` hold the cercle; the households are of its first commune."""

    one: Household
    two: Household
    maker: User
    checker: User
    commune: Area

    def person(self, relation: str, household: Household | None = None) -> Person:
        found = Membership.objects.filter(household=household or self.one, relation=relation, ended_on__isnull=True)
        return found.order_by("pk")[:1].get().person

    def ask(self, kind: str, typed: dict[str, Any] | None = None, **said: Any) -> ChangeRequest:
        """A request of the first household, submitted."""
        known = {"household": self.one, "effective_on": DAY, "reason": "essai", "fact_source": "household", **said}
        known.setdefault("by", self.maker)
        made = actions.draft(kind, typed=typed or {}, **known)
        actions.submit(made, by=known["by"])
        return made

    def health_officer(self) -> User:
        """Another person each time, who may know health, ask for its changes and check them."""
        made = make_user(f"soin{User.objects.count()}", "data_protection_officer")
        StaffPosting.objects.create(user=made, role="social_officer", area=self.commune, starts_on=date(2014, 1, 1))
        return made


def make_scene(code: str = "") -> Scene:
    areas = make_areas(communes=2)
    numbers = make_households(2, areas.villages[0], prefix=f"{code}essai")
    one, two = Household.objects.filter(pk__in=numbers).order_by("pk")
    for household in (one, two):
        LivingConditions.objects.create(
            household=household, collected_on=date(2014, 6, 1), household_size=3, children_under_5=1, wives=1
        )
    maker, checker = (make_user(f"{code}{name}", "social_officer", areas.cercle) for name in ("awa", "sira"))
    return Scene(one, two, maker, checker, areas.communes[0])


def register() -> dict[str, dict[int, dict[str, Any]]]:
    """Every row of the register, but when it was written."""
    return {name: {row.pk: state(row) for row in model._default_manager.all()} for name, model in TABLES.items()}
