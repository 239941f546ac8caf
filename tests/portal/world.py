"""A programme that paid in 2016, as tests/results/world.py plays it, and who publishes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jigi.foundation.models import User
from jigi.portal import actions
from jigi.portal.models import Cell, Edition
from tests.factories import make_user
from tests.results.world import World, paid

YEAR = 2016


@dataclass
class Portal:
    """`world` has two communes in one region and one in another, all households paid but one of the first."""

    world: World
    publisher: User

    def publish(self) -> Edition:
        return actions.publish(by=self.publisher)


def portal(folder: Path, *, here: int = 31, beside: int = 12, far: int = 33) -> Portal:
    world = paid(folder, here=here, beside=beside, far=far)
    return Portal(world, make_user("editrice", "coordinator"))


def told() -> dict[str, tuple[int | None, int | None]]:
    """By code of a place: households and francs."""
    found = Cell.objects.values_list("place__code", "households", "paid_xof")
    return {code: (households, francs) for code, households, francs in found}
