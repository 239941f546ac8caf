"""The instalments of grants are paid by rounds and agencies like any payment."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.delivery.grants import instalments
from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments.models import Entitlement, Instruction
from tests.delivery.grants_scene import play
from tests.payments.scene import scene_of

pytestmark = pytest.mark.django_db


def test_a_released_instalment_is_paid_to_who_applied_and_an_absent_is_owed(tmp_path: Path) -> None:
    one = play()
    grants = one.granted(2)
    instalments.ask_all(one.call, 1, by=one.scene.agent)
    instalments.release_all(one.call, 1, by=one.scene.decider)
    scene = scene_of(one.call.component, one.scene.communes)
    first = scene.released(1)
    assert sorted(Entitlement.objects.values_list("amount_xof", flat=True)) == [48_000, 48_000]
    paid = Instruction.objects.filter(payment_round=first).values_list("recipient", flat=True)
    assert set(paid) == {grant.recipient_id for grant in grants}
    with pytest.raises(Refused, match="Un tour de paiement porte déjà ce droit"):
        instalments.undo(grants[0].releases.get(), reason="Trop tard", by=one.scene.decider)
    scene.answer(first, tmp_path / "retour.csv", absent=1)
    scene.close(first)
    assert scene.balance("paid") == 48_000 and prove().balanced
