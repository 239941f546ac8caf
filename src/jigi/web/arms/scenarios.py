"""The scenarios of a response: computed before anybody decides, two side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.response import scenarios
from jigi.response.arms import PREPARE
from jigi.response.models import Activation, Scenario, ScenarioArea
from jigi.response.scenario_rules import coverage
from jigi.response.scenarios import Plan, promised_days
from jigi.schemes.models import Scheme
from jigi.web.areas import maps
from jigi.web.arms.sight import (
    LIVELIHOODS,
    amount_in,
    component_of,
    day_in,
    livelihood_words,
    livelihoods_in,
    may,
    paying_components,
    person,
    seen_response,
    seen_scenario,
)
from jigi.web.export import csv_response
from jigi.web.listing import Column, Listing
from jigi.web.reader import number_in
from jigi.web.submissions import KeyReused, carry_out

HEADERS = (
    "Scénario", "Code du cercle", "Cercle", "Personnes en phases 3 à 5", "Ménages au registre", "Déjà aidés",
    "Complétés", "Du registre", "À lister", "Personnes atteintes", "Couverture", "Coût (FCFA)",
)  # fmt: skip


def listed(request: HttpRequest, number: int) -> HttpResponseBase:
    """The scenarios of a response, and two of them side by side (`?un=` and `?deux=`, else the last two)."""
    user, response = person(request), seen_response(request, number)
    every = list(response.scenarios.order_by("-computed_at", "-pk"))
    pair = _pair(request, every)
    if request.GET.get("format") == "csv" and "paire" in request.GET:
        audit.record("export", "list", "scenarios", by=user, after={"scenarios": [one.pk for one in pair]})
        return csv_response(f"scenarios-{response.pk}", HEADERS, _cells(pair))
    context = {
        "response": response, "every": every, "pair": [_sheet(one) for one in pair], "rows": _side_by_side(pair),
        "may_plan": _may_plan(user, response),
    }  # fmt: skip
    return SCENARIOS.respond(request, response.scenarios.all(), "arms/scenarios.html", context)


def planning(request: HttpRequest, number: int) -> HttpResponse:
    """The form of a scenario; what was typed stays when it is refused."""
    user, response = person(request), seen_response(request, number)
    if not _may_plan(user, response):
        raise Http404
    said, wrong = request.POST, ""
    if request.method == "POST":
        try:
            return _computed(request, response, user)
        except KeyReused:
            raise
        except JigiError as error:
            wrong = str(error)
    context = {
        "response": response, "components": paying_components(), "schemes": Scheme.objects.order_by("name"),
        "livelihoods": LIVELIHOODS, "ticked": said.getlist("moyen"), "left_out": said.getlist("ecarte"), "said": said,
        "days": promised_days(), "wrong": wrong,
    }  # fmt: skip
    return render(request, "arms/scenario_plan.html", context, status=400 if wrong else 200)


def shown(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """One scenario: its choices, its figures, its cercles."""
    user, one = person(request), seen_scenario(request, number, pk)
    areas = _areas(one)
    context = {
        "response": one.activation, "one": one, "sheet": _sheet(one), "areas": [(area, _share(area)) for area in areas],
        "livelihoods": livelihood_words(one.livelihoods), "map": _map(one, areas),
        "may_forget": may(user, PREPARE, one.activation),
    }  # fmt: skip
    return render(request, "arms/scenario.html", context)


@require_POST
def forget(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a scenario away."""
    user, one = person(request), seen_scenario(request, number, pk)

    def do() -> str:
        scenarios.forget(one, by=user)
        return f"Le scénario « {one.name} » est retiré."

    carry_out(request, do)
    return redirect("response_scenarios", number)


def _may_plan(user: User, response: Activation) -> bool:
    return response.status in ("draft", "asked", "active") and may(user, PREPARE, response)


def _computed(request: HttpRequest, response: Activation, user: User) -> HttpResponse:
    made: list[Scenario] = []

    def do() -> str:
        made.append(scenarios.compute(response, _plan(request), by=user))
        return f"Le scénario « {made[0].name} » est calculé."

    carry_out(request, do)
    return (
        redirect("response_scenario", response.pk, made[0].pk) if made else redirect("response_scenarios", response.pk)
    )


