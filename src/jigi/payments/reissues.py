"""Re-issue of one named payment: a round of its own, of one order, with the three hands of any other.

Who asks makes the round and says why; a second person approves it, a third releases it. It is refused while the last
order may still be executed: only what an agency said it did not pay, or paid in part, is issued again.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can, require
from jigi.payments import pipeline
from jigi.payments.models import Entitlement, Instruction, PaymentRound, Reissue, RoundCommune
from jigi.payments.states import ROUND

MAY_BE_EXECUTED = {
    "open": "L’ordre est chez l’agence : elle peut encore l’exécuter.",
    "paid": "L’ordre est payé.",
    "unanswered": "L’agence n’a rien dit de cet ordre : elle peut encore l’exécuter. L’échéance suivante le demandera.",
}


def why_not(order: Instruction, user: User) -> str:
    """Why this order can't be issued again by this person; "" when it can."""
    programme = order.component.programme.code
    if not can(user, "payments.prepare", areas=[order.commune], programme=programme):
        return "Votre affectation ne permet pas de préparer un paiement dans cette commune."
    if order.status in MAY_BE_EXECUTED:
        return MAY_BE_EXECUTED[order.status]
    right = Entitlement.objects.get(payment_round=order.origin_round_id, id=order.entitlement_id)
    if right.status != "owed" or right.attempts != order.attempt:
        return "Un autre ordre a déjà repris ce droit, ou il n’est plus dû."
    return ""


@pipeline.in_turn
def ask(order: Instruction, *, by: User, reason: str) -> PaymentRound:
    """Open the round that issues again what one order left owed. Raises Refused, saying what forbids it."""
    component = order.component
    require(by, "payments.prepare", areas=[order.commune], programme=component.programme.code)
    if refusal := why_not(order, by):
        raise Refused(f"L’ordre {order.reference} ne se réémet pas", why=refusal)
    if not reason.strip():
        raise Refused("Une réémission se motive", remedy="Écrivez qui la demande, et pourquoi elle n’attend pas.")
    with transaction.atomic():
        pipeline.wait_for_turn()
        made = _opened(order, by)
        try:
            with transaction.atomic():
                Reissue.objects.create(
                    payment_round=made, origin_round_id=order.origin_round_id, entitlement_id=order.entitlement_id,
                    reason=reason.strip()[:200],
                )  # fmt: skip
        except IntegrityError as error:
            raise Refused(
                f"L’ordre {order.reference} ne se réémet pas", why="Il peut encore être exécuté, ou n’est plus dû"
            ) from error
        facts = {"reference": order.reference, "component": component.code}
        audit.record("reissue", ROUND.noun, made.pk, by=by, after=facts, reason=reason, subjects=[order.household_id])
    return made


def only_right(payment_round: PaymentRound) -> int | None:
    """The one right that a round issues again; None for every other round."""
    if payment_round.kind != PaymentRound.Kind.REISSUE:
        return None
    return Reissue.objects.get(payment_round=payment_round).entitlement_id


def _opened(order: Instruction, by: User) -> PaymentRound:
    component, term = order.component, order.origin_round.term
    # Beside the calendar, as a catch-up.
    sequence = max(component.rounds.filter(term=term).values_list("sequence", flat=True)) + 1
    period = component.period(term)
    made = PaymentRound.objects.create(
        component=component, kind=PaymentRound.Kind.REISSUE, term=term, sequence=sequence, made_by=by,
        label=f"Réémission de l’ordre {order.reference}", purpose=component.purpose,
        covers_from=period.start, covers_until=period.end,
    )  # fmt: skip
    RoundCommune.objects.create(
        payment_round=made, commune=order.commune, component=component, term=term, sequence=sequence
    )
    return made
