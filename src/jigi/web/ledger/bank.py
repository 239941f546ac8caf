"""/comptabilite/banque/: the accounts at banks, and the state of each on a day, down to what is outstanding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.ledger.periods import holds_everywhere
from jigi.payments.bank_models import BankAccount, BankOperation
from jigi.payments.bank_state import Outstanding, State, state, states, visible_to
from jigi.web.formats import day as written_day
from jigi.web.formats import moment, xof
from jigi.web.ledger.sheets import exported
from jigi.web.paging import numbered_page
from jigi.web.paper.press import pdf_response, press
from jigi.web.payments.sight import person_with

SIDES = {"bank": "à la banque seulement", "ledger": "au grand livre seulement"}
AGES = {"0-7": "7 jours au plus", "8-30": "8 à 30 jours", "31-90": "31 à 90 jours", "90+": "plus de 90 jours"}
SORTS = {"date": "plus ancien", "recent": "plus récent", "montant": "plus gros"}
HEADERS = ("Compte", "Côté", "Date", "Libellé", "Référence", "FCFA", "Jours", "Ancienneté", "Attend une approbation")
SUMMARY = (
    "Compte", "Intitulé", "Banque", "Relevé jusqu’au", "Solde à la banque", "Solde au grand livre",
    "En suspens à la banque", "En suspens au grand livre", "Plus de 30 jours",
)  # fmt: skip


def banks(request: HttpRequest) -> HttpResponseBase:
    """The accounts that the person sees, each with its state today."""
    user = person_with(request, "ledger.see")
    found = states(visible_to(user))
    if file := exported(request, "comptes-bancaires", SUMMARY, map(_summary, found), by=user):
        return file
    context = {
        "states": found, "configures": can(user, "agencies.configure"), "printing": "imprimer" in request.GET,
        "waiting": BankOperation.objects.filter(
            match__bank__in=visible_to(user), entry__isnull=True, match__undone_at__isnull=True
        ).select_related("match__bank", "made_by"),
    }  # fmt: skip
    return render(request, "ledger/banks.html", context)


def bank(request: HttpRequest, code: str) -> HttpResponseBase:
    """The state of one account on a day: page, print, CSV, XLSX or PDF. A filter that is unknown shows nothing."""
    user, shown = person_with(request, "ledger.see"), seen_bank(request, code)
    found = state(shown, day_in(request, "au"))
    rows = kept(found.outstanding, request)
    if request.GET.get("format") == "pdf":
        return _paper(found, rows, user)
    cells = (_cells(found, one) for one in rows)
    if file := exported(request, f"rapprochement-{shown.code}", HEADERS, cells, by=user):
        return file
    return render(
        request, "ledger/bank.html", {**_context(request, found, rows), "keeps": holds_everywhere(user, "ledger.keep")}
    )


def seen_bank(request: HttpRequest, code: str) -> BankAccount:
    """The account of a code that the person sees; Http404 otherwise."""
    found = visible_to(person_with(request, "ledger.see")).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def day_in(request: HttpRequest, name: str) -> date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def kept(rows: Sequence[Outstanding], request: HttpRequest) -> list[Outstanding]:
    """What the filters of the address keep, in the order it asks for."""
    side, age, word = (request.GET.get(name, "").strip() for name in ("cote", "age", "q"))
    found = [
        one for one in rows
        if side in ("", one.side) and age in ("", one.band)
        and word.casefold() in f"{one.label} {one.reference}".casefold()
    ]  # fmt: skip
    match request.GET.get("tri"):
        case "montant":
            found.sort(key=lambda one: -abs(one.amount_xof))
        case "recent":
            found.sort(key=lambda one: one.on, reverse=True)
    return found


def _context(request: HttpRequest, found: State, rows: list[Outstanding]) -> dict[str, Any]:
    asked = {name: request.GET[name] for name in ("au", "cote", "age", "q", "tri") if request.GET.get(name)}
    return {
        "state": found, "bank": found.bank, "page": numbered_page(request, rows), "sides": SIDES, "ages": AGES,
        "sorts": SORTS,
        "aged": [(AGES[name], name, *sums) for name, *sums in found.aged()], "asked": urlencode(asked), "chosen": asked,
        "filtered": bool(asked.keys() - {"au"}), "bank_only": found.sum_xof("bank"),
        "ledger_only": found.sum_xof("ledger"), "printing": "imprimer" in request.GET,
    }  # fmt: skip


def _summary(one: State) -> tuple[object, ...]:
    shown = one.bank
    known: date | None = getattr(shown, "known_until", None)
    return (
        shown.code, shown.name, shown.bank, known, one.bank_xof, one.ledger_xof, one.sum_xof("bank"),
        one.sum_xof("ledger"), len(one.old),
    )  # fmt: skip


def _cells(found: State, one: Outstanding) -> tuple[object, ...]:
    return (
        found.bank.code, SIDES[one.side], one.on, one.label, one.reference, one.amount_xof, one.days, AGES[one.band],
        "oui" if one.waiting else "",
    )  # fmt: skip


def _paper(found: State, rows: list[Outstanding], user: User) -> HttpResponseBase:
    document = {
        "title": f"Rapprochement bancaire · {found.bank.name}",
        "about": f"{found.bank.bank}, compte finissant par {found.bank.tail}, au {written_day(found.day)}",
        "printed": f"établi le {moment(timezone.now())}",
        "headers": ["Opération", "Date", "Jours", "À la banque seulement", "Au grand livre seulement"],
        "rows": [
            ["Solde selon la banque", "", "", xof(found.bank_xof), ""],
            ["Solde selon le grand livre", "", "", "", xof(found.ledger_xof)],
            *([one.label or one.reference, f"{one.on:%d/%m/%Y}", str(one.days), *_two(one)] for one in rows),
        ],
        "sum": ["En suspens", "", "", xof(found.sum_xof("bank")), xof(found.sum_xof("ledger"))],
    }
    audit.record("print", "ledger", f"rapprochement-{found.bank.code}", by=user)
    return pdf_response(f"rapprochement-{found.bank.code}", press("ledger_table", document))


def _two(one: Outstanding) -> tuple[str, str]:
    return (xof(one.amount_xof), "") if one.side == "bank" else ("", xof(one.amount_xof))
