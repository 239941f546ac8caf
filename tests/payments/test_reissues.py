"""One named payment issued again: by three hands, with a reason, never while the first may still be executed."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent
from jigi.ledger.queries import prove
from jigi.payments import actions, reissues
from jigi.payments.models import Entitlement, Instruction, PaymentRound, Reissue
from tests.factories import ProvedClient
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return peopled(3)


def answered(scene: Scene, folder: Path, absent: int = 2) -> list[Instruction]:
    """The orders of a released round, the first absent, the last paid."""
    it = scene.released()
    scene.answer(it, folder / "retour.csv", absent=absent)
    return list(Instruction.objects.filter(payment_round=it).order_by("id"))


def test_one_order_is_issued_again_and_paid_once(scene: Scene, tmp_path: Path) -> None:
    first, second, _ = answered(scene, tmp_path)
    made = reissues.ask(first, reason="hospitalisée, demande du maire", by=scene.maker)
    made = actions.freeze(actions.prepare(made, by=scene.maker), by=scene.maker)
    with pytest.raises(Refused):
        actions.approve(made, by=scene.maker)
    made = actions.release(actions.approve(made, by=scene.approver), by=scene.treasurer)
    again = Instruction.objects.get(payment_round=made)
    assert (again.entitlement_id, again.attempt, again.kind) == (first.entitlement_id, 2, "arrears")
    scene.answer(made, tmp_path / "encore.csv")
    scene.close(made)
    assert Entitlement.objects.get(pk=first.entitlement_id).status == "paid"
    assert Entitlement.objects.get(pk=second.entitlement_id).status == "owed"
    assert scene.balance("paid") == 60_000 and prove().balanced
    told = AuditEvent.objects.get(verb="reissue")
    assert (told.by, told.reason) == (scene.maker, "hospitalisée, demande du maire")


def test_an_order_that_may_still_be_executed_is_not_issued_again(scene: Scene, tmp_path: Path) -> None:
    released = scene.released()
    order = Instruction.objects.filter(payment_round=released).order_by("id")[0]
    with pytest.raises(Refused, match="elle peut encore l’exécuter"):
        reissues.ask(order, reason="pressé", by=scene.maker)
    scene.close(released)
    order.refresh_from_db()
    assert order.status == "unanswered"
    with pytest.raises(Refused, match="n’a rien dit de cet ordre"):
        reissues.ask(order, reason="pressé", by=scene.maker)
    made = PaymentRound.objects.create(
        component=scene.component, kind="reissue", term=1, sequence=7, label="x", made_by=scene.maker
    )
    with pytest.raises(IntegrityError, match="peut encore être exécuté"), transaction.atomic():
        Reissue.objects.create(
            payment_round=made, origin_round=released, entitlement_id=order.entitlement_id, reason="pressé"
        )


def test_what_another_round_has_taken_up_is_not_issued_again(scene: Scene, tmp_path: Path) -> None:
    first, _, paid = answered(scene, tmp_path)
    with pytest.raises(Refused, match="L’ordre est payé"):
        reissues.ask(paid, reason="encore", by=scene.maker)
    scene.close(first.payment_round)
    scene.prepared(2)
    with pytest.raises(Refused, match="Un autre ordre a déjà repris ce droit"):
        reissues.ask(first, reason="encore", by=scene.maker)


def test_a_reissue_and_a_term_never_ask_for_the_same_right(scene: Scene, tmp_path: Path) -> None:
    first, *_ = answered(scene, tmp_path)
    made = reissues.ask(first, reason="hospitalisée", by=scene.maker)
    scene.close(first.payment_round)
    second = scene.prepared(2)
    assert second.arrears == 2
    with pytest.raises(Refused, match="ne paierait personne"), transaction.atomic():
        actions.prepare(made, by=scene.maker)
    second = actions.send_back(second, by=scene.maker, reason="réémission d’abord")
    assert actions.prepare(made, by=scene.maker).arrears == 1
    assert actions.prepare(second, by=scene.maker).arrears == 1


def test_a_reissue_has_a_reason_and_is_opened_from_its_order(scene: Scene, tmp_path: Path) -> None:
    first, *_ = answered(scene, tmp_path)
    with pytest.raises(Refused, match="se motive"):
        reissues.ask(first, reason=" ", by=scene.maker)
    with pytest.raises(Refused):
        reissues.ask(first, reason="pressé", by=scene.treasurer)
    with pytest.raises(Refused, match="depuis l’ordre"):
        scene.open(1, kind="reissue")


def test_the_line_of_an_order_leads_to_its_reissue(scene: Scene, tmp_path: Path) -> None:
    first, _, paid = answered(scene, tmp_path)
    client = ProvedClient()
    client.force_login(scene.maker)
    address = f"/paiements/{first.payment_round_id}/lignes/{first.pk}/reemettre/"
    page = client.get(f"/paiements/{first.payment_round_id}/lignes/").content.decode()
    assert address in page and f"/lignes/{paid.pk}/reemettre/" not in page
    assert "Ouvrir la réémission" in client.get(address).content.decode()
    sent = {"cle": str(uuid.uuid4()), "motif": "hospitalisée"}
    said = client.post(address, sent, follow=True).content.decode()
    assert "Le tour de réémission est ouvert" in said and f"Réémission de l’ordre {first.reference}" in said
    client.post(address, sent, follow=True)
    assert Reissue.objects.count() == 1
    refused = client.get(address.replace(f"/{first.pk}/", f"/{paid.pk}/")).content.decode()
    assert "Cet ordre ne se réémet pas" in refused
