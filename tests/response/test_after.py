"""After the sunset all returns to normal by two persons: rounds, enrolments, money; and what was reached is counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments.models import PaymentRound
from jigi.response import after, queries
from jigi.response.models import Activation
from tests.factories import make_user
from tests.kept import Kept, once
from tests.response.scene import Scene, past, stage

pytestmark = pytest.mark.django_db


def _over(tmp_path: Path) -> Scene:
    """A response past its sunset: of three households one was absent; a second round was prepared and no more."""
    scene = stage()
    first = scene.money.released(1)
    scene.money.answer(first, tmp_path / "retour.csv", absent=1)
    scene.money.prepared(2)
    past(scene)
    return scene


over_once = once("over", _over)


@pytest.fixture
def over(over_once: Kept[Scene], db: None) -> Scene:
    return over_once.copy()


def test_before_the_sunset_nothing_ends() -> None:
    scene = stage()
    with pytest.raises(Refused, match="La réponse va jusqu’au"):
        after.sunset(scene.activation, by=scene.manager)
    assert after.overdue() == [] and Enrolment.objects.exclude(status="exited").count() == 3


def test_two_persons_bring_a_response_to_its_end(over: Scene) -> None:
    one = over.activation
    assert after.overdue() == [one]
    first = after.sunset(one, by=over.manager)
    assert len(first.done) == 3 and [line.awaited for line in first.left] == [after.DECIDER]
    assert "60" in first.left[0].what and "perdus" in first.left[0].what
    assert not Enrolment.objects.exclude(status="exited").exists()
    assert sorted(PaymentRound.objects.values_list("status", flat=True)) == ["cancelled", "closed"]
    assert after.sunset(one, by=over.decider).left[0].awaited == after.MANAGER
    assert over.money.balance("available") < over.money.agreement.amount_xof - 120_000
    assert after.sunset(one, by=over.manager).left[0].what == after.CLOSING
    assert over.money.balance("available") == over.money.agreement.amount_xof - 120_000 and prove().balanced
    assert after.sunset(one, by=over.decider).left == []
    one.refresh_from_db()
    assert (one.status, one.closed_by) == ("closed", over.decider)


def test_asked_again_it_does_nothing_more(over: Scene) -> None:
    after.sunset(over.activation, by=over.manager)
    again = after.sunset(over.activation, by=over.manager)
    assert again.done == [] and len(again.left) == 1 and again.left[0].why


def test_who_may_do_nothing_is_told_who_is_waited_for(over: Scene) -> None:
    outcome = after.sunset(over.activation, by=make_user("lit", "auditor"))
    assert outcome.done == [] and {line.awaited for line in outcome.left} == {after.MANAGER}
    assert all("ne permet pas" in line.why for line in outcome.left)


def test_the_database_closes_nothing_that_waits(over: Scene) -> None:
    with pytest.raises(Refused, match="Avant de clore"):
        after.close(over.activation, by=over.decider)
    signed = {"closed_by": over.decider, "closed_at": timezone.now()}
    with pytest.raises(IntegrityError, match="ne se clôt pas"), transaction.atomic():
        Activation.objects.filter(pk=over.activation.pk).update(status="closed", **signed)


def test_figures_count_each_household_once_and_add_up(over: Scene) -> None:
    communes = queries.by_commune(over.activation)
    whole = queries.total(place.figures for place in communes)
    assert (whole.households, whole.persons, whole.women) == (3, 9, 3)
    assert (whole.paid_households, whole.unpaid_households, whole.paid_persons) == (2, 1, 6)
    assert (whole.paid_xof, whole.unpaid_xof, whole.cost_xof) == (120_000, 60_000, 60_000)
    for level in ("cercle", "region"):
        assert queries.total(place.figures for place in queries.grouped(communes, level)) == whole
    assert [(place.in_need, place.figures) for place in queries.coverage(over.activation, communes)] == [(120, whole)]


def test_figures_stay_after_the_end(over: Scene) -> None:
    before = queries.by_commune(over.activation)
    for by in (over.manager, over.decider, over.manager, over.decider):
        after.sunset(over.activation, by=by)
    assert over.activation.status == "closed"
    assert queries.total(p.figures for p in queries.by_commune(over.activation)) == queries.total(
        p.figures for p in before
    )


def test_the_ceiling_adds_up(over: Scene) -> None:
    stands = queries.ceiling(over.activation)
    assert (stands.released_xof, stands.approved_xof, stands.left_xof) == (180_000, 0, 820_000)


def test_who_sees_shocks_sees_responses_and_others_none() -> None:
    scene = stage(households=1)
    assert list(queries.visible_to(make_user("auditrice", "auditor"))) == [scene.activation]
    assert not queries.visible_to(make_user("agent", "enumerator")).exists()
