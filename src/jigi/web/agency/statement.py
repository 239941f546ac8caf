"""The statement of an agency: what it was handed, what it paid and what it holds, at the franc."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from jigi.payments import agency_desk, statements
from jigi.payments.statements import Row
from jigi.web.agency.sight import TABS, own_agency
from jigi.web.ledger.sheets import exported

DIMENSIONS = {"tour": "tour", "programme": "programme", "convention": "convention", "commune": "commune"}
HEADERS = ("Droits", "Remis à l’agence", "Versé", "Revenu non versé", "Chez l’agence", "Frais en sus")


def statement(request: HttpRequest, code: str) -> HttpResponseBase:
    """By one dimension: page, print, CSV or XLSX."""
    user, agency = own_agency(request, code)
    by = request.GET.get("par", "")
    by = by if by in DIMENSIONS else "tour"
    rows = agency_desk.statement_of(agency, user=user, by=by)
    summed = statements.total(rows)
    headers = (DIMENSIONS[by].capitalize(), "De", *HEADERS)
    table = [(row.name or "Total", row.above, *_amounts(row)) for row in (*rows, summed)]
    if file := exported(request, f"releve-{agency.code}-par-{by}", headers, table, by=user):
        return file
    context = {
        "agency": agency, "tabs": TABS, "tab": "agency_statement", "rows": rows, "sum": summed, "by": by,
        "shown": DIMENSIONS[by], "dimensions": DIMENSIONS, "printing": "imprimer" in request.GET,
    }  # fmt: skip
    return render(request, "agency/statement.html", context)


def _amounts(row: Row) -> tuple[int, ...]:
    return (row.rights, row.committed_xof, row.spent_xof, row.unpaid_xof, row.agency_xof, row.fees_xof)
