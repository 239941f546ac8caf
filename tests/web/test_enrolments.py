"""The page of the changes of the register to follow, and what is decided there."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from jigi.enrolment.models import Enrolment
from jigi.registry.models import Household, Membership
from tests.factories import make_areas, make_component, make_enrolments, make_households, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolment(db: None) -> Enrolment:
    areas = make_areas(communes=2)
    make_enrolments(make_component(areas.communes[:1]), make_households(1, areas.villages[0]))
    return Enrolment.objects.get()


@pytest.fixture
def manager(client: Client, enrolment: Enrolment) -> Client:
    client.force_login(make_user("fanta", "programme_manager"))
    return client


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_nothing_to_follow_says_so(manager: Client) -> None:
    assert "Rien à suivre" in page(manager, reverse("enrolments"))


def test_a_recipient_who_left_is_listed_and_replaced(manager: Client, enrolment: Enrolment) -> None:
    Membership.objects.filter(person=enrolment.recipient_id).update(ended_on="2020-01-01", role="")
    assert "l’allocataire n’est plus du ménage" in page(manager, reverse("enrolments"))
    assert "Aucun tour ne le paie" in page(manager, reverse("enrolment", args=[enrolment.pk]))
    heir = Membership.objects.get(household=enrolment.household_id, relation="head").person
    said = {"cle": str(uuid.uuid4()), "motif": "départ constaté", "personne": str(heir.pk)}
    answer = manager.post(reverse("enrolment_act", args=[enrolment.pk, "allocataire"]), said, follow=True)
    assert "L’allocataire est changé" in answer.content.decode()
    assert "Rien à suivre" in page(manager, reverse("enrolments"))


@pytest.mark.parametrize(
    ("asked", "listed"), [("?nouvelle=gone", True), ("?nouvelle=moved", False), ("?format=csv", True)]
)
def test_the_list_is_chosen_from_and_taken_away(
    manager: Client, enrolment: Enrolment, asked: str, listed: bool
) -> None:
    Membership.objects.filter(person=enrolment.recipient_id).update(ended_on="2020-01-01", role="")
    answer = manager.get(reverse("enrolments") + asked, follow=True)
    text = answer.getvalue().decode()
    assert (Household.objects.get(pk=enrolment.household_id).rsu in text) is listed


def test_a_household_that_ended_is_let_go(manager: Client, enrolment: Enrolment) -> None:
    Household.objects.filter(pk=enrolment.household_id).update(status="dissolved")
    said = {"cle": str(uuid.uuid4()), "motif": "ménage dissous"}
    manager.post(reverse("enrolment_act", args=[enrolment.pk, "sortir"]), said)
    assert Enrolment.objects.get().status == "exited"


def test_the_page_is_not_for_who_does_not_enrol(client: Client, enrolment: Enrolment) -> None:
    client.force_login(make_user("sira", "social_officer"))
    assert client.get(reverse("enrolments")).status_code == 404
    assert client.get(reverse("enrolment", args=[enrolment.pk])).status_code == 404
