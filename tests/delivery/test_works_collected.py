"""A day of works noted on a telephone with ODK Collect: into its sender's own entry, once, whole or held."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from jigi.delivery.collected import FORMS
from jigi.delivery.contracts.models import Operator
from jigi.delivery.fiches import actions as fiches
from jigi.delivery.fiches.models import FieldFiche
from jigi.delivery.works import approval, hiring, paper, sheets
from jigi.delivery.works.models import Presence, SheetEntry, SheetLine, Timesheet, WorkAccident
from jigi.delivery.works.pack import code_of
from jigi.foundation.errors import Refused
from tests.delivery.phones import faults, ready, send, taken
from tests.delivery.scene import make_agent
from tests.delivery.works_scene import START, Works, running

pytestmark = pytest.mark.django_db
CODE = "pointage-himo"
NO_ACCIDENT = {"chef": "Moussa", "accident": "non"}


@pytest.fixture
def works() -> Works:
    made = running(3)
    ready(CODE, made.scene.agent, made.scene.foreman, area=made.scene.commune, by=made.scene.planner)
    return made


def told(sheet: Timesheet, day: str = "2016-02-01", **changes: object) -> dict[str, object]:
    return {"feuille": f"{sheet.worksite.code}-{sheet.number}", "jour": day, **NO_ACCIDENT, **changes}


def roll(*presences: str, first: int = 1) -> list[dict[str, Any]]:
    return [{"ligne": n, "presence": one} for n, one in enumerate(presences, first)]


def grid() -> dict[int, str]:
    return dict(SheetLine.objects.values_list("worker__number", "marks"))


def test_days_are_marked_one_after_another_and_each_once(works: Works) -> None:
    sheet = works.open(days=3)
    for _ in range(2):
        send(works.scene.foreman, CODE, "1", told(sheet), roll("full", "half", "absent"))
    send(works.scene.foreman, CODE, "2", told(sheet, "2016-02-02"), roll("full", "full", "absent"))
    assert taken(CODE, works.scene.planner) == (2, 0)
    assert taken(CODE, works.scene.planner) == (0, 0)
    assert grid() == {1: "PP.", 2: "DP.", 3: "AA."}
    entry = SheetEntry.objects.get()
    assert (entry.source, entry.by, entry.revision) == ("phone", works.scene.foreman, 2)


def test_who_was_absent_earns_nothing(works: Works) -> None:
    sheet = works.open(days=2)
    send(works.scene.agent, CODE, "1", told(sheet), roll("full", "absent", "absent"))
    assert taken(CODE, works.scene.agent) == (1, 0)
    approval.sign(sheet, by=works.scene.foreman)
    assert approval.approve(sheet, by=works.scene.controller) == 2_000
    assert Presence.objects.get().worker.number == 1


def test_the_same_day_from_another_fiche_is_known_and_told_otherwise_is_held(works: Works) -> None:
    sheet = works.open(days=2)
    for number, presences in (("1", ("full", "full")), ("2", ("full", "full")), ("3", ("full", "absent"))):
        send(works.scene.agent, CODE, number, told(sheet), roll(*presences))
    assert taken(CODE, works.scene.agent) == (2, 1)
    assert "déjà noté ce jour autrement : ligne 2" in faults()[0][2]
    assert grid() == {1: "P.", 2: "P."} and SheetEntry.objects.get().revision == 1


def test_two_people_make_two_entries(works: Works) -> None:
    sheet = works.open(days=2)
    send(works.scene.agent, CODE, "1", told(sheet), roll("full"))
    send(works.scene.foreman, CODE, "2", told(sheet), roll("half"))
    assert taken(CODE, works.scene.planner) == (2, 0)
    assert [one.by for one in SheetEntry.objects.order_by("hand")] == [works.scene.agent, works.scene.foreman]


def test_wrong_lines_are_told_at_once_and_nothing_is_marked(works: Works) -> None:
    sheet = works.open(days=2)
    hiring.leave(works.workers[2], last_day=date(2016, 2, 1), reason="partie", by=works.scene.agent)
    lines = [*roll("full"), *roll("full"), *roll("vingt", first=2), *roll("full", "full", first=3), {"ligne": "x"}]
    send(works.scene.agent, CODE, "1", told(sheet, "2016-02-02"), lines)
    assert taken(CODE, works.scene.agent) == (0, 1)
    assert [(line, question) for line, question, _ in faults()] == [
        (2, "ligne"), (3, "presence"), (4, "ligne"), (5, "ligne"), (6, "ligne"),
    ]  # fmt: skip
    assert not SheetEntry.objects.exists()


def test_a_mark_is_corrected_by_who_sent_it_alone_and_the_day_is_taken(works: Works) -> None:
    sheet = works.open(days=2)
    send(works.scene.agent, CODE, "1", told(sheet), roll("full", "vingt"))
    taken(CODE, works.scene.agent)
    fiche = FieldFiche.objects.get()
    for hand in (works.scene.foreman, works.scene.planner):  # the second hand would have made the first entry too
        with pytest.raises(Refused, match="de qui l’a envoyée"):
            fiches.correct(fiche, FORMS[CODE], 2, "presence", "D", by=hand)
        with pytest.raises(Refused, match="de qui l’a envoyée"):
            fiches.leave_out(fiche, FORMS[CODE], 2, reason="pas venue", by=hand)
    fiches.correct(fiche, FORMS[CODE], 2, "presence", "D", by=works.scene.agent)
    assert fiches.take_again(fiche, FORMS[CODE], by=works.scene.agent)
    assert grid() == {1: "P.", 2: "D."} and SheetEntry.objects.get().by == works.scene.agent


@pytest.mark.parametrize(
    ("day", "what"), [("2016-02-09", "n’est pas un jour de cette feuille"), ("demain", "Il manque un jour")]
)
def test_a_day_of_another_week_is_said(works: Works, day: str, what: str) -> None:
    send(works.scene.agent, CODE, "1", told(works.open(days=2), day), roll("full"))
    assert taken(CODE, works.scene.agent) == (0, 1)
    assert faults()[0][1] == "jour" and what in faults()[0][2]


def test_a_task_is_refused_where_days_are_paid(works: Works) -> None:
    send(works.scene.agent, CODE, "1", told(works.open(days=2)), roll("task"))
    assert taken(CODE, works.scene.agent) == (0, 1) and "ne paie pas à la tâche" in faults()[0][2]


def test_above_the_cap_is_refused_at_the_approval_as_from_a_page() -> None:
    works = running(1, more=0, cap_half_days=120)
    ready(CODE, works.scene.agent, area=works.scene.commune, by=works.scene.planner)
    for number in range(4):
        works.approved({1: "P" * 14}, START + timedelta(days=14 * number))
    last = works.open(START + timedelta(days=56), 5)
    for number in range(5):
        send(
            works.scene.agent, CODE, f"{number}", told(last, f"{last.first_day + timedelta(days=number)}"), roll("full")
        )
    assert taken(CODE, works.scene.agent) == (5, 0)
    approval.sign(last, by=works.scene.foreman)
    with pytest.raises(Refused, match="plafond"):
        approval.approve(last, by=works.scene.controller)


def test_a_sheet_is_found_by_its_paper_or_its_square(works: Works) -> None:
    sheet = works.open(days=3)
    number = paper.number_paper(sheet, by=works.scene.controller).number
    names = (number, code_of(sheet), f"{sheet.worksite.code} n° {sheet.number}")
    for n, said in enumerate(names, 1):
        send(works.scene.agent, CODE, str(n), told(sheet, f"2016-02-0{n}", feuille=said), roll("full"))
    assert taken(CODE, works.scene.agent) == (3, 0) and grid() == {1: "PPP"}


def test_an_accident_is_reported_once(works: Works) -> None:
    sheet = works.open(days=2)
    hurt = {
        "accident": "oui", "accident_dit": "Doigt écrasé", "accident_ligne": 2, "accident_gravite": "care",
        "accident_soins": "Lavé, bandé", "accident_lieu": "CSCom",
    }  # fmt: skip
    for number in "12":
        send(works.scene.agent, CODE, number, told(sheet, **hurt), roll("full", "half"))
    assert taken(CODE, works.scene.agent) == (2, 0)
    made = WorkAccident.objects.get()
    assert (made.worker, made.severity, made.taken_to) == (works.workers[1], "care", "CSCom")


def test_an_accident_that_is_not_told_whole_holds_the_day(works: Works) -> None:
    sheet = works.open(days=2)
    send(works.scene.agent, CODE, "1", told(sheet, accident="oui", accident_dit="Chute"), roll("full"))
    assert taken(CODE, works.scene.agent) == (0, 1)
    assert not SheetEntry.objects.exists() and not WorkAccident.objects.exists()


def test_another_operator_s_person_marks_nothing(works: Works) -> None:
    other = Operator.objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    stranger = make_agent("etranger", other, works.scene.commune)
    stranger.staff_postings.create(role="enumerator", area=works.scene.commune, starts_on="2014-01-01")
    send(stranger, CODE, "1", told(works.open(days=2)), roll("full"))
    assert taken(CODE, works.scene.planner) == (0, 1)
    assert "aucune feuille de pointage de vos contrats" in faults()[0][2] and not SheetEntry.objects.exists()


def test_a_signed_sheet_takes_nothing_more(works: Works) -> None:
    sheet = works.open(days=2)
    sheets.enter(sheet, {1: "PP"}, by=works.scene.agent)
    approval.sign(sheet, by=works.scene.foreman)
    send(works.scene.foreman, CODE, "1", told(sheet), roll("full"))
    assert taken(CODE, works.scene.agent) == (0, 1) and "ne se saisit plus" in faults()[0][2]
