"""A lot: where it still is, who received it, and its recall."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.delivery.nutrition import recalls, stock
from jigi.delivery.nutrition.stock_models import Category
from jigi.web.account.step_up import require_proof
from jigi.web.export import csv_response
from jigi.web.nutrition.sight import must_day, person, seen_lot
from jigi.web.nutrition.stock import chip_of
from jigi.web.nutrition.words import kg
from jigi.web.submissions import carry_out

SHOWN_ROWS = 200
HEADERS = ("Commune", "Village", "Site", "Nom", "Mère ou gardien", "Numéro RSU", "Catégorie", "Grammes", "Remis le",
           "Mandataire", "Contrat", "Distribution", "N°")  # fmt: skip
FIELDS = ("commune", "village", "site", "name", "guardian", "rsu_number", "category", "grams", "given_on", "proxy_name",
          "contract", "distribution", "rank")  # fmt: skip


def lot(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who received a lot: shown, or as the file that goes to the villages."""
    user, one = person(request), seen_lot(request, pk)
    exporting = request.GET.get("format") == "csv"
    if exporting:
        require_proof(request, back=reverse("nutrition_lot", args=[pk]))
    found = recalls.received(one, by=user, verb="export" if exporting else "list")
    if exporting:
        return csv_response(f"lot-{one.pk}", HEADERS, [_cells(row) for row in found])
    context = {
        "lot": one, "chip": chip_of(one), "rows": [{**row, "weight": kg(row["grams"])} for row in found[:SHOWN_ROWS]],
        "count": len(found), "more": max(0, len(found) - SHOWN_ROWS), "given": kg(sum(row["grams"] for row in found)),
        "held": [(balance.place, kg(balance.grams)) for balance in recalls.held(one)],
        "may_correct": not found and stock.may_correct(one, user),
        "may_recall": one.recalled_at is None and recalls.may_recall(one, user),
    }  # fmt: skip
    return render(request, "nutrition/lot.html", context)


def _cells(row: dict[str, Any]) -> list[object]:
    """A line of the file, in French."""
    return [Category(row[field]).label if field == "category" else row[field] for field in FIELDS]


@require_POST
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Recall a lot, for good; or correct the day that was mistyped, while nobody received of it."""
    user, one = person(request), seen_lot(request, pk)

    def act() -> str:
        if request.POST.get("geste") == "corriger":
            stock.correct_lot(one, must_day(request.POST.get("expire", "")), by=user)
            return f"La date du {one} est corrigée."
        recalls.recall(one, reason=request.POST.get("motif", ""), by=user)
        return f"Le {one} est rappelé : il ne se distribue plus."

    carry_out(request, act)
    return redirect("nutrition_lot", pk)
