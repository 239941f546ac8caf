"""The numbers that the programme and the press have published, reproduced to the franc."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.enrolment.models import Enrolment
from jigi.ledger.queries import prove
from jigi.payments import queries
from tests.payments.scene import peopled

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("place", "households", "terms", "total"),
    [("kita", 2_709, 12, 975_240_000), pytest.param("kebila", 2_146, 16, 1_030_080_000, marks=pytest.mark.long)],
)
def test_every_term_of_kita_and_kebila(tmp_path: Path, place: str, households: int, terms: int, total: int) -> None:
    scene = peopled(households, terms=terms, code=place)
    for term in range(1, terms + 1):
        payment_round = scene.released(term)
        assert payment_round.entitlements_xof == households * 30_000
        scene.answer(payment_round, tmp_path / f"retour-{term}.csv")
        scene.close(payment_round)
    assert scene.balance("paid") == total
    assert scene.balance("agency") == scene.balance("programme") == 0
    assert Enrolment.objects.filter(status="exited").count() == households
    assert prove().balanced


def test_safo_pays_262_of_306_and_carries_44_to_the_next_term(tmp_path: Path) -> None:
    scene = peopled(306, amount_xof=90_000, terms=1, code="safo")
    payment_round = scene.released()
    assert payment_round.entitlements_xof == 27_540_000
    taken = scene.answer(payment_round, tmp_path / "retour.csv", absent=44).return_file
    scene.close(payment_round)
    assert (taken.paid, taken.paid_xof, taken.unpaid) == (262, 23_580_000, 44)
    assert queries.owed(scene.component.pk) == {"entitlements": 44, "amount_xof": 3_960_000}

    catch_up = scene.released(1, kind="catch_up")
    assert (catch_up.entitlements, catch_up.arrears, catch_up.arrears_xof) == (0, 44, 3_960_000)
    scene.answer(catch_up, tmp_path / "rattrapage.csv")
    scene.close(catch_up)
    assert scene.balance("paid") == 27_540_000
    assert prove().balanced
