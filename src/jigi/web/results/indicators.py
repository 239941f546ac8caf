"""/resultats/ and /resultats/<code>/: the list of indicators, and one with its definition, its parts, its targets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from jigi.foundation import audit
from jigi.foundation.bulk import statement
from jigi.results import queries
from jigi.results.framework import FORMULAS, framework
from jigi.results.models import Value
from jigi.results.report import written
from jigi.results.rules import DIMENSIONS, LEVELS, Indicator
from jigi.web.export import csv_response
from jigi.web.ledger.sheets import xlsx_response
from jigi.web.results.drawings import parts_drawing, regions_map, years_drawing
from jigi.web.results.sight import Sight, may, seen_indicator, sight
from jigi.web.results.told import HEADERS, Line, exported, part_of, said

MOST_SHOWN = 800
IN_PLACE = {"region": ("commune",), "commune": ("commune_quarter",)}
"""What a region and a commune are told in."""


def listed(request: HttpRequest) -> HttpResponseBase:
    """The indicators of a snapshot in a place; a file with `?format=csv` or `xlsx`."""
    seen = sight(request)
    if seen.snapshot is None:
        return render(request, "results/none.html", {"may": may(seen.user), "year": request.GET.get("annee", "")})
    values = queries.visible_to(seen.user, seen.snapshot)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _file(request, seen, values.order_by("indicator", "dimension", "area__code", "pk"))
    headline = queries.headline(values, seen.place)
    lines = [Line(one, headline.get(one.code), seen.snapshot.year) for one in queries.in_order()]
    groups = [(title, [one for one in lines if one.indicator.level == level]) for level, title in LEVELS.items()]
    context = {"seen": seen, "groups": groups, "may": may(seen.user), "printing": "imprimer" in request.GET,
               "framework": framework()}  # fmt: skip
    return render(request, "results/list.html", context)


def shown(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator: what it is, how it is computed, its figure, its parts, its years, its targets."""
    indicator, seen = seen_indicator(code), sight(request)
    if seen.snapshot is None:
        return render(request, "results/none.html", {"may": may(seen.user), "year": request.GET.get("annee", "")})
    values = queries.visible_to(seen.user, seen.snapshot).filter(indicator=code)
    line = Line(indicator, queries.headline(values, seen.place).get(code), seen.snapshot.year)
    tables = _tables(indicator, seen, values)
    years = queries.series(seen.user, indicator, seen.place)
    by_region = next((rows for dimension, _, rows in tables if dimension == "region"), [])
    context = {
        "seen": seen, "indicator": indicator, "line": line, "may": may(seen.user), "level": LEVELS[indicator.level],
        "tables": [(dimension, title, [(name, one, said(indicator, one)) for name, one in rows])
                   for dimension, title, rows in tables],
        "chart": _chart(indicator, tables), "years": years_drawing(indicator, years),
        "map": regions_map(indicator, [one for _, one in by_region], seen.place) if seen.whole else "",
        "targets": [(one.year, written(indicator, one.value), one.source) for one in indicator.targets],
        "baseline": written(indicator, indicator.baseline) if indicator.baseline is not None else "",
        "sql": statement("results", indicator.formula), "rows": queries.may_see_rows(seen.user, indicator),
        "row_word": FORMULAS[indicator.formula].noun[1], "printing": "imprimer" in request.GET,
        "comments": seen.snapshot.comments.filter(indicator__in=("", code)).select_related("by").order_by("pk"),
    }  # fmt: skip
    return render(request, "results/indicator.html", context)


Parts = list[tuple[str, Value]]


def _tables(indicator: Indicator, seen: Sight, values: object) -> list[tuple[str, str, Parts]]:
    """The parts of an indicator in a place, by dimension: title and rows."""
    wanted = indicator.by[1:] if seen.whole else IN_PLACE.get(str(seen.place.level), ())
    found = []
    for dimension in (one for one in wanted if one in indicator.by and one not in _LONG):
        rows = values.filter(dimension=dimension)  # type: ignore[attr-defined]
        if not seen.whole:
            rows = rows.filter(area__path__startswith=seen.place.path)
        parts = list(rows.order_by("area__name", "kind", "agreement", "sex", "band", "quarter")[:MOST_SHOWN])
        names = queries.agreement_names({one.agreement for one in parts} - {""})
        if parts:
            found.append((dimension, DIMENSIONS[dimension], [(part_of(one, names), one) for one in parts]))
    return found


_LONG = ("commune_quarter",)
"""Told on a page of its own."""


def _chart(indicator: Indicator, tables: list[tuple[str, str, Parts]]) -> str:
    first = next(((title, rows) for _, title, rows in tables if len(rows) > 1), None)
    return parts_drawing(indicator, first[1], f"{indicator.name}, par {first[0]}") if first else ""


def _file(request: HttpRequest, seen: Sight, values: object) -> HttpResponseBase:
    assert seen.snapshot is not None
    name = f"resultats-{seen.snapshot.year}-instantane-{seen.snapshot.pk}"
    kind = request.GET["format"]
    audit.record("export", "list", name, by=seen.user, after={"file": kind})
    rows = exported(seen.snapshot, values, framework().indicators)  # type: ignore[arg-type]
    return csv_response(name, HEADERS, rows) if kind == "csv" else xlsx_response(name, HEADERS, rows)
