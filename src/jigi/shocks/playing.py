"""A trigger played over history: on each day of a publication it sees only what was published by then.

A rule fires for an area and a period that is not over (`heed_days` allows for late figures), stays in force until its
deactivation holds or the period ends, and may fire again. People and cost are those known when it was last in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from jigi.shocks.catalogue import signals
from jigi.shocks.conditions import Node, Reading, readings
from jigi.shocks.evaluation import FALSE, TRUE, UNKNOWN, Verdicts, reach, truths
from jigi.shocks.panel import History, Known, Place
from jigi.shocks.trigger_file import PHASES_3_TO_5, Rule

HUNGRY, ANALYSED = Reading(PHASES_3_TO_5), Reading("ch_population")
Presence = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Firing:
    """A rule in force for an area and a period.

    `fired_on` is the day it could first be known, `until` the day its deactivation held (None: to the end of the
    period). `counted` says what the people are; 0 people when nobody counted them.
    """

    area: Place
    starts_on: date
    ends_on: date
    fired_on: date
    until: date | None
    people: int
    households: int
    cost_xof: int
    counted: str
    figures: tuple[tuple[Reading, float], ...]

    @property
    def because(self) -> str:
        """The figures that decided, in French."""
        return " ; ".join(dict.fromkeys(_said(one, value) for one, value in self.figures if not np.isnan(value)))

    @property
    def lasted(self) -> bool:
        """Whether it was still in force when its period began: one given up before asked for nothing in the end."""
        return self.until is None or self.until >= self.starts_on


@dataclass(frozen=True)
class Verdict:
    """What became of a rule: counts of (area, period).

    `early` are the hits fired before the outcome was published; `unjudged` fired, and the outcome was never observed;
    `blind` needed help, and the rule could not be known: no miss, for it had nothing to see by.
    """

    hits: int = 0
    early: int = 0
    misses: int = 0
    false_alarms: int = 0
    unjudged: int = 0
    blind: int = 0

    @property
    def needed(self) -> int:
        return self.hits + self.misses

    @property
    def judged(self) -> int:
        return self.hits + self.false_alarms

    @property
    def hit_rate(self) -> float | None:
        """Of the cases where help was needed, the share it saw; None without any."""
        return self.hits / self.needed if self.needed else None

    @property
    def false_rate(self) -> float | None:
        """Of the alarms that could be judged, the share that was wrong; None without any."""
        return self.false_alarms / self.judged if self.judged else None


NOTHING = Verdict()


@dataclass(frozen=True)
class Played:
    """A rule over a history: its firings by day, then what became of them, in all and by period."""

    rule: Rule
    firings: tuple[Firing, ...]
    verdict: Verdict
    by_period: Mapping[tuple[date, date], Verdict]
    unknown: int
    """Areas and periods of its season, not over on the last day, for which it can't be said."""

    def on(self, day: date) -> list[Firing]:
        """What is in force on a day, when the history ends there."""
        heed = timedelta(days=self.rule.heed_days)
        return [one for one in self.firings if one.until is None and one.ends_on + heed >= day]


