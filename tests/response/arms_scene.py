"""A response under way in one commune of two villages: an emergency component, a base component, a fitted formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.programmes.models import Agreement, Component
from jigi.response import actions, arms
from jigi.response.arms import Choices
from jigi.response.models import Activation, Arm
from tests.factories import make_component, make_user
from tests.response.scene import said
from tests.targeting.campaign import World

NOWHERE: Mapping[Area, int | None] = MappingProxyType({})


@dataclass
class ArmScene:
    """What the tests of arms stand on; `world` is the campaign's of targeting (12 households, six a village)."""

    world: World
    activation: Activation
    urgent: Component
    base: Component
    manager: User
    decider: User
    made: list[Arm] = field(default_factory=list)

    def planned(self, kind: str = "horizontal", places: int = 5, **choices: Any) -> Arm:
        if kind == "horizontal":
            choices.setdefault("formula", self.world.formula)
        if kind == "vertical":
            choices.setdefault("base_component", self.base)
        return arms.plan(self.activation, kind, self.urgent, Choices(places, **choices), by=self.manager)


def make_scene(world: World) -> ArmScene:
    urgent = make_component([world.commune], programme="URG", code="URGENCE", terms=2)
    Component.objects.filter(pk=urgent.pk).update(kind="emergency", purpose="urgence")
    urgent.refresh_from_db()
    base = make_component([world.commune], programme="ESSAI", code="TM")
    manager, decider = make_user("prepare"), make_user("decide", "coordinator")
    activation = activate(urgent, manager, decider, {world.commune.parent: 300})
    return ArmScene(world, activation, urgent, base, manager, decider)


def activate(
    component: Component, manager: User, decider: User, kept: Mapping[Area, int | None],
    left_out: Mapping[Area, int | None] = NOWHERE, **changed: Any,
) -> Activation:  # fmt: skip
    """A response prepared by one and decided by another; the places with their people in phases 3 to 5."""
    agreement = Agreement.objects.get(funding_lines__component=component)
    made = actions.prepare(said(ceiling_xof=agreement.amount_xof, **changed), agreement, by=manager)
    for places, keeps in ((kept, True), (left_out, False)):
        for area, people in places.items():
            actions.set_area(made, area, kept=keeps, proposed=True, in_need=people, reason="chiffre du CH", by=manager)
    actions.ask(made, by=manager)
    actions.activate(made, decision="retenu", by=decider)
    made.refresh_from_db()
    return made
