"""/comptabilite/balance/: the trial balance of the agreements that the person sees, over a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.ledger.models import Account
from jigi.ledger.queries import TrialLine, trial_balance
from jigi.programmes import queries as programmes
from jigi.web.formats import day, moment, xof
from jigi.web.ledger.sheets import exported
from jigi.web.paper.press import pdf_response, press
from jigi.web.payments.sight import person_with

HEADERS = ("Compte", "Libellé", "Nature", "Convention", "Ouverture", "Débit", "Crédit", "Clôture")
KINDS = dict(Account.Kind.choices)


def balance(request: HttpRequest) -> HttpResponseBase:
    """The balance: page, print, CSV, XLSX or PDF. An unknown convention shows nothing."""
    user = person_with(request, "ledger.see")
    start, end = _period(request)
    codes = [one.code for one in programmes.agreements_visible_to(user)]
    fund = request.GET.get("convention", "")
    lines = trial_balance([code for code in codes if fund in ("", code)], start, end)
    summed = _total(lines)
    if request.GET.get("format") == "pdf":
        return _paper(lines, summed, start, end, user)
    rows = [
        (one.code, one.name, KINDS[one.kind] if one.fund else "", one.fund, *_amounts(one)) for one in (*lines, summed)
    ]
    if file := exported(request, "balance-generale", HEADERS, rows, by=user):
        return file
    context = {
        "lines": [(one, KINDS[one.kind]) for one in lines], "sum": summed, "start": start, "end": end, "codes": codes,
        "fund": fund, "balanced": summed.opening_xof == 0 == summed.closing_xof and _even(summed),
        "asked": f"convention={fund}&du={start}&au={end}", "printing": "imprimer" in request.GET,
    }  # fmt: skip
    return render(request, "ledger/balance.html", context)


def _period(request: HttpRequest) -> tuple[date, date]:
    """The days that are asked, the year so far when they are not, or are not days."""
    today = timezone.localdate()
    return _day(request, "du") or today.replace(month=1, day=1), _day(request, "au") or today


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def _total(lines: Sequence[TrialLine]) -> TrialLine:
    sums = [sum(amounts) for amounts in zip(*(_amounts(one) for one in lines), strict=True)] or [0] * 4
    return TrialLine("Total", "", Account.Kind.AVAILABLE, "", *sums)


def _even(summed: TrialLine) -> bool:
    return summed.debit_xof == summed.credit_xof


def _amounts(one: TrialLine) -> tuple[int, int, int, int]:
    return one.opening_xof, one.debit_xof, one.credit_xof, one.closing_xof


def _paper(lines: Sequence[TrialLine], summed: TrialLine, start: date, end: date, user: User) -> HttpResponseBase:
    document = {
        "title": "Balance générale",
        "about": f"du {day(start)} au {day(end)}",
        "printed": f"établie le {moment(timezone.now())}",
        "headers": ["Compte", "Ouverture", "Débit", "Crédit", "Clôture"],
        "rows": [[f"{one.code} · {one.name}", *map(xof, _amounts(one))] for one in lines],
        "sum": ["Total", *map(xof, _amounts(summed))],
    }
    audit.record("print", "ledger", "balance-generale", by=user)
    return pdf_response("balance-generale", press("ledger_table", document))
