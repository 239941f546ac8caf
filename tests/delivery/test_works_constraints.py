"""Each named constraint of the tables of works is lied to, its guards asleep: its own name comes back."""

from __future__ import annotations

from datetime import date

import pytest

from jigi.delivery.contracts.models import Contract
from jigi.delivery.works import actions, log
from jigi.programmes.models import Component
from tests.delivery.works_scene import START, plan, running
from tests.payments.lying import constraints_of, each_constraint_refuses, unguarded

pytestmark = pytest.mark.django_db
TABLES = (
    "'^delivery_(worksite|screeninganswer|workapplication|workdraw|crew|worker|timesheet|sheetentry|sheetline|wageline"
    "|presence|workcount|toolissue|workaccident|workprogress|workphoto|treecount|workhandover|committeemember)$'"
)
HELD = {
    "worksite_contract_held", "crew_worksite_held", "worker_facts_held", "worker_crew_held", "worker_enrolment_held",
    "timesheet_facts_held", "timesheet_crew_held", "delivery_worksite_code_key", "delivery_workdraw_worksite_id_key",
    "delivery_worker_application_id_key", "delivery_worker_replaces_id_key", "delivery_timesheet_paper_id_key",
    "delivery_workhandover_worksite_id_key",
}  # fmt: skip
"""What others lean on, and keys of one column: they refuse a second row, which the lies below show of their kin."""
LIED_ELSEWHERE = {
    "worksite_keeps_the_wage_share", "worksite_cap_is_60_to_90_days", "worksite_has_places", "worksite_days_in_order",
    "worksite_is_screened", "worksite_is_approved", "worksite_approved_by_another", "worker_one_adult_per_household",
    "worker_leaves_for_a_reason", "timesheet_has_14_days_at_most", "timesheet_days_once", "timesheet_is_signed",
    "timesheet_approved_by_another", "timesheet_correction_has_a_reason", "sheet_entry_first_or_second",
    "sheet_line_has_known_marks", "wage_line_once", "presence_one_a_day", "presence_is_a_day_or_a_half",
    "presence_of_its_worker", "tools_come_back_once", "accident_of_a_worker_or_nobody",
}  # fmt: skip
"""test_works_lies.py and test_works_log.py."""


def copied(table: str, columns: str, **lie: str) -> str:
    """The last row of a table once more, but for what the lie changes."""
    names = columns.split()
    said = ", ".join(lie.get(name, name) for name in names)
    return f"INSERT INTO {table} ({columns.replace(' ', ', ')}) SELECT {said} FROM {table} ORDER BY id DESC LIMIT 1"


