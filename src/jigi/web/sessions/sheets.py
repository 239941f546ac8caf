"""The numbered sheet of a session: printed with its list, signed in the village, entered by its lines."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.delivery.sessions import attendance
from jigi.delivery.sessions.models import Session, SessionSheet
from jigi.delivery.sessions.pack import COLUMNS, SAYS
from jigi.foundation import audit
from jigi.geography.access import can
from jigi.registry import queries as registry
from jigi.web.account.step_up import require_proof
from jigi.web.formats import counted, day
from jigi.web.paper.press import pdf_response, press
from jigi.web.reader import number_in, user_of
from jigi.web.sessions.sight import seen_session
from jigi.web.sheets.squares import numbered
from jigi.web.submissions import carry_out


@require_POST
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """Number a sheet of the session, with its list of today, then open its PDF."""
    one, user = seen_session(request, pk), user_of(request)
    if not can(user, "sheets.handle", areas=[one.commune]):
        raise Http404
    made: list[SessionSheet] = []

    def act() -> str:
        made.append(attendance.print_sheet(one, by=user))
        return "La feuille est numérotée : ouvrez-la et imprimez-la sans changer d’échelle."

    carry_out(request, act)
    return redirect(reverse("session", args=[pk]) + "#feuilles")


def document(request: HttpRequest, pk: int, sheet: int) -> HttpResponse:
    """The PDF of a sheet; printed again, it is the same."""
    one, user = seen_session(request, pk), user_of(request)
    found = get_object_or_404(one.sheets.select_related("printing"), pk=sheet)
    households = found.printing.households
    if not can(user, "sheets.handle", areas=[one.commune]):
        raise Http404
    require_proof(request, back=reverse("session", args=[pk]))
    audit.read("print", "session", one.pk, by=user, subjects=households)
    return pdf_response(
        f"seance-{one.pk}-feuille-{found.pk}", press("numbered_list", data(one, found, _rows(request, found)))
    )


@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Write who signed, by the number of the sheet and the lines that bear a signature."""
    one, user = seen_session(request, pk), user_of(request)
    said = request.POST

    def act() -> str:
        changed = attendance.enter_sheet(
            one, said.get("numero", ""), said.get("lignes", ""), version=number_in(said.get("version", "")), by=user
        )
        if changed.is_nothing:
            return "Cette feuille était déjà saisie, à l’identique : rien n’a changé."
        return f"La feuille est saisie : {counted(len(changed.added), 'ménage noté', 'ménages notés')}."

    carry_out(request, act)
    return redirect(reverse("session", args=[pk]) + "#presents")


def data(one: Session, sheet: SessionSheet, rows: list[list[str]]) -> dict[str, Any]:
    """The data of numbered_list.typ."""
    cut = [rows[at : at + attendance.SHEET_ROWS] for at in range(0, len(rows), attendance.SHEET_ROWS)] or [[]]
    return {
        "title": f"Présence · séance n° {one.pk}",
        "place": f"{one.village} · {one.module} · prévue le {day(one.planned_on)}",
        "commune": f"commune de {one.commune}",
        "says": SAYS,
        "columns": [{"title": title, "width": width} for title, width in COLUMNS],
        "signed": ["L’animateur", "Pour le village", "Qui contrôle"],
        "sheet": numbered(sheet.printing.sheets.get().number, len(cut)),
        "pages": cut,
    }


def _rows(request: HttpRequest, sheet: SessionSheet) -> list[list[str]]:
    seen = registry.visible_to(user_of(request)).in_bulk(sheet.printing.households)
    rows = []
    for n, pk in enumerate(sheet.printing.households, 1):
        one = seen.get(pk)
        said = [one.rsu, one.head_name] if one else ["—", "hors de votre affectation"]
        rows.append([str(n), *said, "", ""])
    return rows
