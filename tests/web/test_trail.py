"""The trace of actions: for those who hold the right, in French, to search."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from jigi.foundation import audit, proof, seals
from jigi.foundation.models import AuditEvent, User
from jigi.registry.models import Household
from tests.factories import Areas, make_households, make_user
from tests.foundation import audit_ground as ground


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


def test_one_searches_by_household_and_by_origin(auditor: Client, areas: Areas) -> None:
    mine, other = make_households(2, areas.villages[0])
    awa = User.objects.get(username="awa")
    with audit.acting_from("10.9.8.7 /menages/"):
        audit.read("export", "list", "menages", by=awa, subjects=[mine], after={"asked": {"q": "Keïta"}})
    audit.signed_in(awa, address="192.168.4.4", agent="Firefox")
    found = "demande : q Keïta"
    numbers = {pk: Household.objects.get(pk=pk).rsu for pk in (mine, other)}
    assert found in _page(auditor, menage=numbers[mine]) and found in _page(
        auditor, menage=numbers[mine].replace("-", "")
    )
    assert found in _page(auditor, depuis="10.9.8.7")
    for asked in ({"menage": numbers[other]}, {"menage": "4827"}, {"depuis": "10.9.8.6"}):
        assert found not in _page(auditor, **asked)
    assert "navigateur : Firefox" in _page(auditor, depuis="192.168.4.4")


def test_the_page_says_when_the_trace_was_sealed_and_proved(
    auditor: Client, settings: Settings, tmp_path: Path
) -> None:
    ground.anchored(settings, tmp_path)
    page = _page(auditor)
    assert "Rien n’est encore scellé" in page and "Jamais vérifiée" in page
    seals.seal()
    proof.verify_and_keep(by=None)
    page = _page(auditor)
    assert "Dernier sceau : n° 1" in page and "tout est en place</span>" in page and "attendent le leur" in page
    with ground.as_owner():
        AuditEvent.objects.filter(verb="freeze").delete()
    proof.verify_and_keep(by=None)
    assert "des anomalies</span>" in _page(auditor)
    today = auditor.get("/aujourdhui/").content.decode()
    assert "La trace n’est plus telle qu’elle a été écrite" in today and "jigi audit verify" in today


def test_a_trace_that_is_no_longer_sealed_waits_for_the_auditor(auditor: Client) -> None:
    assert "n’est plus scellée" not in auditor.get("/aujourdhui/").content.decode()
    with ground.as_owner():
        AuditEvent.objects.update(at=timezone.now() - timedelta(hours=1))
    assert "n’est plus scellée" in auditor.get("/aujourdhui/").content.decode()


def test_the_trace_is_exported(auditor: Client) -> None:
    answer = auditor.get("/audit/", {"format": "csv", "action": "freeze"})
    assert "état : préparé → gelé" in b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("role", ["programme_manager", "coordinator", "treasurer"])
def test_others_are_refused(client: Client, areas: Areas, role: str) -> None:
    client.force_login(make_user("awa", role))
    answer = client.get("/audit/")
    assert answer.status_code == 403 and "voir la trace des actions" in answer.content.decode()


def test_a_person_without_posting_is_refused(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("rien", full_name="Rien"))
    assert client.get("/audit/").status_code == 403
