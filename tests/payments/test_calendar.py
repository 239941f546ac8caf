"""The calendar of a commune: its terms in their order, catch-ups beside them, a suspension that loses no right."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import actions, calendar, suspensions
from jigi.payments.models import CommuneSuspension, Instruction, PaymentRound
from tests.factories import make_households, make_user, make_village
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


def _scene(folder: Path) -> Scene:
    """Two households in a commune, one in another; four terms."""
    made = peopled(2, terms=4, communes=("ML010501", "ML010502"))
    made.enrol(make_households(1, make_village(made.communes[1])))
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def suspend(scene: Scene, position: int = 1, *, starts_on: date = date(2015, 1, 1)) -> CommuneSuspension:
    made = suspensions.ask(
        scene.component, scene.communes[position], starts_on=starts_on, reason="attaques sur la route", by=scene.maker
    )
    suspensions.confirm(made, by=scene.approver)
    return made


def approved(scene: Scene, term: int) -> PaymentRound:
    return actions.approve(actions.freeze(scene.prepared(term), by=scene.maker), by=scene.approver)


def test_a_term_is_not_released_while_the_one_before_is_open(scene: Scene) -> None:
    first = scene.released(1)
    second = approved(scene, 2)
    with pytest.raises(Refused, match=r"L’échéance 1 de .+ et 1 autre commune n’est pas close"):
        actions.release(second, by=scene.treasurer)
    with pytest.raises(IntegrityError, match="n'est pas close"), transaction.atomic():
        PaymentRound.objects.filter(pk=second.pk).update(
            status="released", released_by=scene.treasurer, released_at=timezone.now(), book=first.book
        )
    scene.close(first)
    assert actions.release(second, by=scene.treasurer).status == "released"


def test_each_commune_has_its_own_calendar(scene: Scene) -> None:
    here, there = scene.communes
    scene.released(1, communes=[here])
    scene.close(scene.released(1, communes=[there]))
    assert scene.released(2, communes=[there]).status == "released"


def test_a_term_is_not_closed_while_the_one_before_is_open(scene: Scene) -> None:
    second = scene.released(2)
    first = scene.open(1)
    with pytest.raises(Refused, match="dans leur ordre"):
        scene.close(second)
    actions.cancel(first, by=scene.maker, reason="ouvert par erreur")
    assert scene.close(second).status == "closed"


def test_a_catch_up_is_beside_the_calendar(scene: Scene, tmp_path: Path) -> None:
    scene.answer(first := scene.released(1), tmp_path / "retour.csv", absent=1)
    scene.close(first)
    late = actions.prepare(scene.open(4, kind="catch_up"), by=scene.maker)
    second = scene.released(2)
    assert (late.arrears, second.arrears) == (1, 0)
    late = actions.approve(actions.freeze(late, by=scene.maker), by=scene.approver)
    assert actions.release(late, by=scene.treasurer).status == "released"
    assert calendar.catch_ups(scene.component)[scene.communes[0].pk] == 1


def test_a_suspension_is_asked_by_one_and_confirmed_by_another(scene: Scene) -> None:
    there = scene.communes[1]
    made = suspensions.ask(scene.component, there, starts_on=date(2015, 1, 1), reason="attaques", by=scene.maker)
    assert not suspensions.in_force(scene.component).exists()
    both = make_user("deux-mains", "programme_manager")
    for refused in (scene.maker, both, scene.treasurer):
        with pytest.raises(Refused):
            suspensions.confirm(made, by=refused)
    with pytest.raises(Refused, match="déjà une suspension"):
        suspensions.ask(scene.component, there, starts_on=date(2015, 1, 1), reason="encore", by=scene.maker)
    suspensions.confirm(made, by=scene.approver)
    assert suspensions.in_force(scene.component).get() == made


def test_a_suspended_commune_enters_no_round_and_its_term_is_opened_later(scene: Scene) -> None:
    here, there = scene.communes
    suspension = suspend(scene)
    with pytest.raises(Refused, match="Suspendue : "):
        scene.open(1)
    for term in (1, 2, 3, 4):
        scene.close(scene.released(term, communes=[here]))
    assert Enrolment.objects.filter(commune=there, status="active").count() == 1
    suspensions.lift(suspension, ends_on=timezone.localdate(), reason="escorte en place", by=scene.approver)
    rounds = [scene.close(scene.released(term, communes=[there])) for term in (1, 2, 3, 4)]
    assert [one.entitlements_xof for one in rounds[:1]] == [30_000]
    assert sum(one.entitlements for one in rounds) == 4, "no term is lost"
    assert prove().balanced


def test_a_commune_suspended_since_the_opening_leaves_the_list_and_its_term_is_free(scene: Scene) -> None:
    opened = scene.open(1)
    suspend(scene)
    assert actions.prepare(opened, by=scene.maker).entitlements == 2
    assert set(opened.communes.values_list("commune", flat=True)) == {scene.communes[0].pk}
    assert calendar.terms(scene.component).get(scene.communes[1].pk) is None


def test_a_commune_suspended_after_the_preparation_stops_the_freeze(scene: Scene) -> None:
    prepared = scene.prepared(1)
    suspend(scene)
    with pytest.raises(Refused, match="Suspendue"):
        actions.freeze(prepared, by=scene.maker)
    again = actions.send_back(prepared, by=scene.maker, reason="commune suspendue")
    assert actions.freeze(actions.prepare(again, by=scene.maker), by=scene.maker).entitlements == 2


def test_orders_of_a_commune_suspended_after_the_freeze_are_held_and_owed(scene: Scene) -> None:
    first = approved(scene, 1)
    suspension = suspend(scene)
    released = actions.release(first, by=scene.treasurer)
    held = Instruction.objects.get(payment_round=released, status="held")
    assert held.commune == scene.communes[1] and held.amount_xof == 30_000
    scene.close(released)
    suspensions.lift(suspension, ends_on=timezone.localdate(), reason="calme revenu", by=scene.approver)
    second = scene.released(2)
    assert (second.entitlements, second.arrears) == (3, 3)
    assert prove().balanced


def test_a_suspension_starts_on_its_day(scene: Scene) -> None:
    suspend(scene, starts_on=timezone.localdate() + timedelta(days=3))
    assert scene.prepared(1).entitlements == 3


def test_a_suspension_is_not_lifted_in_advance_nor_without_a_reason(scene: Scene) -> None:
    suspension = suspend(scene)
    with pytest.raises(Refused, match="n’est pas un jour de cette suspension"):
        suspensions.lift(
            suspension, ends_on=timezone.localdate() + timedelta(days=1), reason="calme", by=scene.approver
        )
    with pytest.raises(Refused, match="motif"):
        suspensions.lift(suspension, ends_on=timezone.localdate(), reason=" ", by=scene.approver)
    with pytest.raises(Refused, match="impossible"):
        suspensions.withdraw(suspension, reason="trop tard", by=scene.maker)


def test_a_round_of_suspended_communes_alone_is_refused(scene: Scene) -> None:
    opened = scene.open(1, communes=scene.communes[1:])
    suspend(scene)
    with pytest.raises(Refused, match="Suspendue"):
        actions.prepare(opened, by=scene.maker)
    assert opened.communes.count() == 1
