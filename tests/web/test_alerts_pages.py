"""Alerts on the pages: what happened, what to do, the rows behind it, and a decision that is kept."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jigi.foundation.models import AuditEvent, User
from jigi.monitoring.models import Alert
from jigi.monitoring.pipeline import watch
from jigi.registry.models import Household
from tests.factories import Areas, make_households, make_user


@pytest.fixture
def alert(areas: Areas) -> Alert:
    """Awa, who showed numbers forty times in an hour."""
    awa = make_user("awa")
    at = timezone.now() - timedelta(days=1)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at,
            by=awa,
            origin="10.0.0.1 /menages/",
            verb="reveal",
            noun="household",
            object_id=str(n),
            reason="appel avant paiement",
        )
        for n in range(40)
    )
    watch(by=None, only=["many_reveals"])
    return Alert.objects.get()


@pytest.fixture
def auditor(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("moussa", "auditor"))
    return client


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode().replace("\u202f", " ")


def act(client: Client, alert: Alert, verb: str, reason: str = "") -> str:
    sent = {"cle": str(uuid.uuid4()), "motif": reason}
    return client.post(f"/alertes/{alert.pk}/faire/{verb}/", sent, follow=True).content.decode()


def test_an_alert_waits_on_the_page_of_the_day_and_leads_to_its_rows(auditor: Client, alert: Alert) -> None:
    assert "1 alerte attend qu’on la prenne en main" in page(auditor, "/aujourdhui/")
    assert f'href="/alertes/{alert.pk}/"' in page(auditor, "/alertes/?etat=open")
    shown = page(auditor, f"/alertes/{alert.pk}/")
    assert "Awa (essai) a montré en clair les numéros de ménages 40 fois" in shown
    assert "Demandez à cette personne pour quel travail" in shown and "appel avant paiement" in shown
    assert "/audit/?qui=awa&amp;du=" in shown


def test_it_is_taken_then_decided_once_with_a_reason(auditor: Client, alert: Alert) -> None:
    assert "entre vos mains" in act(auditor, alert, "take")
    assert "attend qu’on" not in page(auditor, "/aujourdhui/")
    assert "Il faut un motif" in act(auditor, alert, "dismiss", "oui")
    assert "est écartée" in act(auditor, alert, "dismiss", "appels d’avant paiement, vus avec sa cheffe")
    shown = page(auditor, f"/alertes/{alert.pk}/")
    assert "« appels d’avant paiement, vus avec sa cheffe »" in shown and "Prendre en main" not in shown
    assert "est impossible" in act(auditor, alert, "confirm", "un autre avis, plus tard")


def test_the_person_it_speaks_of_cannot_answer_for_herself(client: Client, alert: Alert) -> None:
    client.force_login(User.objects.get(username="awa"))
    shown = page(client, f"/alertes/{alert.pk}/")
    assert "Cette alerte parle de vous" in shown and "<textarea" not in shown
    assert "parle de vous" in act(client, alert, "dismiss", "je n’ai rien fait de mal")
    assert Alert.objects.get().status == "open"


def test_an_alert_is_seen_in_its_commune_and_from_the_country(client: Client, areas: Areas, alert: Alert) -> None:
    households = make_households(3, areas.villages[0])
    here = Alert.objects.create(
        rule="shared_account", subject="1", period="comptes", label="ici", commune=areas.communes[0], count=3,
        first_seen=timezone.now(), last_seen=timezone.now(), households=households,
    )  # fmt: skip
    client.force_login(make_user("kadi", "programme_manager", areas.communes[0]))
    listed = page(client, "/alertes/")
    assert f"/alertes/{here.pk}/" in listed and f"/alertes/{alert.pk}/" not in listed
    assert client.get(f"/alertes/{alert.pk}/").status_code == 404
    assert Household.objects.get(pk=households[0]).rsu in page(client, f"/alertes/{here.pk}/")
    client.force_login(make_user("ali", "programme_manager", areas.communes[1]))
    assert client.get(f"/alertes/{here.pk}/").status_code == 404


def test_others_are_refused(client: Client, areas: Areas, alert: Alert) -> None:
    client.force_login(make_user("sira", "treasurer"))
    assert client.get("/alertes/").status_code == 403
    assert client.post(f"/alertes/{alert.pk}/faire/take/", {"cle": str(uuid.uuid4())}).status_code == 403


def test_an_unknown_act_and_a_rule_that_is_gone(auditor: Client, alert: Alert) -> None:
    assert auditor.post(f"/alertes/{alert.pk}/faire/x/", {"cle": str(uuid.uuid4())}).status_code == 404
    Alert.objects.update(rule="ancienne")
    assert "plus en vigueur" in page(auditor, f"/alertes/{alert.pk}/") and "ancienne" in page(auditor, "/alertes/")


def test_the_list_is_sorted_filtered_and_exported(auditor: Client, alert: Alert) -> None:
    for asked, there in (({"etat": "live"}, True), ({"etat": "dismissed"}, False), ({"alerte": "many_reveals"}, True),
                         ({"sur": "awa"}, True), ({"sur": "x"}, False), ({"tri": "nombre"}, True)):  # fmt: skip
        found = auditor.get("/alertes/", asked).content.decode()
        assert (f"/alertes/{alert.pk}/" in found) == there
    file = b"".join(auditor.get("/alertes/?format=csv").streaming_content).decode()
    assert "Beaucoup de numéros montrés en clair;Awa (essai);40" in file
