"""The page of a dispatch, and the door by which an agency notifies."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import dispatch, dispatch_jobs, notices, recalls
from jigi.payments.adapters.pispi import PiSpi
from jigi.payments.adapters.pispi_twin import Faults, Platform
from jigi.payments.dispatch_models import Attempt, Dispatch, Group, Notice, Recall
from jigi.payments.models import Instruction, ReturnLine
from tests.factories import ProvedClient
from tests.payments.dispatch_scene import begun, open_channel, states, turned
from tests.payments.pispi_scene import TwinWire, access
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


def address(scene: Scene, one: Dispatch | None = None, verb: str = "", shown: int = 0) -> str:
    where = [one.payment_round_id if one else shown, scene.agency.pk]
    return reverse("dispatch_act", args=[*where, verb]) if verb else reverse("dispatch", args=where)


def post(scene: Scene, by: Any, where: str, **said: str) -> Any:
    client = ProvedClient()
    client.force_login(by)
    return client.post(where, {"cle": str(uuid.uuid4()), **said}, follow=True)


def page(by: Any, where: str) -> str:
    client = ProvedClient()
    client.force_login(by)
    return b"".join(client.get(where)).decode()


def test_a_dispatch_is_begun_released_and_read_on_its_page() -> None:
    scene = peopled(3)
    open_channel(scene)
    shown = scene.released()
    where = address(scene, shown=shown.pk)
    assert "Déposer les ordres chez l’agence" in page(scene.officer, where)
    answer = post(scene, scene.officer, reverse("dispatch_act", args=[shown.pk, scene.agency.pk, "start"]))
    assert "3 ordres" in answer.content.decode()
    one = Dispatch.objects.get()
    assert ProcrastinateJob.objects.filter(task_name="payments.dispatch", status="todo").count() == 1
    assert "Votre affectation ne permet pas ce geste" in page(scene.officer, where)
    post(scene, scene.treasurer, address(scene, one, "release"))
    turned(one, Platform())
    text = page(scene.officer, where)
    assert "Exécutés" in text and "90\u202f000" in text and "terminé" in text
    exported = page(scene.officer, f"{where}?etat=executed&format=csv").splitlines()
    assert len(exported) == 4 and page(scene.officer, f"{where}?etat=rejected&format=csv").count("\n") == 1


def test_what_is_refused_is_said_on_the_page() -> None:
    scene, one = begun(1)
    answer = post(scene, scene.officer, address(scene, one, "withdraw"), motif=" ")
    assert "Écrivez le motif du retrait" in answer.content.decode()
    post(scene, scene.officer, address(scene, one, "pause"))
    assert Dispatch.objects.get().status == "paused"
    assert "Reprendre" in page(scene.officer, address(scene, one))


def test_an_agency_without_a_channel_has_no_page(client: Client) -> None:
    scene = peopled(1)
    client.force_login(scene.officer)
    assert client.get(address(scene, shown=scene.released().pk)).status_code == 404


def test_orders_that_left_by_machine_do_not_leave_by_file(tmp_path: Any) -> None:
    scene, one = begun(1)
    with pytest.raises(Refused, match="déjà partis par machine"):
        scene.order_file(one.payment_round, tmp_path)


# Notifications


def notify(scene: Scene, body: bytes, signature: str) -> int:
    where = reverse("agency_notification", args=[scene.agency.code])
    return Client().post(where, body, content_type="application/json", headers={"X-Signature": signature}).status_code


def executed() -> tuple[Scene, Dispatch, Platform, Instruction]:
    """An order that the platform executed, which we have not heard of."""
    scene, one = begun(1)
    turned(one, platform := Platform(), turns=3)
    dispatch.release(one, by=scene.treasurer)
    platform._decide(Group.objects.get().code, True)
    return scene, one, platform, Instruction.objects.get()


def test_a_notification_is_kept_then_answered_and_read_once() -> None:
    scene, one, platform, order = executed()
    body, signature = platform.notification("PAIEMENT_ENVOYE", order.reference, "w")
    assert [notify(scene, body, signature) for _ in range(2)] == [204, 204]
    assert Notice.objects.count() == 1 and order.reference.encode() not in bytes(Notice.objects.get().body_sealed)
    assert ProcrastinateJob.objects.filter(task_name="payments.notices").count() == 1
    assert notices.read_waiting() == [one.pk] and notices.read_waiting() == []
    assert Attempt.objects.get().status == "executed"
    assert not bytes(Notice.objects.get().body_sealed), "the message names the holder: it is not kept once read"
    turned(one, platform, turns=1)
    assert Instruction.objects.get().status == "paid" and prove().balanced


def test_a_signed_message_of_nonsense_stops_none_of_the_others() -> None:
    scene, _, platform, order = executed()
    sound = json.loads(platform.notification("PAIEMENT_ENVOYE", order.reference, "w")[0])["data"][0]
    wrong = [{"montant": 10**40}, {"montant": "1e400"}, {"txId": "x\u0000"}, {"evCode": []}, {"evDate": 3}]
    bodies = [json.dumps({"data": [sound | one]}).encode() for one in wrong] + [b"null", b'{"data": [1]}']
    for body, signature in [*map(_signed, bodies), platform.notification("PAIEMENT_ENVOYE", order.reference, "w")]:
        assert notify(scene, body, signature) == 204
    assert notify(scene, b"{}", "é" * 64) == 401
    notices.read_waiting()
    assert Attempt.objects.get().status == "executed" and not Notice.objects.filter(read_at__isnull=True).exists()


def test_a_notification_that_is_not_signed_is_not_kept() -> None:
    scene, _, platform, order = executed()
    body, signature = platform.notification("PAIEMENT_ENVOYE", order.reference, "autre")
    assert notify(scene, body, signature) == 401 and notify(scene, body, "") == 401
    where = reverse("agency_notification", args=["personne"])
    assert Client().post(where, body, content_type="application/json").status_code == 401
    assert not Notice.objects.exists()


def test_another_amount_is_to_verify_and_a_torn_message_is_told() -> None:
    scene, _, platform, order = executed()
    platform.by_tx[order.reference][0].said["montant"] = 1
    for body, signature in [platform.notification("PAIEMENT_ENVOYE", order.reference, "w"), _signed(b"[1")]:
        assert notify(scene, body, signature) == 204
    notices.read_waiting()
    assert Attempt.objects.get().status == "to_verify"
    assert Notice.objects.latest("pk").problem.startswith("Message illisible")


def _signed(body: bytes) -> tuple[bytes, str]:
    return body, hmac.digest(b"w", body, hashlib.sha256).hex()


def test_a_payment_asked_back_and_returned_is_reversed() -> None:
    scene, one, platform, order = executed()
    turned(one, platform)
    answer = post(
        scene, scene.officer, address(scene, one, "recall"), reference=order.reference, cause="AC03", motif="homonyme"
    )
    assert "La demande part" in answer.content.decode()
    talk = PiSpi(access(), TwinWire(platform))
    assert recalls.send(Recall.objects.get(), talk=talk).status == "sent"
    assert recalls.send(Recall.objects.get(), talk=PiSpi(access(), TwinWire(Platform(Faults(cut=1))))).status == "sent"
    platform.give_back(order.reference)
    assert notify(scene, *platform.notification("RETOUR_RECU", order.reference, "w")) == 204
    notices.read_waiting()
    dispatch_jobs.dispatch.settle_answers(one)
    assert Instruction.objects.get().status == "reversed" and scene.balance("paid") == 0 and prove().balanced
    assert states(one) == {"executed": 1}


def test_a_rejection_that_was_wrong_is_left_to_a_person() -> None:
    scene, one = begun(1)
    platform = Platform()
    order = Instruction.objects.get()
    platform.refused[order.account] = "AC07"
    dispatch.release(one, by=scene.treasurer)
    turned(one, platform)
    assert Instruction.objects.get().status == "refused"
    assert notify(scene, *platform.notification("PAIEMENT_ENVOYE", order.reference, "w")) == 204
    notices.read_waiting()
    dispatch_jobs.dispatch.settle_answers(one)
    assert Attempt.objects.get().status == "executed"
    assert Attempt.objects.get().settled and order.pk == Instruction.objects.get().pk
    assert ReturnLine.objects.latest("pk").outcome == "conflict"
