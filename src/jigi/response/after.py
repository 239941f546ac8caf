"""Return to normal: after the sunset, rounds and enrolments end, unpaid money returns to its fund, the response closes.

Nothing is done here that the acts of the packages below do: each asks its own right of who acts. It takes two persons:
one ends rounds and enrolments and gives the money back; another decides that what is owed is lost, and closes. Each may
ask again and again: what is done stays done, what is left is said with who is waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.payments import actions as payments
from jigi.payments import losses
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Component
from jigi.response import arms
from jigi.response.access import require_decide
from jigi.response.models import Activation
from jigi.response.states import ACTIVATION

STARTED = ("draft", "prepared", "frozen")
MANAGER, DECIDER, TREASURER = "le responsable de programme", "la coordination", "la trésorerie"


@dataclass(frozen=True)
class Left:
    """Something that keeps a response open, who is waited for, and why it was not done just now ("" if not tried)."""

    what: str
    awaited: str
    why: str = ""


@dataclass
class Outcome:
    """What one person did of the end of a response (French sentences), and what is left."""

    done: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


@dataclass(frozen=True)
class Due:
    """Something to do before the response may close: `act` does it for a person and says what was done."""

    what: str
    awaited: str
    act: Callable[[User], str] | None


def overdue(today: date | None = None) -> list[Activation]:
    """The responses in force that are past their sunset, the oldest first."""
    day = today or timezone.localdate()
    found = Activation.objects.filter(status="active", sunset_on__lt=day)
    return list(found.select_related("agreement").order_by("sunset_on", "pk"))


def sunset(activation: Activation, *, by: User) -> Outcome:
    """Do of the end of a response what this person may do, closing included; safe to ask again.

    Refused before its sunset is past.
    """
    if activation.status == "active" and activation.sunset_on >= timezone.localdate():
        raise Refused(
            f"La réponse va jusqu’au {activation.sunset_on:%d/%m/%Y}",
            remedy="Ce qui est approuvé se paie jusque-là ; la fin se joue le lendemain.",
        )
    outcome = Outcome()
    refusals: dict[str, str] = {}
    while activation.status == "active" and _one_more(activation, outcome, refusals, by):
        pass
    outcome.left = [Left(due.what, due.awaited, refusals.get(due.what, "")) for due in _to_do(activation)]
    return outcome


def left(activation: Activation) -> list[Left]:
    """What keeps a response open, and who is waited for."""
    return [Left(due.what, due.awaited) for due in _to_do(activation)]


@unfenced
def close(activation: Activation, *, by: User) -> None:
    """Close a response of which nothing is left open, by who decides; arms that enrolled nobody finish with it. The
    database refuses it otherwise."""
    require_decide(by, activation)
    if waiting := next((due for due in _to_do(activation) if due.what != CLOSING), None):
        raise Refused(f"Avant de clore : {waiting.what}", remedy=f"C’est à faire par {waiting.awaited}.")
    with transaction.atomic():
        arms.end(activation, reason=REASON, by=by)
        ACTIVATION.move(activation, "close", by=by, closed_by=by, closed_at=timezone.now())


CLOSING = "clore la réponse"


def _one_more(activation: Activation, outcome: Outcome, refusals: dict[str, str], by: User) -> bool:
    """Try what is due and was not refused yet; whether something was done."""
    for due in _to_do(activation):
        if due.act is None or due.what in refusals:
            continue
        try:
            with transaction.atomic():
                outcome.done.append(due.act(by))
            return True
        except JigiError as refusal:
            refusals[due.what] = f"{refusal.what}."
            activation.refresh_from_db()
    return False


def _to_do(activation: Activation) -> list[Due]:
    """What is due now, in the order in which it is done."""
    if activation.status != "active":
        return []
    found = [due for component in components(activation) for due in _of_component(component)]
    return found or [Due(CLOSING, DECIDER, lambda by: _closed(activation, by))]


def components(activation: Activation) -> list[Component]:
    """The components that its arms pay by."""
    served = activation.arms.exclude(status="cancelled").values("component")
    return list(Component.objects.filter(pk__in=served).select_related("programme").order_by("pk"))


@unfenced
def _of_component(component: Component) -> list[Due]:
    found = [_round(one) for one in component.rounds.exclude(status__in=("closed", "cancelled")).order_by("pk")]
    if live := Enrolment.objects.filter(component=component).exclude(status="exited").count():
        found.append(Due(f"faire sortir {live} ménages de « {component} »", MANAGER, lambda by: _exit(component, by)))
    return found or list(_money(component))


def _round(one: PaymentRound) -> Due:
    if one.status in STARTED:
        return Due(f"annuler le tour « {one} », qui n’est pas approuvé", MANAGER, lambda by: _cancel(one, by))
    if one.status == "approved":
        return Due(f"libérer le tour « {one} », qui est approuvé", TREASURER, None)
    return Due(f"clore le tour « {one} »", MANAGER, lambda by: _close_round(one, by))


def _money(component: Component) -> Iterator[Due]:
    rights, owed_xof = losses.refundable(component)
    if not rights:
        return
    sum_of = f"{format_xof(owed_xof)} dus à des ménages sortis de « {component} »"
    decision = losses.waiting(component)
    if decision is None:
        yield Due(f"décider que {sum_of} sont perdus", DECIDER, lambda by: _lose(component, by))
    else:
        yield Due(f"rendre à leur convention {sum_of}", MANAGER, lambda by: _give_back(component, by))


REASON = "Fin de la réponse au choc"


def _cancel(one: PaymentRound, by: User) -> str:
    payments.cancel(one, by=by, reason=REASON)
    return f"Le tour « {one} » est annulé."


def _close_round(one: PaymentRound, by: User) -> str:
    payments.close(one, by=by)
    return f"Le tour « {one} » est clos."


def _exit(component: Component, by: User) -> str:
    gone = enrolment.exit_component(component, REASON, by=by)
    return f"{gone} ménages sont sortis de « {component} »."


def _lose(component: Component, by: User) -> str:
    made = losses.decide(component, by=by, reason=REASON)
    return f"{format_xof(made.amount_xof)} de « {component} » sont dits perdus : une autre personne les rend."


def _give_back(component: Component, by: User) -> str:
    rights = payments.return_to_funds(component, by=by, reason=REASON)
    return f"{rights} droits de « {component} » sont rendus à leur convention."


def _closed(activation: Activation, by: User) -> str:
    close(activation, by=by)
    return f"La réponse {activation.number} est close."
