"""The history that triggers are played on, read from the tables, and what is in force on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.shocks.conditions import readings
from jigi.shocks.models import SignalValue, Trigger
from jigi.shocks.panel import History, Place, Value
from jigi.shocks.playing import ANALYSED, HUNGRY, Firing, Played, Presence, play
from jigi.shocks.trigger_file import Rule
from jigi.shocks.triggers import no_longer, rule_of

NOWHERE: Presence = {}


def read_history(rules: Iterable[Rule], *, until: date | None = None) -> History:
    """The figures that some rules read, published by a day (all without one), of the division in use.

    Two statements, whatever the number of figures. A value that a later version replaced is not read.
    """
    wanted = {one.signal for one in (HUNGRY, ANALYSED)}
    for rule in rules:
        wanted |= {one.signal for one in rule.readings | readings(rule.outcome)} | {rule.help.people}
    places = _places()
    found = SignalValue.objects.filter(signal__in=wanted, superseded_by__isnull=True, area__version=version_in_use())
    if until:
        found = found.filter(published_on__lte=until)
    rows = found.order_by("published_on", "pk").values_list(
        "signal", "area_id", "starts_on", "ends_on", "published_on", "outlook", "status", "value"
    )
    values = [
        Value(signal, area, starts, ends, published, outlook == "observed", status == "final", value)
        for signal, area, starts, ends, published, outlook, status, value in rows
        if area in places
    ]
    return History(places, values)


def backtest(triggers: Iterable[Trigger], presence: Mapping[str, Iterable[str]] = NOWHERE) -> list[Played]:
    """Play triggers over all that was ever published; `presence`: the paths of each programme's communes."""
    rules = [rule_of(one) for one in triggers]
    return play(rules, read_history(rules), _fixed(presence))


def replayed(
    triggers: Iterable[Trigger], day: date, presence: Mapping[str, Iterable[str]] = NOWHERE
) -> list[tuple[Played, list[Firing]]]:
    """Each trigger as it stood on a day, with what was in force: nothing published later is seen."""
    rules = [rule_of(one) for one in triggers]
    played = play(rules, read_history(rules, until=day), _fixed(presence), day)
    return [(one, one.on(day)) for one in played]


@dataclass(frozen=True)
class Asked:
    """Help that a trigger asks for on a day: where, for which period, for how many people, at what cost, and why."""

    area: Area
    starts_on: date
    ends_on: date
    fired_on: date
    people: int
    households: int
    cost_xof: int
    because: str


def firings_on(trigger: Trigger, day: date, presence: Mapping[str, Iterable[str]] = NOWHERE) -> list[Asked]:
    """What a trigger asks for on a day, as known on that day; of one area, the period that begins last comes last.

    Refused when this version proposes nothing any more: withdrawn, or past its validity.
    """
    if why := no_longer(trigger, timezone.localdate()):
        raise Refused(why, remedy="Choisissez sa version en vigueur, ou préparez la réponse sans déclencheur")
    found = replayed([trigger], day, presence)[0][1]
    areas = Area.objects.select_related("version").in_bulk({one.area.pk for one in found})
    asked = [
        Asked(
            areas[one.area.pk], one.starts_on, one.ends_on, one.fired_on, one.people, one.households, one.cost_xof,
            one.because,
        ) for one in found
    ]  # fmt: skip
    return sorted(asked, key=lambda one: (one.area.code, one.starts_on))


def programmes_of(triggers: Iterable[Trigger]) -> frozenset[str]:
    """The programmes whose presence some triggers ask: who calls knows where they work, this package does not."""
    return frozenset().union(*(rule_of(one).programmes for one in triggers))


def _places() -> dict[int, Place]:
    found = Area.objects.filter(version=version_in_use()).exclude(level=Area.Level.VILLAGE)
    rows = found.values_list("pk", "code", "name", "level", "path", "population")
    return {row[0]: Place(*row) for row in rows}


def _fixed(presence: Mapping[str, Iterable[str]]) -> Presence:
    return {programme: tuple(paths) for programme, paths in presence.items()}
