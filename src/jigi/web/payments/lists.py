"""The lists that are printed and signed at the pay points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.geography.models import Area
from jigi.payments import queries
from jigi.payments.models import PaymentRound
from jigi.payments.states import ROUND
from jigi.web.formats import counted, day, moment, xof
from jigi.web.paper.press import pdf_response, press
from jigi.web.payments.rounds import paying_days
from jigi.web.payments.sight import person, seen_round

PAGE_ROWS = 22
MOST_ROWS = 12_000
"""Lines that the document of a cercle may hold: some seconds of work, a pile that one still carries."""


@dataclass(frozen=True)
class Sheet:
    """A cercle of the page where lists are chosen: its communes, and whether it fits one document."""

    cercle: str
    cercle_id: int | None
    communes: list[queries.CommuneFigures]

    @property
    def households(self) -> int:
        return sum(one.households for one in self.communes)

    @property
    def fits(self) -> bool:
        return self.households <= MOST_ROWS


def lists(request: HttpRequest, pk: int) -> HttpResponse:
    """The communes of the round, each with its list to print."""
    user, shown = person(request), seen_round(request, pk)
    seen = {area.pk: area.parent_id for area in queries.communes_seen(user, shown)}
    own = [one for one in queries.by_commune(shown) if one.commune_id in seen]
    sheets = [
        Sheet(communes[0].cercle, cercle_id, communes)
        for cercle_id, group in groupby(own, key=lambda one: seen[one.commune_id])
        for communes in [list(group)]
    ]
    context = {"round": shown, "sheets": sheets, "limit": MOST_ROWS, "provisional": not shown.list_hash}
    return render(request, "payments/lists.html", context)


def pay_list(request: HttpRequest, pk: int, area: int) -> HttpResponse:
    """The lists of a commune, or of the communes of a cercle that the person sees, as one PDF."""
    user, shown = person(request), seen_round(request, pk)
    communes = queries.communes_seen(user, shown)
    chosen = list(communes.filter(pk=area) or communes.filter(parent=area))
    if not chosen:
        raise Http404
    if len(chosen) > 1:
        _refuse_too_long(shown, chosen)
    lines = queries.pay_list(shown, [commune.pk for commune in chosen])
    if not lines:
        raise Http404
    audit.read(
        "print", ROUND.noun, shown.pk, by=user, subjects=[line["household_id"] for line in lines],
        after={"communes": [commune.code for commune in chosen], "lines": len(lines)},
    )  # fmt: skip
    return pdf_response(f"liste-tour-{shown.pk}-{area}", press("pay_list", document(shown, lines)))


def document(shown: PaymentRound, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The data of pay_list.typ: one list a pay point, cut in pages that carry their totals."""
    site = groupby(lines, key=lambda line: (line["commune_id"], line["agency"], line["pay_point"]))
    return {
        "title": f"Liste de paiement · {shown.label}",
        "programme": shown.component.programme.name,
        "round": f"{shown.component.name} · {shown.label}",
        "dates": paying_days(shown),
        "printed": f"imprimée le {moment(timezone.now())}",
        "provisional": not shown.list_hash,
        "seal": _seal(shown),
        "lists": [_list(list(rows)) for _, rows in site],
    }


def _list(rows: list[dict[str, Any]]) -> dict[str, Any]:
    first = rows[0]
    return {
        "commune": first["commune"],
        "cercle": f"cercle de {first['cercle']}",
        "agency": first["agency"],
        "pay_point": first["pay_point"],
        "count": counted(len(rows), "ménage"),
        "pages": list(_pages(rows)),
    }


def _pages(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(rows), PAGE_ROWS):
        page, until = rows[start : start + PAGE_ROWS], rows[: start + PAGE_ROWS]
        yield {
            "number": start // PAGE_ROWS + 1,
            "rows": [_row(start + position, row) for position, row in enumerate(page, start=1)],
            "count": counted(len(page), "ménage"),
            "sum": _sums(page),
            "running": _sums(until),
            "last": len(until) == len(rows),
        }


def _row(number: int, row: dict[str, Any]) -> dict[str, str]:
    return {
        "n": str(number),
        "rsu": _grouped(row["rsu_number"]),
        "recipient": row["recipient"],
        "alternate": row["alternate"],
        "right": xof(row["right_xof"]) if row["right_xof"] else "",
        "arrears": xof(row["arrears_xof"]) if row["arrears_xof"] else "",
        "total": xof(row["right_xof"] + row["arrears_xof"]),
    }


def _grouped(rsu_number: str) -> str:
    return f"{rsu_number[:4]}-{rsu_number[4:8]}-{rsu_number[8:]}"


def _sums(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    rights, arrears = sum(row["right_xof"] for row in rows), sum(row["arrears_xof"] for row in rows)
    return {"right": xof(rights), "arrears": xof(arrears), "total": xof(rights + arrears)}


def _seal(shown: PaymentRound) -> str:
    if not shown.list_hash:
        return ""
    return f"Liste gelée le {day(shown.frozen_at)} · empreinte {shown.list_hash}"


def _refuse_too_long(shown: PaymentRound, communes: Sequence[Area]) -> None:
    chosen = {commune.pk for commune in communes}
    households = sum(one.households for one in queries.by_commune(shown) if one.commune_id in chosen)
    if households > MOST_ROWS:
        raise Refused(
            f"Ces listes ont {counted(households, 'ligne')} : trop pour un seul document",
            why=f"Un document tient au plus {counted(MOST_ROWS, 'ligne')}.",
            remedy="Imprimez-les commune par commune.",
        )
