"""Sheets: the list, the page of one with what came back of it, the one that will not come back."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.sheets import actions, queries
from jigi.sheets.models import Printing, Sheet
from jigi.sheets.rules import digits_of, read_code
from jigi.sheets.states import SHEET
from jigi.web.households.listing import page_of
from jigi.web.households.place import named_so
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.sheets.sight import handler, seen_sheet
from jigi.web.submissions import carry_out

TONES = {"printed": "", "returned": "wait", "attached": "ok", "lost": "bad"}
Rows = QuerySet[Sheet]


def chip(sheet: Sheet) -> str:
    return format_html('<span class="chip {}">{}</span>', TONES[sheet.status], sheet.get_status_display())


def _page(sheet: Sheet) -> str:
    return reverse("sheet", args=[sheet.pk])


def _on_one_line(address: str, number: str) -> str:
    return format_html('<a class="nb" href="{}">{}</a>', address, number)


def title_of(printing: Printing) -> str:
    """« Questionnaire du ménage », « liste de présence »."""
    return printing.form_version.form.title if printing.form_version else printing.get_purpose_display()


def _numbered_so(rows: Rows, text: str) -> Rows:
    """By the beginning of its number, or by what a scanner held in the hand types from its square."""
    code = read_code(text.strip())
    return rows.filter(number__startswith=code[0] if code else digits_of(text))


def _within(rows: Rows, text: str) -> Rows:
    place = named_so(text)
    return rows.filter(Q(printing__commune__in=place.communes) | Q(printing__village__in=place.villages))


SHEETS = Listing(
    noun=("feuille", "feuilles"),
    file_name="feuilles",
    columns=(
        Column("numero", "Feuille", lambda s: s.shown, cell=lambda s: _on_one_line(_page(s), s.shown)),
        Column("objet", "Objet", lambda s: title_of(s.printing)),
        Column("village", "Village", lambda s: s.printing.village or ""),
        Column("commune", "Commune", lambda s: s.printing.commune.name, sort="printing__commune__name"),
        Column(
            "menage", "Ménage", lambda s: s.household.rsu if s.household else "",
            cell=lambda s: _on_one_line(page_of(s.household), s.household.rsu) if s.household else "",
        ),
        Column("imprimee", "Imprimée le", lambda s: s.printing.made_at, kind="day", sort="id"),
        Column("par", "Par", lambda s: s.printing.made_by),
        Column("etat", "État", lambda s: s.get_status_display(), sort="status", cell=chip),
    ),
    order="-imprimee",
    filters=(
        Filter("q", "Numéro", _numbered_so, placeholder="4827…"),
        Filter("lieu", "Où", _within, placeholder="village, commune, cercle"),
        Filter("objet", "Objet", lambda rows, code: rows.filter(printing__purpose=code), Printing.Purpose.choices),
        Filter("etat", "État", lambda rows, code: rows.filter(status=code), SHEET.choices),
    ),
    empty="Aucune feuille numérotée. Imprimez un questionnaire ou une liste pour un village.",
    subject=lambda s: s.household_id,
)  # fmt: skip


def sheets(request: HttpRequest) -> HttpResponseBase:
    """The sheets of one's communes, and how many pages wait."""
    user = handler(request)
    waiting = queries.queue(user).count()
    return SHEETS.respond(request, queries.sheets(user), "sheets/list.html", {"waiting": waiting})


def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet: what it is for, the pages that came back."""
    user, one = handler(request), seen_sheet(request, pk)
    subjects = [one.household_id] if one.household_id else []
    audit.read("see", SHEET.noun, one.pk, by=user, subjects=subjects)
    found = queries.pages(user).filter(sheet=one).exclude(status="discarded").order_by("number", "pk")
    context = {
        "sheet": one,
        "title": title_of(one.printing),
        "chip": chip(one),
        "pages": found,
        "history": [(event, verb_word(event.verb, SHEET.noun)) for event in audit.history(SHEET.noun, one.pk)],
    }
    return render(request, "sheets/sheet.html", context)


@require_POST
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it will not come back."""
    user, one = handler(request), seen_sheet(request, pk)

    def act() -> str:
        actions.lose(one, by=user)
        return "La feuille est déclarée perdue. Si elle revient, elle sera prise quand même."

    carry_out(request, act)
    return redirect("sheet", pk)
