"""Timesheets: entered twice, compared, signed, approved; corrected by a counter-sheet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Sum

from jigi.delivery.dues.models import Due
from jigi.delivery.reach.models import Reach
from jigi.delivery.works import approval, sheets
from jigi.delivery.works.hiring import Asked
from jigi.delivery.works.models import Presence, Timesheet, WageLine, WorkCount, Worker
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Raced, Refused
from jigi.registry.models import Membership
from tests.delivery.works_scene import START, running, wage_round
from tests.factories import make_households

pytestmark = pytest.mark.django_db


def due_xof() -> int:
    return Due.objects.filter(cancelled_at=None).aggregate(sum=Sum("amount_xof"))["sum"] or 0


def worked_xof() -> int:
    lines = WageLine.objects.filter(timesheet__status="approved")
    return lines.aggregate(sum=Sum("amount_xof"))["sum"] or 0


def test_an_approved_sheet_is_presences_wages_dues_and_reach() -> None:
    works = running(3, task_rate_xof=2_500)
    sheet = works.approved({1: "PPDA..T", 2: "PPPPP..", 3: "......."})
    assert (sheet.half_days, sheet.tasks, sheet.amount_xof) == (17, 1, 17_500)
    assert Presence.objects.count() == 9
    assert {one.amount_xof: one.label for one in Due.objects.all()} == {
        7_500: "HIMO-010501-001, feuille 1, 01/02 au 07/02/2016",
        10_000: "HIMO-010501-001, feuille 1, 01/02 au 07/02/2016",
    }  # fmt: skip
    assert sorted(WorkCount.objects.values_list("half_days", flat=True)) == [7, 10]
    assert Reach.objects.filter(sort="works", year=2016).aggregate(sum=Sum("events"))["sum"] == 9


def test_three_hands_make_a_sheet() -> None:
    works = running(2)
    sheet = works.open(days=2)
    sheets.enter(sheet, {1: "PP"}, by=works.scene.planner)
    approval.sign(sheet, by=works.scene.planner)
    with pytest.raises(Refused):
        approval.approve(sheet, by=works.scene.planner)
    with pytest.raises(Refused):
        approval.approve(sheet, by=works.scene.foreman)


def test_a_sheet_entered_twice_is_signed_once_both_say_the_same() -> None:
    works = running(3, double_entry=True)
    sheet = works.open(days=3)
    sheets.enter(sheet, {1: "PPA", 2: "APP", 3: "PPP"}, by=works.scene.agent)
    with pytest.raises(Refused, match="saisie deux fois"):
        approval.sign(sheet, by=works.scene.foreman)
    mine = sheets.enter(sheet, {1: "APP", 2: "PPA", 3: "PPP"}, by=works.scene.foreman)
    with pytest.raises(Refused, match="lignes 1 et 2 semblent échangées"):
        approval.sign(sheet, by=works.scene.foreman)
    sheets.enter(sheet, {1: "PPA", 2: "APP", 3: "PPP"}, revision=mine.revision, by=works.scene.foreman)
    approval.sign(sheet, by=works.scene.foreman)


def test_a_third_hand_finds_both_entries_taken() -> None:
    works = running(2)
    sheet = works.open(days=2)
    for by in (works.scene.agent, works.scene.foreman):
        sheets.enter(sheet, {1: "PP"}, by=by)
    with pytest.raises(Refused, match="Deux personnes"):
        sheets.enter(sheet, {1: "PP"}, by=works.scene.planner)


def test_one_who_enters_on_two_screens_is_told() -> None:
    works = running(2)
    sheet = works.open(days=2)
    sheets.enter(sheet, {1: "PP"}, by=works.scene.agent)
    with pytest.raises(Raced, match="ailleurs"):
        sheets.enter(sheet, {1: "PA"}, by=works.scene.agent)


def test_a_wrong_week_is_said() -> None:
    works = running(2)
    works.approved({1: "PPAPPA.", 2: "APPAPP."})
    with pytest.raises(Refused, match="a déjà la feuille 1, du 01/02/2016 au 07/02/2016"):
        works.open(START + timedelta(days=3))
    again = works.open(START + timedelta(days=7), days=7)
    sheets.enter(again, {1: "PPAPPA.", 2: "APPAPP."}, by=works.scene.agent)
    assert "exactement ce que dit la feuille 1" in sheets.look(again).told[0]


def test_a_day_before_the_hiring_or_to_come_is_refused() -> None:
    works = running(2)
    early = works.open(START - timedelta(days=1), days=2)
    with pytest.raises(Refused, match="n’était pas embauchée"):
        sheets.enter(early, {1: "PP"}, by=works.scene.agent)
    late = works.open(date.today(), days=2)
    with pytest.raises(Refused, match="à venir"):
        sheets.enter(late, {1: ".P"}, by=works.scene.agent)


def test_nobody_is_paid_for_one_day_on_two_sites() -> None:
    works = running(1, more=0)
    works.approved({1: "PP"})
    (worker,) = works.workers
    (second,) = make_households(1, works.scene.village)
    Membership.objects.create(
        household_id=second, person=worker.person, line=9, relation="other_kin", shared=True, started_on=START
    )
    other = running(1, scene=works.scene, asked=[Asked(second, worker.person_id)])
    sheet = other.open(START + timedelta(days=1), days=2)
    sheets.enter(sheet, {1: "PP"}, by=works.scene.agent)
    approval.sign(sheet, by=works.scene.foreman)
    with pytest.raises(Refused, match=r"1 journée est déjà payée ailleurs.*le 02/02/2016 : HIMO-010501-001, feuille 1"):
        approval.approve(sheet, by=works.scene.controller)


def test_nobody_passes_the_cap() -> None:
    works = running(1, more=0, cap_half_days=120)
    day = START
    for _ in range(4):
        works.approved({1: "P" * 14}, day)
        day += timedelta(days=14)
    sheet = works.open(day, days=14)
    sheets.enter(sheet, {1: "PPPPP........."}, by=works.scene.agent)
    approval.sign(sheet, by=works.scene.foreman)
    with pytest.raises(Refused, match="plafond de 60 jours") as told:
        approval.approve(sheet, by=works.scene.controller)
    assert "61 jours" in str(told.value)
    approval.send_back(sheet, reason="au-delà du plafond", by=works.scene.controller)
    sheets.enter(sheet, {1: "PPPP.........."}, revision=1, by=works.scene.agent)
    approval.sign(sheet, by=works.scene.foreman)
    approval.approve(sheet, by=works.scene.controller)
    assert due_xof() == 120_000


def test_a_counter_sheet_takes_the_place_of_a_sheet() -> None:
    works = running(3)
    first = works.approved({1: "PPP", 2: "PPA", 3: "PPP"})
    counter = works.corrected(first, {1: "PPA", 2: "PPP", 3: "PPP"})
    assert Timesheet.objects.get(pk=first.pk).status == "replaced"
    assert due_xof() == worked_xof() == counter.amount_xof == 16_000
    assert Presence.objects.filter(undone_by=None).count() == 8
    assert Due.objects.filter(cancelled_at=None).count() == 3
    assert Due.objects.exclude(cancelled_at=None).count() == 2  # the third line did not change: nor did its due


def test_a_counter_sheet_of_a_counter_sheet() -> None:
    works = running(1, more=0)
    sheet = works.approved({1: "PPP"})
    for marks in ("PAA", "PPP", "DAA"):
        sheet = works.corrected(sheet, {1: marks})
    assert due_xof() == worked_xof() == 1_000


def test_what_a_round_has_taken_is_set_off_against_the_next_sheet() -> None:
    works = running(2, more=0)
    first = works.approved({1: "PPP", 2: "PPP"})
    assert wage_round(works, 2).total_xof == 12_000
    works.corrected(first, {1: "PAA", 2: "PPP"})
    assert (due_xof(), worked_xof()) == (12_000, 8_000)  # one was ordered too much: nothing is cancelled
    works.approved({1: "PPP", 2: "PPP"}, START + timedelta(days=7))
    assert due_xof() == worked_xof() == 20_000
    assert wage_round(works, 3).total_xof == 8_000


def test_dues_in_a_round_are_passed_over_in_as_many_statements_whatever_their_number() -> None:
    works = running(6, more=0)
    sheet = works.approved(dict.fromkeys(range(1, 7), "PPP"))
    wage_round(works, 2)
    counts = []
    for changed in (1, 6):
        grid = {n: ("PAA" if n <= changed else "PPP") for n in range(1, 7)}
        sheet = sheets.correct(sheet, reason="relue sur le papier", by=works.scene.agent)
        sheets.enter(sheet, grid, by=works.scene.agent)
        approval.sign(sheet, by=works.scene.foreman)
        with counting_statements() as counted:
            approval.approve(sheet, by=works.scene.controller)
        counts.append(counted.count)
    assert counts[0] == counts[1]
    assert due_xof() == 36_000 and not Due.objects.exclude(cancelled_at=None).exists()


def test_two_lines_of_one_person_on_a_sheet_earn_once() -> None:
    works = running(1, more=1)
    worker, spare = works.workers[0], works.worksite.applications.get(status="substitute")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE delivery_worker DISABLE TRIGGER USER")
        Worker.objects.filter(pk=worker.pk).update(ends_on=START, end_reason="parti")
        worker.pk, worker.number, worker.application, worker.starts_on = None, 2, spare, START + timedelta(days=1)
        worker.save(force_insert=True)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE delivery_worker ENABLE TRIGGER USER")
    sheet = works.approved({1: "P..", 2: ".PP"})
    assert due_xof() == worked_xof() == 6_000
    works.corrected(sheet, {1: "P..", 2: ".PA"})
    assert due_xof() == worked_xof() == 4_000


def test_a_due_taken_back_by_hand_is_not_earned_again() -> None:
    from jigi.delivery.dues import actions as dues

    works = running(1, more=0)
    works.approved({1: "PPP"})
    dues.cancel(Due.objects.get(), reason="plainte fondée", by=works.scene.controller)
    works.approved({1: "PAA"}, START + timedelta(days=7))
    assert due_xof() == 2_000


def test_approving_takes_as_many_statements_for_many_as_for_few() -> None:
    counts = []
    works = running(8, more=0, crew_size=2)
    for crew, lines in ((0, 1), (1, 2)):
        sheet = sheets.open_sheet(works.worksite.crews.order_by("number")[crew], START, 3, by=works.scene.agent)
        sheets.enter(sheet, dict.fromkeys(range(1, lines + 1), "PPP"), by=works.scene.agent)
        approval.sign(sheet, by=works.scene.foreman)
        with counting_statements() as counter:
            approval.approve(sheet, by=works.scene.controller)
        counts.append(counter.count)
    assert counts[0] == counts[1]
