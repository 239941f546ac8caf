"""The small call of grants of a demonstration goes through the same doors as a real one."""

from __future__ import annotations

import pytest
from tests.delivery.scene import stage
from tests.factories import make_households

from jigi.delivery.grants.grant_models import GrantRelease, GrantVisit
from jigi.delivery.grants.models import GrantApplication
from jigi.demo import grants

pytestmark = pytest.mark.django_db


def test_the_demonstration_of_grants_goes_through_the_same_doors() -> None:
    scene = stage(("grants",))
    households = make_households(4, scene.village)
    hands = grants.Hands(scene.agent, scene.planner, scene.decider)
    said = grants.run(scene.contracts["grants"], scene.commune, households, hands)
    assert said == {"applications": 3, "grants": 2, "releases": 1}
    assert list(GrantApplication.objects.order_by("number").values_list("status", flat=True)) == [
        "selected", "selected", "waiting",
    ]  # fmt: skip
    released = GrantRelease.objects.get()
    assert (released.instalment.asked_by, released.amount_xof) == (scene.agent, 48_000)
    assert released.instalment.evidence.count() == 1 and GrantVisit.objects.count() == 1
