"""/chantiers/feuilles/: timesheets to enter, compare, sign, approve and correct."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may, may_operate
from jigi.delivery.works import approval, paper, queries, rules, sheet_file
from jigi.delivery.works import sheets as timesheet
from jigi.delivery.works.models import SheetEntry, Timesheet
from jigi.delivery.works.states import TIMESHEET
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.sheets.actions import RIGHT
from jigi.sheets.rules import shown as grouped
from jigi.web.formats import counted, xof
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import number_in
from jigi.web.sent_table import sent_table
from jigi.web.submissions import carry_out
from jigi.web.works.sight import person, seen_sheet

TONES = {"open": "wait", "signed": "info", "approved": "ok", "cancelled": "bad"}
LETTERS = "LMMJVSD"
PREFIX = "l-"
MOST_BYTES = 1 << 20
"""A grid of a hundred lines is some tens of kilobytes."""


def chip(sheet: Timesheet) -> str:
    """The state of a sheet, coloured by what it means."""
    return format_html('<span class="chip {}">{}</span>', TONES.get(sheet.status, ""), sheet.get_status_display())


COLUMNS = (
    Column("feuille", "Feuille", lambda s: f"{s.worksite.code} n° {s.number}", sort="worksite__code",
           link=lambda s: reverse("works_sheet", args=[s.pk])),
    Column("equipe", "Équipe", lambda s: s.crew.name, sort="crew__name"),
    Column("commune", "Commune", lambda s: s.worksite.commune.name, sort="worksite__commune__name"),
    Column("du", "Du", lambda s: s.first_day, kind="day", sort="first_day"),
    Column("au", "Au", timesheet.last_of, kind="day"),
    Column("jours", "Jours payés", lambda s: f"{s.half_days / 2:g}".replace(".", ",") if s.half_days else ""),
    Column("montant", "Salaires (FCFA)", lambda s: s.amount_xof, kind="xof", sort="amount_xof"),
    Column("etat", "État", lambda s: s.get_status_display(), sort="status", cell=chip),
)  # fmt: skip


def timesheets(request: HttpRequest) -> HttpResponseBase:
    """The sheets of the worksites that the person sees, the latest first."""
    found = queries.sheets_visible_to(person(request))
    listing = Listing(
        noun=("feuille", "feuilles"), file_name="feuilles-de-presence", columns=COLUMNS, order="-du",
        filters=(
            Filter("etat", "État", lambda rows, value: rows.filter(status=value), choices=TIMESHEET.choices),
            Filter("chantier", "Chantier", lambda rows, value: rows.filter(worksite__code__icontains=value)),
        ),
        empty="Aucune feuille. Une feuille s’ouvre depuis la page d’un chantier en cours.",
    )  # fmt: skip
    return listing.respond(request, found, "works/timesheets.html")


def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet: its own grid to enter, what the two entries say, the next act."""
    shown, user = seen_sheet(request, pk), person(request)
    entries = list(SheetEntry.objects.filter(timesheet=shown).select_related("by").order_by("hand"))
    own = next((one for one in entries if one.by_id == user.pk), None)
    # Who enters second does not see what the first one entered: that is what makes two entries worth one.
    read = own or (None if shown.status == "open" else entries[0] if entries else None)
    days = [shown.first_day + timedelta(days=n) for n in range(shown.days)]
    kept = timesheet.grid_of(read)
    seen = timesheet.look(shown)
    people = queries.roster(shown, verb="see", by=user)
    site, contract = shown.worksite, shown.worksite.contract
    context: dict[str, Any] = {
        "sheet": shown, "site": site, "chip": chip(shown), "last_day": timesheet.last_of(shown), "days": days,
        "letters": "".join(LETTERS[day.weekday()] for day in days), "entries": entries, "own": own,
        "rows": [_row(one, kept.get(one["number"], ""), site.rates) for one in people],
        "entering": shown.status == "open" and (own is not None or len(entries) < 2), "seen": seen,
        "cells": [_cell(one, shown, people) for one in seen.cells[:40]], "marks": rules.MARKS.items(),
        "revision": own.revision if own else 0, "operates": may_operate(user, contract, site.commune),
        "paper": grouped(paper.number_of(shown, by=user)), "handles": can(user, RIGHT, areas=[site.commune]),
        "checks": may(user, "delivery.check", contract, [site.commune]),
        "correction": Timesheet.objects.filter(corrects=shown).exclude(status="cancelled").first(),
    }  # fmt: skip
    return render(request, "works/sheet.html", context)


