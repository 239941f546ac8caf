"""Schemes: the list, the page of one with its figures, the benefits it gave, the coverage of a commune."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from jigi.geography.access import can, communes_with
from jigi.geography.models import Area
from jigi.geography.queries import way_to
from jigi.schemes import queries
from jigi.schemes.actions import SEE, may_send
from jigi.schemes.models import Scheme
from jigi.schemes.queries import Figures
from jigi.web.export import csv_response
from jigi.web.reader import user_of
from jigi.web.schemes.figures import commune_rows, communes_map
from jigi.web.schemes.listing import BENEFITS, benefits_of
from jigi.web.schemes.sight import period_asked, period_of, person, reader, seen_scheme

LATEST_BATCHES = 5
SHOWN_COMMUNES = 15
HEADERS = (
    "Code", "Régime", "Nature", "Branche", "Institution", "Ménages servis", "Personnes nommées", "Prestations", "FCFA",
)  # fmt: skip
COMMUNE_HEADERS = ("Code", "Commune", "Cercle", "Ménages servis", "Personnes nommées", "Prestations", "FCFA")


def schemes(request: HttpRequest) -> HttpResponseBase:
    """Every scheme, with what it gave in the communes of the person."""
    user = person(request)
    shown, communes, period = list(queries.schemes_visible_to(user)), queries.communes_seen(user), period_of(request)
    figures = queries.by_scheme(shown, communes, period)
    rows = [(one, figures.get(one.pk, Figures())) for one in shown]
    rows.sort(key=lambda row: -row[1].households)
    if request.GET.get("format") == "csv":
        return csv_response("regimes", HEADERS, (_cells(one, given) for one, given in rows))
    context = {
        "rows": rows,
        "total": queries.total(shown, communes, period),
        "sees_figures": can(user, SEE),
        "sees_rows": can(user, SEE) and can(user, "registry.see"),
        "asked": period_asked(request),
        "waiting": queries.batches_visible_to(user).filter(status="checked").count(),
    }
    return render(request, "schemes/list.html", context)


def scheme(request: HttpRequest, code: str) -> HttpResponseBase:
    """One scheme: its figures by commune and month, its latest batches; `?format=csv` gives the communes."""
    user, shown = user_of(request), seen_scheme(request, code)
    communes, period = queries.communes_seen(user), period_of(request)
    rows = commune_rows(queries.by_commune(shown, communes, period))
    if request.GET.get("format") == "csv":
        return csv_response(f"regime-{shown.code}-communes", COMMUNE_HEADERS, (
            (r.commune.code, r.commune.name, str(r.commune.parent), r.figures.households, r.figures.persons,
             r.figures.benefits, r.figures.amount_xof) for r in rows
        ))  # fmt: skip
    months = queries.by_month(shown, communes, period)
    context = {
        "scheme": shown,
        "total": queries.total([shown], communes, period),
        "communes": rows[:SHOWN_COMMUNES],
        "more": rows[SHOWN_COMMUNES:],
        "places": len(rows),
        "map": communes_map(shown, rows),
        "months": months.items(),
        "most": max((one.benefits for one in months.values()), default=0),
        "batches": queries.batches_visible_to(user).filter(scheme=shown).order_by("-pk")[:LATEST_BATCHES],
        "sees_figures": can(user, SEE),
        "sees_rows": can(user, SEE) and can(user, "registry.see"),
        "may_send": may_send(user, shown),
        "asked": period_asked(request),
    }
    return render(request, "schemes/scheme.html", context)


def benefits(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the scheme gave, row by row, to the households that the person may see."""
    user, shown = reader(request), seen_scheme(request, code)
    if not can(user, "registry.see"):
        raise Http404
    found = benefits_of(shown, queries.visible_to(user)).filter(queries.within(period_of(request)))
    return BENEFITS.respond(request, found, "schemes/benefits.html", {"scheme": shown, "asked": period_asked(request)})


def coverage(request: HttpRequest, pk: int) -> HttpResponse:
    """A commune: how many of its households any scheme serves, and what each scheme gives there."""
    user = reader(request)
    commune = get_object_or_404(Area.objects.filter(communes_with(user, SEE)).select_related("version"), pk=pk)
    shown, period = list(queries.schemes_visible_to(user)), period_of(request)
    figures = queries.by_scheme(shown, [commune.pk], period)
    context = {
        "commune": commune,
        "way": way_to(commune)[1:-1],
        "coverage": queries.coverage([commune.pk], period),
        "rows": [(one, figures[one.pk]) for one in shown if one.pk in figures],
        "total": queries.total(shown, [commune.pk], period),
        "asked": period_asked(request),
    }
    return render(request, "schemes/coverage.html", context)


def _cells(one: Scheme, given: Figures) -> tuple[object, ...]:
    return (
        one.code, one.name, one.get_kind_display(), one.get_branch_display(), one.institution, given.households,
        given.persons, given.benefits, given.amount_xof,
    )  # fmt: skip
