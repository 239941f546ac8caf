"""Sheets: printed with their numbers, declared lost; the pages that come back, attached by hand, undone, discarded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import can, require
from jigi.geography.models import Area
from jigi.intake.models import FormVersion
from jigi.registry.models import Household
from jigi.sheets.models import Printing, ScannedPage, Sheet, survivor
from jigi.sheets.rules import LEAST_COLUMNS, MOST_PAGES, drawn_number
from jigi.sheets.states import PAGE, SHEET

RIGHT = "sheets.handle"
MOST_SHEETS = 100
LEAST_REASON = 3


@unfenced
@transaction.atomic
def print_forms(
    version: FormVersion, *, count: int = 1, pages: int, columns: int = LEAST_COLUMNS, village: Area | None = None,
    household: Household | None = None, by: User,
) -> Printing:  # fmt: skip
    """Number so many questionnaires of a village, blank, or one of a household already known."""
    commune = household.commune if household else village.parent if village else None
    assert commune is not None, "a questionnaire is printed for a village or a household"
    require(by, RIGHT, areas=[commune])
    if not 1 <= count <= MOST_SHEETS or (household and count != 1):
        raise Refused(f"De 1 à {MOST_SHEETS} feuilles à la fois", remedy="Imprimez en plusieurs fois.")
    return _numbered(
        Printing(
            purpose=Printing.Purpose.FORM, form_version=version, commune=commune, pages=pages, columns=columns,
            household=household, village=household.village if household else village, made_by=by,
        ),
        count,
    )  # fmt: skip


@unfenced
@transaction.atomic
def print_list(purpose: str, village: Area, *, households: Sequence[int], pages: int, by: User) -> Printing:
    """Number a list of a village: of these households, or blank."""
    assert village.parent is not None and purpose != Printing.Purpose.FORM
    require(by, RIGHT, areas=[village.parent])
    made = Printing(
        purpose=purpose, commune=village.parent, village=village, households=list(households), pages=pages, made_by=by
    )
    return _numbered(made, 1)


def lose(sheet: Sheet, *, by: User) -> None:
    """Say that a sheet will not come back; if it does, it is taken all the same."""
    _lose(sheet, by)


@unfenced
def _lose(sheet: Sheet, by: User) -> None:
    require(by, RIGHT, areas=[sheet.printing.commune])
    SHEET.move(sheet, "lose", by=by, subjects=_subjects(sheet.household_id))


@unfenced
@transaction.atomic
def attach_to_household(page: ScannedPage, household: Household, *, by: User) -> Household:
    """Attach a page that waits to a household; the other pages of its sheet that wait for a name follow it.

    Returns the household that has it: the one that it was merged into, if it was.
    """
    household = survivor(household)
    require(by, RIGHT, areas=[household.commune])
    _own(page, by)
    if page.sheet and page.sheet.holder not in (None, household):
        raise Refused(
            "Cette feuille est celle d’un autre ménage", why="Elle a été imprimée ou rattachée pour lui.",
            remedy="Défaites d’abord ses rattachements, ou écartez cette page.",
        )  # fmt: skip
    if page.sheet and not page.sheet.printing.is_form:
        raise Refused("Cette page est d’une liste de village", remedy="Rattachez-la à sa feuille, par son numéro.")
    if page.sheet is None:
        file_page(page, household=household, commune=household.commune, by=by)
        return household
    name_sheet(page.sheet, household)
    waiting = ScannedPage.objects.filter(sheet=page.sheet, status="queued", why__in=("nameless", "undone"))
    for one in (page, *waiting.exclude(pk=page.pk).order_by("number", "pk")):
        if one is not page and _is_here(page.sheet, one.number):
            waiting.filter(pk=one.pk).update(why="repeated")  # the same page twice: the second waits, to be discarded
            continue
        one.sheet = page.sheet
        file_page(one, household=household, commune=household.commune, by=by)
    return household


@unfenced
@transaction.atomic
def attach_to_sheet(page: ScannedPage, sheet: Sheet, number: int, *, by: User) -> None:
    """Attach a page whose code could not be read to the sheet whose number stands beside the code."""
    require(by, RIGHT, areas=[sheet.commune])
    _own(page, by)
    if not 1 <= number <= sheet.printing.pages:
        raise Refused(
            "Ce n’est pas un numéro de page de cette feuille", why=f"Elle va de 1 à {sheet.printing.pages}.",
            remedy="Recopiez celui qui est imprimé sous le carré.",
        )  # fmt: skip
    if sheet.printing.is_form and sheet.household is None:
        receive_sheet(sheet, by=by)
        waits = {"sheet": sheet, "number": number, "commune": sheet.printing.commune, "why": "nameless"}
        if not ScannedPage.objects.filter(pk=page.pk, status="queued").update(**waits):
            raise Raced("Cette page n’attend plus : quelqu’un a agi avant vous", remedy="Rechargez-la.")
        told = {"sheet": sheet.number, "number": number}
        audit.record("attach", PAGE.noun, page.pk, by=by, after=told)
        return
    page.sheet, page.number = sheet, number
    file_on(page, sheet, by=by)


@unfenced
@transaction.atomic
def detach(page: ScannedPage, *, reason: str, by: User) -> None:
    """Undo an attachment; a sheet of which no page is left attached forgets the household that was said for it."""
    _own(page, by)
    said = _said(reason)
    subjects = _subjects(page.household_id)
    cleared = {"household": None, "why": "undone", "filed_by": None, "filed_at": None}
    PAGE.move(page, "detach", by=by, reason=said, subjects=subjects, **cleared)
    sheet = page.sheet
    if sheet is None or sheet.scanned.filter(status="attached").exists():
        return
    SHEET.move(sheet, "detach", by=by, reason=said, subjects=subjects, household=sheet.printing.household)


@unfenced
@transaction.atomic
def discard(page: ScannedPage, *, reason: str, by: User) -> None:
    """Set aside a page that is nothing of ours, or is here already: its image is emptied."""
    _own(page, by)
    PAGE.move(page, "discard", by=by, reason=_said(reason), sealed=b"")


def file_on(page: ScannedPage, sheet: Sheet, *, by: User) -> None:
    """Attach a page to what its sheet is for: its household, or the one that this was merged into since."""
    file_page(page, household=sheet.holder, commune=sheet.commune, by=by)


def file_page(page: ScannedPage, *, household: Household | None, commune: Area, by: User) -> None:
    """Attach a page, inside an act that has checked the right; the page's sheet becomes attached."""
    if page.sheet and _is_here(page.sheet, page.number):
        raise Refused(
            f"La page {page.number} de cette feuille est déjà rattachée",
            remedy="Écartez celle-ci, ou défaites l’autre rattachement.",
        )
    filed: dict[str, Any] = {
        "household": household,
        "commune": commune,
        "why": "",
        "filed_by": by,
        "filed_at": timezone.now(),
    }
    filed |= {"sheet": page.sheet, "number": page.number}
    PAGE.move(page, "attach", by=by, subjects=_subjects(household.pk if household else None), **filed)
    if page.sheet and page.sheet.status != "attached":
        SHEET.move(page.sheet, "attach", by=by, subjects=_subjects(household.pk if household else None))


