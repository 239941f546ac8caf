"""/resultats/prevu-realise/: francs and households planned and paid, by commune and quarter."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from jigi.foundation import audit
from jigi.geography.models import Area
from jigi.results import queries
from jigi.web.export import csv_response
from jigi.web.paging import numbered_page
from jigi.web.results.sight import Sight, may, sight

HEADERS = (
    "Code", "Région", "Commune", "Trimestre", "Prévu (FCFA)", "Payé (FCFA)", "Ménages prévus", "Ménages payés",
)  # fmt: skip
TAGS = (
    "#adm+code", "#adm1+name", "#adm3+name", "#date+quarter", "#value+planned+xof", "#value+paid+xof",
    "#targeted+hh", "#reached+hh",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A commune in a quarter."""

    commune: Area
    quarter: str
    planned_xof: int
    paid_xof: int
    planned: int
    paid: int

    @property
    def region(self) -> Area:
        assert self.commune.parent and self.commune.parent.parent
        return self.commune.parent.parent


def shown(request: HttpRequest) -> HttpResponseBase:
    """The communes of a place; a file with `?format=csv`."""
    seen = sight(request)
    if seen.snapshot is None:
        return render(request, "results/none.html", {"may": may(seen.user), "year": request.GET.get("annee", "")})
    lines = _lines(seen)
    if request.GET.get("format") == "csv":
        name = f"prevu-realise-{seen.snapshot.year}-{seen.place.code}"
        audit.record("export", "list", name, by=seen.user)
        return csv_response(name, HEADERS, [TAGS, *map(_row, lines)])
    context = {
        "seen": seen, "page": numbered_page(request, lines), "printing": "imprimer" in request.GET,
        "planned_xof": sum(one.planned_xof for one in lines), "paid_xof": sum(one.paid_xof for one in lines),
    }  # fmt: skip
    return render(request, "results/planned.html", context)


def _lines(seen: Sight) -> list[Line]:
    assert seen.snapshot is not None
    found = queries.visible_to(seen.user, seen.snapshot).filter(
        indicator__in=("execution", "menages_prevus"),
        dimension="commune_quarter",
        area__path__startswith=seen.place.path,
    )
    rows = found.order_by("area__path", "quarter", "pk").values_list(
        "area_id", "quarter", "indicator", "numerator", "denominator"
    )
    cells: dict[tuple[int, str], dict[str, tuple[int, int]]] = {}
    for area, quarter, indicator, done, of in rows:
        cells.setdefault((area, quarter), {})[indicator] = (of or 0, done)
    # Each commune once, not once a line: a country's year is thousands of lines.
    communes = Area.objects.select_related("parent__parent").in_bulk({area for area, _ in cells})
    return [
        Line(communes[area], quarter, *told["execution"], *told.get("menages_prevus", (0, 0)))
        for (area, quarter), told in cells.items()
        if "execution" in told
    ]


def _row(one: Line) -> tuple[object, ...]:
    return (
        one.commune.code, one.region.name, one.commune.name, one.quarter, one.planned_xof, one.paid_xof, one.planned,
        one.paid,
    )  # fmt: skip
