"""Giving back to the agreements what households that have left never claimed."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.test import Client

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.ledger.queries import prove
from jigi.payments import losses, queries
from tests.factories import ProvedClient, make_user
from tests.payments.scene import Scene, peopled
from tests.web.test_payments_pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(tmp_path: Path) -> Scene:
    """A component of one term, closed: two of its three households were absent, and have left."""
    scene = peopled(3, terms=1)
    scene.answer(scene.released(), tmp_path / "retour.csv", absent=2)
    scene.close(scene.component.rounds.get())
    losses.decide(scene.component, by=scene.approver, reason="lettre du ministère")
    return scene


def opened(scene: Scene) -> tuple[Client, str]:
    client = ProvedClient()
    client.force_login(scene.maker)
    return client, f"/paiements/rendre/{scene.component.pk}/"


def test_what_goes_back_is_shown_by_agreement_then_given_back_once(ended: Scene) -> None:
    client, address = opened(ended)
    page = text(client.get(address))
    assert "2 60 000" in page and "Rendre 60 000 FCFA aux conventions" in page
    sent = {"cle": str(uuid.uuid4()), "motif": "Lettre du ministère du 3 mars"}
    assert "2 droits rendus aux conventions : 60 000 FCFA" in text(client.post(address, sent, follow=True))
    assert "C’était déjà fait" in text(client.post(address, sent, follow=True))
    assert "Rien n’est à rendre" in text(client.get(address))
    assert queries.refundable(ended.component) == [] and prove().balanced


def test_without_a_reason_nothing_goes_back(ended: Scene) -> None:
    client, address = opened(ended)
    assert "Il faut un motif" in text(client.post(address, {"cle": str(uuid.uuid4())}, follow=True))
    assert queries.refundable(ended.component)[0].rights == 2


def test_a_round_under_way_is_told_before_the_form() -> None:
    scene = peopled(3)
    scene.close(scene.released(1))
    enrolment.exit(Enrolment.objects.order_by("pk")[0], "déménagement", by=scene.maker)
    scene.prepared(2)
    client, address = opened(scene)
    page = text(client.get(address))
    assert "Un tour de cette composante est en cours" in page and "Motif de la décision" not in page


def test_who_does_not_close_rounds_finds_no_such_page(ended: Scene) -> None:
    client = ProvedClient()
    client.force_login(make_user("kadi", "social_officer"))
    assert client.get(f"/paiements/rendre/{ended.component.pk}/").status_code == 404
