"""Sheets are numbered, printed with a square on every page, and printed again the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent
from jigi.foundation.squares import first_in
from jigi.geography.scope import seen_by
from jigi.intake.questions import Questionnaire
from jigi.registry.search import on_card
from jigi.sheets import actions
from jigi.sheets.models import Printing, Scan, ScannedPage, Sheet
from jigi.sheets.rules import columns_for, read_code
from jigi.web.sheets import lists, questionnaire
from jigi.web.sheets.printing import _count_pages
from tests.sheets.camera import pages
from tests.sheets.scene import PAGES, Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def codes(document: bytes) -> list[tuple[str, int] | None]:
    return [first_in(page, read_code) for page in pages(document)]


def test_every_page_of_every_sheet_bears_its_number(scene: Scene) -> None:
    made = scene.blank(3)
    numbers = list(made.sheets.order_by("pk").values_list("number", flat=True))
    assert codes(scene.paper(made)) == [(number, page) for number in numbers for page in range(1, PAGES + 1)]
    event = AuditEvent.objects.get(noun="printing", verb="make")
    assert (event.by, event.after["sheets"]) == (scene.agent, 3)


def test_a_questionnaire_has_the_pages_that_were_counted(scene: Scene) -> None:
    for columns, count in ((8, PAGES), (9, PAGES + 1), (16, PAGES + 2)):
        assert _count_pages(scene.form, scene.village, None, columns) == count
    assert _count_pages(scene.form, None, scene.one, 8) == PAGES


@pytest.mark.parametrize(("size", "columns"), [(None, 16), (1, 8), (6, 8), (7, 9), (10, 12)])
def test_there_is_room_for_every_member_and_for_who_came_since(size: int | None, columns: int) -> None:
    assert columns_for(size) == columns


def test_a_questionnaire_printed_again_has_the_same_columns(scene: Scene) -> None:
    wide = actions.print_forms(scene.form, pages=PAGES + 1, columns=10, household=scene.one, by=scene.agent)
    assert questionnaire.document(wide, scene.form, pages=6)["columns"] == [[1, 2, 3, 4, 5, 6, 7, 8], [9, 10]]
    assert len(pages(scene.paper(wide))) == PAGES + 1


def test_a_village_too_large_for_a_list_is_refused_whole(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_HOUSEHOLDS", 1)
    with pytest.raises(InputError, match="plus de 1 ménages"):
        scene.listed("village")


def test_a_known_household_is_on_its_questionnaire(scene: Scene) -> None:
    first = pages(scene.paper(scene.begun()), dpi=200)[0]
    assert first_in(first, on_card) == scene.one.rsu_number
    assert scene.sheet(Printing.objects.get()).household == scene.one


def test_every_question_is_printed_once(scene: Scene) -> None:
    form = Questionnaire(scene.form.definition)
    asked = [item.label for item in form.items if item.is_asked and item.type != "note"]
    printed = [row for block in questionnaire.blocks(form) for row in (block, *block.get("rows", ()))]
    assert [row["label"] for row in printed if row["kind"] == "question"] == asked


def test_choices_are_ticked_and_members_have_columns(scene: Scene) -> None:
    printed = questionnaire.blocks(Questionnaire(scene.form.definition))
    found = {block.get("label", block.get("title")): block for block in printed}
    situation = found["Situation du ménage"]
    assert situation["choices"][0] == "Résident" and not situation["many"]
    assert "dans un autre village" in found["Village de séjour"]["when"]
    grid = {row["label"]: row for row in found["Membre"]["rows"] if row["kind"] == "question"}
    assert grid["Sexe"]["codes"] == "1\u00a0Homme · 2\u00a0Femme" and grid["Prénom"]["tall"]


@pytest.mark.parametrize("purpose", ["community", "village", "attendance"])
def test_a_list_bears_its_number_on_each_page(scene: Scene, purpose: str) -> None:
    made = scene.listed(purpose)
    number = scene.sheet(made).number
    assert codes(scene.paper(made)) == [(number, page) for page in range(1, made.pages + 1)]


def test_a_list_printed_again_names_the_same_households(scene: Scene) -> None:
    made = scene.listed("village")
    before = lists.document(made, by=scene.agent)["pages"]
    scene.one.head_name = "Aaa Essai"
    scene.one.save()
    after = lists.document(made, by=scene.agent)["pages"]
    assert [row[1] for row in before[0]] == [row[1] for row in after[0]] == [scene.one.rsu, scene.two.rsu]


def test_nobody_prints_for_another_commune(scene: Scene) -> None:
    with pytest.raises(Refused):
        actions.print_forms(scene.form, pages=PAGES, village=scene.village, by=scene.neighbour)
    with pytest.raises(Refused):
        actions.print_list("community", scene.other_village, households=[], pages=2, by=scene.agent)


@pytest.mark.parametrize("count", [0, 101])
def test_sheets_are_numbered_a_hundred_at_most(scene: Scene, count: int) -> None:
    with pytest.raises(Refused, match="à la fois"):
        scene.blank(count)


def test_a_sheet_is_lost_once(scene: Scene) -> None:
    sheet = scene.sheet(scene.blank())
    actions.lose(sheet, by=scene.agent)
    with pytest.raises(Refused):
        actions.lose(sheet, by=scene.agent)
    assert Sheet.objects.get().status == "lost"


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [({"number": "1234567890123456"}, "sheet_number"), ({"number": "4827"}, "sheet_number")],
)
def test_a_number_that_does_not_check_is_refused(scene: Scene, lie: dict[str, Any], constraint: str) -> None:
    made = scene.blank()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Sheet.objects.create(printing=made, **lie)
    with pytest.raises(IntegrityError, match="ne change pas"), transaction.atomic():
        Sheet.objects.update(**lie)


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [
        ({"purpose": "village"}, "printing_is_a_form_or_a_list"),
        ({"form_version": None}, "printing_is_a_form_or_a_list"),
        ({"pages": 100}, "printing_pages_have_two_digits"),
    ],
)
def test_a_printing_that_is_neither_form_nor_list_is_refused(
    scene: Scene, lie: dict[str, Any], constraint: str
) -> None:
    scene.blank()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Printing.objects.update(**lie)


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [
        ({"status": "attached"}, "scanned_page_is_attached_to_something"),
        ({"number": 1}, "scanned_page_has_its_rank"),
        ({"status": "discarded"}, "scanned_page_discarded_empty"),
    ],
)
def test_a_page_that_lies_is_refused(scene: Scene, lie: dict[str, Any], constraint: str) -> None:
    scan = Scan.objects.create(sha256="a" * 64, made_by=scene.agent)
    ScannedPage.objects.create(scan=scan, position=1, sealed=b"x")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ScannedPage.objects.update(**lie)


def test_sheets_are_shown_in_their_commune(scene: Scene, settings: Any) -> None:
    scene.blank()
    settings.FENCED = True
    for user, count in ((scene.agent, 1), (scene.neighbour, 0)):
        with seen_by(user):
            assert (Printing.objects.count(), Sheet.objects.count()) == (count, count)
