"""What a trigger proposes on a day: the places where it fires, and their people in phases 3 to 5."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from jigi.geography.models import Area
from jigi.programmes.models import ComponentCommune
from jigi.shocks.backtest import Asked, firings_on, programmes_of
from jigi.shocks.models import Trigger


@dataclass(frozen=True)
class Proposal:
    """A place for the decision to look at. `proposed`: the trigger picked it; `in_need`: people, when known."""

    area: Area
    proposed: bool
    in_need: int | None
    because: str = ""


def proposals(trigger: Trigger | None, day: date, asked: list[Area]) -> list[Proposal]:
    """Where a trigger fires on a day, seeing what was published by then; then the places that a person asked for
    which it did not pick."""
    fired = _fired(trigger, day) if trigger else {}
    made = [Proposal(one.area, True, one.people or None, one.because) for one in fired.values()]
    made += [Proposal(area, False, None) for area in asked if area.pk not in fired]
    return sorted(made, key=lambda one: one.area.path)


def _fired(trigger: Trigger, day: date) -> dict[int, Asked]:
    return {one.area.pk: one for one in firings_on(trigger, day, presence(programmes_of([trigger])))}


def presence(programmes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Where some programmes work, as the paths of their communes: shocks knows places and no programme."""
    where: dict[str, tuple[str, ...]] = {}
    for code in programmes:
        communes = ComponentCommune.objects.filter(component__programme__code=code)
        where[code] = tuple(communes.order_by("commune__path").values_list("commune__path", flat=True).distinct())
    return where
