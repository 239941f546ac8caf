"""What may be done to a round now, by whom, and doing it: each act is a form that may be posted twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.geography.roles import Role, roles
from jigi.payments import actions, approvals, calendar, jobs, queries
from jigi.payments.models import PaymentRound
from jigi.web.account.step_up import require_proof
from jigi.web.formats import counted
from jigi.web.payments.sight import person, seen_round
from jigi.web.submissions import carry_out

NEXT = {
    "draft": ("prepare", "cancel"),
    "prepared": ("freeze", "send_back", "cancel"),
    "frozen": ("approve", "send_back"),
    "approved": ("release",),
    "released": ("close",),
}
RIGHTS = {
    "prepare": "payments.prepare", "freeze": "payments.prepare", "cancel": "payments.prepare",
    "approve": "payments.approve", "release": "payments.release", "close": "payments.close",
}  # fmt: skip
OTHER_HANDS = {"approve": ("made_by", "frozen_by"), "release": ("made_by", "frozen_by", "approved_by")}
HANDS = {"made_by": "préparé", "frozen_by": "gelé", "approved_by": "approuvé"}
INFINITIVES = {
    "prepare": ("de préparer", "le préparer"), "freeze": ("de geler", "le geler"),
    "approve": ("d’approuver", "l’approuver"), "release": ("de libérer", "le libérer"),
    "close": ("de clore", "le clore"), "send_back": ("de renvoyer", "le renvoyer"),
    "cancel": ("d’annuler", "l’annuler"),
}  # fmt: skip
WITH_REASON: dict[str, Callable[..., PaymentRound]] = {
    "send_back": actions.send_back,
    "cancel": actions.cancel,
}
PROVED = frozenset({"release"})
"""The acts that ask again who is there: money leaves."""

BEING_DONE = {
    "prepare": "La liste se prépare", "freeze": "La liste est en train d’être gelée",
    "approve": "L’approbation est en cours", "release": "La libération est en cours",
    "close": "La clôture est en cours",
}  # fmt: skip


@dataclass(frozen=True)
class Act:
    """A button: its label, and in `why_not` the sentence that explains why this person can't press it."""

    verb: str
    label: str
    why_not: str

    @property
    def asks_reason(self) -> bool:
        return self.verb in WITH_REASON


def acts_on(payment_round: PaymentRound, user: User) -> list[Act]:
    """What may follow in the life of a round, and for each whether this person may do it."""
    return [
        Act(verb, _label(verb, payment_round), why_not(payment_round, verb, user))
        for verb in NEXT.get(payment_round.status, ())
    ]


def why_not(payment_round: PaymentRound, verb: str, user: User) -> str:
    """Why this person can't do this to this round; empty when they can."""
    of_doing, do_it = INFINITIVES[verb]
    right = _right(payment_round, verb)
    programme = payment_round.component.programme.code
    if not can(user, right, programme=programme):
        holders = ", ".join(role.title for role in _people() if right in role.rights)
        return f"Votre affectation ne permet pas {of_doing} un tour. Ce geste revient à : {holders}."
    communes = Area.objects.filter(pk__in=payment_round.communes.values("commune"))
    if not can(user, right, areas=communes, programme=programme):
        return f"Votre affectation ne couvre pas toutes les communes de ce tour : vous ne pouvez pas {do_it}."
    for hand in OTHER_HANDS.get(verb, ()):
        if getattr(payment_round, f"{hand}_id") == user.pk:
            return f"Vous avez {HANDS[hand]} ce tour : une autre personne doit {do_it}."
    if verb == "approve" and payment_round.status == "frozen" and (reason := approvals.why_not(payment_round, user)):
        return reason
    if verb == "release" and approvals.has_approved(payment_round, user):
        return f"Vous avez approuvé ce tour : une autre personne doit {do_it}."
    if verb in ("release", "close") and (reason := calendar.why_out_of_turn(payment_round)):
        return f"{reason} Les échéances d’une commune se paient et se closent dans leur ordre."
    if verb == "release" and queries.enrolled_by(payment_round, user):
        return f"Vous avez inscrit des ménages de ce tour, ou changé qui les reçoit : une autre personne doit {do_it}."
    return ""


