"""Sessions: planned by village, held or not, corrected, checked by another person."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from jigi.delivery.sessions import actions, attendance, queries
from jigi.delivery.sessions.models import Attendance, Session, SessionModule
from jigi.delivery.sessions.rules import planned_days
from jigi.delivery.sessions.themes_file import read_themes
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Raced, Refused
from jigi.foundation.models import AuditEvent
from tests.delivery.sessions.play import MARCH, play, presents, said

pytestmark = pytest.mark.django_db


def test_villages_follow_each_other_and_modules_come_at_their_pace() -> None:
    days = planned_days(3, 2, first_on=MARCH, every_days=14, per_day=2)
    assert [(one.village, one.module, (one.day - MARCH).days) for one in days] == [
        (0, 0, 0), (1, 0, 0), (2, 0, 1), (0, 1, 14), (1, 1, 14), (2, 1, 15),
    ]  # fmt: skip


def test_the_shipped_themes_are_those_of_the_programme() -> None:
    found = read_themes()
    assert {"usage-transfert", "alimentation-enfant", "consultations", "droits-humains"} <= set(found.themes)
    assert len(found.themes) == 9 and len(found.modules) == 17 and "boite-images" in found.materials


@pytest.mark.parametrize(
    ("wrong", "line"),
    [('code = "usage-1"\nname = "Deux fois"\nminutes = 60', 16), ('code = "usage-9"\nname = "Court"\nminutes = 5', 18)],
)
def test_a_theme_file_is_read_strictly(tmp_path: Path, wrong: str, line: int) -> None:
    file = tmp_path / "themes.toml"
    file.write_text(
        'author = "a"\nsource = "s"\nvalid_from = 2014-01-01\n\n[[theme]]\ncode = "t"\nname = "T"\n\n'
        '[[theme.module]]\ncode = "usage-1"\nname = "Un"\nminutes = 60\n\n\n[[theme.module]]\n' + wrong,
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=f"themes.toml, ligne {line}"):
        read_themes(file)


def test_loading_themes_again_changes_nothing_and_a_module_that_left_is_retired(tmp_path: Path) -> None:
    scene = play().scene
    assert actions.load_themes(by=scene.planner) == 0
    file = tmp_path / "themes.toml"
    file.write_text(
        'author = "a"\nsource = "s"\nvalid_from = 2014-01-01\n[[theme]]\ncode = "usage-transfert"\nname = "U"\n'
        '[[theme.module]]\ncode = "usage-1"\nname = "Un"\nminutes = 60\n',
        encoding="utf-8",
    )
    assert actions.load_themes(file, by=scene.planner) == 17  # one changed, sixteen retired
    assert SessionModule.objects.get(retired=False).code == "usage-1"


def test_a_plan_costs_the_same_statements_whatever_its_size() -> None:
    one = play()
    with counting_statements() as small:
        one.planned()
    with counting_statements() as large:
        one.planned(villages=6, modules=10, first_on=MARCH + timedelta(days=1))
    assert Session.objects.count() == 61 and large.count == small.count


def test_a_plan_stays_in_its_contract_and_happens_once() -> None:
    one = play()
    one.planned()
    with pytest.raises(Refused, match="déjà prévue ce jour-là"):
        one.planned()
    with pytest.raises(Refused, match="durée du contrat"):
        one.planned(first_on=date(2019, 1, 1))
    with pytest.raises(Refused, match="affectation"):
        actions.plan(one.contract, one.scene.villages[:1], one.modules[:1], first_on=MARCH, by=one.agent)


def test_a_session_is_held_by_its_operator_and_checked_by_another() -> None:
    one = play()
    session = one.held()
    with pytest.raises(Refused):
        actions.check(session, by=one.agent)
    assert list(queries.to_check(one.scene.controller)) == [session]
    actions.check(session, by=one.scene.controller)
    assert Session.objects.get().status == "checked" and not queries.to_check(one.scene.controller).exists()
    with pytest.raises(Refused, match="contrôlée"):
        attendance.enter(session, presents(one.recipients[0]), version=session.version, by=one.agent)
    actions.reopen(session, reason="feuille retrouvée", by=one.scene.controller)
    attendance.enter(session, presents(one.recipients[0]), version=session.version, by=one.agent)


def test_of_two_who_hold_it_the_second_is_told() -> None:
    one = play()
    session = one.planned()[0]
    again = Session.objects.get(pk=session.pk)
    one.held(session)
    with pytest.raises(Raced):
        actions.hold(again, said(), by=one.agent)


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (said(date(2030, 1, 1)), "à venir"), (said(date(2015, 12, 31)), "durée du contrat"),
        (said(men=0, women=0), "Personne"), (said(men=6_000), "de 0 à 5000"), (said(place=" "), "Où"),
    ],
)  # fmt: skip
def test_what_cannot_have_happened_is_refused(held: actions.Held, why: str) -> None:
    one = play()
    with pytest.raises(Refused, match=why):
        actions.hold(one.planned()[0], held, by=one.agent)


def test_a_correction_moves_the_attendances_with_the_day() -> None:
    one = play()
    session = one.held()
    attendance.enter(session, presents(*one.recipients), version=session.version, by=one.agent)
    actions.correct(session, said(MARCH + timedelta(days=1)), version=session.version, reason="jour", by=one.agent)
    assert set(Attendance.objects.values_list("held_on", flat=True)) == {MARCH + timedelta(days=1)}
    with pytest.raises(Refused, match="3 ménages sont nommés"):
        actions.correct(session, said(men=0, women=2), version=session.version, reason="compte", by=one.agent)
    with pytest.raises(Raced, match="changé"):
        actions.correct(session, said(), version=1, reason="page ancienne", by=one.agent)


def test_taking_a_session_back_takes_its_names_back() -> None:
    one = play()
    session = one.held()
    attendance.enter(session, presents(*one.recipients), version=session.version, by=one.agent)
    actions.undo(session, reason="un autre village", by=one.agent)
    assert not Attendance.objects.exists() and Session.objects.get().status == "planned"
    assert sorted(AuditEvent.objects.get(verb="undo").subjects) == sorted(one.recipients)


def test_a_session_that_was_not_held_says_why_and_may_be_planned_again() -> None:
    one = play()
    session = one.planned()[0]
    with pytest.raises(Refused):
        actions.cancel(session, "paresse", by=one.agent)
    actions.cancel(session, "insecurity", by=one.agent)
    actions.replan(session, MARCH + timedelta(days=7), by=one.agent)
    assert (session.status, session.not_held) == ("planned", "")


def test_materials_are_counted_from_the_reviewed_list() -> None:
    one = play()
    session = one.planned()[0]
    held = actions.Held(MARCH, "École", "Awa", 3, 4, {"boite-images": 1, "savon": 12})
    actions.hold(session, held, by=one.agent)
    assert dict(session.materials.values_list("material", "quantity")) == {"boite-images": 1, "savon": 12}
    bad = actions.Held(MARCH, "École", "Awa", 3, 4, {"fusée": 1})
    with pytest.raises(Refused, match="fusée"):
        actions.correct(session, bad, version=session.version, reason="essai", by=one.agent)


LIES = {
    "session_is_of_its_contract": "UPDATE delivery_session SET village_id = %(elsewhere)s",
    "session_held_says_what_happened": "UPDATE delivery_session SET men = NULL",
    "session_names_whom_it_counted": "UPDATE delivery_session SET men = 0, women = 1",
    "session_crowd_is_real": "UPDATE delivery_session SET men = 9999",
    "session_checked_by_another": "UPDATE delivery_session SET status = 'checked', checked_by_id = held_by_id,"
    " checked_at = now()",
    "session_checked_by_no_enterer": "UPDATE delivery_session SET status = 'checked', checked_by_id = %(other)s,"
    " checked_at = now()",
    "session_check_is_signed": "UPDATE delivery_session SET status = 'checked'",
    "attendance_named_with_consent": "UPDATE delivery_attendance SET recipient = false",
    "attendance_mother_is_a_woman": "UPDATE delivery_attendance SET mother = true, sex = 'M'",
    "attendance_says_who_came": "UPDATE delivery_attendance SET came = 'voisin'",
    "attendance_is_of_its_session": "UPDATE delivery_attendance SET held_on = held_on + 1",
    "attendance_once": "INSERT INTO delivery_attendance SELECT (jsonb_populate_record(a, '{\"id\": 999999}')).*"
    " FROM delivery_attendance AS a LIMIT 1",
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_the_database_refuses_the_lie(name: str) -> None:
    one = play()
    session = one.held()
    attendance.enter(session, presents(*one.recipients[:2]), version=session.version, by=one.scene.foreman)
    facts = {"elsewhere": one.scene.villages[-1].pk, "other": one.scene.foreman.pk}
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LIES[name], facts)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused.value.__cause__.diag.constraint_name == name


@pytest.mark.parametrize(
    "lie", ["DELETE FROM delivery_attendance", "UPDATE delivery_attendance SET came = 'other', person_id = NULL"]
)
def test_the_names_of_a_checked_session_are_kept(lie: str) -> None:
    one = play()
    session = one.held()
    attendance.enter(session, presents(one.recipients[0]), version=session.version, by=one.agent)
    actions.check(session, by=one.scene.controller)
    with pytest.raises(DatabaseError, match="séance contrôlée"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lie)
