"""/programmes/: the programmes one sees, and the dashboard of one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from jigi.foundation.models import User
from jigi.geography.access import can, require
from jigi.programmes import queries
from jigi.programmes.models import Component
from jigi.web.export import csv_response
from jigi.web.programmes.drawings import communes_map, regions_drawing, rounds_drawing
from jigi.web.programmes.figures import ComponentFigures, figures_of
from jigi.web.reader import user_of

HEADERS = (
    "Composante", "Code", "Commune", "Inscrits", "Actifs", "Versements", "Versé (FCFA)", "Rappels dus (FCFA)",
    "Rendu (FCFA)",
)  # fmt: skip


def programmes(request: HttpRequest) -> HttpResponse:
    """The programmes that the person sees, with their components."""
    user = user_of(request)
    require(user, "programmes.see")
    found = queries.visible_to(user).prefetch_related("components").order_by("code")
    return render(request, "programmes/list.html", {"programmes": found})


def programme(request: HttpRequest, code: str) -> HttpResponseBase:
    """The dashboard of a programme; `?format=csv` gives its communes as a file."""
    user = user_of(request)
    shown = queries.visible_to(user).filter(code=code).first()
    if shown is None:
        raise Http404
    components = shown.components.select_related("programme").order_by("code")
    figures = [figures_of(component, user) for component in components]
    if request.GET.get("format") == "csv":
        return csv_response(f"programme-{code}", HEADERS, (cells for one in figures for cells in _cells(one)))
    context = {
        "programme": shown,
        "parts": [_part(one, user) for one in figures],
        "sees_ledger": can(user, "ledger.see", programme=shown.code),
    }
    return render(request, "programmes/programme.html", context)


def _part(figures: ComponentFigures, user: User) -> dict[str, Any]:
    component = figures.component
    return {
        "figures": figures,
        "rounds_chart": rounds_drawing(figures),
        "regions_chart": regions_drawing(figures),
        "map": communes_map(figures),
        "lines": _funding(component, user),
        "agencies": queries.agencies(component),
        "may_refund": can(user, "payments.close", programme=component.programme.code),
    }


def _funding(component: Component, user: User) -> list[Any]:
    if not can(user, "ledger.see", programme=component.programme.code):
        return []
    return list(queries.funding_lines(component))


def _cells(figures: ComponentFigures) -> list[tuple[object, ...]]:
    return [
        (
            figures.component.code, line.commune.code, line.commune.name, line.enrolled, line.active,
            line.payments, line.paid_xof, line.owed_xof, line.returned_xof,
        )
        for line in figures.communes
    ]  # fmt: skip
