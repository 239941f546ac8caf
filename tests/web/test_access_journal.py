"""A household is told who saw its data, by which right and why, and who received what: on the page, and on paper."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.test import Client

from jigi.foundation.models import AuditEvent
from jigi.registry.models import Health, Household
from jigi.sharing import delivering, tokens
from jigi.sharing.rules import Criteria
from jigi.web.households import disclosure, journal
from tests.factories import make_user
from tests.sharing.asked import AS_OF, Partnership, make_partnership


@pytest.fixture
def shared(db: None) -> Partnership:
    return make_partnership()


@pytest.fixture
def household(shared: Partnership) -> Household:
    return Household.objects.get(pk=shared.households[0])


def test_each_reading_says_who_by_which_right_and_why(client: Client, household: Household) -> None:
    client.force_login(make_user("kadi", "social_officer"))
    address = f"/menages/{household.rsu}/"
    client.get(address)
    client.post(f"{address}montrer/", {"cle": str(uuid.uuid4()), "motif": "appel avant paiement"})
    revealed, *_, opened = journal.sentences(disclosure.accesses(household))
    assert "Kadi (essai) (Développement social (SLDSES)) a ouvert la page du ménage." in opened
    assert opened.endswith("Droit : voir les ménages.")
    assert "a vu en clair vos numéros. Droit : voir en clair les téléphones" in revealed
    assert revealed.endswith("Motif : appel avant paiement.")


def test_a_partner_is_named_with_what_it_received(client: Client, shared: Partnership, household: Household) -> None:
    shared.delivered(fields=["rsu_number", "names"])
    client.force_login(shared.protector)
    shown = client.get(f"/menages/{household.rsu}/acces/").content.decode()
    assert "Programme alimentaire mondial" in shown and "numéro RSU, noms des membres" in shown
    (said,) = [one.sentence for one in journal.received_by_partners(household)]
    assert "pour : Distribuer des vivres" in said and "Demandé par Awa (essai), approuvé par Dpo (essai)" in said


def test_a_partner_told_every_night_is_one_sentence_with_its_times(shared: Partnership, household: Household) -> None:
    request = shared.approved(channel="api")
    token = tokens.recognised(tokens.make(shared.agreement, by=shared.protector))
    assert token
    for _ in range(3):
        delivering.page_of(request, token, (0, 0))
    (said,) = [one.sentence for one in journal.received_by_partners(household)]
    assert said.startswith("Du ") and ", 3 fois, Programme alimentaire mondial a reçu de votre ménage" in said


def test_what_criteria_tell_is_said_as_what_was_received(shared: Partnership, household: Household) -> None:
    spouse = household.memberships.get(relation="spouse").person
    Health.objects.create(person=spouse, due_on=date(2014, 12, 1), collected_on=AS_OF)
    shared.delivered(Criteria(unit="person", expecting=True), fields=["rsu_number"])
    (said,) = [one.facts for one in journal.received_by_partners(household)]
    assert said.startswith("numéro RSU, ") and "grossesse et allaitement" in said
    assert AuditEvent.objects.get(noun="sharing_delivery", verb="disclose").after["fields"] == ["health", "rsu_number"]


def test_the_paper_is_a_document_and_its_printing_a_reading(client: Client, household: Household) -> None:
    client.force_login(make_user("kadi", "social_officer"))
    assert client.get(f"/menages/{household.rsu}/acces/papier/").content.startswith(b"%PDF")
    event = AuditEvent.objects.get(verb="print", noun="access_journal")
    assert event.subjects == [household.pk]


def test_it_is_for_who_answers_households(client: Client, household: Household) -> None:
    client.force_login(make_user("agent", "commune_agent", household.commune))
    assert client.get(f"/menages/{household.rsu}/acces/papier/").status_code == 404


def test_a_household_that_nobody_received_is_told_so(household: Household) -> None:
    told = journal.document(household)
    assert told["received"] == [] and told["older"] == 0
