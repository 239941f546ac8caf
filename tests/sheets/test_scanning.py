"""Sheets come back as scans and photographs: read, attached to the right household, or left to a person."""

from __future__ import annotations

import resource
import time
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from PIL import Image, ImageDraw, ImageFilter

from jigi.foundation.errors import InputError, Raced, Refused, TooLarge
from jigi.foundation.models import AuditEvent
from jigi.foundation.sealed import opened_bytes
from jigi.geography.scope import seen_by
from jigi.protection.erasure import erase
from jigi.registry.models import Household
from jigi.sheets import actions, queries, scanning
from jigi.sheets.models import Printing, Scan, ScannedPage, Sheet
from jigi.sheets.scanning import take
from tests.foundation.sent import pdf, photo
from tests.sheets.camera import as_jpeg, as_pdf, pages, photographed, turned
from tests.sheets.scene import PAGES, Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def only() -> ScannedPage:
    return ScannedPage.objects.select_related("sheet", "household", "commune").get()


def sent(scene: Scene, page: Image.Image) -> ScannedPage:
    scan = take(as_jpeg(page), by=scene.agent).scan
    return ScannedPage.objects.select_related("sheet__printing__commune", "household__commune", "commune").get(
        scan=scan
    )


def test_a_signed_questionnaire_goes_to_its_household(scene: Scene) -> None:
    made = scene.begun()
    taken = take(scene.paper(made), by=scene.agent)
    assert (taken.pages, taken.attached, taken.waiting) == (PAGES, PAGES, 0)
    sheet = scene.sheet(made)
    assert sheet.status == "attached"
    assert set(sheet.scanned.values_list("household", "number")) == {(scene.one.pk, n) for n in range(1, PAGES + 1)}
    assert AuditEvent.objects.filter(noun="sheet_page", verb="attach", subjects=[scene.one.pk]).count() == PAGES


def test_a_signed_list_goes_to_its_village(scene: Scene) -> None:
    made = scene.listed("attendance")
    assert take(scene.paper(made), by=scene.agent).waiting == 0
    assert (only().household, only().commune, scene.sheet(made).status) == (None, scene.village.parent, "attached")


def test_the_image_is_sealed_and_opens(scene: Scene) -> None:
    take(scene.paper(scene.listed()), by=scene.agent)
    assert not bytes(only().sealed).startswith(b"\xff\xd8")
    assert opened_bytes("scan", only().sealed).startswith(b"\xff\xd8\xff")