def _plan(request: HttpRequest) -> Plan:
    said = request.POST
    paying = component_of(said, "composante")
    if paying is None:
        raise Refused("Par quelle composante payer ?", remedy="Choisissez-la dans la liste.")
    return Plan(
        name=said.get("nom", ""),
        amount_xof=amount_in(said.get("montant", ""), "Montant") or paying.amount_xof or 0,
        payments=amount_in(said.get("paiements", ""), "Paiements") or paying.terms,
        daily_capacity=amount_in(said.get("rythme", ""), "Ménages par jour") or scenarios.agencies_capacity(paying),
        base_component=component_of(said, "base"),
        horizontal_places=amount_in(said.get("registre", ""), "Ménages du registre"),
        listing_places=amount_in(said.get("lister", ""), "Ménages à lister"),
        livelihoods=livelihoods_in(said),
        fresh_since=day_in(said.get("frais", "")),
        leave_out=tuple(said.getlist("ecarte")),
        helped_since=day_in(said.get("aides", "")),
        purpose=paying.purpose,
        days={step: amount_in(said.get(step, ""), "Jours") or day for step, day in promised_days().items()},
    )


def _pair(request: HttpRequest, every: list[Scenario]) -> list[Scenario]:
    by_number = {one.pk: one for one in every}
    chosen = [by_number.get(number_in(request.GET.get(name, ""))) for name in ("un", "deux")]
    if any(chosen):
        return [one for one in chosen if one]
    return every[:2]


def _sheet(one: Scenario) -> dict[str, Any]:
    """The figures of a scenario as both pages show them."""
    in_need = scenarios.in_need_of(one)
    return {"one": one, "in_need": in_need, "share": coverage(one.persons, in_need)}


def _areas(one: Scenario) -> list[ScenarioArea]:
    return list(one.areas.select_related("area").order_by("area__name"))


def _share(area: ScenarioArea) -> float | None:
    return coverage(area.persons, area.in_need)


def _side_by_side(pair: list[Scenario]) -> list[tuple[Area, list[tuple[ScenarioArea, float | None]]]]:
    """Each cercle that all the scenarios name, with its figures in each."""
    found: dict[Area, list[tuple[ScenarioArea, float | None]]] = {}
    for one in pair:
        for area in _areas(one):
            found.setdefault(area.area, []).append((area, _share(area)))
    return [(area, figures) for area, figures in found.items() if len(figures) == len(pair)]


def _map(one: Scenario, areas: list[ScenarioArea]) -> Any:
    placed = [row for row in areas if row.area.longitude is not None]
    if not placed:
        return ""
    country = Area.objects.get(version=placed[0].area.version_id, level=Area.Level.COUNTRY)
    shapes = maps.shapes_of([row.area for row in placed])
    features = [maps.feature_of(row.area, row.vertical + row.horizontal + row.listing, "", shapes) for row in placed]
    return maps.map_of(country, features, title=f"Ménages atteints par cercle : {one.name}", unit="ménages")


def _cells(pair: list[Scenario]) -> Iterator[tuple[object, ...]]:
    for one in pair:
        for row in _areas(one):
            share = _share(row)
            yield (
                one.name, row.area.code, row.area.name, row.in_need, row.registered, row.already_helped, row.vertical,
                row.horizontal, row.listing, row.persons, None if share is None else round(share, 4), row.cost_xof,
            )  # fmt: skip


SCENARIOS = Listing(
    noun=("scénario", "scénarios"),
    file_name="scenarios",
    columns=(
        Column(
            "nom", "Scénario", lambda one: one.name, sort="name",
            link=lambda one: reverse("response_scenario", args=[one.activation_id, one.pk]),
        ),
        Column("menages", "Ménages", lambda one: one.households, kind="number", sort="households"),
        Column("personnes", "Personnes", lambda one: one.persons, kind="number", sort="persons"),
        Column("cout", "Coût (FCFA)", lambda one: one.cost_xof, kind="xof", sort="cost_xof"),
        Column("premier", "Premier paiement (jours)", lambda one: one.days_to_first_payment, kind="number",
               sort="days_to_first_payment"),
        Column("dernier", "Dernier (jours)", lambda one: one.days_to_last_payment, kind="number",
               sort="days_to_last_payment"),
        Column("calcule", "Calculé le", lambda one: one.computed_at, kind="day", sort="computed_at"),
    ),
    order="-calcule",
    empty="Aucun scénario. Calculez-en deux pour comparer qui serait atteint, à quel coût et en combien de jours.",
)  # fmt: skip
