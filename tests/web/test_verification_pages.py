"""The pages of verification: drawing with its size, asking one after the other, findings dealt with."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.utils import timezone

from jigi.payments.models import PaymentRound
from jigi.verification.models import Check, Exercise, Finding
from tests.factories import make_user
from tests.payments.scene import Scene, peopled
from tests.web.test_payments_pages import as_user, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = peopled(12)
    scene.answer(scene.released(), tmp_path / "retour.csv", absent=2)
    return scene


def key(**said: object) -> dict[str, object]:
    return {"cle": str(uuid.uuid4()), **said}


def test_a_verification_from_its_draw_to_its_findings(scene: Scene) -> None:
    client = as_user(make_user("verifie", "grievance_officer"))
    number = PaymentRound.objects.get().pk
    page = text(client.get(f"/verifications/tours/{number}/?confiance=80&marge=20"))
    assert "6 ordres à vérifier sur 10 ordres payés dans 1 village." in page
    asked = {"moyen": "phone", "confiance": "80", "marge": "20", "part": "50", "effet": "1"}
    page = text(client.post(f"/verifications/tours/{number}/", key(**asked), follow=True))
    assert "Le tirage est fait" in page and "6 à demander" in page
    first = Check.objects.get(rank=1)
    today = timezone.localdate().isoformat()
    said = key(resultat="other_amount", autre="25 000", le=today, note="l’agent a gardé 5 000")
    page = text(client.post(f"/verifications/ordres/{first.pk}/", said, follow=True))
    assert "autre montant" in page and Check.objects.get(rank=2).reference in page
    client.post(f"/verifications/ordres/{Check.objects.get(rank=2).pk}/", key(resultat="received", le=today))
    page = text(client.get(f"/verifications/{Exercise.objects.get().pk}/"))
    assert "50,0 % (de " in page
    finding = Finding.objects.get()
    assert "dit avoir reçu 25" in text(client.get("/verifications/constats/?etat=attente"))
    page = text(client.post(f"/verifications/constats/{finding.pk}/", key(fait="rendu par l’agent"), follow=True))
    assert "« rendu par l’agent »" in page
    page = text(client.post(f"/verifications/{Exercise.objects.get().pk}/clore/", key(), follow=True))
    assert "terminée" in page


def test_what_cannot_be_read_is_said_and_nothing_is_drawn(scene: Scene) -> None:
    client = as_user(make_user("verifie", "grievance_officer"))
    number = PaymentRound.objects.get().pk
    assert "Un des nombres n’en est pas un" in text(client.get(f"/verifications/tours/{number}/?marge=beaucoup"))
    page = text(client.post(f"/verifications/tours/{number}/", key(moyen="phone", marge="0"), follow=True))
    assert "La précision demandée" in page and not Exercise.objects.exists()


def test_anomalies_are_looked_for_and_who_pays_does_not_verify(scene: Scene) -> None:
    number = PaymentRound.objects.get().pk
    client = as_user(make_user("verifie", "grievance_officer"))
    page = text(client.post(f"/verifications/tours/{number}/anomalies/", key(), follow=True))
    assert "Anomalies cherchées : 0 constat" in page
    assert as_user(scene.treasurer).get(f"/verifications/tours/{number}/").status_code == 404