@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the grid that the person entered: one text a line, one mark a day."""
    shown, user = seen_sheet(request, pk), person(request)

    def act() -> str:
        grid = {
            number_in(name.removeprefix(PREFIX)): _marks(str(text), shown.days)
            for name, text in request.POST.items()
            if name.startswith(PREFIX)
        }
        revision = number_in(request.POST.get("revision", ""))
        kept = timesheet.enter(shown, grid, revision=revision, by=user)
        return f"Saisie gardée : {counted(len(grid), 'ligne')} (saisie {kept.hand}, version {kept.revision})."

    carry_out(request, act)
    return redirect("works_sheet", pk)


@require_POST
def send_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a workbook or CSV file as the person's entry; what is wrong is shown, and the good lines kept if asked."""
    shown, user = seen_sheet(request, pk), person(request)
    with sent_table(request.FILES.get("fichier"), what="le classeur rempli", most_bytes=MOST_BYTES) as path:
        read = sheet_file.read(shown, path)
    if read.problems and request.POST.get("bonnes") != "oui":
        context = {"sheet": shown, "problems": read.problems, "good": len(read.grid)}
        return render(request, "works/problems.html", context, status=422)
    carry_out(request, lambda: _taken(request, shown, read, user))
    return redirect("works_sheet", pk)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Sign, approve, send back, correct or cancel a sheet."""
    shown, user = seen_sheet(request, pk), person(request)
    reason, made = request.POST.get("motif", ""), []

    def do() -> str:
        if verb == "signer":
            approval.sign(shown, by=user)
            return "La feuille est signée : un contrôleur l’approuve."
        if verb == "approuver":
            earned = approval.approve(shown, by=user)
            return f"La feuille est approuvée : {xof(earned)} FCFA sont dus."
        if verb == "renvoyer":
            approval.send_back(shown, reason=reason, by=user)
            return "La feuille est renvoyée à la saisie."
        if verb == "numeroter":
            number = paper.number_paper(shown, by=user).shown
            return f"Le papier porte le numéro {number} : imprimez-le, son retour numérisé se rangera seul."
        if verb == "corriger":
            made.append(timesheet.correct(shown, reason=reason, by=user))
            return f"La contre-feuille {made[0].number} est ouverte : saisissez-la."
        timesheet.cancel(shown, reason=reason, by=user)
        return "La feuille est annulée."

    if verb not in ("signer", "approuver", "renvoyer", "corriger", "annuler", "numeroter"):
        raise Http404
    carry_out(request, do)
    return redirect("works_sheet", made[0].pk if made else pk)


def _taken(request: HttpRequest, shown: Timesheet, read: sheet_file.Read, user: User) -> str:
    own = SheetEntry.objects.filter(timesheet=shown, by=user).first()
    timesheet.enter(shown, read.grid, revision=own.revision if own else 0, source=SheetEntry.Source.FILE, by=user)
    left = f" ; {counted(read.lines - len(read.grid), 'ligne laissée', 'lignes laissées')}" if read.problems else ""
    return f"{counted(len(read.grid), 'ligne prise', 'lignes prises')} du fichier{left}."


def _marks(text: str, days: int) -> str:
    """The marks of a line as people type them; Refused when a sign is unknown or one is missing."""
    cells = [one for one in text if not one.isspace()]
    if not cells:
        return rules.OFF * days
    found = [rules.mark_of(one) for one in cells]
    if None in found or len(found) != days:
        raise Refused(
            f"« {text[:30]} » : {counted(len(cells), 'signe')} pour {counted(days, 'jour')}" if None not in found
            else f"« {text[:30]} » a un signe inconnu",
            remedy="Un signe par jour : P présent, D demi-journée, T tâche, A absent, un point pour pas de travail.",
        )  # fmt: skip
    return "".join(one for one in found if one)


def _row(one: dict[str, Any], marks: str, rates: rules.Rates) -> dict[str, Any]:
    worth = rules.work_of(marks, rates)
    return {**one, "marks": marks, "days": f"{worth.half_days / 2:g}".replace(".", ","), "amount_xof": worth.amount_xof}


def _cell(one: rules.Difference, shown: Timesheet, people: list[dict[str, Any]]) -> dict[str, Any]:
    name = next((row["name"] for row in people if row["number"] == one.number), "")
    return {"number": one.number, "name": name, "day": shown.first_day + timedelta(days=one.day),
            "first": rules.MARKS[one.first], "second": rules.MARKS[one.second]}  # fmt: skip
