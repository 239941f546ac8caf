"""The list of complaints, and the page of one: what was said, where it stands, what was done, what may be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.grievances import actions, acts, joining, queries, trail
from jigi.grievances.models import Act, Case, Category, Event
from jigi.grievances.rules import SAME_DAYS
from jigi.grievances.states import CASE
from jigi.payments.models import Instruction
from jigi.programmes.models import Component
from jigi.web.complaints import chip
from jigi.web.grievances.listing import cases_list, due
from jigi.web.grievances.mending import orders_of
from jigi.web.grievances.sight import person, seen_case
from jigi.web.nouns import verb_word
from jigi.web.reader import number_in, rights_of, user_of
from jigi.web.submissions import carry_out

Typed = Any
OWN_FORMS = ("decide", "sort", "close", "answer", "join")
WORDED = {
    "send_back": "Ce qui manque à l’examen", "decide": "Motif de la décision",
    "appeal": "Ce que dit le plaignant", "reopen": "Motif", "cancel": "Motif", "restore": "Motif",
    "part": "Motif",
}  # fmt: skip
MOVES: dict[str, Callable[[Case, Typed, User], str]] = {
    "acknowledge": lambda one, typed, by: _done(actions.acknowledge(one, by=by), "L’accusé de réception est noté."),
    "sort": lambda one, typed, by: _done(
        actions.sort(one, typed.get("categorie", ""), by=by), "La plainte est triée : son délai a changé."
    ),
    "examine": lambda one, typed, by: _done(actions.examine(one, by=by), "L’examen est à vous."),
    "note": lambda one, typed, by: _done(actions.note(one, typed.get("texte", ""), by=by), "La note est gardée."),
    "propose": lambda one, typed, by: _done(
        actions.propose(one, typed.get("issue", ""), typed.get("texte", ""), by=by),
        "L’examen est écrit : une autre personne décide.",
    ),
    "send_back": lambda one, typed, by: _done(
        actions.send_back(one, typed.get("texte", ""), by=by), "L’examen est à reprendre."
    ),
    "decide": lambda one, typed, by: _done(
        actions.decide(one, typed.get("texte", ""), by=by), "La plainte est décidée : il reste à répondre."
    ),
    "answer": lambda one, typed, by: _done(
        actions.answer(one, typed.get("texte", ""), how=typed.get("moyen", ""), by=by), "La réponse est notée."
    ),
    "join": lambda one, typed, by: _joined(one, typed, by),
    "part": lambda one, typed, by: _done(
        joining.part(one, typed.get("texte", ""), by=by), "La plainte est séparée : elle repart de sa réception."
    ),
    "appeal": lambda one, typed, by: _done(
        actions.appeal(one, typed.get("texte", ""), by=by), "Le recours est ouvert, un niveau plus haut."
    ),
    "hear": lambda one, typed, by: _done(actions.hear(one, by=by), "L’examen du recours est à vous."),
    "close": lambda one, typed, by: _done(
        actions.close(one, typed.get("satisfaction", ""), by=by), "La plainte est close."
    ),
    "reopen": lambda one, typed, by: _done(
        actions.reopen(one, typed.get("texte", ""), by=by), "La plainte est rouverte."
    ),
    "cancel": lambda one, typed, by: _done(
        actions.cancel(one, typed.get("texte", ""), by=by), "La plainte est annulée ; elle peut être reprise."
    ),
    "restore": lambda one, typed, by: _done(
        actions.restore(one, typed.get("texte", ""), by=by), "La plainte est reprise."
    ),
    "give_case": lambda one, typed, by: _given(one, typed, by),
}


def cases(request: HttpRequest) -> HttpResponseBase:
    """The ordinary complaints of the person's places."""
    user = person(request)
    rows = queries.visible_to(user).select_related("category", "commune", "assigned_to").prefetch_related("concerned")
    context = {"sensitive": queries.SENSITIVE in rights_of(request), "late": queries.late(user).count()}
    return cases_list().respond(request, rows, "grievances/list.html", context)


