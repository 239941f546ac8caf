"""/financements/…/budget/: each line of the budget and what rounds took on it, down to the rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.payments import budgets as payments
from jigi.payments import queries as rounds
from jigi.payments.budgets import Charge, Execution
from jigi.payments.models import PaymentRound
from jigi.programmes import budgets
from jigi.programmes.amendments import ASK, may
from jigi.programmes.budget_rules import Purpose
from jigi.programmes.models import Agreement, Budget
from jigi.web.agreements.ordering import ordered
from jigi.web.agreements.sight import person, seen_agreement
from jigi.web.formats import moment, xof
from jigi.web.ledger.sheets import exported
from jigi.web.paper.press import pdf_response, press

HEADERS = (
    "Ligne", "Libellé", "Objet", "Composante", "Exercice", "Budget", "Réservé", "Engagé", "Versé", "Rendu au fonds",
    "Reste",
)  # fmt: skip
AMOUNTS = HEADERS[5:]
WORDS = {one.value: one.french for one in Purpose}
SORTS = {
    "ligne": lambda one: (one.code == "", one.code, one.year or 0),
    "objet": lambda one: one.purpose,
    "exercice": lambda one: (one.year or 9999, one.code),
    "budget": lambda one: one.budget_xof,
    "reserve": lambda one: one.reserved_xof,
    "reste": lambda one: one.left_xof,
}
LIFE = "pluriannuel"


def budget(request: HttpRequest, code: str) -> HttpResponseBase:
    """The execution of the budget in force, by line and year: page, print, CSV, XLSX or PDF."""
    user, shown = person(request), seen_agreement(request, code)
    said = budgets.in_force(shown, timezone.localdate())
    if said is None:
        return render(request, "agreements/budget.html", {"agreement": shown, "may_ask": may(user, ASK, shown)})
    found = payments.execution(shown, said)
    kept = _kept(request, found)
    lines, headers = ordered(request, kept, SORTS)
    summed = payments.total(lines)
    if request.GET.get("format") == "pdf":
        return _paper(shown, said, lines, summed, user)
    if file := exported(request, f"budget-{shown.code}", HEADERS, [_cells(one) for one in (*lines, summed)], by=user):
        return file
    context = {
        "agreement": shown, "budget": said, "lines": [(one, WORDS[one.purpose]) for one in lines], "sum": summed,
        "headers": {one["code"]: one for one in headers}, "years": _years(found),
        "year": request.GET.get("exercice", ""),
        "purposes": WORDS, "purpose": request.GET.get("objet", ""), "filtered": len(kept) < len(found),
        "may_ask": may(user, ASK, shown), "printing": "imprimer" in request.GET, "life": LIFE,
    }  # fmt: skip
    return render(request, "agreements/budget.html", context)


def line(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """The rounds that took on a line; number 0 is what no line pays, of the object in the address."""
    user, shown = person(request), seen_agreement(request, code)
    said = budgets.in_force(shown, timezone.localdate())
    wanted = number or None, request.GET.get("objet", "")
    found = payments.execution(shown, said) if said else []
    chosen = next((one for one in found if one.line_id == wanted[0] and (number or one.purpose == wanted[1])), None)
    if said is None or chosen is None:
        raise Http404
    charges = payments.rounds(shown, said, chosen)
    seen = rounds.visible_to(user).filter(pk__in=[one.round_id for one in charges]).in_bulk()
    rows = [(one, seen[one.round_id]) for one in charges if one.round_id in seen]
    name = f"budget-{shown.code}-{chosen.code or 'hors-budget'}"
    headers = ("Tour", "Programme", "Période du", "au", *AMOUNTS[1:-1])
    if file := exported(request, name, headers, [_round_cells(*row) for row in rows], by=user):
        return file
    context = {
        "agreement": shown, "line": chosen, "word": WORDS[chosen.purpose], "rows": rows,
        "unseen": len(charges) - len(rows), "printing": "imprimer" in request.GET,
    }  # fmt: skip
    return render(request, "agreements/budget_line.html", context)


def _kept(request: HttpRequest, found: Sequence[Execution]) -> list[Execution]:
    """The lines of the year and the object that the address chooses."""
    year, purpose = request.GET.get("exercice", ""), request.GET.get("objet", "")
    return [
        one
        for one in found
        if (not year or year == (str(one.year) if one.year else LIFE)) and (not purpose or one.purpose == purpose)
    ]


def _years(found: Sequence[Execution]) -> list[str]:
    years = sorted({one.year for one in found if one.year})
    return [*map(str, years), *([LIFE] if any(one.line_id and not one.year for one in found) else [])]


def _cells(one: Execution) -> tuple[object, ...]:
    named = (one.code or ("hors budget" if one.purpose else "Total"), one.label, WORDS.get(one.purpose, ""))
    year: object = str(one.year) if one.year else LIFE if one.line_id else ""
    return (*named, one.component, year, *_amounts(one))


def _amounts(one: Execution) -> tuple[int | None, ...]:
    return (
        one.budget_xof, one.reserved_xof, one.committed_xof, one.spent_xof, one.returned_xof, one.left_xof,
    )  # fmt: skip


def _round_cells(one: Charge, made: PaymentRound) -> tuple[object, ...]:
    return (
        made.label, made.component.programme.name, made.covers_from, made.covers_until, one.reserved_xof,
        one.committed_xof, one.spent_xof, one.returned_xof,
    )  # fmt: skip


def _paper(
    shown: Agreement, said: Budget, lines: Sequence[Execution], summed: Execution, user: User
) -> HttpResponseBase:
    document: dict[str, Any] = {
        "title": f"Exécution du budget · {shown.code}",
        "about": f"{shown.donor} · {shown.name} · dépassement {'refusé' if said.strict else 'signalé'}",
        "printed": f"établi le {moment(timezone.now())}",
        "headers": ["Ligne", "Exercice", *AMOUNTS],
        "rows": [[_named(one), str(one.year or (LIFE if one.line_id else "")), *_written(one)] for one in lines],
        "sum": ["Total", "", *_written(summed)],
    }
    audit.record("print", "agreement", shown.pk, by=user)
    return pdf_response(f"budget-{shown.code}", press("ledger_table", document))


def _named(one: Execution) -> str:
    return f"{one.code} · {one.label}" if one.code else f"hors budget · {WORDS[one.purpose]}"


def _written(one: Execution) -> list[str]:
    return ["—" if amount is None else xof(amount) for amount in _amounts(one)]