WAYS = {
    "à l’envers": lambda page: turned(page, 180),
    "de côté": lambda page: turned(page, 90),
    "de travers": lambda page: turned(page, 7),
    "en biais": lambda page: turned(page, -33),
    "floue": lambda page: page.filter(ImageFilter.GaussianBlur(2)),
    "pâle": lambda page: Image.eval(page.convert("L"), lambda value: 150 + value * 2 // 5),
    "petite": lambda page: page.resize((page.width * 2 // 3, page.height * 2 // 3)),
    "photographiée": lambda page: photographed(page, 1),
    "photographiée encore": lambda page: photographed(turned(page, 90), 2),
    "photographiée de nuit": lambda page: photographed(turned(page, 180), 3).point(lambda value: value // 2),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_read_however_it_was_taken(scene: Scene, way: str) -> None:
    page = pages(scene.paper(scene.begun()))[2]
    found = sent(scene, WAYS[way](page))
    assert (found.status, found.number, found.household) == ("attached", 3, scene.one)


def test_a_stamp_on_the_square_does_not_matter(scene: Scene) -> None:
    page = pages(scene.paper(scene.begun()))[0]
    ImageDraw.Draw(page).ellipse((1090, 120, 1135, 165), fill=(40, 40, 160))
    assert sent(scene, page).status == "attached"


def test_a_blank_questionnaire_waits_for_the_name_of_its_household(scene: Scene) -> None:
    made = scene.blank()
    assert take(scene.paper(made), by=scene.agent).waiting == PAGES
    assert scene.sheet(made).status == "returned"
    first = queries.queue(scene.agent).order_by("number")[0]
    actions.attach_to_household(first, scene.two, by=scene.agent)
    sheet = scene.sheet(made)
    assert (sheet.status, sheet.household) == ("attached", scene.two)
    assert sheet.scanned.filter(status="attached", household=scene.two).count() == PAGES


def test_later_pages_of_a_named_sheet_follow(scene: Scene) -> None:
    first, second, *_ = pages(scene.paper(scene.blank()))
    actions.attach_to_household(sent(scene, first), scene.two, by=scene.agent)
    assert sent(scene, second).household == scene.two


def test_a_page_that_cannot_be_read_waits_for_its_sender(scene: Scene, settings: Any) -> None:
    page = sent(scene, Image.new("RGB", (1240, 1754), "white"))
    assert (page.status, page.why, page.sheet) == ("queued", "unread", None)
    settings.FENCED = True
    for user, count in ((scene.agent, 1), (scene.neighbour, 0)):
        with seen_by(user):
            assert ScannedPage.objects.count() == queries.queue(user).count() == count


def test_it_is_attached_by_hand_to_a_household(scene: Scene) -> None:
    page = sent(scene, Image.new("RGB", (1240, 1754), "white"))
    actions.attach_to_household(page, scene.one, by=scene.agent)
    assert (only().status, only().household, only().filed_by) == ("attached", scene.one, scene.agent)


def test_or_to_a_sheet_by_the_number_beside_the_square(scene: Scene) -> None:
    sheet = scene.sheet(scene.begun())
    actions.attach_to_sheet(sent(scene, Image.new("RGB", (1240, 1754), "white")), sheet, 2, by=scene.agent)
    assert (only().sheet, only().number, only().household) == (sheet, 2, scene.one)


def test_a_page_by_hand_to_a_blank_sheet_then_waits_for_a_name(scene: Scene) -> None:
    sheet = scene.sheet(scene.blank())
    actions.attach_to_sheet(sent(scene, Image.new("RGB", (1240, 1754), "white")), sheet, 2, by=scene.agent)
    assert (only().status, only().why, only().sheet) == ("queued", "nameless", sheet)


def test_a_wrong_attachment_is_undone(scene: Scene) -> None:
    made = scene.blank()
    page = sent(scene, pages(scene.paper(made))[0])
    actions.attach_to_household(page, scene.one, by=scene.agent)
    actions.detach(page, reason="autre ménage", by=scene.agent)
    assert (only().status, only().why, only().household) == ("queued", "undone", None)
    assert (scene.sheet(made).status, scene.sheet(made).household) == ("returned", None)
    actions.attach_to_household(only(), scene.two, by=scene.agent)
    assert scene.sheet(made).household == scene.two
    assert AuditEvent.objects.get(noun="sheet_page", verb="detach").reason == "autre ménage"


def test_a_page_of_a_list_goes_back_to_its_list_only(scene: Scene) -> None:
    made = scene.listed()
    page = sent(scene, pages(scene.paper(made))[0])
    actions.detach(page, reason="essai", by=scene.agent)
    with pytest.raises(Refused, match="liste de village"):
        actions.attach_to_household(only(), scene.one, by=scene.agent)
    actions.attach_to_sheet(only(), scene.sheet(made), 1, by=scene.agent)
    assert (only().status, only().household) == ("attached", None)


def test_a_begun_sheet_is_of_no_other_household(scene: Scene) -> None:
    page = sent(scene, pages(scene.paper(scene.begun()))[0])
    actions.detach(page, reason="essai", by=scene.agent)
    with pytest.raises(Refused, match="autre ménage"):
        actions.attach_to_household(only(), scene.two, by=scene.agent)


def test_a_discarded_page_keeps_no_image(scene: Scene) -> None:
    page = sent(scene, Image.new("RGB", (1240, 1754), "white"))
    with pytest.raises(Refused, match="pourquoi"):
        actions.discard(page, reason=" ", by=scene.agent)
    actions.discard(page, reason="page blanche", by=scene.agent)
    assert (only().status, bytes(only().sealed)) == ("discarded", b"")


def test_the_same_file_is_taken_once(scene: Scene) -> None:
    paper = scene.paper(scene.begun())
    first, again = (take(paper, by=scene.agent) for _ in range(2))
    assert (first.is_new, again.is_new, again.scan) == (True, False, first.scan)
    assert ScannedPage.objects.count() == PAGES


def test_the_same_page_scanned_twice_waits(scene: Scene) -> None:
    page = pages(scene.paper(scene.begun()))[0]
    sent(scene, page)
    again = sent(scene, turned(page, 90))
    assert (again.status, again.why) == ("queued", "repeated")
    with pytest.raises(Refused, match="déjà rattachée"):
        actions.attach_to_household(again, scene.one, by=scene.agent)


def test_a_page_photographed_twice_does_not_keep_a_blank_sheet_from_its_household(scene: Scene) -> None:
    made = scene.blank()
    first, second, *_ = pages(scene.paper(made))
    for page in (first, turned(first, 90), second):
        sent(scene, page)
    good = queries.queue(scene.agent).get(number=2)
    actions.attach_to_household(good, scene.two, by=scene.agent)
    stand = ScannedPage.objects.order_by("pk").values_list("number", "status", "why")
    assert list(stand) == [(1, "attached", ""), (1, "queued", "repeated"), (2, "attached", "")]


def test_a_discarded_page_comes_back_with_its_file(scene: Scene) -> None:
    file = as_jpeg(pages(scene.paper(scene.begun()))[0])
    take(file, by=scene.agent)
    actions.detach(only(), reason="essai", by=scene.agent)
    actions.discard(only(), reason="par erreur", by=scene.agent)
    assert take(file, by=scene.agent).is_new
    assert (only().status, only().household) == ("attached", scene.one)
    assert opened_bytes("scan", only().sealed).startswith(b"\xff\xd8\xff")


def test_a_file_sent_first_by_the_wrong_person_is_placed_by_the_right_one(scene: Scene) -> None:
    file = as_jpeg(pages(scene.paper(scene.begun()))[0])
    take(file, by=scene.neighbour)
    assert only().why == "elsewhere"
    assert take(file, by=scene.agent).is_new
    assert (only().status, only().household, only().scan.made_by) == ("attached", scene.one, scene.agent)
    assert not take(file, by=scene.neighbour).is_new


def test_a_sheet_of_a_household_merged_since_goes_to_the_one_that_lives(scene: Scene) -> None:
    made = scene.begun()
    first = pages(scene.paper(made))[0]
    Household.objects.filter(pk=scene.one.pk).update(status="merged", merged_into=scene.two)
    assert sent(scene, first).household == scene.two
    by_hand = sent(scene, Image.new("RGB", (1240, 1754), "white"))
    gone = Household.objects.get(pk=scene.one.pk)
    assert actions.attach_to_household(by_hand, gone, by=scene.agent) == scene.two
    assert queries.of_household(scene.two) == [scene.sheet(made)]


def test_a_sheet_has_no_page_beyond_its_last(scene: Scene) -> None:
    page, sheet = sent(scene, Image.new("RGB", (1240, 1754), "white")), scene.sheet(scene.blank())
    with pytest.raises(Refused, match="de 1 à 5"):
        actions.attach_to_sheet(page, sheet, PAGES + 1, by=scene.agent)
    actions.attach_to_sheet(page, sheet, PAGES, by=scene.agent)
    assert AuditEvent.objects.filter(noun="sheet_page", verb="attach", object_id=str(page.pk)).count() == 1


def test_a_page_that_waits_no_more_is_put_on_no_blank_sheet(scene: Scene) -> None:
    page, sheet = sent(scene, Image.new("RGB", (1240, 1754), "white")), scene.sheet(scene.blank())
    actions.discard(only(), reason="page blanche", by=scene.agent)
    with pytest.raises(Raced):
        actions.attach_to_sheet(page, sheet, 1, by=scene.agent)


def test_the_sheet_of_another_commune_says_nothing_of_it(scene: Scene) -> None:
    page = pages(scene.paper(scene.begun()))[0]
    take(as_jpeg(page), by=scene.neighbour)
    assert (only().why, only().sheet, only().commune) == ("elsewhere", None, None)
    with pytest.raises(Refused):
        actions.attach_to_household(only(), scene.one, by=scene.neighbour)


def test_a_number_that_no_sheet_has_waits(scene: Scene) -> None:
    page = pages(scene.paper(scene.begun()))[0]
    Sheet.objects.all().delete()
    Printing.objects.all().delete()
    assert sent(scene, page).why == "unknown"


def test_a_lost_sheet_that_comes_back_is_taken(scene: Scene) -> None:
    made = scene.begun()
    actions.lose(scene.sheet(made), by=scene.agent)
    sent(scene, pages(scene.paper(made))[0])
    assert scene.sheet(made).status == "attached"


@pytest.mark.parametrize(("content", "says"), [(b"bonjour", "ni un PDF"), (photo()[:900], "ne se lit pas")])
def test_what_is_no_scan_is_refused_whole(scene: Scene, content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        take(content, by=scene.agent)
    assert not Scan.objects.exists()


def test_a_scan_of_too_many_pages_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MOST_PAGES", 3)
    with pytest.raises(TooLarge, match="plus de 3 pages"):
        take(pdf(pages=4), by=scene.agent)


def test_only_acts_write_pages(scene: Scene, settings: Any) -> None:
    sent(scene, pages(scene.paper(scene.begun()))[0])
    settings.FENCED = True
    for table in (ScannedPage, Sheet, Printing):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), seen_by(scene.agent):
            table.objects.all()._raw_delete("default")


def test_an_erased_household_leaves_no_page(scene: Scene) -> None:
    sent(scene, pages(scene.paper(scene.begun()))[0])
    with transaction.atomic():
        erase(households=[scene.one.pk])
    assert not ScannedPage.objects.exists() and Sheet.objects.exists()


@pytest.mark.size
def test_two_hundred_pages_in_one_file(scene: Scene) -> None:
    """Scanned askew, in one PDF: every page finds its sheet, in a memory that does not grow with them."""
    printed = pages(scene.paper(scene.blank(50)))[: 40 * PAGES]
    scan = as_pdf([turned(page, n % 7 - 3) for n, page in enumerate(printed)])
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = take(scan, by=scene.agent)
    assert (taken.pages, ScannedPage.objects.filter(why="nameless").count()) == (200, 200)
    assert ScannedPage.objects.values("sheet", "number").distinct().count() == 200
    assert time.monotonic() - began < 180
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB
