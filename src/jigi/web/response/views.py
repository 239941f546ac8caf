"""One response: its facts, places, decision, arms, days, ceiling, end and lessons, and what this person may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.payments.queries import visible_to as rounds_seen
from jigi.response import actions, after, queries, timeline
from jigi.response import promise_rules as rules
from jigi.response.access import DECIDE, PREPARE, may
from jigi.response.documents import DECIDED, may_join
from jigi.response.models import Activation, Document
from jigi.response.states import ACTIVATION
from jigi.web.formats import counted
from jigi.web.nouns import verb_word
from jigi.web.response.sight import chip, day_of, people_of, place_of, reader, seen
from jigi.web.submissions import carry_out

Act = Callable[[HttpRequest, Activation, User], str]


def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """One response, with what may follow."""
    one, user = seen(request, pk), reader(request)
    lines = timeline.of(one)
    context: dict[str, Any] = {
        "one": one, "chip": chip(one), "areas": _areas(one), "arms": arms(one),
        "lines": lines, "longest": longest(lines),
        "stuck": rules.stuck(lines), "ceiling": queries.ceiling(one), "rounds": rounds(one, user),
        "renewals": one.renewals.select_related("asked_by", "decided_by").order_by("-pk"),
        "lessons": one.lessons.select_related("made_by").order_by("pk"), **_possible(one, user), **_papers(one, user),
        "history": [(event, verb_word(event.verb, ACTIVATION.noun)) for event in audit.history("activation", one.pk)],
    }  # fmt: skip
    return render(request, "response/response.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """What follows of a response: a place, the request, the decision, a renewal, a lesson, the end."""
    one, user = seen(request, pk), reader(request)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("response", pk)


@require_POST
def remove_area(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back a place that was written by mistake."""
    one, user = seen(request, pk), reader(request)
    line = one.areas.select_related("area", "activation").filter(pk=number).first()
    if line is None:
        raise Http404

    def do() -> str:
        actions.remove_area(line, by=user)
        return f"{line.area.name} est ôté."

    carry_out(request, do)
    return redirect("response", pk)


@require_POST
def decide_renewal(request: HttpRequest, pk: int, number: int, verb: str) -> HttpResponse:
    """Confirm a later end, or refuse it."""
    one, user = seen(request, pk), reader(request)
    renewal = one.renewals.filter(pk=number).first()
    if renewal is None or verb not in ("confirmer", "refuser"):
        raise Http404

    def do() -> str:
        actions.decide_renewal(renewal, confirmed=verb == "confirmer", by=user)
        return "La réponse est prolongée." if verb == "confirmer" else "La prolongation est refusée."

    carry_out(request, do)
    return redirect("response", pk)


