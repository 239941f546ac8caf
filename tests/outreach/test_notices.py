"""Notices of payments and decisions: off until a programme asks, of what comes after, once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.foundation.errors import Refused
from jigi.messaging.models import Message
from jigi.outreach import notices
from jigi.payments.models import Instruction
from tests.factories import make_households, make_village
from tests.outreach.scene import Told, told
from tests.payments.scene import peopled

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Told:
    return told()


def answered(world: Told, folder: Path, absent: int) -> None:
    path = folder / "retour.csv"
    world.scene.answer(world.round, path, absent=absent)


def test_nothing_is_told_until_a_programme_asks(world: Told, tmp_path: Path) -> None:
    answered(world, tmp_path, 1)
    assert sum(notices.write().values()) == 0 and not Message.objects.exists()


def test_what_was_paid_and_what_came_back_are_told_once(world: Told, tmp_path: Path) -> None:
    programme = world.scene.component.programme
    for kind in ("paid", "returned"):
        notices.switch_on(programme, kind, "fr", by=world.maker)
    answered(world, tmp_path, 1)
    assert notices.write() == {"ordered": 0, "paid": 2, "returned": 1, "enrolled": 0}
    assert sum(notices.write().values()) == 0
    texts = sorted(one.text for one in Message.objects.all())
    assert texts[0].startswith("Jigi : 30 000 FCFA vous ont été payés le 10/02/2016.")
    assert "n'a pas abouti" in texts[2]
    references = set(Instruction.objects.values_list("reference", flat=True))
    assert {one.cause.partition(":")[2] for one in Message.objects.all()} == references


def test_what_happened_before_is_not_told(world: Told, tmp_path: Path) -> None:
    answered(world, tmp_path, 0)
    notices.switch_on(world.scene.component.programme, "paid", "fr", by=world.maker)
    from jigi.outreach.models import Switch
    from jigi.payments.models import ReturnFile

    later = ReturnFile.objects.get().made_at
    Switch.objects.update(since=later.replace(year=later.year + 1))
    assert notices.write()["paid"] == 0


def test_orders_and_enrolments_are_told_in_the_language_asked() -> None:
    scene = peopled(2)
    programme = scene.component.programme
    notices.switch_on(programme, "ordered", "bm", by=scene.maker)
    notices.switch_on(programme, "enrolled", "fr", by=scene.maker)
    scene.released()
    scene.enrol(make_households(1, make_village(scene.communes[0], 2)))
    found = notices.write()
    assert found["ordered"] == 2 and found["enrolled"] >= 1
    assert {one.language for one in Message.objects.filter(template="payment_ordered")} == {"bm"}


def test_a_notice_is_switched_on_once_and_off(world: Told) -> None:
    programme = world.scene.component.programme
    notices.switch_on(programme, "paid", "fr", by=world.maker)
    with pytest.raises(Refused, match="déjà en marche"):
        notices.switch_on(programme, "paid", "bm", by=world.maker)
    notices.switch_off(programme, "paid", by=world.maker)
    with pytest.raises(Refused, match="n’est pas en marche"):
        notices.switch_off(programme, "paid", by=world.maker)
    with pytest.raises(Refused, match="ne permet pas"):
        notices.switch_on(programme, "paid", "fr", by=world.approver)
    with pytest.raises(Refused, match="n’est pas en songhaï"):
        notices.switch_on(programme, "paid", "ses", by=world.maker)
