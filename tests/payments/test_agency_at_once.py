"""Two machines of one agency at once: a batch counts once, and orders leave by one way alone."""

from __future__ import annotations

from typing import Any

import pytest

from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import batches, dispatch
from jigi.payments.agency_models import AgencyReply, ResultBatch
from jigi.payments.dispatch_models import Dispatch
from jigi.payments.models import ReturnFile
from tests.copies import at_once
from tests.payments.agency_scene import accepted, make_agent, paid
from tests.payments.dispatch_scene import open_channel
from tests.payments.scene import peopled
from tests.payments.test_concurrency import _django_db_helper, copy  # noqa: F401

pytestmark = pytest.mark.django_db


def test_a_batch_given_four_times_at_once_counts_once(copy: None) -> None:  # noqa: F811
    scene = peopled(6, code="lots")
    payment_round, agent = scene.released(), make_agent(scene.agency, "lots-agent")
    accepted(payment_round, scene.agency, agent)
    given = paid(payment_round)

    def give() -> tuple[ResultBatch, bool]:
        return batches.give(payment_round, scene.agency, "a-1", given, by=agent)

    results: list[Any] = at_once(give, give, give, give)
    assert sorted(first for _, first in results) == [False, False, False, True]
    assert ReturnFile.objects.filter(agency=scene.agency, made_by=agent).count() == 1
    assert scene.balance("paid") == 180_000 and prove().balanced


def test_orders_taken_by_hand_and_sent_by_machine_at_once_go_one_way(copy: None) -> None:  # noqa: F811
    scene = peopled(4, code="voies")
    payment_round, agent = scene.released(), make_agent(scene.agency, "voies-agent")
    open_channel(scene)
    results = at_once(
        lambda: accepted(payment_round, scene.agency, agent),
        lambda: dispatch.start(payment_round, scene.agency, by=scene.officer),
    )
    assert [isinstance(result, Refused) for result in results].count(True) == 1, results
    ways = AgencyReply.objects.filter(payment_round=payment_round), Dispatch.objects.filter(payment_round=payment_round)
    assert sorted(way.count() for way in ways) == [0, 1]
