"""The arms of a response: their list, the form that plans one, its page and what may follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import User
from jigi.response import arm_lists, arms
from jigi.response.arms import Choices
from jigi.response.models import Arm
from jigi.response.states import ARM
from jigi.schemes.models import Scheme
from jigi.targeting.models import ScoringFormula
from jigi.web.arms.sight import (
    LIVELIHOODS,
    amount_in,
    component_of,
    day_in,
    emergencies,
    livelihood_words,
    livelihoods_in,
    may,
    paying_components,
    person,
    seen_arm,
    seen_response,
)
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.reader import number_in
from jigi.web.submissions import KeyReused, carry_out

TONES = {"planned": "", "listed": "wait", "enrolled": "ok", "cancelled": "", "ended": ""}


def listed(request: HttpRequest, number: int) -> HttpResponseBase:
    """The arms of a response."""
    user, response = person(request), seen_response(request, number)
    found = response.arms.select_related("component__programme", "cohort", "activation")
    context = {"response": response, "may_plan": _may_plan(user, response)}
    return ARMS.respond(request, found, "arms/arms.html", context)


def planning(request: HttpRequest, number: int) -> HttpResponse:
    """The form of a new arm; what was typed stays when it is refused."""
    user, response = person(request), seen_response(request, number)
    if not _may_plan(user, response):
        raise Http404
    said, wrong = request.POST, ""
    if request.method == "POST":
        try:
            return _planned(request, number, user)
        except KeyReused:
            raise
        except JigiError as error:
            wrong = str(error)
    context = {
        "response": response, "kinds": Arm.Kind.choices, "components": emergencies(), "bases": paying_components(),
        "said": said,
        "formulas": ScoringFormula.objects.order_by("name", "-version"), "schemes": Scheme.objects.order_by("name"),
        "livelihoods": LIVELIHOODS, "ticked": said.getlist("moyen"), "left_out": said.getlist("ecarte"),
        "wrong": wrong,
    }  # fmt: skip
    return render(request, "arms/planning.html", context, status=400 if wrong else 200)


def shown(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """One arm: its choices, its households by reason, and what may follow."""
    user, one = person(request), seen_arm(request, number, pk)
    counts = _counts(one)
    history = [(event, verb_word(event.verb, ARM.noun)) for event in audit.history(ARM.noun, one.pk)]
    context = {
        "response": one.activation, "one": one, "chip": chip(one),
        "reasons": [(reason, arm_lists.REASONS[reason], count) for reason, count in counts.items()],
        "taken": counts.get(arm_lists.TAKEN, 0), "most": max(counts.values(), default=0),
        "livelihoods": livelihood_words(one.livelihoods), "collision": _collision(one), "history": history,
        "may_prepare": one.status in ("planned", "listed") and may(user, arms.PREPARE, one.activation, one.component),
        "may_enrol": one.status == "listed" and may(user, arms.DECIDE, one.activation, one.component),
        "running": one.activation.status == "active",
        "to_tell": one.agency_lines.filter(status="waiting").count(),
    }  # fmt: skip
    return render(request, "arms/arm.html", context)


@require_POST
def act(request: HttpRequest, number: int, pk: int, verb: str) -> HttpResponse:
    """List, enrol or give up."""
    user, one = person(request), seen_arm(request, number, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("response_arm", number, pk)


def chip(one: Arm) -> str:
    return format_html('<span class="chip {}">{}</span>', TONES[one.status], one.get_status_display())


def _may_plan(user: User, response: Any) -> bool:
    return response.status == "active" and may(user, arms.PREPARE, response)


def _planned(request: HttpRequest, number: int, user: User) -> HttpResponse:
    made: list[Arm] = []
    said, response = request.POST, seen_response(request, number)

    def do() -> str:
        component = component_of(said, "composante")
        if component is None:
            raise Refused("Par quelle composante payer ?", remedy="Choisissez-la dans la liste.")
        made.append(arms.plan(response, said.get("volet", ""), component, _choices(request), by=user))
        return "Le volet est prévu : établissez sa liste."

    carry_out(request, do)
    return redirect("response_arm", number, made[0].pk) if made else redirect("response_arms", number)


def _choices(request: HttpRequest) -> Choices:
    said = request.POST
    return Choices(
        places=amount_in(said.get("places", ""), "Places"),
        formula=ScoringFormula.objects.filter(pk=number_in(said.get("formule", ""))).first(),
        livelihoods=livelihoods_in(said),
        fresh_since=day_in(said.get("frais", "")),
        leave_out=tuple(said.getlist("ecarte")),
        helped_since=day_in(said.get("aides", "")),
        follow_displaced="suivre" in said,
        base_component=component_of(said, "base"),
        partner_scheme=Scheme.objects.filter(pk=number_in(said.get("partenaire", ""))).first(),
    )


def _counts(one: Arm) -> dict[str, int]:
    """What stands behind the page: nothing before the list is made."""
    if one.status == "planned" or (one.status in ("cancelled", "ended") and not one.listed_at):
        return {}
    if one.cohort and not one.targeting_round:
        return {arm_lists.TAKEN: one.cohort.enrolled}
    return arm_lists.counts(one)


def _collision(one: Arm) -> int:
    live = one.kind == Arm.Kind.VERTICAL and one.status in ("planned", "listed")
    return arm_lists.collision(one) if live else 0


def _list(request: HttpRequest, one: Arm, by: User) -> str:
    found = arms.list_households(one, by=by)
    said = f"La liste est établie : {counted(found[arm_lists.TAKEN], 'ménage')} à inscrire"
    return f"{said} ({arm_lists.told(found)} laissés de côté)." if arm_lists.told(found) else f"{said}."


def _enrol(request: HttpRequest, one: Arm, by: User) -> str:
    cohort = arms.enrol(one, by=by)
    told = f" Laissés de côté : {cohort.left_out}." if cohort.left_out else ""
    return f"{counted(cohort.enrolled, 'ménage inscrit', 'ménages inscrits')} : un tour peut se préparer.{told}"


def _cancel(request: HttpRequest, one: Arm, by: User) -> str:
    arms.cancel(one, reason=request.POST.get("motif", ""), by=by)
    return "Le volet est abandonné."


ACTS: dict[str, Callable[[HttpRequest, Arm, User], str]] = {"establish": _list, "enrol": _enrol, "cancel": _cancel}

ARMS = Listing(
    noun=("volet", "volets"),
    file_name="volets",
    columns=(
        Column(
            "volet", "Volet", lambda one: one.get_kind_display(), sort="kind",
            link=lambda one: reverse("response_arm", args=[one.activation_id, one.pk]),
        ),
        Column("composante", "Composante", lambda one: str(one.component), sort="component__code"),
        Column("etat", "État", lambda one: one.get_status_display(), sort="status", cell=chip),
        Column("places", "Places", lambda one: one.places, kind="number", sort="places"),
        Column("inscrits", "Inscrits", lambda one: one.cohort.enrolled if one.cohort else None, kind="number"),
        Column("prevu", "Prévu le", lambda one: one.made_at, kind="day", sort="made_at"),
    ),
    order="prevu",
    filters=(
        Filter("volet", "Volet", lambda rows, code: rows.filter(kind=code), Arm.Kind.choices),
        Filter("etat", "État", lambda rows, code: rows.filter(status=code), ARM.choices),
    ),
    empty="Aucun volet. Une réponse en cours en prévoit ici : complément aux inscrits, ménages du registre, nouvelle"
    " liste, liste d’un partenaire.",
)  # fmt: skip
