"""A session called on a telephone with ODK Collect: taken once, whole, or held line by line and corrected."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jigi.delivery.collected import FORMS
from jigi.delivery.contracts.models import Operator
from jigi.delivery.fiches import actions as fiches
from jigi.delivery.fiches import queries
from jigi.delivery.fiches.models import FieldCorrection, FieldFiche
from jigi.delivery.sessions import actions, attendance
from jigi.delivery.sessions.models import Attendance, Session
from jigi.enrolment import cards
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.registry.models import Household
from jigi.registry.rsu import card_text
from tests.delivery.phones import faults, ready, send, taken
from tests.delivery.scene import make_agent
from tests.delivery.sessions.play import MARCH, Play, play, said
from tests.factories import loader, make_commune, make_households, make_user, make_village

pytestmark = pytest.mark.django_db
CODE = "seance-ma"
TOLD = {"jour": "2016-03-07", "lieu": "Arbre à palabres", "animateur": "Awa Traoré", "hommes": 5, "femmes": 20}


@pytest.fixture
def one() -> Play:
    made = play()
    ready(CODE, made.agent, area=made.scene.commune, by=made.scene.planner)
    return made


def rsu(*households: int) -> list[dict[str, Any]]:
    found = Household.objects.in_bulk(households)
    return [{"rsu": found[pk].rsu} for pk in households]


def told(session: Session, **changes: object) -> dict[str, object]:
    return {"seance": session.pk, **TOLD, **changes}


def test_a_session_is_held_with_who_came_and_taken_once(one: Play) -> None:
    (session,) = one.planned()
    for _ in range(2):
        send(one.agent, CODE, "1", told(session), rsu(*one.recipients[:2]))
    assert taken(CODE, one.scene.planner) == (1, 0)
    assert taken(CODE, one.scene.planner) == (0, 0)
    session.refresh_from_db()
    assert (session.status, session.held_on, session.men, session.women) == ("held", MARCH, 5, 20)
    assert session.held_by == one.agent, "by the right of who sent it, whoever takes it"
    rows = Attendance.objects.values_list("household", "means", "entered_by")
    assert set(rows) == {(pk, "phone", one.agent.pk) for pk in one.recipients[:2]}


def test_the_same_session_told_again_by_another_telephone_changes_nothing(one: Play) -> None:
    (session,) = one.planned()
    for number in "12":
        send(one.agent, CODE, number, told(session), rsu(*one.recipients[:2]))
    assert taken(CODE, one.agent) == (2, 0)
    assert AuditEvent.objects.filter(noun="session", verb="hold").count() == 1


def test_a_session_told_otherwise_is_held_and_replaces_nothing(one: Play) -> None:
    (session,) = one.planned()
    send(one.agent, CODE, "1", told(session), rsu(*one.recipients[:2]))
    send(one.agent, CODE, "2", told(session, femmes=21), rsu(*one.recipients))
    assert taken(CODE, one.agent) == (1, 1)
    assert [what for _, _, what in faults()] == ["Cette séance est déjà dite tenue, autrement"]
    assert Session.objects.get().women == 20 and Attendance.objects.count() == 2


def test_cards_are_read_by_their_signature_and_a_bad_one_is_a_fault_of_its_line(one: Play) -> None:
    cards.issue(one.paid, one.scene.commune, by=loader())
    good, other = cards.to_print(one.paid, one.scene.commune, by=loader())[:2]
    (session,) = one.planned()
    third = next(pk for pk in one.recipients if pk != good.household_id)
    number = Household.objects.get(pk=third).rsu_number
    lines = [{"carte": good.text}, {"carte": card_text(number)}, {"carte": other.text[:-3] + "AAA"}]
    send(one.agent, CODE, "1", told(session), lines)
    assert taken(CODE, one.agent) == (0, 1)
    assert faults() == [(3, "carte", "Ce code n’est pas celui d’une carte du programme")]
    assert not Attendance.objects.exists() and Session.objects.get().status == "planned", "nothing is half taken"
    fiches.leave_out(FieldFiche.objects.get(), FORMS[CODE], 3, reason="carte abîmée", by=one.agent)
    assert taken(CODE, one.agent) == (1, 0)
    assert Attendance.objects.count() == 2


def test_every_wrong_line_is_told_at_once(one: Play) -> None:
    (session,) = one.planned()
    (elsewhere,) = make_households(1, make_village(make_commune("ML060101"), 1))
    lines = rsu(one.recipients[0], one.recipients[0], one.others[0], elsewhere)
    send(one.agent, CODE, "1", told(session), [*lines, {"rsu": "1111-1111-11"}, {**lines[0], "qui": "cousin"}])
    assert taken(CODE, one.agent) == (0, 1)
    assert [(line, question) for line, question, _ in faults()] == [
        (5, "rsu"), (2, "carte"), (3, "carte"), (4, "carte"), (6, "qui"), (6, "carte"),
    ]  # fmt: skip
    words = {line: what for line, _, what in faults()[:4]}
    assert "mal copié" in words[5] and "déjà plus haut" in words[2] and "accord" in words[3]
    assert "n’est pas des communes du contrat" in words[4]


def test_more_names_than_people_are_refused_then_corrected(one: Play) -> None:
    (session,) = one.planned()
    send(one.agent, CODE, "1", told(session, hommes=1, femmes=1), rsu(*one.recipients))
    assert taken(CODE, one.agent) == (0, 1)
    assert "3 ménages nommés pour 2 personnes" in faults()[0][2] and Session.objects.get().status == "planned"
    fiche, form = FieldFiche.objects.get(), FORMS[CODE]
    fiches.correct(fiche, form, 0, "femmes", "2", by=one.scene.planner)
    assert fiches.take_again(fiche, form, by=one.scene.planner)
    assert Session.objects.get().women == 2 and not faults()
    assert AuditEvent.objects.filter(noun="field_fiche", verb="correct", by=one.scene.planner).exists()


def test_an_operator_s_person_sends_for_their_own_contracts_only(one: Play) -> None:
    (session,) = one.planned()
    other = Operator.objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    stranger = make_agent("etranger", other, one.scene.commune)
    stranger.staff_postings.create(role="enumerator", area=one.scene.commune, starts_on="2014-01-01")
    send(stranger, CODE, "1", told(session), rsu(*one.recipients))
    assert taken(CODE, one.scene.planner) == (0, 1)
    assert "n’est le numéro d’aucune séance de vos contrats" in faults()[0][2]
    assert Session.objects.get().status == "planned" and not Attendance.objects.exists()


@pytest.mark.parametrize("seance", ["", "abc", "0", "99999999999999999999", "4827 1930 5521 0766"])
def test_a_number_of_nothing_is_said(one: Play, seance: str) -> None:
    send(one.agent, CODE, "1", {**TOLD, "seance": seance}, rsu(one.recipients[0]))
    assert taken(CODE, one.agent) == (0, 1)
    assert faults()[0][:2] == (0, "seance")


def test_a_session_is_found_by_its_printed_sheet(one: Play) -> None:
    (session,) = one.planned()
    sheet = attendance.print_sheet(session, by=one.scene.controller)
    number = sheet.printing.sheets.get().number
    send(one.agent, CODE, "1", told(session, seance=f"{number[:4]} {number[4:]}"))
    assert taken(CODE, one.agent) == (1, 0)
    assert Session.objects.get().status == "held"


def test_a_page_that_was_first_keeps_what_it_says(one: Play) -> None:
    (session,) = one.planned()
    actions.hold(session, said(men=9), by=one.scene.foreman)
    send(one.agent, CODE, "1", told(session))
    assert taken(CODE, one.agent) == (0, 1) and Session.objects.get().men == 9


def test_one_is_set_aside_with_a_reason_and_taken_up_again(one: Play) -> None:
    (session,) = one.planned()
    send(one.agent, CODE, "1", told(session, femmes="vingt"))
    for _ in range(3):
        assert taken(CODE, one.agent) == (0, 1)
    assert AuditEvent.objects.filter(verb="note_faults").count() == 1, "what still waits for the same leaves one row"
    fiche = FieldFiche.objects.get()
    with pytest.raises(Refused, match="Dites pourquoi"):
        fiches.drop(fiche, reason=" ", by=one.agent)
    fiches.drop(fiche, reason="saisie sur la page", by=one.agent)
    assert taken(CODE, one.agent) == (0, 0), "it is tried no more"
    with pytest.raises(Raced, match="écartée"):
        fiches.correct(fiche, FORMS[CODE], 0, "femmes", "20", by=one.agent)
    fiches.restore(fiche, by=one.agent)
    fiches.correct(fiche, FORMS[CODE], 0, "femmes", "20", by=one.agent)
    assert taken(CODE, one.agent) == (1, 0)


def test_a_card_is_not_typed_over_and_a_stranger_corrects_nothing(one: Play) -> None:
    (session,) = one.planned()
    send(one.agent, CODE, "1", told(session), [{"rsu": "1111-1111-11"}])
    taken(CODE, one.agent)
    fiche = FieldFiche.objects.get()
    with pytest.raises(Refused, match="ne se corrige pas ici"):
        fiches.correct(fiche, FORMS[CODE], 1, "rsu", "4827-1930-66", by=one.agent)
    stranger = make_user("ailleurs", "programme_manager", make_commune("ML060101"))
    for act in (
        lambda: fiches.correct(fiche, FORMS[CODE], 0, "femmes", "1", by=stranger),
        lambda: fiches.leave_out(fiche, FORMS[CODE], 1, reason="essai", by=stranger),
        lambda: fiches.drop(fiche, reason="essai", by=stranger),
    ):
        with pytest.raises(Refused, match="pas de vos contrats"):
            act()
    assert not FieldCorrection.objects.exists()


def test_who_follows_nothing_takes_nothing(one: Play) -> None:
    with pytest.raises(Refused):
        taken(CODE, make_user("paie", "payment_officer"))


def test_one_sees_what_one_sent_and_what_is_of_one_s_places(one: Play) -> None:
    (session,) = one.planned()
    send(one.agent, CODE, "1", told(session, femmes="vingt"))
    taken(CODE, one.agent)
    there, here = make_commune("ML060101"), one.scene.commune
    expected: dict[User, int] = {
        one.agent: 1, one.scene.foreman: 1, one.scene.planner: 1, make_user("la", "social_officer", here): 1,
        make_user("ailleurs", "social_officer", there): 0,
    }  # fmt: skip
    assert {user: queries.visible_to(user).count() for user in expected} == expected


@pytest.mark.parametrize("lie", ["again", "gone"])
def test_the_database_keeps_what_was_taken(one: Play, lie: str) -> None:
    (session,) = one.planned()
    send(one.agent, CODE, "1", told(session))
    taken(CODE, one.agent)
    kept = FieldFiche.objects.filter(status="taken")
    with pytest.raises(IntegrityError, match="ne se prend pas deux fois"), transaction.atomic():
        kept.update(status="held") if lie == "again" else kept.delete()


def test_the_database_wants_the_contract_of_what_is_taken(one: Play) -> None:
    send(one.agent, CODE, "1", {**TOLD, "seance": "0"})
    taken(CODE, one.agent)
    with pytest.raises(IntegrityError, match="field_fiche_taken_of_a_contract"), transaction.atomic():
        FieldFiche.objects.update(status="taken")
    with pytest.raises(IntegrityError, match="field_correction_of_something"), transaction.atomic():
        FieldCorrection.objects.create(fiche=FieldFiche.objects.get(), line=0, value="x", made_by=one.agent)
