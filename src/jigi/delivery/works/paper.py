"""The numbered paper of a timesheet: its scan, sent with any other, files itself by the square of each page."""

from __future__ import annotations

from django.db import transaction

from jigi.delivery.works.models import Timesheet
from jigi.delivery.works.queries import roster, sheets_visible_to
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.sheets.actions import print_list
from jigi.sheets.models import Printing, Sheet

PAGE_ROWS = 25


@unfenced
def number_of(sheet: Timesheet, *, by: User) -> str:
    """The number of a sheet's paper, for who sees the sheet; "" when nobody numbered it. It names nobody."""
    found = sheets_visible_to(by).filter(pk=sheet.pk).values_list("paper__number", flat=True).first()
    return found or ""


@unfenced
@transaction.atomic
def number_paper(sheet: Timesheet, *, by: User) -> Sheet:
    """Give the paper of an open sheet a number, once: asks the right to handle sheets in its commune."""
    held = Timesheet.objects.select_for_update(of=("self",)).select_related("worksite__village__parent", "paper")
    current = held.get(pk=sheet.pk)
    if current.paper is not None:
        return current.paper
    if current.status != "open":
        raise Refused("Seule une feuille en saisie s’imprime numérotée", remedy="Les autres sont déjà signées.")
    people = roster(current, verb="print", by=by)
    if not people:
        raise Refused("Personne de cette équipe n’est embauché ces jours-là", remedy="Voyez les dates de la feuille.")
    made = print_list(
        Printing.Purpose.ATTENDANCE, current.worksite.village, households=[one["household"] for one in people],
        pages=-(-len(people) // PAGE_ROWS), by=by,
    )  # fmt: skip
    paper = made.sheets.get()
    Timesheet.objects.filter(pk=current.pk).update(paper=paper)
    sheet.paper = paper
    return paper
