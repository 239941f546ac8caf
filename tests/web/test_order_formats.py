"""The orders of an agency that has a form of its own, from the page of the round."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

import pytest

from tests.payments.bank import banked
from tests.payments.scene import peopled
from tests.web.test_payments_pages import as_user, text

pytestmark = pytest.mark.django_db


def test_a_bank_is_offered_its_message_and_the_same_bytes_again(tmp_path: Path) -> None:
    scene = banked(3, tmp_path)
    payment_round = scene.released()
    client, address = as_user(scene.officer), f"/paiements/{payment_round.pk}/ordres/{scene.agency.pk}/"
    assert "Message ISO 20022" in text(client.get(address))
    form = {"format": "pain001", "cle": str(uuid.uuid4())}
    first, again = (b"".join(client.post(address, form).streaming_content) for _ in range(2))
    assert first == again and b"pain.001.001.09" in first
    assert payment_round.order_files.get().file_hash == hashlib.sha256(first).hexdigest()


def test_another_agency_is_not_offered_it_and_asking_is_explained() -> None:
    scene = peopled(1)
    address = f"/paiements/{scene.released().pk}/ordres/{scene.agency.pk}/"
    client = as_user(scene.officer)
    assert "ISO 20022" not in text(client.get(address))
    assert "ne reçoit pas d’ordres en ISO 20022" in text(
        client.post(address, {"format": "pain001", "cle": str(uuid.uuid4())}, follow=True)
    )