def play(rules: Sequence[Rule], history: History, presence: Presence, today: date | None = None) -> list[Played]:
    """Play rules over a history, in the order given. `presence`: the paths of the communes of each programme."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for position, rule in enumerate(rules):
        groups.setdefault((rule.level, rule.calendar, rule.outlooks, rule.statuses), []).append(position)
    found: dict[int, Played] = {}
    for positions in groups.values():
        played = _play_alike([rules[one] for one in positions], history, presence, today)
        found |= dict(zip(positions, played, strict=True))
    return [found[position] for position in range(len(rules))]


def _play_alike(rules: Sequence[Rule], history: History, presence: Presence, today: date | None) -> list[Played]:
    """Rules of one level, calendar, outlooks and statuses read the same panel."""
    one, periods = rules[0], history.periods(rules[0].calendar)
    wanted = frozenset({HUNGRY, ANALYSED}).union(*(rule.readings | {counting(rule)} for rule in rules))
    outcomes = frozenset().union(*(readings(rule.outcome) for rule in rules))
    same = {"level": one.level, "calendar": one.calendar, "presence": presence, "periods": periods}
    seen = Known(history, wanted, outlooks=one.outlooks, statuses=one.statuses, **same)  # type: ignore[arg-type]
    truth = Known(history, outcomes, outlooks=("observed",), statuses=("final",), **same)  # type: ignore[arg-type]
    watches = [_Watch(rule, seen) for rule in rules]
    judges = {rule.outcome: _Judge(rule.outcome, truth) for rule in rules}
    for day in history.days:
        changed, came = seen.advance(day), truth.advance(day)
        for watch in watches:
            if changed & watch.needs:
                watch.look(day, changed)
        for judge in judges.values():
            if came & judge.needs:
                judge.look(day)
    last = today or (history.days[-1] if history.days else date.min)
    return [watch.played(judges[watch.rule.outcome], last) for watch in watches]


class _Judge:
    """What was observed in the end, and on which day that was known."""

    def __init__(self, outcome: Node, known: Known) -> None:
        self.outcome, self.known, self.needs = outcome, known, readings(outcome)
        self.verdicts: Verdicts = np.full(known.panel.shape, UNKNOWN, np.int8)
        self.since: NDArray[np.int64] = np.zeros(known.panel.shape, np.int64)

    def look(self, day: date) -> None:
        self.verdicts = np.broadcast_to(truths(self.outcome, self.known.panel), self.since.shape)
        self.since = np.where((self.since == 0) & (self.verdicts != UNKNOWN), day.toordinal(), self.since)


@dataclass
class _Watch:
    """One rule as the days go by."""

    rule: Rule
    known: Known
    firings: list[Firing] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reads = self.rule.readings
        self.needs = self.reads | {HUNGRY, ANALYSED, counting(self.rule)}
        shape, periods = self.known.panel.shape, self.known.periods
        nodes = [one for one in (self.rule.activate, self.rule.deactivate) if one]
        self.reach = max(reach(one, self.known.panel.per_year) for one in nodes)
        self.fired: NDArray[np.int64] = np.zeros(shape, np.int64)
        self.first: NDArray[np.int64] = np.zeros(shape, np.int64)
        self.kept = {one: np.full(shape, np.nan) for one in sorted(self.needs, key=lambda r: (r.signal, r.outlook))}
        self.order = [one for one in self.kept if one in self.reads]
        self.ends = np.array([until.toordinal() for _, until in periods], np.int64) + self.rule.heed_days
        self.starts = np.array([since.toordinal() for since, _ in periods], np.int64)
        self.season = np.array([self._in_season(since, until) for since, until in periods], bool)
        self.yes: Verdicts = np.full(shape, UNKNOWN, np.int8)
        self.no: Verdicts = np.full(shape, UNKNOWN, np.int8)
        self.judged = False
        self.saw: NDArray[np.bool_] = np.zeros(shape, bool)

    def _in_season(self, since: date, until: date) -> bool:
        months = range(since.month, until.month + 1)
        return not self.rule.season or any(month in months for month in self.rule.season)

    def look(self, day: date, changed: Collection[Reading]) -> None:
        """What a day's publications start and stop: periods that are over are left as they were."""
        now = slice(int(np.searchsorted(self.ends, day.toordinal())), len(self.ends))
        if not self.judged or not self.reads.isdisjoint(changed):
            self._judge_again(now)
        live, fired, first = self.season[now], self.fired[:, now], self.first[:, now]
        yes, no = self.yes[:, now], self.no[:, now]
        self.saw[:, now] |= live & (yes != UNKNOWN)
        self._stop((fired > 0) & (no == TRUE), now, day)
        new = live & (fired == 0) & (yes == TRUE) & (no != TRUE)
        fired[new] = day.toordinal()
        first[new & (first == 0)] = day.toordinal()
        self._note(fired > 0, now)

    def _judge_again(self, now: slice) -> None:
        """What is true of the periods that are not over, which needs those that the rule looks back to."""
        since, self.judged = max(now.start - self.reach, 0), True
        panel = self.known.panel.part(since, now.stop)
        wanted = slice(now.start - since, None)
        self.yes[:, now] = np.broadcast_to(truths(self.rule.activate, panel), panel.shape)[:, wanted]
        if self.rule.deactivate:
            self.no[:, now] = np.broadcast_to(truths(self.rule.deactivate, panel), panel.shape)[:, wanted]

    def _stop(self, stopped: NDArray[np.bool_], now: slice, day: date) -> None:
        if not stopped.any():
            return
        areas, periods = np.nonzero(stopped)
        self.firings += self._firings(areas, periods + now.start, day)
        self.fired[:, now][stopped] = 0
        # Given up before its period began, it is neither a hit nor a false alarm.
        self.first[:, now][stopped & (self.starts[now] > day.toordinal())] = 0

    def _note(self, on: NDArray[np.bool_], now: slice) -> None:
        """Keep the figures of what is in force, to say how many people and why."""
        if on.any():
            for reading, kept in self.kept.items():
                if reading in self.known.panel.figures:
                    np.copyto(kept[:, now], self.known.panel.figures[reading][:, now], where=on)

    def played(self, judge: _Judge, last: date) -> Played:
        areas, periods = np.nonzero(self.fired)
        firings = [*self.firings, *self._firings(areas, periods, None)]
        firings.sort(key=lambda one: (one.fired_on, one.starts_on, one.area.code))
        columns = [self._verdict(judge, position) for position in range(len(self.known.periods))]
        totals = [sum(counts) for counts in zip(*map(astuple, columns), strict=True)]
        live = (self.ends >= last.toordinal()) & self.season
        begun = np.array([since <= last + timedelta(days=366) for since, _ in self.known.periods], bool)
        unknown = int(((self.yes == UNKNOWN) & live & begun).sum()) if live.size else 0
        by_period = {span: one for span, one in zip(self.known.periods, columns, strict=True) if one != NOTHING}
        return Played(self.rule, tuple(firings), Verdict(*totals), by_period, unknown)

    def _verdict(self, judge: _Judge, period: int) -> Verdict:
        if not self.season[period]:
            return NOTHING
        fired, truth = self.first[:, period] > 0, judge.verdicts[:, period]
        hits = fired & (truth == TRUE)
        early = hits & (self.first[:, period] < judge.since[:, period])
        passed = ~fired & (truth == TRUE)
        counts = (
            hits, early, passed & self.saw[:, period], fired & (truth == FALSE), fired & (truth == UNKNOWN),
            passed & ~self.saw[:, period],
        )  # fmt: skip
        return Verdict(*(int(one.sum()) for one in counts))

    def _firings(self, areas: NDArray[np.int64], periods: NDArray[np.int64], until: date | None) -> Iterator[Firing]:
        """The firings of some cells."""
        aid, columns = self.rule.help, {one: kept[areas, periods].tolist() for one, kept in self.kept.items()}
        counted_by, analysed = counting(self.rule), columns[ANALYSED]
        people_of = columns[counted_by]
        figures = [[(one, value) for value in columns[one]] for one in self.order]
        days = self.fired[areas, periods].tolist()
        for n, (area, period) in enumerate(zip(areas.tolist(), periods.tolist(), strict=True)):
            place, (since, end) = self.known.places[area], self.known.periods[period]
            people, counted = _people(counted_by, people_of[n], analysed[n], place)
            households, why = aid.households(people), tuple([column[n] for column in figures])
            yield Firing(
                place, since, end, date.fromordinal(days[n]), until, people, households, households * aid.amount_xof,
                counted, why,
            )  # fmt: skip


def counting(rule: Rule) -> Reading:
    """The figure of the people whom a rule helps."""
    return Reading(rule.help.people)


def _people(counted_by: Reading, found: float, analysed: float, place: Place) -> tuple[int, str]:
    """Those whom the rule counts; nobody stands for the victims of a flood, the population does for the hungry."""
    if found == found:  # not NaN
        return round(found), "phases 3 à 5" if counted_by == HUNGRY else signals()[counted_by.signal].name.lower()
    if counted_by != HUNGRY:
        return 0, "non comptées"
    if analysed == analysed:
        return round(analysed), "population analysée"
    return (place.population, "population") if place.population else (0, "non comptées")


def _said(reading: Reading, value: float) -> str:
    signal = signals()[reading.signal]
    written = f"{value:,.0f}" if value == round(value) else f"{value:,.1f}".replace(".", "v")
    return f"{signal.name} : {written.replace(',', ' ').replace('v', ',')}"


def total_of(firings: Iterable[Firing]) -> tuple[int, int]:
    """People and francs of those firings that lasted."""
    found = [one for one in firings if one.lasted]
    return sum(one.people for one in found), sum(one.cost_xof for one in found)
