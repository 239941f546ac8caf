"""Sharing agreements on the pages: written from the paper, approved by another person, ended."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from jigi.sharing.models import SharingAgreement
from tests.factories import Areas, make_user
from tests.sharing.signed import signed

SAID = {
    "code": "CP-1", "partner": "PAM", "partner_name": "Programme alimentaire mondial", "purpose": "Distribuer",
    "legal_basis": "Décret", "apdp_reference": "APDP-1", "fields": ["rsu_number", "names"], "programmes": ["RSU"],
    "areas": "ML010501, ML010502", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
}  # fmt: skip


@pytest.fixture
def maker(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("awa"))
    return client


def post(client: Client, address: str, **said: object) -> str:
    return client.post(address, {"cle": str(uuid.uuid4()), **said}, follow=True).content.decode()


def test_an_agreement_is_written_then_approved_by_another(maker: Client) -> None:
    shown = post(maker, "/partages/preparer/", **SAID)
    one = SharingAgreement.objects.get()
    assert "Une autre personne doit l’approuver" in shown and "restreinte" in shown and one.areas.count() == 2
    assert "Approuver</button>" not in shown
    post(maker, f"/partages/{one.pk}/faire/approve/")
    one.refresh_from_db()
    assert one.status == "prepared"
    other = Client()
    maker.force_login(make_user("dpo", "data_protection_officer"))
    assert "à approuver" in maker.get("/aujourdhui/").content.decode()
    assert "est approuvée" in post(maker, f"/partages/{one.pk}/faire/approve/")
    assert "est finie" in post(maker, f"/partages/{one.pk}/faire/end/", motif="fin de la campagne")
    assert other.get("/partages/").status_code == 302


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"areas": "Nulle-Part"}, "n’est aucun lieu"),
        ({"fields": []}, "données"),
        ({"starts_on": ""}, "jour manque"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(maker: Client, said: dict[str, object], words: str) -> None:
    shown = post(maker, "/partages/preparer/", **(SAID | said))
    assert words in shown and "Distribuer" in shown and not SharingAgreement.objects.exists()


def test_the_codes_in_use_are_offered(maker: Client, areas: Areas) -> None:
    posted = make_user("inps", "partner_programme")
    posted.staff_postings.update(organisation="INPS")
    signed([areas.cercle], make_user("sira"))
    shown = maker.get("/partages/preparer/").content.decode()
    assert '<option value="INPS"><option value="PAM">' in shown


def test_the_list_is_of_one_s_places(client: Client, areas: Areas) -> None:
    signed([areas.communes[0]], make_user("awa"))
    client.force_login(make_user("kadi", "coordinator", areas.communes[0]))
    assert "CP-2026-01" in client.get("/partages/").content.decode()
    client.force_login(make_user("autre", "coordinator", areas.communes[1]))
    assert "sans elle, rien du registre n’est partagé" in client.get("/partages/").content.decode()
    client.force_login(make_user("social", "social_officer"))
    assert client.get("/partages/").status_code == 404
