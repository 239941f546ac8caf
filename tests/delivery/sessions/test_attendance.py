"""Who came: by list, by signed sheet, by card; twice, by two people at once, for the wrong village."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.delivery.reach.models import Reach
from jigi.delivery.sessions import actions, attendance
from jigi.delivery.sessions.models import Attendance, Session
from jigi.delivery.sessions.rules import is_of_elsewhere, lines_of
from jigi.demo import sessions as demo
from jigi.enrolment import cards
from jigi.foundation.errors import InputError, Raced, Refused
from jigi.foundation.models import AuditEvent
from jigi.registry.models import Membership, Person
from tests.delivery.scene import make_agent
from tests.delivery.sessions.play import MARCH, Play, play, presents
from tests.factories import loader, make_households, make_user

pytestmark = pytest.mark.django_db


def entered(one: Play, session: Session, *households: int, consented: bool = False) -> None:
    version = Session.objects.get(pk=session.pk).version
    attendance.enter(session, presents(*households, consented=consented), version=version, by=one.agent)


def test_the_list_has_recipients_first_and_leaves_a_trace() -> None:
    one = play()
    rows = attendance.list_of(one.held(), by=one.agent)
    assert [row["recipient"] for row in rows] == [True] * 3 + [False] * 2 and [row["n"] for row in rows] == list(
        range(1, 6)
    )
    assert sorted(AuditEvent.objects.filter(verb="list").latest("pk").subjects) == sorted(one.recipients + one.others)


def test_a_stranger_to_the_contract_reads_and_writes_nothing() -> None:
    one = play()
    session = one.held()
    other = type(one.scene.operator).objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    stranger = make_agent("etranger", other, one.scene.commune)
    with pytest.raises(Refused):
        attendance.list_of(session, by=stranger)
    with pytest.raises(Refused):
        attendance.enter(session, presents(one.recipients[0]), version=session.version, by=stranger)


def test_a_list_replaces_the_one_before_and_counts_its_households() -> None:
    one = play()
    session = one.held()
    entered(one, session, *one.recipients)
    changed = attendance.enter(session, presents(*one.recipients[:1]), version=session.version, by=one.agent)
    assert changed.removed == set(one.recipients[1:]) and not changed.added
    assert Session.objects.get().households == 1 and session.unnamed == 24


def test_the_recipient_is_named_by_the_register() -> None:
    one = play()
    entered(one, one.held(), one.recipients[0])
    row = Attendance.objects.select_related("person").get()
    assert row.person is not None and (row.sex, row.recipient, row.means) == (row.person.sex, True, "list")


def test_who_receives_nothing_is_named_with_consent_only() -> None:
    one = play()
    session = one.held()
    with pytest.raises(Refused, match="accord"):
        entered(one, session, one.others[0])
    entered(one, session, one.others[0], consented=True)
    row = Attendance.objects.get()
    assert (row.recipient, row.consented, row.came, row.person_id) == (False, True, "other", None)


def test_more_names_than_people_are_refused() -> None:
    one = play()
    session = one.held(men=1, women=1)
    with pytest.raises(Refused, match="3 ménages nommés pour 2 personnes"):
        entered(one, session, *one.recipients)


def test_a_mother_is_known_by_her_child_or_by_what_is_said() -> None:
    one = play()
    session = one.held()
    mother = Membership.objects.get(household=one.recipients[0], role="recipient").person
    child = Membership.objects.filter(household=one.recipients[0], relation="child").get().person
    Person.objects.filter(pk=child.pk).update(mother=mother, birth_date=date(2013, 1, 1), birth_precision="day")
    entered(one, session, *one.recipients[:2])
    assert list(Attendance.objects.order_by("household").values_list("mother", flat=True)) == [True, False]
    told = [attendance.Present(one.recipients[1], "other", "F", mother=True)]
    attendance.enter(session, told, version=session.version, by=one.agent)
    assert Attendance.objects.get().mother


def test_of_two_who_enter_at_once_the_second_is_told() -> None:
    one = play()
    session = one.held()
    version = session.version
    attendance.enter(session, presents(*one.recipients[:2]), version=version, by=one.agent)
    with pytest.raises(Raced, match="elle nomme 2 ménages"):
        attendance.enter(session, presents(*one.recipients), version=version, by=one.scene.foreman)
    assert Session.objects.get().households == 2


def test_a_card_marks_once_whoever_reads_it() -> None:
    one = play()
    session = one.held()
    cards.issue(one.paid, one.scene.commune, by=loader())
    card = cards.to_print(one.paid, one.scene.commune, by=loader())[0]
    household, new = attendance.read_card(session, card.text, by=one.agent)
    assert new and household.pk == card.household_id
    assert attendance.read_card(session, card.text, by=one.scene.foreman) == (household, False)
    with pytest.raises(Refused, match="carte"):
        attendance.read_card(session, card.text[:-3] + "AAA", by=one.agent)
    assert Attendance.objects.get().means == "card"


def sheet(one: Play, session: Session) -> str:
    made = attendance.print_sheet(session, by=one.scene.controller)
    return str(made.printing.sheets.get().number)


def test_a_sheet_is_entered_by_its_number_and_its_signed_lines() -> None:
    one = play()
    session = one.held()
    attendance.enter_sheet(session, sheet(one, session), "1-2, 5", version=session.version, by=one.agent)
    assert Session.objects.get().households == 3
    assert Attendance.objects.filter(recipient=False, consented=True).count() == 1  # a signature is a consent


def test_a_sheet_entered_twice_alike_changes_nothing() -> None:
    one = play()
    session = one.held()
    number = sheet(one, session)
    attendance.enter_sheet(session, number, "1-2", version=session.version, by=one.agent)
    again = attendance.enter_sheet(session, number, "1, 2", version=1, by=one.scene.foreman)
    assert again.is_nothing and set(Attendance.objects.values_list("entered_by", flat=True)) == {one.agent.pk}


def test_a_sheet_entered_twice_otherwise_says_who_and_what() -> None:
    one = play()
    session = one.held()
    number = sheet(one, session)
    attendance.enter_sheet(session, number, "1-2", version=session.version, by=one.agent)
    with pytest.raises(Raced, match=r"(?s)Animatrice.*pour vous seul : 3.*l’autre saisie seule : 2"):
        attendance.enter_sheet(session, number, "1, 3", version=session.version, by=one.scene.foreman)


def test_the_sheet_of_another_village_is_seen() -> None:
    one = play()
    here, there = one.planned(villages=2)
    number = sheet(one, here)
    one.held(there)
    with pytest.raises(Refused, match="celle d’une autre séance : Village fictif 1"):
        attendance.enter_sheet(there, number, "1", version=there.version, by=one.agent)
    with pytest.raises(InputError, match="mal recopié"):
        attendance.enter_sheet(there, "1234 5678 9012 3456", "1", version=there.version, by=one.agent)


def test_a_card_read_before_the_sheet_stays() -> None:
    one = play()
    session = one.held()
    number = sheet(one, session)
    visitor = make_households(1, one.scene.villages[1])
    entered(one, session, *visitor, consented=True)
    attendance.enter_sheet(session, number, "1", version=session.version, by=one.agent)
    assert Session.objects.get().households == 2


@pytest.mark.parametrize("typed", ["1-3, 5", "1 à 3 5", "5;1–3", "1\n2\n3\n5"])
def test_signed_lines_are_typed_as_people_type(typed: str) -> None:
    assert lines_of(typed, last=5) == [1, 2, 3, 5]


@pytest.mark.parametrize(("typed", "why"), [("6", "de 1 à 5"), ("3-1", "3-1"), ("2, 1-3", "ligne 2"), ("x", "« x »")])
def test_a_line_misread_is_said(typed: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        lines_of(typed, last=5)


@given(st.sets(st.integers(1, 99), min_size=1))
def test_lines_typed_one_by_one_are_those_lines(lines: set[int]) -> None:
    assert lines_of(", ".join(map(str, lines)), last=99) == sorted(lines)


def test_a_few_from_elsewhere_are_visitors_and_many_are_another_village() -> None:
    assert not is_of_elsewhere(here=0, elsewhere=2) and not is_of_elsewhere(here=5, elsewhere=5)
    assert is_of_elsewhere(here=2, elsewhere=3)


def test_who_was_reached_is_counted_once_and_follows_corrections() -> None:
    one = play()
    first, second = one.planned(modules=2)
    one.held(first)
    entered(one, first, *one.recipients)
    one.held(second, day=date(2016, 3, 21))
    entered(one, second, one.recipients[0])
    assert sorted(Reach.objects.filter(sort="sessions").values_list("events", flat=True)) == [1, 1, 2]
    actions.undo(second, reason="pas tenue", by=one.agent)
    assert set(Reach.objects.values_list("year", "events")) == {(2016, 1)} and MARCH.year == 2016


def test_the_demonstration_goes_through_the_same_doors() -> None:
    one = play()
    controller = make_user("controle-cercle", "cercle_coordinator", one.scene.commune.parent)
    said = demo.run(one.contract, first_on=MARCH, planner=one.scene.planner, agent=one.agent, controller=controller)
    assert said == {"sessions": 6, "held": 5, "attendances": 6}
    assert Session.objects.filter(status="checked").count() == 5
