"""The orders of a round given to an agency by machine: where each stands, and what may be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.payments import dispatch, dispatch_jobs, recalls
from jigi.payments.dispatch_models import Attempt, Dispatch, Group, Recall
from jigi.payments.models import Instruction, PaymentRound
from jigi.programmes.models import Agency
from jigi.web.account.step_up import require_proof
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.payments.order_files import may_send
from jigi.web.payments.sight import person, seen_round
from jigi.web.submissions import carry_out

TONES = {"executed": "ok", "rejected": "bad", "to_verify": "wait"}
PROVED = frozenset({"release", "decide"})
"""The acts that ask again who is there: money moves."""


@dataclass(frozen=True)
class Act:
    """A button: its label, whether it asks for a reason, and why this person can't press it."""

    verb: str
    label: str
    asks_reason: bool = False
    why_not: str = ""


def dispatch_page(request: HttpRequest, pk: int, agency: int) -> HttpResponseBase:
    """What was given to an agency, deposited, executed, rejected, to verify; every order, and the acts."""
    shown, found = _seen(request, pk, agency)
    user, one = person(request), _of(shown, found)
    context: dict[str, Any] = {"round": shown, "agency": found, "dispatch": one, "acts": _acts(shown, one, user)}
    if one is not None:
        figures = dispatch.figures(one)
        context |= {
            "states": [
                {"label": label, "code": code, "tone": TONES.get(code, ""), **figures["states"][code]}
                for code, label in dispatch.STATES.items()
            ],
            "settled": figures["settled"], "returned": figures["returned"],
            "problems": _problems(one), "motives": Recall.Motive.choices,
            "may_decide": can(user, "payments.release") and figures["states"]["to_verify"]["orders"] > 0
            and not dispatch.why_not_release(one, user),
            "may_recall": can(user, "payments.reconcile") and figures["states"]["executed"]["orders"] > 0,
        }  # fmt: skip
    return _lines(shown, one).respond(request, _attempts(one), "payments/dispatch.html", context)


@require_POST
def act(request: HttpRequest, pk: int, agency: int, verb: str) -> HttpResponse:
    """Start, release, pause, resume, retry, withdraw, ask a payment back, or decide of one that stays to verify."""
    if verb not in VERBS:
        raise Http404
    shown, found = _seen(request, pk, agency)
    if verb in PROVED:
        require_proof(request)
    carry_out(request, lambda: VERBS[verb](request, shown, found))
    return redirect("dispatch", pk, agency)


def _start(request: HttpRequest, shown: PaymentRound, agency: Agency) -> str:
    made = dispatch.start(shown, agency, by=person(request))
    dispatch_jobs.enqueue(made.pk)
    return f"{counted(made.orders, 'ordre')} : ils sont déposés chez {agency}, qui attend la libération pour payer."


def _release(request: HttpRequest, shown: PaymentRound, agency: Agency) -> str:
    one = dispatch.release(_one(shown, agency), by=person(request))
    dispatch_jobs.enqueue(one.pk)
    return "L’envoi est libéré : l’agence paie."


def _pause(request: HttpRequest, shown: PaymentRound, agency: Agency) -> str:
    dispatch.pause(_one(shown, agency), by=person(request))
    return "L’envoi est en pause : plus rien ne part. Ce qui est déjà libéré est payé par l’agence."


def _resume(request: HttpRequest, shown: PaymentRound, agency: Agency) -> str:
    one = dispatch.resume(_one(shown, agency), by=person(request))
    dispatch_jobs.enqueue(one.pk)
    return "L’envoi reprend où il en était."


def _retry(request: HttpRequest, shown: PaymentRound, agency: Agency) -> str:
    one = _one(shown, agency)
    count = dispatch.retry(one, by=person(request))
    dispatch_jobs.enqueue(one.pk)
    return f"{counted(count, 'lot est redemandé', 'lots sont redemandés')} à l’agence. Rien n’est payé deux fois."


def _withdraw(request: HttpRequest, shown: PaymentRound, agency: Agency) -> str:
    one = dispatch.withdraw(_one(shown, agency), by=person(request), reason=request.POST.get("motif", ""))
    dispatch_jobs.enqueue(one.pk)
    return "L’envoi est retiré : ses ordres seront dus à l’échéance suivante."


def _decide(request: HttpRequest, shown: PaymentRound, agency: Agency) -> str:
    found = _named(request, shown, agency)
    status = request.POST.get("issue", "")
    dispatch.decide(found, status, by=person(request), reason=request.POST.get("motif", ""))
    dispatch_jobs.enqueue(found.group.dispatch_id)
    return f"L’ordre {found.tx_id} est dit {Attempt.Status(status).label} ; les comptes suivent."


def _recall(request: HttpRequest, shown: PaymentRound, agency: Agency) -> str:
    found = _named(request, shown, agency)
    recall = recalls.store(
        found, request.POST.get("cause", ""), by=person(request), reason=request.POST.get("motif", "")
    )
    dispatch_jobs.enqueue_recall(recall.pk)
    return "La demande part à l’agence. Le titulaire peut la refuser ; s’il rend l’argent, l’ordre est annulé."


VERBS: dict[str, Callable[[HttpRequest, PaymentRound, Agency], str]] = {
    "start": _start, "release": _release, "pause": _pause, "resume": _resume, "retry": _retry, "withdraw": _withdraw,
    "recall": _recall, "decide": _decide,
}  # fmt: skip


