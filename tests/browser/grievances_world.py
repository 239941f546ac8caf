"""Complaints of the browser's world: the findings that became cases, and one heard by telephone, in examination."""

from __future__ import annotations

from jigi.demo import ground
from jigi.enrolment import actions as enrolments
from jigi.enrolment.models import Enrolment
from jigi.foundation.models import User
from jigi.geography.installation import ensure_account
from jigi.grievances import actions, acts, pipeline
from jigi.grievances.actions import Heard
from jigi.payments.models import Instruction


def keep_one_out(by: User) -> Enrolment:
    """Of those who were absent, the second, kept out of the next list: what she is owed may still be issued again."""
    order = Instruction.objects.filter(status="absent").order_by("id")[1]
    enrolled = Enrolment.objects.get(household=order.household, component=order.component)
    enrolments.suspend(enrolled, reason="en voyage", by=by)
    return enrolled


def lay(away: Enrolment, back: User) -> None:
    enrolments.resume(away, reason="revenue", by=back)
    ensure_account(
        "designee", "Personne désignée (démonstration)", "sensitive_case_officer", area_code="ML01",
        password=ground.PASSWORD, is_demonstration=True,
    )  # fmt: skip
    by = User.objects.get(username="verification")
    order = Instruction.objects.filter(status="paid").order_by("id")[0]
    told = "Elle a reçu vingt-cinq mille francs au lieu de trente mille ; l’agent a gardé le reste."
    heard = Heard(
        "fees_demanded", told, "phone", language="bm", household=order.household, phone="76 12 34 56", orders=[order]
    )
    case = actions.receive(heard, by=by)
    actions.acknowledge(case, by=by)
    actions.sort(case, "fees_demanded", by=by)
    actions.examine(case, by=by)
    actions.note(case, "Appelée deux fois ; elle rappelle demain.", by=by)
    acts.ask(case, "visit", "Voir qui d’autre a payé dans le village.", by=by, household=order.household)
    pipeline.gather(by=None)
