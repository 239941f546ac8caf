"""A trigger proposes, with people and reasons; the places that a person adds say that it did not pick them."""

from __future__ import annotations

from datetime import date

import pytest

from jigi.response.proposals import Proposal, presence, proposals
from jigi.shocks.models import SignalValue, Trigger
from jigi.shocks.triggers import load_shipped
from tests.factories import make_commune, make_user
from tests.response.scene import stage

pytestmark = pytest.mark.django_db
KNOWN = date(2018, 3, 31)


def test_what_fires_is_proposed_and_what_is_asked_besides_is_not() -> None:
    fired, asked = (make_commune(code).parent.parent for code in ("ML010501", "ML020429"))
    load_shipped(by=make_user("regle"))
    for region, people in ((fired, 89_592), (asked, 28_653)):
        SignalValue.objects.create(
            signal="ch_phase35", source="essai", area=region, starts_on=date(2018, 6, 1), ends_on=date(2018, 8, 31),
            published_on=KNOWN, status="final", outlook="projected", value=people,
        )  # fmt: skip
    first, second = proposals(Trigger.objects.get(code="ch_effectif_region"), KNOWN, [fired, asked])
    assert (first.area, first.proposed, first.in_need) == (fired, True, 89_592) and first.because
    assert second == Proposal(asked, False, None)


def test_a_programme_is_present_in_its_communes() -> None:
    scene = stage(households=1, upto="draft")
    assert presence(["urg", "AUCUN"]) == {"urg": (scene.money.communes[0].path,), "AUCUN": ()}
