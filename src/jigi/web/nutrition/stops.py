"""A village at a distribution: its list, handed out line by line; the sheet to sign, the table to fill in."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may_operate
from jigi.delivery.nutrition import giving, giving_file, queries
from jigi.delivery.nutrition.giving import GIVEN, Said
from jigi.delivery.nutrition.models import DistributionStop, StockBalance
from jigi.delivery.nutrition.pack import number_sheet, sheet_of
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.registry.models import Person
from jigi.web.account.step_up import require_proof
from jigi.web.export import csv_response
from jigi.web.formats import counted
from jigi.web.nutrition.sight import must_day, person, seen_stop
from jigi.web.nutrition.words import kg
from jigi.web.paper.press import pdf_response, press
from jigi.web.submissions import carry_out, key_of

SHOWN_ROWS = 400
"""A village has fewer; beyond, the file is for them."""


def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a village; posting it hands out the lines that are ticked."""
    user, one = person(request), seen_stop(request, pk)
    if request.method == "POST":
        carry_out(request, lambda: _given(request, one, user))
        return redirect(f"{request.path}?voir={request.POST.get('voir', '')}")
    lines = queries.lines_of(one.distribution, one)
    shown = [_line(row) for row in lines if _is_asked(row, request.GET.get("voir", ""))]
    audit.read("list", "distribution", one.distribution_id, by=user, subjects=_subjects(lines),
               after={"village": one.village_id})  # fmt: skip
    held = StockBalance.objects.filter(place=one.place, grams__gt=0).select_related("lot__product")
    context = {
        "stop": one, "distribution": one.distribution, "lines": shown[:SHOWN_ROWS], "more": len(shown) - SHOWN_ROWS,
        "expected": len(lines), "served": sum(row["handout_id"] is not None for row in lines),
        "operates": may_operate(user, one.distribution.contract, one.commune)
        and one.distribution.status == "approved",
        "numbers": can(user, "sheets.handle", areas=[one.commune]),
        "voir": request.GET.get("voir", ""),
        "held": [(balance.lot, kg(balance.grams)) for balance in held.order_by("lot__expires_on")],
    }  # fmt: skip
    return render(request, "nutrition/stop.html", context)


def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a village to print: a square a page, a place to sign a line."""
    user, one = person(request), seen_stop(request, pk)
    require_proof(request, back=reverse("nutrition_stop", args=[pk]))
    lines = queries.lines_of(one.distribution, one)
    audit.read("print", "distribution", one.distribution_id, by=user, subjects=_subjects(lines))
    return pdf_response(f"distribution-{one.distribution.number}-{one.pk}", press("ration_sheet", sheet_of(one, lines)))


@require_POST
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """Number the sheet of a village, so that its scan is recognised."""
    user, one = person(request), seen_stop(request, pk)

    def act() -> str:
        made = number_sheet(one, by=user)
        return f"La feuille de {one.village} est numérotée, sur {counted(made.pages, 'page')} : imprimez-la."

    carry_out(request, act)
    return redirect("nutrition_stop", pk)


def table(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The same list as a table to fill in and send back."""
    user, one = person(request), seen_stop(request, pk)
    require_proof(request, back=reverse("nutrition_stop", args=[pk]))
    lines = queries.lines_of(one.distribution, one)
    audit.read("export", "distribution", one.distribution_id, by=user, subjects=_subjects(lines))
    rows = [
        [row["rank"], row["name"], "oui" if row["handout_id"] else "", row["given_on"] or one.day,
         row["proxy_name"] or "", "", ""]
        for row in lines
    ]  # fmt: skip
    return csv_response(f"distribution-{one.distribution.number}-{one.pk}", giving_file.COLUMNS, rows)


def _given(request: HttpRequest, one: DistributionStop, by: User) -> str:
    ranks = [int(text) for text in request.POST.getlist("n") if text.isdecimal() and len(text) < 9]
    if not ranks:
        raise Refused("Aucune ligne n’est cochée", remedy="Cochez qui a reçu sa ration.")
    day, key = must_day(request.POST.get("jour", "")), key_of(request)
    results = giving.give(one.distribution, [_said(request, rank, day, key) for rank in ranks], by=by)
    good = sum(result.outcome == GIVEN for result in results)
    told = [f"n° {result.rank} : {result.what}. {result.remedy}" for result in results if not result.is_good]
    return f"{counted(good, 'ration remise', 'rations remises')}. " + " ".join(told[:6])


def _said(request: HttpRequest, rank: int, day: Any, key: UUID) -> Said:
    proxy = request.POST.get(f"mandataire-{rank}", "").strip()
    return Said(
        rank, day, "proxy" if proxy else "self", proxy, f"age-{rank}" in request.POST,
        request.POST.get("lot", ""), number=uuid5(key, str(rank)),
    )  # fmt: skip


def _is_asked(row: dict[str, Any], seen: str) -> bool:
    if seen == "servis":
        return row["handout_id"] is not None
    return seen != "attendus" or row["handout_id"] is None


def _line(row: dict[str, Any]) -> dict[str, Any]:
    person = Person(birth_date=row["birth_date"], birth_precision=row["birth_precision"])
    number = row["rsu_number"] or ""
    return {
        **row, "birth": person.birth if row["category"] == "child" else "", "ration": kg(row["grams"]),
        "word": "enfant" if row["category"] == "child" else "femme",
        "rsu": f"{number[:4]}-{number[4:8]}-{number[8:]}" if number else "",
    }  # fmt: skip


def _subjects(lines: list[dict[str, Any]]) -> list[int]:
    return [row["household_id"] for row in lines if row["household_id"]]
