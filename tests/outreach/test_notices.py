"""Notices of payments and decisions: off until a programme asks, of what comes after, once each."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Refused
from jigi.messaging.models import Message
from jigi.outreach import notices
from jigi.outreach.models import Switch
from jigi.payments import corrections
from jigi.payments.models import Instruction, ReturnFile, ReturnLine
from tests.factories import make_households, make_user, make_village
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
    assert notices.write() == {"paid": 2, "returned": 1}
    assert sum(notices.write().values()) == 0
    texts = sorted(one.text for one in Message.objects.all())
    assert texts[0].startswith("Jigi : 30 000 FCFA vous ont été payés le 10/02/2016.")
    assert "n'a pas abouti" in texts[2]
    references = set(Instruction.objects.values_list("reference", flat=True))
    assert {one.cause.partition(":")[2] for one in Message.objects.all()} == references


def test_a_notice_that_was_on_before_looks_at_the_last_days_alone(world: Told) -> None:
    """The statement of the migration: what was on for longer than a pass looks back, and nothing else."""
    programme, now = world.scene.component.programme, timezone.now()
    for kind, days in (("paid", 30), ("returned", 2), ("enrolled", 30)):
        notices.switch_on(programme, kind, "fr", by=world.maker)
        Switch.objects.filter(kind=kind).update(since=now - timedelta(days=days))
    notices.switch_off(programme, "enrolled", by=world.maker)
    run_sql("outreach", "told_since")
    kept = dict(Switch.objects.values_list("kind", "told_until"))
    assert kept["returned"] is None and kept["enrolled"] is None
    assert now - timedelta(days=7, minutes=10) < kept["paid"] < now - timedelta(days=6, hours=23)


def test_what_happened_before_is_not_told(world: Told, tmp_path: Path) -> None:
    answered(world, tmp_path, 0)
    notices.switch_on(world.scene.component.programme, "paid", "fr", by=world.maker)
    later = ReturnFile.objects.get().made_at
    Switch.objects.update(since=later + timedelta(days=1))
    assert notices.write()["paid"] == 0


def test_orders_and_enrolments_are_told_in_the_language_asked() -> None:
    scene = peopled(2)
    programme = scene.component.programme
    notices.switch_on(programme, "ordered", "bm", by=scene.maker)
    notices.switch_on(programme, "enrolled", "fr", by=scene.maker)
    scene.released()
    scene.enrol(make_households(1, make_village(scene.communes[0], 2)), first_term=2)
    assert notices.write() == {"enrolled": 1, "ordered": 2}
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


def long_ago(days: int) -> None:
    """The notices were switched on, and the answers came, so many days ago."""
    before = timezone.now() - timedelta(days=days)
    Switch.objects.update(since=before - timedelta(days=1))
    ReturnFile.objects.update(made_at=before)


def test_what_came_while_the_worker_stood_still_is_told_however_late(world: Told, tmp_path: Path) -> None:
    notices.switch_on(world.scene.component.programme, "paid", "fr", by=world.maker)
    answered(world, tmp_path, 0)
    long_ago(40)
    assert notices.write() == {"paid": 3}


def test_a_decision_of_today_on_an_old_answer_is_told(world: Told, tmp_path: Path) -> None:
    notices.switch_on(world.scene.component.programme, "paid", "fr", by=world.maker)
    order = Instruction.objects.order_by("pk")[0]
    world.scene.take(tmp_path / "retour.csv", [("ILLISIBLE", "PAYE", order.amount_xof, "2016-02-10")])
    assert notices.write() == {"paid": 0}
    long_ago(40)
    corrections.assign(ReturnLine.objects.get(), order, by=world.scene.officer)
    assert notices.write() == {"paid": 1}
    assert Message.objects.get().cause == f"paid:{order.reference}"


def test_a_pass_reads_what_came_since_the_one_before_and_not_all_again(world: Told, tmp_path: Path) -> None:
    notices.switch_on(world.scene.component.programme, "paid", "fr", by=world.maker)
    now = timezone.now()
    notices.write(now)
    assert Switch.objects.get().told_until == now
    answered(world, tmp_path, 0)
    ReturnFile.objects.update(made_at=now - notices.OVERLAP - timedelta(minutes=1))
    Switch.objects.update(since=now - timedelta(days=9))
    assert notices.write(now) == {"paid": 0}
    ReturnFile.objects.update(made_at=now - notices.OVERLAP + timedelta(minutes=1))
    assert notices.write(now) == {"paid": 3}


def test_more_than_one_slice_is_told_in_one_pass(world: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "MOST", 2)
    notices.switch_on(world.scene.component.programme, "paid", "fr", by=world.maker)
    answered(world, tmp_path, 0)
    assert notices.write() == {"paid": 3} and notices.write() == {"paid": 0}


def test_a_notice_of_a_whole_programme_is_switched_by_who_operates_it_in_the_country(world: Told) -> None:
    programme = world.scene.component.programme
    here = make_user("ici", "programme_manager", world.scene.communes[0])
    other = make_user("ailleurs", "programme_manager", programme="AUTRE")
    own = make_user("siens", "programme_manager", programme=programme.code)
    for user in (here, other):
        with pytest.raises(Refused, match="vaut dans tout le pays"):
            notices.switch_on(programme, "paid", "fr", by=user)
    notices.switch_on(programme, "paid", "fr", by=own)
    with pytest.raises(Refused, match="vaut dans tout le pays"):
        notices.switch_off(programme, "paid", by=here)
