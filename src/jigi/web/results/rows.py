"""/resultats/<code>/lignes/: the rows behind a figure, those that the person may see, and what they amount to."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jigi.foundation import audit
from jigi.registry.models import Household
from jigi.results import queries
from jigi.results.framework import FORMULAS
from jigi.results.pipeline import Row
from jigi.results.report import KINDS, written
from jigi.results.rules import measured, value_of
from jigi.web.reader import rights_of
from jigi.web.results.sight import seen_indicator, sight
from jigi.web.results.told import said

PAGE_ROWS = 50
PAGES = {"conditions": "/seances/conditions/{}/", "complaints": "/plaintes/{}/", "worksites": "/chantiers/{}/"}
"""Where a row that is no household leads."""


def shown(request: HttpRequest, code: str) -> HttpResponse:
    """Fifty rows after the number of the address. Reading them is told to the audit, household by household."""
    indicator, seen = seen_indicator(code), sight(request)
    if seen.snapshot is None or not queries.may_see_rows(seen.user, indicator):
        raise Http404
    after = _after(request.GET.get("apres", ""))
    found = queries.behind(indicator, seen.snapshot, seen.place, by=seen.user, after=after, most=PAGE_ROWS)
    subjects = [one.household_id for one in found.rows if one.household_id]
    if subjects:
        audit.read("list", "list", f"resultats-{code}", by=seen.user, subjects=subjects,
                   after={"place": seen.place.code, "rows": len(found.rows)})  # fmt: skip
    value = queries.headline(queries.visible_to(seen.user, seen.snapshot).filter(indicator=code), seen.place).get(code)
    household_page = "registry.see" in rights_of(request)
    context = {
        "seen": seen, "indicator": indicator, "noun": FORMULAS[indicator.formula].noun, "found": found,
        "rows": [(one, _kinds(one.kinds), _link(indicator.formula, one, household_page)) for one in found.rows],
        "snapshot_says": said(indicator, value),
        "rows_say": written(indicator, value_of(*measured(indicator, found.counted))),
        "same": value is not None and measured(indicator, found.counted) == (value.numerator, value.denominator),
    }  # fmt: skip
    return render(request, "results/rows.html", context)


def _kinds(codes: str | None) -> str:
    return ", ".join(KINDS.get(code, code) for code in (codes or "").split(",") if code)


def _link(formula: str, row: Row, household_page: bool) -> str:
    if row.rsu_number:
        return reverse("household", args=[Household(rsu_number=row.rsu_number).rsu]) if household_page else ""
    return PAGES[formula].format(row.unit) if formula in PAGES else ""


def _after(text: str) -> int:
    """The number that the rows follow: below every one without it."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    return sign * int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else -(2**62)