APPLICATION = "worksite_id contract_id household_id person_id number woman criteria points rank status made_by_id"
SHEET = (
    "worksite_id contract_id crew_id number first_day days corrects_id reason status half_days tasks amount_xof"
    " made_by_id signed_by_id signed_at approved_by_id approved_at"
)
WAGE = "timesheet_id contract_id worker_id enrolment_id household_id half_days tasks amount_xof"
PRESENCE = (
    "timesheet_id contract_id component_id commune_id worker_id household_id person_id held_on half_days task"
    " undone_by_id"
)
OTHER = "(SELECT max(id) FROM delivery_contract)"
LIES: list[tuple[str, str, str]] = [
    ("screening_answer_once", "delivery_screeninganswer",
     copied("delivery_screeninganswer", "worksite_id code forbidden yes mitigation")),
    ("screening_risk_is_mitigated", "delivery_screeninganswer",
     "UPDATE delivery_screeninganswer SET yes = true, mitigation = '' WHERE NOT forbidden"),
    ("work_application_number_once", "delivery_workapplication",
     copied("delivery_workapplication", APPLICATION, status="'withdrawn'")),
    ("work_application_one_adult_per_household", "delivery_workapplication",
     copied("delivery_workapplication", APPLICATION, number="999")),
    ("work_application_rank_is_drawn", "delivery_workapplication", "UPDATE delivery_workapplication SET rank = NULL"),
    ("work_application_of_its_contract", "delivery_workapplication",
     f"UPDATE delivery_workapplication SET contract_id = {OTHER}"),
    ("work_draw_is_of_a_list", "delivery_workdraw", "UPDATE delivery_workdraw SET list_hash = 'abc'"),
    ("work_draw_has_a_seed_and_witnesses", "delivery_workdraw", "UPDATE delivery_workdraw SET witnesses = ''"),
    ("work_draw_by_another", "delivery_workdraw", "UPDATE delivery_workdraw SET drawn_by_id = closed_by_id"),
    ("crew_number_once", "delivery_crew", copied("delivery_crew", "worksite_id number name")),
    ("worker_line_once", "delivery_worker",
     "UPDATE delivery_worker SET number = 1, crew_id = (SELECT min(crew_id) FROM delivery_worker)"),
    ("worker_of_its_contract", "delivery_worker",
     f"UPDATE delivery_worker SET contract_id = {OTHER}, component_id = (SELECT component_id FROM delivery_contract"
     f" WHERE id = {OTHER}) WHERE id = (SELECT max(id) FROM delivery_worker)"),
    ("worker_of_its_component", "delivery_worker",
     f"UPDATE delivery_worker SET component_id = (SELECT component_id FROM delivery_contract WHERE id = {OTHER})"
     " WHERE id = (SELECT max(id) FROM delivery_worker)"),
    ("worker_of_a_crew_of_the_worksite", "delivery_worker",
     "UPDATE delivery_worker SET worksite_id = (SELECT max(id) FROM delivery_worksite)"
     " WHERE id = (SELECT max(id) FROM delivery_worker)"),
    ("timesheet_number_once", "delivery_timesheet",
     copied("delivery_timesheet", SHEET, first_day="first_day + 90")),
    ("timesheet_one_correction", "delivery_timesheet",
     copied("delivery_timesheet", SHEET, number="98", corrects_id="id", reason="'x'", status="'open'") + "; "
     + copied("delivery_timesheet", SHEET, number="99")),
    ("timesheet_is_approved", "delivery_timesheet",
     "UPDATE delivery_timesheet SET approved_by_id = NULL, approved_at = NULL"),
    ("timesheet_of_its_contract", "delivery_timesheet",
     copied("delivery_timesheet", SHEET, number="98", first_day="first_day + 90", contract_id=OTHER)),
    ("timesheet_of_a_crew_of_the_worksite", "delivery_timesheet",
     copied("delivery_timesheet", SHEET, number="98", first_day="first_day + 90",
            worksite_id="(SELECT max(id) FROM delivery_worksite)")),
    ("timesheet_corrects_its_crew", "delivery_timesheet",
     copied("delivery_timesheet", SHEET, number="98", corrects_id="id", reason="'x'", status="'open'",
            crew_id="(SELECT max(id) FROM delivery_crew)")),
    ("sheet_entry_once", "delivery_sheetentry",
     copied("delivery_sheetentry", "timesheet_id hand source revision by_id", by_id="by_id + 1")),
    ("sheet_entry_by_two_people", "delivery_sheetentry",
     copied("delivery_sheetentry", "timesheet_id hand source revision by_id", hand="2")),
    ("sheet_line_once", "delivery_sheetline", copied("delivery_sheetline", "entry_id contract_id worker_id marks")),
    ("wage_line_is_worked", "delivery_wageline", "UPDATE delivery_wageline SET half_days = 0"),
    ("wage_line_of_its_contract", "delivery_wageline", f"UPDATE delivery_wageline SET contract_id = {OTHER}"),
    ("wage_line_of_its_worker", "delivery_wageline",
     "UPDATE delivery_wageline SET household_id = (SELECT max(id) FROM registry_household)"),
    ("presence_of_its_contract", "delivery_presence",
     copied("delivery_presence", PRESENCE, held_on="held_on + 90", contract_id=OTHER)),
    ("work_count_once", "delivery_workcount", copied("delivery_workcount", "component_id person_id half_days")),
    ("work_count_within_90_days", "delivery_workcount", "UPDATE delivery_workcount SET half_days = 181"),
    ("tools_of_a_crew_of_the_worksite", "delivery_toolissue",
     "UPDATE delivery_toolissue SET worksite_id = (SELECT max(id) FROM delivery_worksite)"),
    ("accident_of_its_contract", "delivery_workaccident", f"UPDATE delivery_workaccident SET contract_id = {OTHER}"),
    ("accident_says_what_was_done", "delivery_workaccident", "UPDATE delivery_workaccident SET severity = 'grave'"),
    ("accident_withdrawn_for_a_reason", "delivery_workaccident",
     "UPDATE delivery_workaccident SET withdrawn_at = now()"),
    ("work_progress_once_a_day", "delivery_workprogress",
     copied("delivery_workprogress", "worksite_id day done note made_by_id")),
    ("work_progress_checked_by_another", "delivery_workprogress",
     "UPDATE delivery_workprogress SET checked_by_id = made_by_id"),
    ("work_photo_once", "delivery_workphoto",
     "INSERT INTO delivery_workphoto (progress_id, sha256, content, added_by_id) SELECT id, 'a', '', made_by_id"
     " FROM delivery_workprogress, generate_series(1, 2)"),
    ("tree_count_once_a_day", "delivery_treecount",
     copied("delivery_treecount", "worksite_id day planted alive made_by_id")),
    ("trees_alive_were_planted", "delivery_treecount", "UPDATE delivery_treecount SET alive = planted + 1"),
    ("handover_has_a_receiver", "delivery_workhandover", "UPDATE delivery_workhandover SET received_by = ''"),
    ("committee_office_once", "delivery_committeemember",
     "UPDATE delivery_committeemember SET office = 'president'"),
]  # fmt: skip
COMMITTEE = [
    {"name": name, "woman": name == "Awa", "office": office}
    for name, office in (("Ali", "president"), ("Awa", "treasurer"), ("Issa", "secretary"))
]


def test_each_constraint_refuses_its_lie() -> None:
    works = running(2, crew_size=1)
    scene, site = works.scene, works.worksite
    actions.propose(scene.contracts["works"], scene.village, plan(title="Un autre chantier"), by=scene.agent)
    works.approved({1: "PP"})
    log.issue_tools(works.crew, "pick", 2, START, by=scene.agent)
    log.report_accident(site, START, "light", "chute", "repos", worker=works.workers[0], by=scene.agent)
    done = log.record_progress(site, START, 10, by=scene.agent)
    log.confirm_progress(done, by=scene.controller)
    log.count_trees(site, date(2016, 9, 1), 10, 9, by=scene.agent)
    actions.finish(site, by=scene.agent)
    log.hand_over(site, START, "le maire", COMMITTEE, by=scene.decider)
    _second_contract()
    now = "SET CONSTRAINTS ALL IMMEDIATE; "  # a table with events that wait can't be altered
    each_constraint_refuses([(name, now + unguarded(table, lie)) for name, table, lie in LIES])


def test_no_constraint_of_works_is_forgotten() -> None:
    named = {name for name in constraints_of(TABLES) if not name.endswith("_check")}  # Django's own: never below zero
    assert named == {name for name, _, _ in LIES} | LIED_ELSEWHERE | HELD


def _second_contract() -> None:
    """A contract of the same scene, of another component, which no row of works is of."""
    made = Contract.objects.get()
    made.pk, made.number = None, "AUTRE"
    made.component, made.sort = Component.objects.get(code="AGR"), "grants"
    made.save()
