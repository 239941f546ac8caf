"""Asking under an agreement on the pages: counted without a name, decided by another, taken by the partner alone."""

from __future__ import annotations

import json
import uuid
from datetime import date
from typing import Any

import pytest
from django.test import Client

from jigi.protection import actions as protection
from jigi.registry.models import Household
from jigi.sharing import objections
from jigi.sharing.models import SharingDelivery, SharingRequest
from jigi.web.sharing import jobs
from tests.factories import make_households, make_user
from tests.sharing.asked import Partnership, make_partnership

CHILDREN = {"unit": "person", "age_from": "6", "age_to": "59", "as_of": "2014-09-01", "fields": ["rsu_number", "names"]}


@pytest.fixture
def shared(db: None) -> Partnership:
    return make_partnership()


@pytest.fixture
def maker(client: Client, shared: Partnership) -> Client:
    client.force_login(shared.maker)
    return client


def post(client: Client, address: str, **said: object) -> str:
    return client.post(address, {"cle": str(uuid.uuid4()), **said}, follow=True).content.decode()


def asked(maker: Client, shared: Partnership, **said: Any) -> SharingRequest:
    facts = {
        **CHILDREN, "reason": "Distribution", "channel": "file", "expires_on": shared.agreement.ends_on.isoformat(),
        "recipient_key": str(shared.identity.to_public()), **said,
    }  # fmt: skip
    shown = post(maker, f"/partages/{shared.agreement.pk}/demander/", **facts)
    assert "Une autre personne la décide" in shown
    return SharingRequest.objects.get()


def test_a_count_follows_what_is_chosen(maker: Client, shared: Partnership) -> None:
    address = f"/partages/{shared.agreement.pk}/demander/"
    assert "vous ne voyez que des nombres" in maker.get(address).content.decode()
    objections.oppose(Household.objects.get(pk=shared.households[0]), None, partner="", data_request=1)
    shown = maker.get(address, CHILDREN).content.decode()
    assert "4 ménages" in shown and "1 ménage où quelqu’un s’oppose" in shown and "Moussa" not in shown
    assert "nombre entier" in maker.get(address, {**CHILDREN, "age_to": "x"}).content.decode()
    assert "Personne ne répond" in maker.get(address, {**CHILDREN, "age_from": "50"}).content.decode()


def test_a_small_count_is_hidden_from_a_partner(client: Client, shared: Partnership) -> None:
    partner = make_user("pam", "partner_programme")
    partner.staff_postings.update(organisation="PAM")
    client.force_login(partner)
    address = f"/partages/{shared.agreement.pk}/demander/"
    assert "moins de 10 ménages" in client.get(address, CHILDREN).content.decode()
    make_households(7, shared.areas.villages[1])
    assert "12 ménages" in client.get(address, CHILDREN).content.decode()


def test_what_is_asked_is_decided_by_another_then_taken(maker: Client, shared: Partnership) -> None:
    one = asked(maker, shared)
    assert (one.criteria.age_from, one.criteria.age_to, one.persons) == (6, 59, 5)
    address = f"/partages/demandes/{one.pk}/"
    assert "Approuver</button>" not in maker.get(address).content.decode()
    assert maker.get(f"{address}fichier/").status_code == 404
    maker.force_login(shared.protector)
    assert f"Demande de partage {one.pk}" in maker.get("/aujourdhui/").content.decode()
    assert "le fichier est prêt" in post(maker, f"{address}faire/approve/")
    taken = maker.get(f"{address}fichier/")
    assert b"".join(taken.streaming_content).startswith(b"age-encryption.org/v1")
    assert "prendre le fichier" not in maker.get("/partages/demandes/?format=csv").getvalue().decode()


def test_the_partner_takes_its_file_and_no_other(maker: Client, shared: Partnership) -> None:
    one = asked(maker, shared)
    maker.force_login(shared.protector)
    post(maker, f"/partages/demandes/{one.pk}/faire/approve/")
    for organisation, answer in (("PAM", 200), ("AUTRE", 404)):
        person = make_user(organisation, "partner_programme")
        person.staff_postings.update(organisation=organisation)
        maker.force_login(person)
        assert maker.get(f"/partages/demandes/{one.pk}/fichier/").status_code == answer


