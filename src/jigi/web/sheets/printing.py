"""Printing sheets: choose what and for whom, number them, take the PDF; printed again, it is the same."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pypdfium2
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from jigi.foundation import audit
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import User
from jigi.geography import queries as geography
from jigi.geography.access import can, require
from jigi.geography.models import Area
from jigi.intake.models import FormVersion
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.registry.rsu import digits_of
from jigi.sheets import actions
from jigi.sheets.actions import MOST_SHEETS, RIGHT
from jigi.sheets.models import Printing
from jigi.sheets.rules import columns_for
from jigi.web.formats import counted
from jigi.web.paper.press import pdf_response, press
from jigi.web.sheets import lists, questionnaire
from jigi.web.sheets.sight import handler, seen_printing
from jigi.web.submissions import carry_out

Purpose = Printing.Purpose
MOST_DIGITS = 9


def print_sheets(request: HttpRequest) -> HttpResponse:
    """Choose what to print, for a village or for one household."""
    user, error = handler(request), None
    household = _household(request, user)
    if request.method == "POST":
        try:
            return _made(request, household, user)
        except InputError as wrong:
            error = wrong
    context = {
        "household": household,
        "versions": _versions(),
        "purposes": [choice for choice in Purpose.choices if choice[0] != Purpose.FORM],
        "most": MOST_SHEETS,
        "said": request.POST or request.GET,
        "error": error,
    }
    return render(request, "sheets/print.html", context, status=400 if error else 200)


def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """What was printed: its sheets, and where each stands."""
    one = seen_printing(request, pk)
    subjects = [one.household_id] if one.household_id else []
    audit.read("see", "printing", one.pk, by=handler(request), subjects=subjects)
    return render(request, "sheets/printing.html", {"printing": one, "sheets": one.sheets.order_by("pk")})


def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF to print. It names the households of a list, or the one that a questionnaire is begun for."""
    user, one = handler(request), seen_printing(request, pk)
    subjects = [one.household_id] if one.household_id else one.households
    audit.read("print", "printing", one.pk, by=user, subjects=subjects)
    return pdf_response(f"feuilles-{one.pk}", pressed(one, by=user))


def pressed(printing: Printing, *, by: User) -> bytes:
    """The PDF of a printing."""
    if printing.form_version is None:
        return press("numbered_list", lists.document(printing, by=by))
    said = questionnaire.document(printing, printing.form_version, pages=printing.pages)
    return press("questionnaire", said)


def _made(request: HttpRequest, household: Household | None, user: User) -> HttpResponse:
    made: list[Printing] = []

    def act() -> str:
        made.append(_numbered(request, household, user))
        count = counted(made[0].sheets.count(), "feuille numérotée", "feuilles numérotées")
        return f"{count} : ouvrez le PDF et imprimez-le sans changer d’échelle."

    carry_out(request, act)
    return redirect("printing", made[0].pk) if made else redirect("sheets")


def _numbered(request: HttpRequest, household: Household | None, user: User) -> Printing:
    said, purpose = request.POST, request.POST.get("objet", "")
    village = None if household else _village(said.get("village", ""), user)
    if purpose.startswith("form:"):
        version = get_object_or_404(_versions(), pk=short_number(purpose.removeprefix("form:")))
        columns = columns_for(household.size if household else None)
        pages = _count_pages(version, village, household, columns)
        return actions.print_forms(
            version, count=short_number(said.get("nombre", "1")), pages=pages, columns=columns, village=village,
            household=household, by=user,
        )  # fmt: skip
    if purpose not in Purpose.values or village is None or purpose == Purpose.FORM:
        raise InputError("Rien n’est choisi à imprimer", remedy="Choisissez un questionnaire ou une liste.")
    households = lists.listed(purpose, village, by=user)
    if purpose != Purpose.COMMUNITY and not households:
        raise InputError(
            "Aucun ménage de ce village n’est au registre", remedy="Imprimez la liste communautaire, vierge."
        )
    pages = lists.pages_of(purpose, households)
    return actions.print_list(purpose, village, households=households, pages=pages, by=user)


def short_number(text: str) -> int:
    """A count, a page or a key as typed; 0 for what is none."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 0


def _count_pages(version: FormVersion, village: Area | None, household: Household | None, columns: int) -> int:
    """How many pages a questionnaire takes, its squares not drawn yet."""
    commune = household.commune if household else village.parent if village else None
    drawn = Printing(
        purpose=Purpose.FORM, form_version=version, commune=commune, household=household, columns=columns,
        village=household.village if household else village,
    )  # fmt: skip
    return len(pypdfium2.PdfDocument(BytesIO(press("questionnaire", questionnaire.document(drawn, version, pages=0)))))


def _village(text: str, user: User) -> Area:
    """The village that a name or a code designates, where the person handles sheets."""
    version = geography.version_in_use()
    found = geography.designated(text, version) if version and text.strip() else []
    villages = [one for one in found if one.level == Area.Level.VILLAGE]
    mine = [one for one in villages if can(user, RIGHT, areas=[one])] or villages
    if len(mine) == 1:
        require(user, RIGHT, areas=mine)
        return mine[0]
    several = ", ".join(f"{one.name} ({one.code})" for one in mine[:5])
    raise InputError(
        f"Plusieurs villages s’appellent « {text} »" if villages else f"Aucun village ne s’appelle « {text} »",
        why=several, remedy="Écrivez son nom ou son code.",
    )  # fmt: skip


def _household(request: HttpRequest, user: User) -> Household | None:
    """The household that a questionnaire is begun for, where one may see it and handle its sheets."""
    typed = digits_of((request.POST or request.GET).get("menage", ""))
    if not typed:
        return None
    visible = registry.visible_to(user).select_related("commune", "village")
    found = get_object_or_404(visible, rsu_number=typed)
    if not can(user, RIGHT, areas=[found.commune]) or found.is_erased:
        raise Refused("Rien ne s’imprime pour ce ménage", remedy="Il n’est pas de vos communes, ou il est effacé.")
    return found


def _versions() -> Any:
    """The questionnaires in use."""
    published = FormVersion.objects.filter(status=FormVersion.Status.PUBLISHED)
    return published.select_related("form").defer("xlsform", "xform").order_by("form__title")