def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One complaint; what it says of households is noted as read."""
    user, one = user_of(request), seen_case(request, pk)
    trail.read(one, "see", by=user)
    steps = CASE.possible(one.status)
    asked = list(one.acts.select_related("household", "asked_by", "done_by", "made_round").order_by("pk"))
    context = {
        "case": one,
        "chip": chip(one),
        "due": due(one),
        "recordings": one.recordings.select_related("kept_by").defer("content_sealed").order_by("pk"),
        "erased_sounds": set(one.recordings.filter(content_sealed=b"").values_list("pk", flat=True)),
        "concerned": one.concerned.select_related("household__commune"),
        "payments": one.payments.select_related("origin_round"),
        "acts": [(act, acts.may_carry_out(user, act), act.asked_by_id == user.pk) for act in asked],
        "events": [(event, _word(event)) for event in one.events.select_related("by").order_by("-pk")],
        "moves": _moves(one, user),
        "categories": Category.objects.filter(in_use=True).order_by("name"),
        "outcomes": Case.Outcome.choices[1:],
        "satisfactions": Case.Satisfaction.choices[1:],
        "act_kinds": [(code, word) for code, word in Act.Kind.choices if code in one.category.acts],
        "may_ask": one.status in ("sorted", "examination", "decided"),
        "components": Component.objects.filter(enrolments__household__in=one.concerned.values("household")).distinct(),
        "may_sort": one.status in CASE.transition("sort").sources,
        "may_propose": one.status == "examination" and not queries.touched(user, one, before_appeal=True),
        "means": Case.Answered.choices[1:],
        "usual": queries.answered_by(one),
        "likely": joining.likely(one, by=user)[: joining.SHOWN] if CASE.transition("join") in steps else [],
        "same_as": queries.visible_to(user).filter(pk=one.same_as_id).first() if one.same_as_id else None,
        "joined": queries.visible_to(user).filter(same_as=one).order_by("pk"),
        "same_days": SAME_DAYS,
        "languages": Case.Language.choices,
        "may_amend": one.is_live,
        "orders": _other_orders(one, user) if one.is_live else [],
        "proposed": one.status == "examination" and one.proposed_by_id,
        "back": reverse("sensitive_grievances" if one.sensitive else "grievances"),
    }
    return render(request, "grievances/case.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One of the moves; a case that turns sensitive is gone for who may not read it."""
    user, one = user_of(request), seen_case(request, pk)
    if verb not in MOVES:
        raise Http404
    carry_out(request, lambda: MOVES[verb](one, request.POST, user))
    still = queries.one_visible_to(user).filter(pk=pk).exists()
    return redirect("grievance", pk) if still else redirect("grievances")


def _moves(one: Case, user: User) -> list[dict[str, str]]:
    """What this person may do now: the verb, its button, and the words that it asks."""
    found = [step for step in CASE.possible(one.status) if step.verb not in OWN_FORMS]
    if one.status == "appealed" and queries.touched(user, one):
        found = []
    moves = [{"verb": step.verb, "label": step.label, "asks": WORDED.get(step.verb, "")} for step in found]
    if one.status == "examination" and one.outcome and queries.may_decide(user, one):
        moves += [
            {"verb": "decide", "label": "Décider", "asks": WORDED["decide"]},
            {"verb": "send_back", "label": "Renvoyer à l’examen", "asks": WORDED["send_back"]},
        ]
    return moves


def _other_orders(one: Case, user: User) -> list[Instruction]:
    """Orders of its households that it does not name yet."""
    named = {(paid.instruction_id, paid.origin_round_id) for paid in one.payments.all()}
    offered = orders_of(list(one.concerned.values_list("household", flat=True)), user)
    return [order for order in offered if (order.pk, order.origin_round_id) not in named]


def _given(one: Case, typed: Typed, by: User) -> str:
    to = User.objects.filter(username=typed.get("a", "").strip(), is_active=True).first()
    if to is None:
        raise Refused("Ce compte n’existe pas", remedy="Donnez l’identifiant de la personne.")
    actions.assign(one, to, by=by)
    return f"La plainte est confiée à {to}."


def _joined(one: Case, typed: Typed, by: User) -> str:
    other = queries.visible_to(by).filter(pk=number_in(typed.get("autre", ""))).first()
    if other is None:
        raise Refused("Choisissez la plainte qui est la même", remedy="Elle est dans la liste de la page.")
    joining.join(one, other, typed.get("texte", ""), by=by)
    return f"La plainte est jointe à {other.said}, qui va pour les deux."


def _done(nothing: None, said: str) -> str:
    return said


def _word(event: Event) -> str:
    return "entendre la plainte" if event.verb == "receive" else verb_word(event.verb, CASE.noun)
