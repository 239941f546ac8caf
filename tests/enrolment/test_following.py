"""What the register changed of those who are enrolled: seen, decided once, and no news any more."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.conf import LazySettings

from jigi.enrolment import actions
from jigi.enrolment.models import Enrolment
from jigi.enrolment.queries import to_follow
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography.models import Area
from jigi.geography.scope import seen_by
from jigi.registry.models import Household, Membership, Person
from tests.factories import make_areas, make_component, make_enrolments, make_households, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db: None) -> list[Area]:
    return make_areas(communes=3).communes


@pytest.fixture
def enrolment(place: list[Area]) -> Enrolment:
    component = make_component(place[:2], terms=4)
    make_enrolments(component, make_households(1, place[0].children.get(code=f"{place[0].code}-001")))
    return Enrolment.objects.get()


@pytest.fixture
def manager(enrolment: Enrolment) -> User:
    return make_user("fanta", "programme_manager")


def codes(user: User) -> list[str]:
    return [one.news for one in to_follow(user)]


def moved(enrolment: Enrolment, commune: Area) -> None:
    Household.objects.filter(pk=enrolment.household_id).update(commune=commune, village=None)


def test_what_did_not_change_is_no_news(enrolment: Enrolment, manager: User) -> None:
    assert codes(manager) == []


def test_a_household_that_moved_is_followed_to_its_commune(
    enrolment: Enrolment, manager: User, place: list[Area]
) -> None:
    moved(enrolment, place[1])
    assert codes(manager) == ["moved"]
    actions.transfer(enrolment, reason="déménagement", by=manager)
    assert (enrolment.commune, enrolment.pay_point) == (place[1], f"Site de {place[1].name}")
    assert codes(manager) == []
    with pytest.raises(Refused, match="déjà dans la commune"):
        actions.transfer(enrolment, reason="déménagement", by=manager)
    assert AuditEvent.objects.filter(verb="transfer", subjects=[enrolment.household_id]).count() == 1


def test_outside_the_component_it_is_kept_or_let_go(enrolment: Enrolment, manager: User, place: list[Area]) -> None:
    moved(enrolment, place[2])
    with pytest.raises(Refused, match="n’est pas donnée dans la commune"):
        actions.transfer(enrolment, reason="déménagement", by=manager)
    actions.keep(enrolment, reason="déplacé : garde son droit", by=manager)
    assert codes(manager) == []


def test_a_death_waits_until_somebody_decides(enrolment: Enrolment, manager: User) -> None:
    Person.objects.filter(pk=enrolment.recipient_id).update(died_on=date(2015, 1, 1))
    Membership.objects.filter(person=enrolment.recipient_id).update(ended_on=date(2015, 1, 1), role="")
    actions.keep(enrolment, reason="on attend la famille", by=manager)
    assert codes(manager) == ["died"]
    heir = Membership.objects.get(household=enrolment.household_id, relation="head").person
    actions.change_recipient(enrolment, heir, reason="décès", by=manager)
    assert (codes(manager), enrolment.recipient, enrolment.alternate) == ([], heir, None)


@pytest.mark.parametrize("status", ["dissolved", "left"])
def test_a_household_that_ended_is_suspended_or_let_go(enrolment: Enrolment, manager: User, status: str) -> None:
    Household.objects.filter(pk=enrolment.household_id).update(status=status)
    assert codes(manager) == [status]
    actions.suspend(enrolment, reason="à vérifier", by=manager)
    assert codes(manager) == []
    actions.exit(enrolment, "ménage dissous", by=manager)
    assert codes(manager) == []


def test_another_recipient_in_the_register_is_news_until_it_is_answered(enrolment: Enrolment, manager: User) -> None:
    present = Membership.objects.filter(household=enrolment.household_id)
    present.filter(role="recipient").update(role="")
    present.filter(relation="head").update(role="recipient")
    assert codes(manager) == ["recipient"]
    actions.keep(enrolment, reason="le ménage préfère l’épouse", by=manager)
    assert codes(manager) == []


def test_suspending_and_resuming_answers_no_move_and_no_other_recipient(
    enrolment: Enrolment, manager: User, place: list[Area]
) -> None:
    present = Membership.objects.filter(household=enrolment.household_id)
    present.filter(role="recipient").update(role="")
    present.filter(relation="head").update(role="recipient")
    moved(enrolment, place[1])
    actions.suspend(enrolment, reason="insécurité", by=manager)
    actions.resume(enrolment, reason="retour au calme", by=manager)
    assert codes(manager) == ["moved"]
    actions.transfer(enrolment, reason="déménagement", by=manager)
    assert codes(manager) == ["recipient"]


def test_what_was_kept_comes_back_when_it_changes_again_and_not_at_a_birth(
    enrolment: Enrolment, manager: User, place: list[Area]
) -> None:
    moved(enrolment, place[1])
    actions.keep(enrolment, reason="déplacé : garde son droit", by=manager)
    Household.objects.filter(pk=enrolment.household_id).update(size=9)
    assert codes(manager) == []
    moved(enrolment, place[2])
    assert codes(manager) == ["moved"]


def test_an_act_of_the_register_that_was_long_to_write_is_news_all_the_same(
    enrolment: Enrolment, manager: User, place: list[Area]
) -> None:
    actions.keep(enrolment, reason="vu", by=manager)
    moved(enrolment, place[1])
    Enrolment.objects.update(followed_at=datetime(2100, 1, 1, tzinfo=UTC))
    assert codes(manager) == ["moved"]


def test_another_than_the_registers_is_paid_until_the_register_names_somebody_else(
    enrolment: Enrolment, manager: User
) -> None:
    present = Membership.objects.filter(household=enrolment.household_id)
    head = present.get(relation="head").person
    actions.change_recipient(enrolment, head, reason="le ménage préfère le chef", by=manager)
    assert codes(manager) == []
    present.filter(role="recipient").update(role="")
    present.filter(relation="child").update(role="recipient")
    assert codes(manager) == ["recipient"]


def test_a_household_that_went_where_one_sees_nobody_is_still_seen(
    enrolment: Enrolment, place: list[Area], settings: LazySettings
) -> None:
    moved(enrolment, place[1])
    here = make_user("ici", "programme_manager", place[0])
    settings.FENCED = True
    with seen_by(here):
        (found,) = to_follow(here)
        assert (found.news, found.place, to_follow(here).count()) == ("moved", place[1].name, 1)
        assert not Household.objects.exists()


def test_who_does_not_decide_of_enrolments_there_sees_none(enrolment: Enrolment, place: list[Area]) -> None:
    moved(enrolment, place[1])
    elsewhere = make_user("ailleurs", "programme_manager", place[2])
    officer = make_user("sira", "social_officer")
    assert [codes(user) for user in (elsewhere, officer)] == [[], []]
    with pytest.raises(Refused, match="affectation"):
        actions.keep(enrolment, reason="essai", by=elsewhere)
