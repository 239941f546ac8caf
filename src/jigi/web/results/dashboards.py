"""/resultats/tableau/: the steps of households and what was paid quarter by quarter, in a place, from kept counts."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from jigi.foundation import audit
from jigi.results import dashboard
from jigi.results.models import Funnel
from jigi.web.export import csv_response
from jigi.web.results.drawings import quarters_drawing, steps_drawing
from jigi.web.results.sight import place_seen

HEADERS = ("Code", "Région", "Commune", *dashboard.TITLES.values())
TAGS = ("#adm+code", "#adm1+name", "#adm3+name", *(f"#affected+hh+{step}" for step in dashboard.TITLES))
MOST_COMMUNES = 800


def shown(request: HttpRequest) -> HttpResponseBase:
    """A programme of the address, or all of them; a file by commune with `?format=csv`."""
    user, places, place = place_seen(request)
    known = dashboard.programmes(user)
    programme = request.GET.get("programme", "")
    programme = programme if programme in known else ""
    found = dashboard.communes(user, place, programme).order_by("commune__path")
    if request.GET.get("format") == "csv":
        audit.record("export", "list", f"tableau-{place.code}", by=user)
        rows = [
            (one.commune.code, _region(one), one.commune.name, *(getattr(one, step) for step in dashboard.TITLES))
            for one in found
        ]
        return csv_response(f"tableau-{place.code}", HEADERS, [TAGS, *rows])
    steps = dashboard.funnel(user, place, programme)
    quarters = dashboard.quarters(user, place, programme)
    lines = list(found[:MOST_COMMUNES])
    context = {
        "place": place, "places": places, "programmes": known, "programme": programme,
        "steps": [(title, asdict(steps)[name]) for name, title in dashboard.TITLES.items()],
        "first": steps.registered, "funnel": steps_drawing([(title, asdict(steps)[name]) for name, title in
                                                           dashboard.TITLES.items()]),
        "series": quarters_drawing([(quarter, francs) for quarter, _, _, francs in quarters]), "quarters": quarters,
        "lines": [(one, _region(one)) for one in lines], "counted_at": lines[0].counted_at if lines else None,
    }  # fmt: skip
    return render(request, "results/dashboard.html", context)


def _region(one: Funnel) -> str:
    cercle = one.commune.parent
    return cercle.parent.name if cercle and cercle.parent else ""