@require_POST
def withdraw_lesson(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Withdraw a lesson that was wrong."""
    one, user = seen(request, pk), reader(request)
    lesson = one.lessons.select_related("activation").filter(pk=number).first()
    if lesson is None:
        raise Http404

    def do() -> str:
        actions.withdraw_lesson(lesson, reason=request.POST.get("motif", ""), by=user)
        return "La leçon est retirée."

    carry_out(request, do)
    return redirect("response", pk)


def longest(lines: list[rules.Line]) -> int:
    """The most days of a timeline, which its drawing is as wide as."""
    return max((1, *(max(line.days, line.promised) for line in lines)))


def arms(one: Activation) -> list[tuple[Any, str]]:
    """The arms with the address of their page."""
    known = one.arms.select_related("component__programme", "cohort").order_by("pk")
    return [(arm, reverse("response_arm", args=[one.pk, arm.pk])) for arm in known]


def rounds(one: Activation, user: User) -> list[tuple[Any, str]]:
    """The rounds that pay it, with their address for who may open them."""
    known = queries.rounds_of(one)
    open_to = set(rounds_seen(user).filter(pk__in=known.values("pk")).values_list("pk", flat=True))
    return [(each, reverse("payment_round", args=[each.pk]) if each.pk in open_to else "") for each in known]


def _areas(one: Activation) -> list[Any]:
    return list(one.areas.select_related("area__parent").order_by("-kept", "area__path"))


def _papers(one: Activation, user: User) -> dict[str, Any]:
    known = one.documents.defer("content").select_related("added_by").order_by("pk")
    signed = known.filter(paper=Document.Paper.DECISION, withdrawn_at=None).exists()
    return {
        "documents": known, "may_join": may_join(user, one), "papers": Document.Paper.choices,
        "unsigned": one.status in DECIDED and not signed,
    }  # fmt: skip


def _possible(one: Activation, user: User) -> dict[str, Any]:
    prepares, decides = may(user, PREPARE, one), may(user, DECIDE, one)
    ending = one.status == "active" and one.sunset_on < timezone.localdate()
    return {
        "may_correct": prepares and one.status == "draft",
        "may_ask": prepares and one.status == "draft",
        "may_cancel": prepares and one.status in ("draft", "asked"),
        "may_decide": decides and one.status == "asked",
        "may_renew": prepares and one.status == "active",
        "may_confirm": decides and one.status == "active",
        "may_learn": prepares and one.status in ("active", "closed"),
        "ending": ending, "may_end": ending and (prepares or decides), "left": after.left(one) if ending else [],
    }  # fmt: skip


def _area(request: HttpRequest, one: Activation, by: User) -> str:
    said = request.POST.get
    area = place_of(said("lieu", ""))
    line = one.areas.filter(area=area).first()
    kept = said("choix", "") == "retenu"
    actions.set_area(
        one, area, kept=kept, proposed=line.proposed if line else False, reason=said("motif", ""),
        in_need=people_of(said("personnes", "")), by=by,
    )  # fmt: skip
    return f"{area.name} est {'retenu' if kept else 'écarté'}."


def _ask(request: HttpRequest, one: Activation, by: User) -> str:
    actions.ask(one, by=by)
    return f"La décision de la réponse {one.number} est demandée : une autre personne la prend."


def _send_back(request: HttpRequest, one: Activation, by: User) -> str:
    actions.send_back(one, reason=request.POST.get("motif", ""), by=by)
    return f"La réponse {one.number} est renvoyée à qui l’a préparée."


def _activate(request: HttpRequest, one: Activation, by: User) -> str:
    actions.activate(one, decision=request.POST.get("motif", ""), by=by)
    return f"La réponse {one.number} est décidée : ses volets peuvent être listés, inscrits et payés."


def _refuse(request: HttpRequest, one: Activation, by: User) -> str:
    actions.refuse(one, decision=request.POST.get("motif", ""), by=by)
    return f"La réponse {one.number} est refusée."


def _cancel(request: HttpRequest, one: Activation, by: User) -> str:
    actions.cancel(one, reason=request.POST.get("motif", ""), by=by)
    return f"La réponse {one.number} est abandonnée."


def _renew(request: HttpRequest, one: Activation, by: User) -> str:
    actions.ask_renewal(one, day_of(request.POST.get("fin", "")), reason=request.POST.get("motif", ""), by=by)
    return "La prolongation est demandée : une autre personne la confirme."


def _lesson(request: HttpRequest, one: Activation, by: User) -> str:
    actions.write_lesson(one, request.POST.get("lecon", ""), action=request.POST.get("changer", ""), by=by)
    return "La leçon est écrite."


def _end(request: HttpRequest, one: Activation, by: User) -> str:
    outcome = after.sunset(one, by=by)
    if not outcome.done:
        why = " ".join(line.why for line in outcome.left if line.why) or "Rien n’attend de vous."
        raise Refused("Rien de la fin de cette réponse n’est à faire par vous maintenant", why=why)
    waits = f" Il reste {counted(len(outcome.left), 'chose')} à faire." if outcome.left else ""
    return " ".join(outcome.done) + waits


ACTS: dict[str, Act] = {
    "lieu": _area, "demander": _ask, "renvoyer": _send_back, "decider": _activate, "refuser": _refuse,
    "abandonner": _cancel, "prolonger": _renew, "lecon": _lesson, "finir": _end,
}  # fmt: skip
