"""The trace of actions: for those who hold the right, in French, to search."""

from __future__ import annotations

import pytest
from django.test import Client

from jigi.foundation import audit
from jigi.foundation.models import User
from tests.factories import Areas, make_user


@pytest.fixture
def auditor(client: Client, areas: Areas) -> Client:
    awa, moussa = make_user("awa"), make_user("moussa", "auditor")
    audit.record("freeze", "payment_round", 7, by=awa, before={"status": "prepared"}, after={"status": "frozen"})
    audit.record("reconcile", "return_file", 8, by=moussa, after={"paid_xof": 30_000, "lines": 1})
    client.force_login(moussa)
    return client


def _page(client: Client, **asked: str) -> str:
    return client.get("/audit/", asked).content.decode().replace("\u202f", " ")


def test_actions_are_told_in_french(auditor: Client) -> None:
    page = _page(auditor)
    assert "état : préparé → gelé" in page and ">geler<" in page
    assert "payé : 30 000 FCFA" in page and "lignes : 1" in page


def test_one_searches_by_person_thing_verb_and_day(auditor: Client) -> None:
    found = "état : préparé → gelé"
    for asked in (
        {"qui": "awa"},
        {"objet": "payment_round", "numero": "7"},
        {"action": "freeze"},
        {"du": "2020-01-01"},
    ):
        assert found in _page(auditor, **asked)
    for asked in ({"qui": "moussa"}, {"objet": "return_file"}, {"au": "2020-01-01"}, {"du": "hier"}):
        assert found not in _page(auditor, **asked)


def test_things_lead_to_their_page(auditor: Client) -> None:
    assert '<a href="/paiements/7/">tour de paiement 7</a>' in _page(auditor)


@pytest.mark.parametrize("role", ["programme_manager", "coordinator", "treasurer"])
def test_others_are_refused(client: Client, areas: Areas, role: str) -> None:
    client.force_login(make_user("awa", role))
    answer = client.get("/audit/")
    assert answer.status_code == 403 and "voir la trace des actions" in answer.content.decode()


def test_a_person_without_posting_is_refused(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("rien", full_name="Rien"))
    assert client.get("/audit/").status_code == 403
