"""The statement of one agreement, by movement, round and commune; the list of all is in all_of_them.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.ledger import queries as ledger
from jigi.ledger.models import Posting
from jigi.ledger.queries import Movement
from jigi.payments import queries as payments
from jigi.payments import totals
from jigi.programmes import eligibility
from jigi.programmes.amendments import ASK, CONFIRM, may
from jigi.programmes.models import Agreement, Amendment
from jigi.programmes.terms import STATES, management_of, story, terms_on
from jigi.web.agreements import eligible
from jigi.web.agreements.rights import by_commune, by_round, total
from jigi.web.agreements.sight import person, seen_agreement
from jigi.web.export import csv_response
from jigi.web.formats import day, moment, number, xof
from jigi.web.paper.press import pdf_response, press

KINDS = dict(Posting.Kind.choices)
SHOWN_MOVEMENTS = 400
MOVEMENT_HEADERS = (
    "Date", "Écriture", "Cause", "Mouvement", "Nombre", "Montant (FCFA)", "Effet sur le disponible",
    "Disponible après",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A movement as a row of the page: its French word and the page of what caused it ("" when unseen)."""

    movement: Movement
    word: str
    page: str


def agreement(request: HttpRequest, code: str) -> HttpResponseBase:
    """The statement of one agreement: figures, movements with the running balance, rounds."""
    user, shown = person(request), seen_agreement(request, code)
    movements = ledger.movements(shown.code)
    if request.GET.get("format") == "csv":
        return _exported(shown, movements, user)
    kind = request.GET.get("mouvement", "")
    chosen = [one for one in movements if not kind or one.kind == kind]
    balances = ledger.balances([shown.code])[shown.code]
    rights = payments.rights_of(shown)
    rounds = by_round(rights, user)
    context = {
        "agreement": shown,
        "balances": balances,
        "lines": _lines(chosen[-SHOWN_MOVEMENTS:], user),
        "cut": max(len(chosen) - SHOWN_MOVEMENTS, 0),
        "kind": kind,
        "kinds": [(code, word) for code, word in KINDS.items() if any(one.kind == code for one in movements)],
        "rounds": rounds,
        "sum": total(rounds),
        "owed_xof": sum(one.owed_xof for one in rights),
        "agrees": totals.agrees_with_accounts(shown.code),
    }
    return render(request, "agreements/agreement.html", context | _amended(shown, user))


def communes(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the agreement paid in each commune that the person sees."""
    user, shown = person(request), seen_agreement(request, code)
    rows = by_commune(payments.rights_of(shown), user)
    if request.GET.get("format") == "csv":
        headers = (
            "Code",
            "Commune",
            "Cercle",
            "Droits",
            "FCFA",
            "Payés",
            "FCFA payés",
            "FCFA dus",
            "FCFA rendus",
        )
        cells = (
            (r.code, r.name, r.above, r.rights, r.amount_xof, r.paid, r.paid_xof, r.owed_xof, r.returned_xof)
            for r in rows
        )
        return csv_response(f"financement-{shown.code}-communes", headers, cells)
    return render(request, "agreements/communes.html", {"agreement": shown, "rows": rows, "sum": total(rows)})


def statement(request: HttpRequest, code: str) -> HttpResponse:
    """The statement as a PDF: figures, then every movement."""
    user, shown = person(request), seen_agreement(request, code)
    document = press("statement", _document(shown, ledger.movements(shown.code)))
    audit.record("print", "agreement", shown.pk, by=user)
    return pdf_response(f"releve-{shown.code}", document)


def _amended(shown: Agreement, user: User) -> dict[str, Any]:
    """What was signed, what is in force today, the amendments, and what this person may do about them."""
    return {
        "terms": terms_on(shown, timezone.localdate()),
        "management_xof": management_of(shown),
        "chapters": [(one, STATES[one.state], _eligible(one.amendment)) for one in story(shown)],
        "eligible": eligible.shown(eligibility.in_force(shown, timezone.localdate()), shown),
        "may_ask": may(user, ASK, shown),
        "may_confirm": may(user, CONFIRM, shown),
    }


def _eligible(amendment: Amendment) -> eligible.Shown | None:
    """What an amendment says eligible, where it is what it changes."""
    if amendment.kind != Amendment.Kind.ELIGIBILITY:
        return None
    return eligible.shown(eligibility.said_by(amendment.eligibility), amendment.agreement)


def _lines(movements: list[Movement], user: User) -> list[Line]:
    """The movements, the latest first, each leading to the round or return that caused it."""
    rounds = set(payments.visible_to(user).order_by().values_list("pk", flat=True))
    sees_returns = payments.sees_returns(user)
    return [Line(one, KINDS[one.kind], _page(one, rounds, sees_returns)) for one in reversed(movements)]


def _page(one: Movement, rounds: set[int], sees_returns: bool) -> str:
    noun, _, number_ = one.cause.partition(":")
    if noun in ("round", "close") and number_.isdigit() and int(number_) in rounds:
        return reverse("payment_round", args=[int(number_)])
    if noun == "return" and number_.isdigit() and sees_returns:
        return reverse("return_file", args=[int(number_)])
    return ""


def _exported(shown: Agreement, movements: list[Movement], user: User) -> HttpResponseBase:
    audit.record("export", "agreement", shown.pk, by=user)
    rows = (
        (m.posted_at, m.label, m.cause, KINDS[m.kind], m.lines, m.amount_xof, m.available_xof, m.balance_xof)
        for m in movements
    )
    return csv_response(f"releve-{shown.code}", MOVEMENT_HEADERS, rows)


def _document(shown: Agreement, movements: list[Movement]) -> dict[str, Any]:
    balances = ledger.balances([shown.code])[shown.code]
    figures = (
        ("Montant", balances.granted_xof), ("Disponible", balances.available_xof),
        ("Réservé", balances.reserved_xof), ("Chez les agences", balances.agencies_xof),
        ("Versé aux ménages", balances.paid_xof), ("Rendu au fonds", balances.returned_xof),
        ("Frais d’agence", balances.fees_xof), ("Frais de gestion", balances.management_xof),
        ("Contrats d’opérateurs", balances.contracts_xof),
    )  # fmt: skip
    return {
        "title": f"Relevé · {shown.code}",
        "agreement": f"{shown.donor} · {shown.code}",
        "name": shown.name,
        "dates": f"en vigueur du {day(shown.effective_on)} au {day(terms_on(shown, timezone.localdate()).closes_on)}",
        "printed": f"établi le {moment(timezone.now())}",
        "figures": [{"label": label, "value": xof(value)} for label, value in figures],
        "movements": [
            {
                "date": timezone.localtime(one.posted_at).strftime("%d/%m/%Y"),
                "label": one.label,
                "kind": KINDS[one.kind],
                "lines": number(one.lines),
                "amount": xof(one.amount_xof),
                "effect": xof(one.available_xof) if one.available_xof else "",
                "balance": xof(one.balance_xof),
            }
            for one in movements
        ],
    }
