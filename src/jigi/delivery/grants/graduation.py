"""The way out of the cash transfer: the rule of a call proposes households, a person confirms each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from jigi.delivery.contracts.access import CHECK, may, require_plan
from jigi.delivery.grants.actions import PACKAGE, said
from jigi.delivery.grants.grant_models import Grant, GrantGraduation
from jigi.delivery.grants.models import GrantCall
from jigi.delivery.grants.rules import GraduationNeeds, Story, holds_back
from jigi.delivery.grants.selection import communes_of
from jigi.delivery.grants.states import GRADUATION
from jigi.enrolment import actions as enrolment
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require

SAID = "Autonome : AGR à 12 mois"
"""The reason that stays on the enrolment that ends."""
MONTH_DAYS = 30


@dataclass(frozen=True)
class Judged:
    """A grant whose household still receives a transfer: why it is not proposed to leave it (none: it is)."""

    grant: int
    enrolment: int
    why: tuple[str, ...]
    facts: dict[str, Any]


def judge(call: GrantCall, *, on: date | None = None) -> list[Judged]:
    """What the rule says of each grant of a call and transfer of its household not yet proposed; inside an act."""
    rule = call.graduation_rule
    needs = GraduationNeeds(rule.months, rule.income_rise_percent, rule.assets_xof)
    return list(_judged(call, needs, on or date.today()))


@unfenced
@transaction.atomic
def propose(call: GrantCall, *, on: date | None = None, by: User) -> int:
    """Propose every household that the rule lets go, as of a day (today); returns how many. Again: only new ones.

    By who controls or plans in the communes of the call.
    """
    if not may(by, CHECK, call.contract, communes_of(call)):
        require_plan(by, call.contract, communes_of(call))
    found = [one for one in judge(call, on=on) if not one.why]
    grants = Grant.objects.in_bulk([one.grant for one in found])
    rows = [
        GrantGraduation(
            grant=grants[one.grant], contract_id=call.contract_id, household_id=grants[one.grant].household_id,
            enrolment_id=one.enrolment, proposed_by=by, **one.facts,
        )
        for one in found
    ]  # fmt: skip
    made = GrantGraduation.objects.bulk_create(rows, ignore_conflicts=True)
    if made:
        subjects = [one.household_id for one in made]
        after = {"call": call.code, "households": len(made)}
        audit.record(
            "propose", GRADUATION.noun, call.code, by=by, after=after, subjects=subjects[: audit.MOST_SUBJECTS]
        )
    return len(made)


@unfenced
@transaction.atomic
def confirm(one: GrantGraduation, *, by: User) -> None:
    """Let a household leave the transfer, as another person than who proposed it: its enrolment ends."""
    _other_hand(one, by)
    GRADUATION.move(one, "confirm", by=by, subjects=[one.household_id], decided_by=by, decided_at=timezone.now())
    enrolment.exit(one.enrolment, SAID, by=by)


@unfenced
@transaction.atomic
def dismiss(one: GrantGraduation, *, reason: str, by: User) -> None:
    """Keep a household in the transfer, with the reason."""
    _other_hand(one, by)
    component, told = one.enrolment.component, said(reason)
    require(by, "enrolment.decide", areas=[one.enrolment.commune], programme=component.programme.code)
    GRADUATION.move(
        one, "dismiss", by=by, reason=told, subjects=[one.household_id], why=told, decided_by=by,
        decided_at=timezone.now(),
    )  # fmt: skip


def _judged(call: GrantCall, needs: GraduationNeeds, day: date) -> Iterator[Judged]:
    for row in fetch_sql(PACKAGE, "grants_stories", {"call": call.pk}):
        story = Story(
            months=(day - row["first_on"]).days // MONTH_DAYS,
            running=None if row["activity"] is None else row["activity"] == "running",
            income_before_xof=row["income_before_xof"], income_after_xof=row["income_after_xof"],
            assets_xof=row["assets_xof"], released_all=row["released_all"],
        )  # fmt: skip
        facts = {name: row[name] for name in ("income_before_xof", "income_after_xof", "assets_xof")}
        yield Judged(row["grant"], row["enrolment"], holds_back(story, needs), facts)


def _other_hand(one: GrantGraduation, by: User) -> None:
    if one.proposed_by_id == by.pk:
        raise Refused("Vous avez proposé cette sortie", remedy="Une autre personne la confirme.")