def _is_here(sheet: Sheet, number: int | None) -> bool:
    """Whether a page of a sheet is attached already; in turn, so that of two who attach, the second is told."""
    Sheet.objects.select_for_update().get(pk=sheet.pk)
    return ScannedPage.objects.filter(sheet=sheet, number=number, status="attached").exists()


def receive_sheet(sheet: Sheet, *, by: User) -> None:
    """Note that a sheet came back, once."""
    if sheet.status in ("printed", "lost"):
        SHEET.move(sheet, "return", by=by)


def name_sheet(sheet: Sheet, household: Household) -> None:
    """Say whose answers a sheet holds."""
    if sheet.household_id is None:
        Sheet.objects.filter(pk=sheet.pk).update(household=household)
        sheet.household = household


def _numbered(printing: Printing, count: int) -> Printing:
    if not 1 <= printing.pages <= MOST_PAGES:
        raise Refused(f"Une feuille a au plus {MOST_PAGES} pages", remedy="Coupez la liste ou le questionnaire.")
    printing.save()
    sheets = [Sheet(printing=printing, number=drawn_number(), household=printing.household) for _ in range(count)]
    Sheet.objects.bulk_create(sheets)
    subjects = _subjects(printing.household_id)
    after = {"purpose": printing.get_purpose_display(), "sheets": count, "pages": printing.pages}
    audit.record("make", "printing", printing.pk, by=printing.made_by, after=after, subjects=subjects)
    return printing


def _own(page: ScannedPage, by: User) -> None:
    """The right over a page: in its commune, or over what one sent oneself."""
    commune = page.household.commune if page.household else page.commune
    if commune is not None:
        require(by, RIGHT, areas=[commune])
    elif page.scan.made_by_id != by.pk or not can(by, RIGHT):
        raise Refused("Cette page n’est pas à vous", remedy="Qui l’a envoyée la rattache, ou l’écarte.")


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if len(said) < LEAST_REASON:
        raise Refused("Dites pourquoi", remedy="Quelques mots suffisent : ils restent dans la trace.")
    return said[:300]


def _subjects(household: int | None) -> list[int]:
    return [household] if household else []
