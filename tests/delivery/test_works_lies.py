"""The database refuses what must never be true of works: each guard is lied to."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from jigi.delivery.works import approval, sheets
from tests.delivery.works_scene import START, Works, approved, running
from tests.factories import make_user
from tests.kept import Kept, once
from tests.payments.lying import constraints_of, each_constraint_refuses, guards_of, refusal

pytestmark = pytest.mark.django_db
TABLES = (
    "'^delivery_(worksite|screeninganswer|workapplication|workdraw|crew|worker|timesheet|sheetentry|sheetline|wageline"
    "|presence|workcount)$'"
)
COPIED = {
    "delivery_presence": "timesheet_id contract_id component_id commune_id worker_id household_id person_id held_on"
    " half_days task",
    "delivery_worker": "worksite_id contract_id component_id crew_id number application_id enrolment_id household_id"
    " person_id woman starts_on end_reason",
    "delivery_wageline": "timesheet_id contract_id worker_id enrolment_id household_id half_days tasks amount_xof",
}  # fmt: skip


FIRST = {"delivery_worker": "number", "delivery_wageline": "worker_id", "delivery_presence": "worker_id, held_on"}
"""What orders the rows of a table: the first is that of line 1."""


def again(table: str, **lie: str) -> str:
    """The first row of a table once more, but for what the lie changes."""
    names = COPIED[table].split()
    said = ", ".join(lie.get(name, name) for name in names)
    first = f"(SELECT * FROM {table} ORDER BY {FIRST[table]} LIMIT 1) AS first"
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {said} FROM {first}"


def each_refuses(lies: list[tuple[str, str]]) -> None:
    for name, lie in lies:
        told = refusal(lie)
        assert told.constraint_name == name, (lie, told.constraint_name, told.message_primary)


def _works(folder: Path) -> Works:
    works = running(2)
    works.approved({1: "PPA", 2: "DPP"})
    return works


works_once = once("works", _works)


@pytest.fixture
def works(works_once: Kept[Works], db: None) -> Works:
    return works_once.copy()


def test_a_presence_is_what_its_sheet_says(works: Works) -> None:
    each_refuses([
        ("presence_is_on_its_sheet", again("delivery_presence", held_on="'2016-02-03'")),  # absent that day
        ("presence_is_on_its_sheet", again("delivery_presence", held_on="held_on + 9")),  # not of the sheet
        ("presence_one_a_day", again("delivery_presence")),
        ("presence_is_a_day_or_a_half", "UPDATE delivery_presence SET half_days = 3"),
        ("presence_is_a_day_or_a_half", "UPDATE delivery_presence SET half_days = 1, task = true"),
        ("presence_is_kept", "UPDATE delivery_presence SET held_on = held_on - 30"),
        ("presence_is_kept", "UPDATE delivery_presence SET undone_by_id = timesheet_id"),
        ("presence_of_its_worker", again("delivery_presence", person_id="person_id + 1", held_on="held_on + 30")),
        ("work_is_kept", "DELETE FROM delivery_presence"),
        ("work_is_kept", "DELETE FROM delivery_wageline"),
        ("work_is_kept", "UPDATE delivery_wageline SET amount_xof = amount_xof + 1"),
        ("wage_line_once", again("delivery_wageline")),
        ("work_count_is_counted", "UPDATE delivery_workcount SET half_days = 0"),
        ("work_count_is_counted", "DELETE FROM delivery_workcount"),
    ])  # fmt: skip


def test_what_was_worked_is_not_emptied(works: Works) -> None:
    empty = "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {} CASCADE"
    tables = ("delivery_presence", "delivery_wageline", "delivery_workcount", "delivery_timesheet")
    each_refuses([("work_is_kept", empty.format(table)) for table in tables])


def test_a_presence_counts_against_the_cap_even_by_hand(works: Works) -> None:
    lie = (
        "ALTER TABLE delivery_workcount DISABLE TRIGGER USER; UPDATE delivery_workcount SET half_days = 179;"
        "ALTER TABLE delivery_workcount ENABLE TRIGGER USER;"
    )
    sheet = works.open(START.replace(day=20), days=1)
    sheets.enter(sheet, {1: "P"}, by=works.scene.agent)
    approval.sign(sheet, by=works.scene.foreman)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(lie)
        cursor.execute(
            "UPDATE delivery_timesheet SET status = 'approved', approved_at = now(), approved_by_id = %s WHERE id = %s",
            [works.scene.controller.pk, sheet.pk],
        )
    told = refusal(again("delivery_presence", timesheet_id=str(sheet.pk), held_on="'2016-02-20'", half_days="2"))
    assert told.constraint_name in ("work_count_within_90_days", "presence_within_the_cap")


def test_a_sheet_keeps_what_it_is(works: Works) -> None:
    sheet = works.open(START.replace(day=10), days=3)
    sheets.enter(sheet, {1: "PPP"}, by=works.scene.agent)
    each_refuses([
        ("timesheet_is_kept", f"UPDATE delivery_timesheet SET first_day = first_day + 7 WHERE id = {sheet.pk}"),
        ("timesheet_is_kept", f"DELETE FROM delivery_timesheet WHERE id = {sheet.pk}"),
        ("timesheet_is_kept", "UPDATE delivery_timesheet SET status = 'open' WHERE status = 'approved'"),
        ("timesheet_has_14_days_at_most",
         "INSERT INTO delivery_timesheet (worksite_id, contract_id, crew_id, number, first_day, days, status, reason,"
         " half_days, tasks, amount_xof, made_by_id) SELECT worksite_id, contract_id, crew_id, 99, first_day + 60, 15,"
         f" 'open', '', 0, 0, 0, made_by_id FROM delivery_timesheet WHERE id = {sheet.pk}"),
        ("timesheet_days_once",
         "INSERT INTO delivery_timesheet (worksite_id, contract_id, crew_id, number, first_day, days, status, reason,"
         " half_days, tasks, amount_xof, made_by_id) SELECT worksite_id, contract_id, crew_id, 99, first_day + 2, 7,"
         f" 'open', '', 0, 0, 0, made_by_id FROM delivery_timesheet WHERE id = {sheet.pk}"),
        ("timesheet_is_signed", f"UPDATE delivery_timesheet SET status = 'signed' WHERE id = {sheet.pk}"),
        ("timesheet_approved_by_another",
         "UPDATE delivery_timesheet SET status = 'approved', signed_by_id = made_by_id + 1, signed_at = now(),"
         f" approved_by_id = made_by_id + 1, approved_at = now() WHERE id = {sheet.pk}"),
        ("timesheet_approved_by_no_enterer",
         f"UPDATE delivery_timesheet SET status = 'approved', signed_by_id = {works.scene.foreman.pk},"
         f" signed_at = now(), approved_by_id = made_by_id, approved_at = now() WHERE id = {sheet.pk}"),
        ("sheet_line_of_an_open_sheet", "UPDATE delivery_sheetline SET marks = 'PPPPP'"),
        ("sheet_line_has_known_marks", "UPDATE delivery_sheetline SET marks = 'PXP'"),
        ("sheet_line_of_an_open_sheet", "DELETE FROM delivery_sheetline"),
        ("sheet_entry_first_or_second", "UPDATE delivery_sheetentry SET hand = 3"),
    ])  # fmt: skip


def test_a_sheet_entered_twice_otherwise_is_not_signed(works: Works) -> None:
    sheet = works.open(START.replace(day=10), days=3)
    sheets.enter(sheet, {1: "PPP"}, by=works.scene.agent)
    sheets.enter(sheet, {1: "PPA"}, by=works.scene.foreman)
    lie = "UPDATE delivery_timesheet SET status = 'signed', signed_by_id = made_by_id, signed_at = now()"
    assert refusal(f"{lie} WHERE id = {sheet.pk}").constraint_name == "timesheet_entered_twice_alike"


def test_a_correction_is_of_the_same_days(works: Works) -> None:
    lie = (
        "INSERT INTO delivery_timesheet (worksite_id, contract_id, crew_id, number, first_day, days, status, reason,"
        " half_days, tasks, amount_xof, made_by_id, corrects_id) SELECT worksite_id, contract_id, crew_id, 99,"
        " first_day + {by}, days, 'open', '{why}', 0, 0, 0, made_by_id, id FROM delivery_timesheet"
    )
    each_refuses([
        ("timesheet_corrects_the_same_days", lie.format(by=1, why="erreur")),
        ("timesheet_correction_has_a_reason", lie.format(by=0, why="")),
    ])  # fmt: skip


def test_a_worker_stays_who_was_drawn(works: Works) -> None:
    free = works.worksite.applications.filter(status="substitute").first()
    assert free is not None
    hired = again(
        "delivery_worker", application_id=str(free.pk), household_id=str(free.household_id),
        person_id=str(free.person_id), number="9",
    )  # fmt: skip
    each_refuses([
        ("worker_was_drawn_and_enrolled", hired),
        ("worker_one_adult_per_household", again("delivery_worker", number="9", application_id=str(free.pk))),
        ("worker_is_kept", "UPDATE delivery_worker SET number = number + 50"),
        ("worker_is_kept", "DELETE FROM delivery_worker"),
        ("worker_is_kept", f"UPDATE delivery_worker SET ends_on = '{START}', end_reason = 'parti'"),
        ("worker_leaves_for_a_reason", "UPDATE delivery_worker SET ends_on = '2016-03-01'"),
        ("work_draw_is_kept", "UPDATE delivery_workdraw SET seed = 'autre'"),
        ("work_draw_is_kept", "DELETE FROM delivery_workdraw"),
        ("work_application_while_open",
         f"UPDATE delivery_workapplication SET household_id = household_id WHERE id = {free.pk}"),
    ])  # fmt: skip


def test_a_worksite_keeps_its_hands_and_its_budget() -> None:
    works = approved()
    other = make_user("autre", "coordinator")
    each_refuses([
        ("worksite_approved_is_kept", "UPDATE delivery_worksite SET places = places + 1"),
        ("worksite_approved_is_kept", f"UPDATE delivery_worksite SET approved_by_id = {other.pk}"),
        ("worksite_of_a_works_contract", f"UPDATE delivery_worksite SET village_id = {works.scene.villages[2].pk}"),
        ("worksite_is_drawn", "UPDATE delivery_worksite SET status = 'running'"),
        ("screening_is_kept", "UPDATE delivery_screeninganswer SET yes = true"),
    ])  # fmt: skip
    proposed = "UPDATE delivery_worksite SET status = 'proposed', approved_by_id = NULL, approved_at = NULL"
    lies = [
        ("worksite_keeps_the_wage_share", "tools_xof = wages_xof"),
        ("worksite_cap_is_60_to_90_days", "cap_half_days = 181"),
        ("worksite_cap_is_60_to_90_days", "cap_half_days = 119"),
        ("worksite_has_places", "places = 0"),
        ("worksite_days_in_order", "ends_on = starts_on - 1"),
        ("worksite_is_screened", "status = 'screened', screened_by_id = NULL"),
        ("worksite_is_approved", "status = 'approved', approved_by_id = NULL"),
        ("worksite_approved_by_another", "approved_by_id = screened_by_id, approved_at = now()"),
    ]
    bare = f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE delivery_worksite DISABLE TRIGGER USER; {proposed};"
    each_constraint_refuses([(name, f"{bare} UPDATE delivery_worksite SET {lie}") for name, lie in lies])


def test_who_is_no_member_is_no_applicant() -> None:
    approved()
    told = refusal(
        "INSERT INTO delivery_workapplication (worksite_id, contract_id, household_id, person_id, number, woman,"
        " criteria, points, status, made_by_id)"
        " SELECT id, contract_id, 999999, 999999, 1, false, '{}', 0, 'applied', made_by_id"
        " FROM delivery_worksite"
    )
    assert told.constraint_name == "work_application_of_a_member"


def test_every_constraint_and_guard_of_works_is_known_here() -> None:
    known = {
        "screening_answer_once", "screening_risk_is_mitigated", "crew_number_once", "worker_line_once",
        "work_application_number_once", "work_application_rank_is_drawn", "timesheet_number_once", "sheet_entry_once",
    }  # fmt: skip
    assert known < constraints_of(TABLES)
    assert len(guards_of(TABLES)) >= 20