def _named(request: HttpRequest, shown: PaymentRound, agency: Agency) -> Attempt:
    """The order of this dispatch whose reference the form gives."""
    reference = request.POST.get("reference", "").strip()
    attempts = Attempt.objects.filter(group__dispatch=_one(shown, agency), tx_id=reference)
    found = attempts.select_related("group__dispatch__agency", "group__dispatch__payment_round").first()
    if found is None:
        raise Refused("Aucun ordre de cet envoi ne porte cette référence", remedy="Copiez-la de la liste.")
    return found


def _seen(request: HttpRequest, pk: int, agency: int) -> tuple[PaymentRound, Agency]:
    """A round whose orders this person handles, and an agency of it that has a channel; Http404 otherwise."""
    shown = seen_round(request, pk)
    found = Agency.objects.filter(pk=agency, channel__isnull=False).first()
    if found is None or not may_send(person(request), shown):
        raise Http404
    if not Instruction.objects.filter(payment_round=shown, agency=found).exists():
        raise Http404
    return shown, found


def _of(shown: PaymentRound, agency: Agency) -> Dispatch | None:
    dispatches = Dispatch.objects.filter(payment_round=shown, agency=agency)
    return dispatches.select_related("agency", "payment_round", "started_by", "released_by", "withdrawn_by").first()


def _one(shown: PaymentRound, agency: Agency) -> Dispatch:
    found = _of(shown, agency)
    if found is None:
        raise Refused("Cet envoi n’est pas commencé", remedy="Commencez-le d’abord.")
    return found


def _acts(shown: PaymentRound, one: Dispatch | None, user: User) -> list[Act]:
    if one is None:
        return [Act("start", "Déposer les ordres chez l’agence", why_not=_why_not(shown, "payments.reconcile", user))]
    acts: list[Act] = []
    reconcile = _why_not(shown, "payments.reconcile", user)
    if one.status != "done" and one.released_by_id is None and one.withdrawn_by_id is None:
        why = _why_not(shown, "payments.release", user) or dispatch.why_not_release(one, user)
        acts += [
            Act("release", "Libérer les paiements", why_not=why),
            Act("withdraw", "Retirer l’envoi", asks_reason=True, why_not=reconcile),
        ]
    if one.status == "running":
        acts += [Act("retry", "Redemander maintenant", why_not=reconcile), Act("pause", "Pause", why_not=reconcile)]
    if one.status == "paused":
        acts.append(Act("resume", "Reprendre", why_not=reconcile))
    return acts


def _why_not(shown: PaymentRound, right: str, user: User) -> str:
    communes = Area.objects.filter(pk__in=shown.communes.values("commune"))
    if can(user, right, areas=communes, programme=shown.component.programme.code):
        return ""
    return "Votre affectation ne permet pas ce geste dans toutes les communes de ce tour."


def _problems(one: Dispatch) -> list[dict[str, Any]]:
    """What groups say, with how many say it."""
    found: dict[str, int] = {}
    for text in one.groups.exclude(problem="").exclude(status__in=dispatch.ENDED).values_list("problem", flat=True):
        found[text] = found.get(text, 0) + 1
    return [{"text": text, "groups": count} for text, count in sorted(found.items())]


def _attempts(one: Dispatch | None) -> QuerySet[Attempt]:
    orders = Instruction.objects.filter(pk=OuterRef("instruction_id"), origin_round=OuterRef("origin_round_id"))
    return (
        Attempt.objects.filter(group__dispatch=one.pk if one else 0)
        .select_related("group", "recall")
        .annotate(household_id=Subquery(orders.values("household")[:1]))
    )


def _lines(shown: PaymentRound, one: Dispatch | None) -> Listing:
    page = reverse("round_lines", args=[shown.pk])
    return Listing(
        noun=("ordre", "ordres"),
        file_name=f"envoi-{one.pk}" if one else "envoi",
        columns=(
            Column(
                "reference", "Référence", lambda a: a.tx_id, sort="tx_id", link=lambda a: f"{page}?q={a.tx_id}"
            ),
            Column("montant", "FCFA", lambda a: a.amount_xof, kind="xof", sort="amount_xof"),
            Column("etat", "État", lambda a: a.get_status_display(), sort="status", cell=_chip),
            Column("lot", "Lot", lambda a: a.group.code, sort="group__code"),
            Column("etat_lot", "État du lot", lambda a: a.group.get_status_display()),
            Column("motif", "Motif", lambda a: a.reason),
            Column("agence", "Référence de l’agence", lambda a: a.agency_reference),
            Column("jour", "Jour", lambda a: a.happened_on, kind="day"),
            Column("annulation", "Annulation", _told),
        ),
        order="reference",
        filters=(
            Filter("etat", "État", lambda rows, code: rows.filter(status=code), Attempt.Status.choices),
            Filter("lots", "Lot", lambda rows, code: rows.filter(group__status=code), Group.Status.choices),
        ),
        empty="Aucun ordre n’a encore été donné à cette agence par machine.",
        subject=lambda a: a.household_id,
    )  # fmt: skip


def _told(attempt: Attempt) -> str:
    if attempt.returned_on:
        return "rendu"
    recall = getattr(attempt, "recall", None)
    return recall.get_status_display() if recall else ""


def _chip(attempt: Attempt) -> str:
    return format_html('<span class="chip {}">{}</span>', TONES.get(attempt.status, ""), attempt.get_status_display())
