"""On the page of a household, an enrolment, a round or an order: the complaints about it and what they did.

Complaints are shown to who handles them there, acts to who sees the register there; sensitive ones to nobody here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.html import format_html

from jigi.enrolment.models import Enrolment
from jigi.foundation.models import User
from jigi.grievances import queries
from jigi.grievances.models import Act, Case, CaseHousehold, CasePayment
from jigi.payments.models import Instruction, PaymentRound
from jigi.registry.models import Household

SHOWN = 20
TONES = {
    "received": "bad", "appealed": "bad", "decided": "info", "answered": "ok", "closed": "", "cancelled": "",
    "joined": "",
}  # fmt: skip
Thing = Household | Enrolment | PaymentRound | Instruction


def chip(case: Case) -> str:
    tone = TONES.get(case.status, "wait")
    return format_html('<span class="chip {}">{}</span>', tone, case.get_status_display())


@dataclass(frozen=True)
class About:
    """The latest cases with their chip, the latest acts with their case where it may be opened; `more` are left out."""

    cases: list[tuple[Case, str]]
    acts: list[tuple[Act, Case | None]]
    more: int

    def __bool__(self) -> bool:
        return bool(self.cases or self.acts)


def about(thing: Thing, user: User) -> About:
    """What complaints say and did of one thing, as this person may see it."""
    in_cases, in_acts = _conditions(thing)
    seen = queries.visible_to(user).filter(in_cases)
    cases = list(seen.select_related("category").order_by("-pk")[: SHOWN + 1])
    acts = list(queries.acts_visible_to(user).filter(in_acts).select_related("done_by").order_by("-pk")[: SHOWN + 1])
    known = queries.visible_to(user).in_bulk([act.case_id for act in acts])
    return About(
        cases=[(case, chip(case)) for case in cases[:SHOWN]],
        acts=[(act, known.get(act.case_id)) for act in acts[:SHOWN]],
        more=len(cases[SHOWN:]) + len(acts[SHOWN:]),
    )


def _conditions(thing: Thing) -> tuple[Q, Q]:
    """Of the cases, of the acts."""
    if isinstance(thing, Household):
        return _named(CaseHousehold.objects.filter(household=thing)), Q(household=thing)
    if isinstance(thing, Enrolment):
        return _named(CaseHousehold.objects.filter(household=thing.household_id)), Q(enrolment=thing)
    if isinstance(thing, PaymentRound):
        paid, made = CasePayment.objects.filter(origin_round=thing), Act.objects.filter(made_round=thing)
        return _named(paid) | _named(made), Q(origin_round=thing) | Q(made_round=thing)
    order = {"instruction_id": thing.pk, "origin_round": thing.origin_round_id}
    return _named(CasePayment.objects.filter(**order)), Q(**order)


def _named(rows: QuerySet[Any]) -> Q:
    return Q(pk__in=rows.values("case"))