def _people() -> list[Role]:
    """The roles that persons hold; the operator's is for the server's own terminal."""
    return [role for role in roles().values() if role.code != "operator"]


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one act on a round, here or through the worker when the round is large."""
    if verb not in INFINITIVES:
        raise Http404
    payment_round, user = seen_round(request, pk), person(request)
    if verb in PROVED:
        require_proof(request)
    reason = request.POST.get("motif", "")
    carry_out(request, lambda: _do(payment_round, verb, user, reason))
    return redirect("payment_round", pk)


def _do(payment_round: PaymentRound, verb: str, user: User, reason: str) -> str:
    if _is_done(payment_round, verb):
        return f"C’était déjà fait : le tour est « {payment_round.get_status_display()} ». Rien n’a changé."
    if verb in WITH_REASON:
        return _said(verb, WITH_REASON[verb](payment_round, by=user, reason=reason))
    if jobs.is_large(payment_round):
        return _ask_worker(payment_round, verb, user)
    return _said(verb, jobs.ACTS[verb](payment_round, by=user))


def _is_done(payment_round: PaymentRound, verb: str) -> bool:
    undone = {"send_back": "draft", "cancel": "cancelled"}
    return payment_round.status == undone[verb] if verb in undone else queries.has_been(payment_round, verb)


def _ask_worker(payment_round: PaymentRound, verb: str, user: User) -> str:
    """Refuse now what the job would refuse later, then enqueue it."""
    if reason := why_not(payment_round, verb, user):
        raise Refused(reason)
    if verb not in NEXT.get(payment_round.status, ()):
        state = payment_round.get_status_display()
        raise Refused(f"Ce tour est « {state} » : on ne peut pas {INFINITIVES[verb][1]}")
    if not jobs.enqueue(payment_round, verb, by=user):
        return "C’était déjà demandé : le travail attend son tour."
    return f"C’est demandé. {BEING_DONE[verb]} : vous pouvez quitter cette page."


def _said(verb: str, payment_round: PaymentRound) -> str:
    if verb == "approve" and payment_round.status == "frozen":
        awaited = [slot.title for slot in approvals.slots(payment_round) if slot.given is None]
        return f"Votre approbation est enregistrée. Le tour attend encore : {', '.join(awaited)}."
    orders = payment_round.entitlements + payment_round.arrears
    amount = format_xof(payment_round.total_xof)
    said: dict[str, Any] = {
        "prepare": f"La liste est préparée : {counted(orders, 'ordre', 'ordres')}, {amount}.",
        "freeze": "La liste est gelée : plus rien n’y change, et son empreinte la désigne.",
        "approve": f"Vous avez approuvé {amount}. Les droits sont réservés sur leurs conventions.",
        "release": f"Vous avez libéré {amount} : les fichiers d’ordres peuvent partir aux agences.",
        "close": "Le tour est clos. Ce qui n’a pas été payé est dû à l’échéance suivante.",
        "send_back": "Le tour est renvoyé : il est à préparer de nouveau.",
        "cancel": "Le tour est annulé : ses communes sont libres pour un autre.",
    }
    return str(said[verb])


def _right(payment_round: PaymentRound, verb: str) -> str:
    if verb == "send_back":
        return "payments.approve" if payment_round.status == "frozen" else "payments.prepare"
    return RIGHTS[verb]


def _label(verb: str, payment_round: PaymentRound) -> str:
    amount = format_xof(payment_round.total_xof)
    return {
        "prepare": "Préparer la liste", "freeze": "Geler la liste", "approve": f"Approuver {amount}",
        "release": f"Libérer {amount}", "close": "Clore le tour", "send_back": "Renvoyer avec motif",
        "cancel": "Annuler le tour",
    }[verb]  # fmt: skip
