"""/financements/: every agreement that the person sees, with where its money is: chosen, sorted, printed, exported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from jigi.foundation.models import User
from jigi.ledger import queries as ledger
from jigi.ledger.queries import Balances
from jigi.programmes import queries as programmes
from jigi.programmes.models import Agreement, FundingLine
from jigi.programmes.terms import extended_closings
from jigi.web.agreements.ordering import ordered
from jigi.web.agreements.sight import person
from jigi.web.ledger.sheets import exported

STATES = {"vigueur": "en vigueur", "venir": "pas encore en vigueur", "close": "close"}
MONTHS = (3, 6, 12, 24)
HEADERS = (
    "Convention", "Bailleur", "Programmes", "Entrée en vigueur", "Clôture", "État", "Montant", "Disponible", "Réservé",
    "Chez les agences", "Versé", "dont rendu au fonds", "Frais d’agence", "Frais de gestion", "Contrats d’opérateurs",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """An agreement with its closing in force, the programmes that it pays, and where its money is."""

    agreement: Agreement
    closes_on: date
    programmes: tuple[str, ...]
    money: Balances
    today: date

    @property
    def state(self) -> str:
        """A key of STATES."""
        if self.today < self.agreement.effective_on:
            return "venir"
        return "close" if self.closes_on < self.today else "vigueur"

    @property
    def state_word(self) -> str:
        return STATES[self.state]

    def closes_within(self, months: int) -> bool:
        """Whether it is open, and closes within so many months of 30 days and a half."""
        return self.today <= self.closes_on <= self.today + timedelta(days=months * 61 // 2)


SORTS = {
    "convention": lambda row: row.agreement.code,
    "cloture": lambda row: (row.closes_on, row.agreement.code),
    "montant": lambda row: row.money.granted_xof,
    "disponible": lambda row: row.money.available_xof,
    "reserve": lambda row: row.money.reserved_xof,
    "agences": lambda row: row.money.agencies_xof,
    "verse": lambda row: row.money.paid_xof,
    "rendu": lambda row: row.money.returned_xof,
}


def agreements(request: HttpRequest) -> HttpResponseBase:
    """The agreements that the address chooses, with their total line: page, print, CSV or XLSX."""
    user = person(request)
    found = _rows(user)
    kept = [row for row in found if _kept(request, row)]
    rows, headers = ordered(request, kept, SORTS)
    if file := exported(request, "financements", HEADERS, map(_cells, rows), by=user):
        return file
    asked = {name: request.GET.get(name, "") for name in ("bailleur", "programme", "etat", "mois")}
    context = {
        "rows": rows, "any": bool(found), "total": _total(row.money for row in rows),
        "headers": {one["code"]: one for one in headers}, "asked": asked, "filtered": any(asked.values()),
        "donors": sorted({row.agreement.donor for row in found}),
        "programmes": sorted({code for row in found for code in row.programmes}), "states": STATES, "months": MONTHS,
        "printing": "imprimer" in request.GET,
    }  # fmt: skip
    return render(request, "agreements/agreements.html", context)


def _rows(user: User) -> list[Row]:
    found = list(programmes.agreements_visible_to(user))
    balances, extended = ledger.balances(one.code for one in found), extended_closings([one.code for one in found])
    paid = _programmes(user, found)
    today = timezone.localdate()
    return [
        Row(one, max(one.closes_on, extended.get(one.code, date.min)), paid[one.pk], balances[one.code], today)
        for one in found
    ]


def _programmes(user: User, found: Sequence[Agreement]) -> dict[int, tuple[str, ...]]:
    """The programmes that each agreement pays, of those that the person sees."""
    lines = FundingLine.objects.filter(agreement__in=found, component__programme__in=programmes.visible_to(user))
    pairs = set(lines.values_list("agreement", "component__programme__code"))
    return {one.pk: tuple(sorted(code for number, code in pairs if number == one.pk)) for one in found}


def _kept(request: HttpRequest, row: Row) -> bool:
    donor, programme = request.GET.get("bailleur", ""), request.GET.get("programme", "")
    state, months = request.GET.get("etat", ""), request.GET.get("mois", "")
    return (
        (not donor or row.agreement.donor == donor)
        and (not programme or programme in row.programmes)
        and (not state or row.state == state)
        # A number that is not offered chooses nothing, rather than all.
        and (not months or (months in map(str, MONTHS) and row.closes_within(int(months))))
    )


def _total(balances: Iterable[Balances]) -> Balances:
    found = list(balances)
    return Balances(**{f.name: sum(getattr(one, f.name) for one in found) for f in fields(Balances)})


def _cells(row: Row) -> tuple[object, ...]:
    one, money = row.agreement, row.money
    return (
        one.code, one.donor, ", ".join(row.programmes), one.effective_on, row.closes_on, row.state_word,
        money.granted_xof, money.available_xof, money.reserved_xof, money.agencies_xof, money.paid_xof,
        money.returned_xof, money.fees_xof, money.management_xof, money.contracts_xof,
    )  # fmt: skip
