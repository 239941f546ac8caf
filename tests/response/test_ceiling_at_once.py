"""Two approvals at the same moment, on two connections: the ceiling holds, whichever act or hand asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jigi.payments import actions as payments
from jigi.payments.models import PaymentRound
from jigi.response import actions
from jigi.response.models import Arm
from tests.copies import at_once, copied
from tests.factories import make_households, make_village
from tests.payments.scene import stage as stage_money
from tests.response.scene import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture(scope="module")
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), copied("plafond"):
        yield


def test_two_approvals_at_once_do_not_pass_the_ceiling(copy: None) -> None:
    money = stage_money(amount_xof=60_000, terms=1, communes=("ML010501", "ML010502"), code="deux")
    type(money.component).objects.filter(pk=money.component.pk).update(kind="emergency")
    for commune in money.communes:
        money.enrol(make_households(2, make_village(commune), prefix=commune.code))
    one = actions.prepare(said(ceiling_xof=200_000), money.agreement, by=money.maker)
    actions.set_area(one, money.communes[0], kept=True, proposed=False, reason="essai", by=money.maker)
    actions.ask(one, by=money.maker)
    actions.activate(one, decision="oui", by=money.approver)
    Arm.objects.create(activation=one, kind="listing", component=money.component, places=9, made_by=money.maker)
    for commune in money.communes:
        payments.freeze(money.prepared(1, communes=[commune]), by=money.maker)

    rounds = list(money.component.rounds.values_list("pk", flat=True))
    done = at_once(*[lambda n=n: payments.approve(PaymentRound.objects.get(pk=n), by=money.approver) for n in rounds])
    assert sorted(type(one).__name__ for one in done) == ["PaymentRound", "Refused"]
    assert money.component.rounds.filter(status="approved").count() == 1
