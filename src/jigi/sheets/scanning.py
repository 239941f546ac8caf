"""Scans of sheets that come back: each page is read by its square and attached, or waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from django.db import transaction
from django.db.models import Q
from PIL import Image

from jigi.foundation import audit, images
from jigi.foundation.errors import InputError, TooLarge
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.pdf_pages import pages_of
from jigi.foundation.received import JPEG, PDF, PNG, kind_of
from jigi.foundation.sealed import sealed_bytes
from jigi.foundation.squares import first_in
from jigi.geography.access import can, require
from jigi.sheets.actions import RIGHT, file_on, receive_sheet
from jigi.sheets.models import Scan, ScannedPage, Sheet
from jigi.sheets.rules import read_code
from jigi.sheets.states import PAGE

KIND = "scan"
MOST_BYTES = 100 * 1024 * 1024
MOST_PAGES = 250
DPI = 150
Why = ScannedPage.Why


@dataclass(frozen=True)
class Taken:
    """What became of a file: how many pages, how many attached; `is_new` unless sending it again changed nothing."""

    scan: Scan
    pages: int
    attached: int
    is_new: bool

    @property
    def waiting(self) -> int:
        return self.pages - self.attached


@unfenced
@transaction.atomic
def take(content: bytes, *, by: User) -> Taken:
    """Read a PDF, a JPEG or a PNG of sheets, page by page.

    The same file again changes nothing, but for its pages that were discarded, and for those that nobody could place
    when another person sent it: these are taken anew.

    All of its pages are taken or none. InputError for what can't be read, TooLarge for too much, Refused without the
    right.
    """
    require(by, RIGHT)
    if len(content) > MOST_BYTES:
        raise TooLarge(f"Ce fichier dépasse {MOST_BYTES // 1024**2} Mo", remedy="Envoyez-le en plusieurs parties")
    scan, is_new = Scan.objects.get_or_create(sha256=sha256(content).hexdigest(), defaults={"made_by": by})
    if is_new:
        for position, drawn in enumerate(_drawn(content), 1):
            _take_page(ScannedPage(scan=scan, position=position), drawn, by)
    else:
        is_new = _take_again(scan, content, by)
    counted = scan.pages.count(), scan.pages.filter(status="attached").count()
    if is_new:
        told = {"sha256": scan.sha256, "pages": counted[0]}
        audit.record("scan", "scan", scan.pk, by=by, after=told)
    return Taken(scan, *counted, is_new)


def _take_again(scan: Scan, content: bytes, by: User) -> bool:
    """Take the pages of a known file that are kept no more, or that only another sender sees; whether there was any."""
    scan = Scan.objects.select_for_update().get(pk=scan.pk)
    lost = Q(status="discarded")
    if scan.made_by_id != by.pk:
        lost |= Q(status="queued", commune=None)
    found = {page.position: page for page in scan.pages.filter(lost)}
    if not found:
        return False
    Scan.objects.filter(pk=scan.pk).update(made_by=by)
    for position, drawn in enumerate(_drawn(content), 1):
        if page := found.get(position):
            if page.status == "discarded":
                PAGE.move(page, "take_again", by=by, sealed=sealed_bytes(KIND, drawn))
            page.sheet = page.number = page.household = page.commune = None
            _take_page(page, drawn, by)
    return True


def _drawn(content: bytes) -> Iterator[bytes]:
    """Each page as a JPEG made anew."""
    kind = kind_of(content)
    if kind == PDF:
        yield from pages_of(content, most=MOST_PAGES, dpi=DPI)
    elif kind in (JPEG, PNG):
        yield images.written(images.opened(content), "JPEG")
    else:
        raise InputError(
            "Ce fichier n’est ni un PDF, ni une image JPEG ou PNG", remedy="Numérisez sous un de ces formats"
        )


def _take_page(page: ScannedPage, drawn: bytes, by: User) -> None:
    page.sealed = sealed_bytes(KIND, drawn)
    with Image.open(BytesIO(drawn)) as image:
        found = first_in(image, read_code)
    sheet = _sheet(found[0]) if found else None
    if found is None or sheet is None:
        page.why = Why.UNKNOWN if found else Why.UNREAD
        page.save()
        return
    _place(page, sheet, found[1], by)


def _sheet(number: str) -> Sheet | None:
    """The sheet of a number, held until the act ends: of two scans of a page, the second finds the first's."""
    found = Sheet.objects.select_for_update(of=("self",)).select_related("printing__commune", "household__commune")
    return found.filter(number=number).first()


def _place(page: ScannedPage, sheet: Sheet, number: int, by: User) -> None:
    """Attach a page to what its sheet was printed for, or say what it waits for."""
    page.why = Why.ELSEWHERE
    if not can(by, RIGHT, areas=[sheet.commune]):
        page.save()  # without its sheet: who sent it learns nothing of another commune
        return
    page.sheet, page.number, page.commune = sheet, number, sheet.commune
    repeated = ScannedPage.objects.filter(sheet=sheet, number=number, status="attached").exists()
    nameless = sheet.printing.is_form and sheet.household is None
    page.why = Why.REPEATED if repeated else Why.NAMELESS if nameless else Why.NONE
    page.save()
    if nameless:
        receive_sheet(sheet, by=by)
    elif not repeated:
        file_on(page, sheet, by=by)