def test_a_large_file_is_left_to_the_worker(
    maker: Client, shared: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = asked(maker, shared)
    monkeypatch.setattr(jobs, "LARGE", 0)
    maker.force_login(shared.protector)
    assert "se prépare" in post(maker, f"/partages/demandes/{one.pk}/faire/approve/")
    assert not SharingDelivery.objects.exists()
    jobs.deliver(one.pk, shared.protector.pk)
    assert SharingDelivery.objects.get().lines == 5


def test_a_file_wrongly_approved_is_withdrawn_by_who_decides(maker: Client, shared: Partnership) -> None:
    one = shared.delivered().request
    address = f"/partages/demandes/{one.pk}/"
    maker.force_login(shared.protector)
    shown = maker.get(address).content.decode()
    assert "Retirer</button>" in shown and "0 ménage laissé" not in shown
    assert "rien n’en est plus remis" in post(maker, f"{address}faire/withdraw/")
    assert maker.get(address).content.decode().count("Prendre le fichier") == 0
    assert "n’est plus gardé" in maker.get(address).content.decode()


def test_small_counts_of_a_file_are_hidden_from_a_partner(client: Client, shared: Partnership) -> None:
    objections.oppose(Household.objects.get(pk=shared.households[0]), None, partner="", data_request=1)
    made = shared.delivered()
    partner = make_user("pam", "partner_programme")
    partner.staff_postings.update(organisation="PAM")
    client.force_login(partner)
    shown = client.get(f"/partages/demandes/{made.request_id}/").content.decode()
    assert "moins de 10 ménages laissés de côté" in shown and "1 ménage laissé" not in shown
    said = json.loads(shared.opened(made).read("manifeste.json"))
    assert said["menages_laisses_de_cote_par_une_opposition"] == "moins de 10"


@pytest.mark.parametrize(
    ("verb", "said", "words"),
    [("refuse", {"motif": "hors de la finalité"}, "est refusée"), ("refuse", {"motif": ""}, "pourquoi")],
)
def test_a_refusal_says_why(maker: Client, shared: Partnership, verb: str, said: dict[str, str], words: str) -> None:
    one = asked(maker, shared)
    maker.force_login(shared.protector)
    address = f"/partages/demandes/{one.pk}/"
    shown = maker.post(f"{address}faire/{verb}/", {"cle": str(uuid.uuid4()), **said}, follow=True, HTTP_REFERER=address)
    assert words in shown.content.decode()


def test_what_is_wrong_is_said_and_what_was_chosen_stays(maker: Client, shared: Partnership) -> None:
    facts = {
        **CHILDREN,
        "reason": "Distribution",
        "channel": "file",
        "recipient_key": "age1x",
        "expires_on": "2026-12-01",
    }
    shown = post(maker, f"/partages/{shared.agreement.pk}/demander/", **facts)
    assert "n’est pas une clé age" in shown and "Distribution" in shown and not SharingRequest.objects.exists()


def test_a_token_is_shown_once(maker: Client, shared: Partnership) -> None:
    address = f"/partages/{shared.agreement.pk}/jeton/"
    assert maker.post(address, {"cle": str(uuid.uuid4()), "acte": "faire"}).status_code == 404
    maker.force_login(shared.protector)
    key = str(uuid.uuid4())
    assert "Authorization: Bearer" in maker.post(address, {"cle": key, "acte": "faire"}).content.decode()
    again = maker.post(address, {"cle": key, "acte": "faire"}, follow=True).content.decode()
    assert "montré une fois" in again and "Bearer" not in again
    assert "Le jeton est retiré" in post(maker, address, acte="retirer")


@pytest.mark.parametrize(
    ("kind", "scope", "words"), [("correction", "", "à prévenir"), ("opposition", "sharing", "trouve ce retrait")]
)
def test_who_received_is_listed_on_a_request_of_the_person(
    maker: Client, shared: Partnership, kind: str, scope: str, words: str
) -> None:
    shared.delivered()
    made = protection.record(
        kind, household=Household.objects.get(pk=shared.households[0]), scope=scope, asker="essai",
        identity_check="essai", statement="essai", received_on=date(2016, 3, 1), by=shared.protector,
    )  # fmt: skip
    maker.force_login(shared.protector)
    shown = maker.get(f"/protection/{made.pk}/").content.decode()
    assert "Programme alimentaire mondial" in shown and "1 remise" in shown and words in shown


def test_what_to_take_back_names_nobody(maker: Client, shared: Partnership) -> None:
    one = shared.delivered()
    address = f"/partages/{shared.agreement.pk}/retraits/"
    assert "Rien à retirer" in maker.get(address).content.decode()
    objections.oppose(Household.objects.get(pk=shared.households[0]), None, partner="PAM", data_request=1)
    shown = maker.get(address).content.decode()
    line = one.disclosures.get(household=shared.households[0])
    rows = maker.get(address, {"format": "csv"}).getvalue().decode().splitlines()
    assert (
        len(rows) == 2 and rows[1].startswith(f"{line.pk};{one.pk};") and rows[1].endswith("opposition au partage;oui")
    )
    assert maker.get(address, {"apres": "1" * 5000}).status_code == 200
    assert "Opposition au partage" in shown and str(line.pk) in shown and "Moussa" not in shown
