"""/comptabilite/: what was reserved, committed, spent and returned, by any dimension, down to the lines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.payments import bank_state, statements
from jigi.payments.models import Instruction
from jigi.payments.statements import DIMENSIONS, Chosen, Row
from jigi.web.formats import moment, number, xof
from jigi.web.ledger.sheets import exported
from jigi.web.listing import Column, Filter, Listing
from jigi.web.paper.press import pdf_response, press
from jigi.web.payments.sight import person_with

HEADERS = (
    "Droits", "Réservé", "Engagé", "Versé", "Revenu non versé", "Chez les agences", "Rendu au fonds", "Reste réservé",
    "Frais d’agence en sus",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row of the page; `deeper` leads to its statement by another dimension, `lines` to its households."""

    row: Row
    deeper: str
    lines: str


def statement(request: HttpRequest) -> HttpResponseBase:
    """The statement of what is chosen, by one dimension: page, print, CSV, XLSX or PDF."""
    user, chosen = person_with(request, "ledger.see"), chosen_of(request)
    by = request.GET.get("par", "")
    by = by if by in DIMENSIONS else _next(chosen)
    rows = statements.statement(chosen, by, user)
    summed = statements.total(rows)
    if request.GET.get("format") == "pdf":
        return _paper(chosen, by, rows, summed, user)
    headers = (DIMENSIONS[by].capitalize(), "Intitulé", "De", *HEADERS)
    if file := exported(request, f"releve-par-{by}", headers, [_cells(row) for row in (*rows, summed)], by=user):
        return file
    context = {
        "by": by, "dimensions": DIMENSIONS, "shown": DIMENSIONS[by],
        "lines": [_line(row, chosen, by) for row in rows], "sum": summed,
        "filters": [(code, DIMENSIONS[code], getattr(chosen, code), offered)
                    for code, offered in statements.choices(user).items()],
        "asked": urlencode({**_given(chosen), "par": by}), "filtered": bool(_given(chosen)),
        "lines_page": f"{reverse('ledger_lines')}?{urlencode(_given(chosen))}",
        "printing": "imprimer" in request.GET, "bank_alerts": bank_state.alerts(user),
    }  # fmt: skip
    return render(request, "ledger/statement.html", context)


def lines(request: HttpRequest) -> HttpResponseBase:
    """The orders behind a statement, household by household."""
    user, chosen = person_with(request, "ledger.see"), chosen_of(request)
    orders = statements.lines(chosen, user)
    back = f"{reverse('ledger_statement')}?{urlencode(_given(chosen))}"
    return _listing(user, chosen).respond(request, orders, "ledger/lines.html", {"back": back})


def chosen_of(request: HttpRequest) -> Chosen:
    """What the address chooses."""
    return Chosen(**{code: request.GET.get(code, "") for code in DIMENSIONS})


def _next(chosen: Chosen) -> str:
    """The first dimension, from the widest to the nearest, that is not chosen already."""
    order = ("convention", "programme", "tour", "commune", "agence")
    return next((code for code in order if not getattr(chosen, code)), "commune")


def _line(row: Row, chosen: Chosen, by: str) -> Line:
    nearer = Chosen(**{**asdict(chosen), by: row.key})
    asked = urlencode(_given(nearer))
    return Line(row, f"{reverse('ledger_statement')}?{asked}", f"{reverse('ledger_lines')}?{asked}")


def _given(chosen: Chosen) -> dict[str, str]:
    return {code: key for code, key in asdict(chosen).items() if key}


def _cells(row: Row) -> tuple[object, ...]:
    key = row.key or "Total"
    return (key, row.name, row.above, *_amounts(row))


def _amounts(row: Row) -> tuple[int, ...]:
    return (
        row.rights, row.reserved_xof, row.committed_xof, row.spent_xof, row.unpaid_xof, row.agency_xof,
        row.refunded_xof, row.left_xof, row.fees_xof,
    )  # fmt: skip


def _paper(chosen: Chosen, by: str, rows: list[Row], summed: Row, user: User) -> HttpResponseBase:
    offered = statements.choices(user)
    said = [dict(offered[code]).get(key, key) for code, key in _given(chosen).items()]
    document: dict[str, Any] = {
        "title": f"Relevé par {DIMENSIONS[by]}",
        "about": " · ".join(said) or "Toutes les conventions de votre affectation",
        "printed": f"établi le {moment(timezone.now())}",
        "headers": [DIMENSIONS[by].capitalize(), *HEADERS],
        "rows": [[f"{row.name} · {row.above}" if row.above else row.name, *_written(row)] for row in rows],
        "sum": ["Total", *_written(summed)],
    }
    audit.record("print", "ledger", f"releve-par-{by}", by=user)
    return pdf_response("releve", press("ledger_table", document))


def _written(row: Row) -> list[str]:
    return [number(row.rights), *(xof(amount) for amount in _amounts(row)[1:])]


def _listing(user: User, chosen: Chosen) -> Listing:
    opens = can(user, "registry.see")
    return Listing(
        noun=("ordre", "ordres"),
        file_name="releve-lignes",
        columns=(
            Column("ordre", "Référence", lambda one: one.reference, sort="id"),
            Column("rsu", "N° RSU", lambda one: one.household.rsu, link=_household if opens else None),
            Column("allocataire", "Allocataire", lambda one: one.recipient),
            Column("commune", "Commune", lambda one: one.commune.name),
            Column("agence", "Agence", lambda one: one.agency.name),
            Column("droit", "Tour du droit", lambda one: one.origin_round.label),
            Column("tour", "Ordonné par", lambda one: one.payment_round.label),
            Column("montant", "FCFA", lambda one: one.amount_xof, kind="xof"),
            Column("etat", "État", lambda one: one.get_status_display()),
            Column("regle", "Payé le", lambda one: one.settled_on, kind="day"),
        ),
        order="ordre",
        # What the statement has chosen is kept while one filters, sorts and pages.
        filters=(
            Filter("etat", "État", lambda rows, value: rows.filter(status=value), Instruction.Status.choices),
            *(Filter(code, DIMENSIONS[code].capitalize(), lambda rows, value: rows, [(key, label)])
              for code, key in _given(chosen).items()
              for label in [dict(statements.choices(user)[code]).get(key, key)]),
        ),
        empty="Aucun ordre n’est derrière ce relevé.",
        subject=lambda one: one.household_id,
    )  # fmt: skip


def _household(one: Instruction) -> str:
    return reverse("household", args=[one.household.rsu])
