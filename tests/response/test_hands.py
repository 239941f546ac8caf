"""Who had a part in a request never decides it, prolongs it or closes it, whatever their role becomes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.response import actions, queries
from jigi.response.access import had_a_hand
from jigi.response.models import Activation, Hand, Renewal
from tests.factories import make_user
from tests.response.scene import Scene, said, stage

pytestmark = pytest.mark.django_db

PARTS = {
    "corrige": lambda scene, by: actions.correct(scene.activation, said(), scene.money.agreement, by=by),
    "dit un lieu": lambda scene, by: actions.set_area(
        scene.activation, scene.money.communes[0], kept=False, proposed=True, reason="vu", by=by
    ),
    "ôte un lieu": lambda scene, by: actions.remove_area(_extra(scene), by=by),
    "demande": lambda scene, by: actions.ask(scene.activation, by=by),
}  # fmt: skip


def _extra(scene: Scene) -> Any:
    return actions.set_area(
        scene.activation, scene.money.communes[0], kept=False, proposed=True, reason="vu", by=scene.manager
    )


def promoted(user: User) -> User:
    """The same person, who coordinates from now on and prepares no more."""
    user.staff_postings.update(role="coordinator")
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("part", PARTS)
def test_who_had_a_part_does_not_decide_once_promoted(part: str) -> None:
    scene = stage(upto="draft")
    other = make_user("autre", "programme_manager")
    PARTS[part](scene, other)
    if scene.activation.status == "draft":
        actions.ask(scene.activation, by=scene.manager)
    other = promoted(other)
    assert had_a_hand(other, scene.activation) and queries.awaiting(other) == []
    for act in (actions.activate, actions.refuse):
        with pytest.raises(Refused, match="Vous avez eu part"):
            act(scene.activation, decision="oui", by=other)
    actions.activate(scene.activation, decision="oui", by=scene.decider)


def test_who_asked_the_decision_or_a_renewal_does_not_confirm_another_one() -> None:
    scene = stage()
    later = scene.activation.sunset_on + timedelta(days=30)
    first, second = make_user("un", "programme_manager"), make_user("deux", "programme_manager")
    actions.decide_renewal(
        actions.ask_renewal(scene.activation, later, reason="elle dure", by=first), confirmed=False, by=scene.decider
    )
    waiting = actions.ask_renewal(scene.activation, later, reason="elle dure encore", by=second)
    for hand in (first, scene.manager):
        with pytest.raises(Refused, match="Vous avez eu part"):
            actions.decide_renewal(waiting, confirmed=True, by=promoted(hand))
    actions.decide_renewal(waiting, confirmed=True, by=scene.decider)


def test_the_database_refuses_a_hand_that_decides() -> None:
    scene = stage(upto="draft")
    other = make_user("autre", "programme_manager")
    actions.ask(scene.activation, by=other)
    rows = Activation.objects.filter(pk=scene.activation.pk)
    own = {"decided_by": other, "decided_at": timezone.now(), "decision": "oui"}
    lied("activation_decided_by_another", lambda: rows.update(status="active", **own))
    lied("activation_decided_by_another", lambda: rows.update(status="refused", **own))
    lied("hand_is_kept", lambda: Hand.objects.all().delete())
    lied("hand_is_kept", lambda: Hand.objects.filter(user=other).update(user=scene.decider))
    actions.activate(scene.activation, decision="oui", by=scene.decider)
    renewal = actions.ask_renewal(
        scene.activation, scene.activation.sunset_on + timedelta(days=9), reason="essai", by=scene.manager
    )
    confirmed = {"confirmed": True, "decided_by": other, "decided_at": timezone.now()}
    lied("renewal_decided_by_another", lambda: Renewal.objects.filter(pk=renewal.pk).update(**confirmed))
    closed = {"status": "closed", "closed_by": other, "closed_at": timezone.now()}
    scene.activation.arms.update(status="ended")
    lied("activation_closed_by_another", lambda: _closed_without_rights(scene, closed))


def _closed_without_rights(scene: Scene, closed: dict[str, Any]) -> None:
    from jigi.enrolment.actions import exit_component

    exit_component(scene.component, "essai", by=scene.manager)
    Activation.objects.filter(pk=scene.activation.pk).update(**closed)


def lied(name: str, act: Any) -> None:
    with pytest.raises(IntegrityError) as found, transaction.atomic():
        act()
    diag = getattr(found.value.__cause__, "diag", None)
    assert diag is not None and diag.constraint_name == name
