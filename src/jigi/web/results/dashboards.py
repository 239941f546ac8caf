"""/resultats/tableau/: the steps of households and what was paid quarter by quarter, in a place, from kept counts."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from jigi.foundation import audit
from jigi.results import dashboard, following
from jigi.results.models import Funnel
from jigi.results.questions import FIGURES
from jigi.web.export import csv_response
from jigi.web.ledger.sheets import xlsx_response
from jigi.web.paging import numbered_page
from jigi.web.results.drawings import MEDIA_TYPES, drawing_file, quarters_drawing, steps_drawing
from jigi.web.results.sight import place_seen

HEADERS = ("Code", "Région", "Commune", *dashboard.TITLES.values())
TAGS = ("#adm+code", "#adm1+name", "#adm3+name", *(f"#affected+hh+{step}" for step in dashboard.TITLES))


def shown(request: HttpRequest) -> HttpResponseBase:
    """A programme of the address, or all of them; by commune with `?format=csv` or xlsx, the steps with svg or png."""
    user, places, place = place_seen(request)
    known = dashboard.programmes(user)
    programme = request.GET.get("programme", "")
    programme = programme if programme in known else ""
    found = dashboard.communes(user, place, programme).order_by("commune__path")
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        audit.record("export", "list", f"tableau-{place.code}", by=user, after={"file": kind})
        rows = [
            (one.commune.code, _region(one), one.commune.name, *(getattr(one, step) for step in dashboard.TITLES))
            for one in found
        ]
        written = csv_response if kind == "csv" else xlsx_response
        return written(f"tableau-{place.code}", HEADERS, [TAGS, *rows])
    steps = dashboard.funnel(user, place, programme)
    told = [(title, asdict(steps)[name]) for name, title in dashboard.TITLES.items()]
    if kind in MEDIA_TYPES:
        return drawing_file(f"tableau-{place.code}", kind, steps_drawing(told, standalone=True))
    orders = following.orders_seen(user, place=place)
    quarters = dashboard.quarters(user, place, programme)
    page = numbered_page(request, found)
    hidden = {"vue": "place", "lieu": str(place.pk), "programme": programme}
    context = {
        "watched": {"figures": FIGURES["place"], "hidden": hidden},
        "place": place, "places": places, "programmes": known, "programme": programme,
        "steps": told, "first": steps.registered, "funnel": steps_drawing(told),
        "total": following.orders(orders.filter(programme=programme) if programme else orders),
        "coverage": following.coverage(user, place), "printing": "imprimer" in request.GET,
        "series": quarters_drawing([(quarter, francs) for quarter, _, _, francs in quarters]), "quarters": quarters,
        "page": page, "lines": [(one, _region(one)) for one in page],
        "counted_at": page[0].counted_at if page else None,
    }  # fmt: skip
    return render(request, "results/dashboard.html", context)


def _region(one: Funnel) -> str:
    cercle = one.commune.parent
    return cercle.parent.name if cercle and cercle.parent else ""
