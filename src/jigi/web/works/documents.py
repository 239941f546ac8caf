"""/chantiers/feuilles/<n>/papier/ and classeur/: the grid to carry to the worksite, on paper or as a workbook."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse

from jigi.delivery.works import pack, queries, sheet_file
from jigi.delivery.works.paper import PAGE_ROWS, number_of
from jigi.foundation.cells import neutralise
from jigi.sheets.rules import code_text
from jigi.sheets.rules import shown as grouped
from jigi.web.account.step_up import require_proof
from jigi.web.paper.press import pdf_response, press
from jigi.web.paper.square import square
from jigi.web.works.sight import person, seen_sheet

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid to fill by hand: names, fourteen boxes, places to sign, and a square that leads back to the sheet."""
    shown, user = seen_sheet(request, pk), person(request)
    require_proof(request, back=reverse("works_sheet", args=[pk]))
    people = queries.roster(shown, verb="print", by=user)
    number = number_of(shown, by=user)  # a scan files itself by it; without, the square says which sheet it is
    days = [shown.first_day + timedelta(days=n) for n in range(shown.days)]
    cut = [people[at : at + PAGE_ROWS] for at in range(0, len(people), PAGE_ROWS)] or [[]]
    data: dict[str, Any] = {
        "title": f"Feuille de présence n° {shown.number}",
        "place": f"{shown.worksite.code} · {shown.worksite.title}",
        "crew": shown.crew.name,
        "says": pack.span(shown),
        "days": [{"letter": "LMMJVSD"[day.weekday()], "day": f"{day:%d/%m}"} for day in days],
        "pages": [[{"n": str(one["number"]), "name": one["name"]} for one in rows] for rows in cut],
        "squares": [
            square(code_text(number, page) if number else pack.code_of(shown)) for page in range(1, len(cut) + 1)
        ],
        "code": grouped(number) if number else pack.code_of(shown),
        "marks": "P présent · D demi-journée · T tâche accomplie · A absent · vide : pas de travail",
    }
    return pdf_response(f"feuille-{shown.worksite.code}-{shown.number}", press("works_grid", data))


def workbook(request: HttpRequest, pk: int) -> FileResponse:
    """The grid as a workbook to fill and send back: its days are its columns."""
    shown, user = seen_sheet(request, pk), person(request)
    require_proof(request, back=reverse("works_sheet", args=[pk]))
    people = queries.roster(shown, verb="export", by=user)
    kept = BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_urls": False}) as book:
        page, text = book.add_worksheet("Feuille"), book.add_format({"num_format": "@"})
        page.freeze_panes(1, 2)
        page.set_column(1, 1, 28)
        page.write_row(0, 0, sheet_file.header_of(shown), book.add_format({"bold": True}))
        for row, one in enumerate(people, 1):
            page.write_number(row, 0, one["number"])
            page.write_string(row, 1, neutralise(one["name"]), text)
    kept.seek(0)
    name = f"feuille-{shown.worksite.code}-{shown.number}.xlsx"
    return FileResponse(kept, as_attachment=True, filename=name, content_type=WORKBOOK)
