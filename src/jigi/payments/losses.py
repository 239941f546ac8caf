"""A right is lost by a decision of two persons alone: one decides with a reason, another gives the money back.

What is decided is so many rights and francs: if more is owed since, it is decided anew.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.ledger.models import Entry
from jigi.payments import queries
from jigi.payments.models import LossDecision
from jigi.programmes.models import Component


def waiting(component: Component) -> LossDecision | None:
    """The decision of a component that nobody has carried out yet."""
    open_one = LossDecision.objects.filter(component=component, entry__isnull=True, withdrawn_at__isnull=True)
    return open_one.select_related("decided_by").first()


@unfenced
def decide(component: Component, *, by: User, reason: str) -> LossDecision:
    """Decide that what is owed to households that have left is lost to them; another person gives it back."""
    communes = Area.objects.filter(pk__in=component.communes.values("commune"))
    require(by, "payments.approve", areas=communes, programme=component.programme.code)
    if not reason.strip():
        raise Refused("Il faut un motif", remedy="Écrivez la décision : qui l’a prise, quand, par quelle lettre.")
    rights, amount_xof = refundable(component)
    if not rights:
        raise Refused("Rien n’est dû à des ménages sortis", remedy="Il n’y a rien à décider.")
    try:
        with transaction.atomic():
            made = LossDecision.objects.create(
                component=component, reason=reason.strip()[:500], decided_by=by, rights=rights, amount_xof=amount_xof
            )
            facts = {"rights": rights, "amount_xof": amount_xof}
            audit.record("decide_loss", "component", component.pk, by=by, after=facts, reason=reason)
    except IntegrityError as error:
        if "loss_decision_one_waits" not in str(error):
            raise
        raise Refused("Une décision attend déjà d’être exécutée", remedy="Rechargez la page.") from error
    return made


@unfenced
def withdraw(component: Component, *, by: User, reason: str) -> None:
    """Give up the decision of a component that nobody has carried out: the rights stay owed."""
    communes = Area.objects.filter(pk__in=component.communes.values("commune"))
    require(by, "payments.approve", areas=communes, programme=component.programme.code)
    if not reason.strip():
        raise Refused("Il faut un motif", remedy="Écrivez pourquoi la décision est retirée.")
    with transaction.atomic():
        held = waiting(component)
        if held is None:
            raise Refused("Aucune décision n’attend", remedy="Rechargez la page.")
        standing = LossDecision.objects.filter(pk=held.pk, entry__isnull=True, withdrawn_at__isnull=True)
        if not standing.update(withdrawn_by=by, withdrawn_at=timezone.now(), withdrawn_why=reason.strip()[:200]):
            raise _decided_meanwhile()
        audit.record("withdraw_loss", "component", component.pk, by=by, reason=reason)


def refundable(component: Component) -> tuple[int, int]:
    """How many rights, and francs, are owed to households of a component that have left."""
    lines = queries.refundable(component)
    return sum(line.rights for line in lines), sum(line.amount_xof for line in lines)


def why_not(component: Component, user: User) -> str:
    """Why this person can't carry out the decision of a component; "" when they can."""
    decision = waiting(component)
    if decision is None:
        return "Personne n’a encore décidé que ces droits sont perdus : qui approuve les tours en décide."
    if decision.decided_by_id == user.pk:
        return "Vous avez pris cette décision : une autre personne doit l’exécuter."
    if refundable(component) != (decision.rights, decision.amount_xof):
        return (
            f"La décision portait sur {format_xof(decision.amount_xof)}, et ce qui est dû a changé depuis :"
            " qui approuve la retire et décide de nouveau."
        )
    return ""


def carry_out(component: Component, entry: Entry, *, by: User) -> None:
    """Sign the decision of a component with the entry that gives the money back. Raises Refused when there is none."""
    if reason := why_not(component, by):
        raise Refused(reason, why="Un rappel n’est perdu que par décision, à deux personnes.")
    standing = LossDecision.objects.filter(component=component, entry__isnull=True, withdrawn_at__isnull=True)
    if not standing.update(entry=entry, done_by=by, done_at=timezone.now()):
        raise _decided_meanwhile()


def _decided_meanwhile() -> Raced:
    return Raced("Cette décision vient d’être exécutée ou retirée", remedy="Rechargez la page.")
