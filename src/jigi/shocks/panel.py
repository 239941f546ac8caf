"""What was known on a day: the published figures, carried to the areas of a level and the periods of a calendar.

A figure of a period and a place is the latest published (of one day: the observed before the projected). In time, those
of a shorter period are carried together, that of a longer one stands for each period within; the gravity of alerts is
that of each period they touch. In space, a place's own figure comes first, then those of the places within it, carried
as the signal says (sum, max, mean by population), then, unless it is a sum, that of the place around it. A place whose
parts are not all known, of those that ever were, is not known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from jigi.shocks.catalogue import signals
from jigi.shocks.conditions import Reading
from jigi.shocks.evaluation import Figures, Panel
from jigi.shocks.trigger_file import CALENDARS

Places = NDArray[np.int64]

NONE_ELSEWHERE = frozenset({"conflict_events", "conflict_deaths", "flood_affected", "alert_severity"})
"""Signals whose sources name only the places where something happened: a period with a figure has 0 elsewhere."""

CH_MONTHS = ((1, 5), (6, 8), (9, 12))
LAST_DAYS = {1: 31, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


@dataclass(frozen=True)
class Place:
    """An area as the panel needs it: `path` is its chain of codes."""

    pk: int
    code: str
    name: str
    level: str
    path: str
    population: int | None


@dataclass(frozen=True)
class Value:
    """A published figure; see models.SignalValue."""

    signal: str
    area: int
    starts_on: date
    ends_on: date
    published_on: date
    observed: bool
    final: bool
    value: float


@dataclass(frozen=True)
class History:
    """All that was published about the places of one division, in the order of its publication."""

    places: Mapping[int, Place]
    values: Sequence[Value]

    def of_level(self, level: str) -> tuple[Place, ...]:
        """The places of a level, by code."""
        return tuple(sorted((one for one in self.places.values() if one.level == level), key=lambda one: one.code))

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days on which something was published."""
        return tuple(sorted({value.published_on for value in self.values}))

    @cached_property
    def by_signal(self) -> dict[str, list[Value]]:
        """The figures of each signal, in the order in which a later one replaces an earlier."""
        found: dict[str, list[Value]] = {}
        for value in self.values:
            found.setdefault(value.signal, []).append(value)
        for values in found.values():
            values.sort(key=lambda one: (one.published_on, one.observed, one.final))
        return found

    def periods(self, calendar: str) -> tuple[tuple[date, date], ...]:
        """The periods of a calendar, from the first year spoken of to the last."""
        if not self.values:
            return ()
        first, last = min(v.starts_on for v in self.values).year, max(v.ends_on for v in self.values).year
        months = CH_MONTHS if CALENDARS[calendar] == 3 else tuple((month, month) for month in range(1, 13))
        return tuple(
            (date(year, since, 1), _end_of(year, until)) for year in range(first, last + 1) for since, until in months
        )

    def until(self, day: date) -> History:
        """What was published by a day."""
        return History(self.places, [value for value in self.values if value.published_on <= day])


class Known:
    """Knowledge that grows day after day: `advance` to a day, then read `panel`."""

    def __init__(
        self,
        history: History,
        wanted: Collection[Reading],
        *,
        level: str,
        calendar: str,
        outlooks: Collection[str],
        statuses: Collection[str],
        presence: Mapping[str, Collection[str]],
        periods: Sequence[tuple[date, date]],
    ) -> None:
        self.places, self.periods = history.of_level(level), periods
        self._figures: dict[Reading, Figures] = {}
        self._sheets = {
            one: _Sheet(one.signal, _taken(history, one, outlooks, statuses), history.places, self.places, self.periods)
            for one in wanted
        }
        self.panel = Panel(
            len(self.places), tuple(frozenset(range(s.month, e.month + 1)) for s, e in self.periods),
            CALENDARS[calendar], self._figures, _presence(self.places, presence),
        )  # fmt: skip

    def advance(self, day: date) -> set[Reading]:
        """Learn what was published up to a day, and which figures changed by it."""
        changed = {reading for reading, sheet in self._sheets.items() if sheet.advance(day)}
        for reading in changed:
            self._figures[reading] = self._sheets[reading].carried()
        return changed


class _Sheet:
    """One signal: figures of places (rows) in the periods that sources use (columns), and how they are carried."""

    def __init__(
        self, signal: str, values: list[Value], known: Mapping[int, Place], targets: Sequence[Place],
        periods: Sequence[tuple[date, date]],
    ) -> None:  # fmt: skip
        sources = sorted({value.area for value in values})
        spans = sorted({(value.starts_on, value.ends_on) for value in values})
        row = {area: position for position, area in enumerate(sources)}
        column = {span: position for position, span in enumerate(spans)}
        self.carry, self.nought = signals()[signal].carry, signal in NONE_ELSEWHERE
        self.cells: Figures = np.full((len(sources), len(spans)), np.nan)
        self.days = np.array([value.published_on.toordinal() for value in values], np.int64)
        self.rows = np.array([row[value.area] for value in values], np.int64)
        self.columns = np.array([column[value.starts_on, value.ends_on] for value in values], np.int64)
        self.values = np.array([value.value for value in values], float)
        self.done = 0
        touching = self.nought and self.carry == "max"
        self.within, self.around = _touched(spans, periods) if touching else _time_map(spans, periods)
        self.weights = _weights([known[area] for area in sources])
        self.own, self.parts, self.wider = _space_map([known[area] for area in sources], targets)

    def advance(self, day: date) -> bool:
        """Write what was published up to a day; says whether there was anything."""
        end = int(np.searchsorted(self.days, day.toordinal(), "right"))
        if end <= self.done:
            return False
        # Of two values of one cell the later in the list stays, which NumPy promises for such an assignment.
        self.cells[self.rows[self.done : end], self.columns[self.done : end]] = self.values[self.done : end]
        self.done = end
        return True

    def carried(self) -> Figures:
        """The figures of the level's areas in the calendar's periods, as known now."""
        cells = self.cells
        ever: NDArray[np.bool_] = np.asarray(~np.isnan(cells).all(axis=1))
        if self.nought:
            cells = np.where(np.isnan(cells) & ~np.isnan(cells).all(axis=0), 0.0, cells)
        timed = _filled(_gathered(cells, self.within, self.carry), _gathered(cells, self.around, "first"))
        result = _spread(timed, self.own)
        for members in self.parts:
            result = _filled(result, _joined(timed, members, ever, self.carry, self.weights))
        if self.carry != "sum":
            result = _filled(result, _spread(timed, self.wider))
        if self.nought and timed.size:
            result = np.where(np.isnan(result) & ~np.isnan(timed).all(axis=0), 0.0, result)
        return result


def _taken(history: History, wanted: Reading, outlooks: Collection[str], statuses: Collection[str]) -> list[Value]:
    allowed = {wanted.outlook} & set(outlooks) if wanted.outlook else set(outlooks)
    return [
        one
        for one in history.by_signal.get(wanted.signal, [])
        if ("observed" if one.observed else "projected") in allowed
        and ("final" if one.final else "provisional") in statuses
    ]


def _time_map(
    spans: Sequence[tuple[date, date]], periods: Sequence[tuple[date, date]]
) -> tuple[list[list[int]], list[list[int]]]:
    """For each period, the columns that lie (or begin) within it, and the shortest one that is longer than it."""
    within, around = [], []
    for since, until in periods:
        wider = [n for n, (a, b) in enumerate(spans) if a <= since and b >= until and (a, b) != (since, until)]
        within.append([n for n, (a, _) in enumerate(spans) if since <= a <= until and n not in wider])
        around.append(sorted(wider, key=lambda n: spans[n][1] - spans[n][0])[:1])
    return within, around


def _touched(
    spans: Sequence[tuple[date, date]], periods: Sequence[tuple[date, date]]
) -> tuple[list[list[int]], list[list[int]]]:
    """For each period, the columns that share a day with it; none stands around it besides."""
    within = [[n for n, (a, b) in enumerate(spans) if a <= until and b >= since] for since, until in periods]
    return within, [[] for _ in periods]


def _weights(sources: Sequence[Place]) -> NDArray[np.float64]:
    """What each row counts for in a mean: its population; all alike where one is not known."""
    people = [one.population or 0 for one in sources]
    return np.array(people if all(people) else [1] * len(sources), float)


def _space_map(sources: Sequence[Place], targets: Sequence[Place]) -> tuple[Places, list[Places], Places]:
    """For each target the row of its own figure and of the place around it; for each finer level, each row's target."""
    at = {target.code: position for position, target in enumerate(targets)}
    own, wider = np.full(len(targets), -1), np.full(len(targets), -1)
    parts: dict[int, Places] = {}
    for row, source in enumerate(sources):
        codes = source.path.strip("/").split("/")
        if source.code in at:
            own[at[source.code]] = row
        elif inside := [at[code] for code in codes if code in at]:
            parts.setdefault(len(codes), np.full(len(sources), -1))[row] = inside[0]
        else:
            for position, target in enumerate(targets):
                if target.path.startswith(source.path) and _is_nearer(source, wider[position], sources):
                    wider[position] = row
    return own, [parts[depth] for depth in sorted(parts)], wider


def _is_nearer(source: Place, held: int, sources: Sequence[Place]) -> bool:
    return held < 0 or len(source.path) > len(sources[held].path)


def _gathered(cells: Figures, columns: Sequence[Sequence[int]], carry: str) -> Figures:
    """Columns put together period by period; NaN where none is known."""
    widest = max(map(len, columns), default=0)
    padded = np.column_stack([cells, np.full(len(cells), np.nan)])
    result = np.full((len(cells), len(columns)), np.nan)
    count = np.zeros(result.shape)
    for rank in range(widest):
        part = padded[:, [one[rank] if rank < len(one) else -1 for one in columns]]
        result, count = _added(result, part, carry), count + ~np.isnan(part)
    return result / np.maximum(count, 1) if carry == "mean" else result


def _added(result: Figures, part: Figures, carry: str) -> Figures:
    return np.fmax(result, part) if carry in ("max", "first") else np.where(
        np.isnan(result), part, np.where(np.isnan(part), result, result + part)
    )  # fmt: skip


def _joined(
    timed: Figures, members: Places, ever: NDArray[np.bool_], carry: str, weights: NDArray[np.float64]
) -> Figures:
    """Rows of the parts put together by target; unknown where one that was ever known is missing."""
    rows = np.flatnonzero((members >= 0) & ever)
    targets, count = members[rows], int(members.max(initial=-1)) + 1
    chosen = timed[rows]
    present = ~np.isnan(chosen)
    filled = np.where(present, chosen, -np.inf if carry == "max" else 0.0)
    if carry == "mean":
        filled = filled * weights[rows, None]
    result = np.full((count, timed.shape[1]), -np.inf if carry == "max" else 0.0)
    (np.maximum if carry == "max" else np.add).at(result, targets, filled)
    of = np.bincount(targets, minlength=count)[:, None]
    there = np.zeros(result.shape)
    np.add.at(there, targets, present)
    if carry == "mean":
        result = result / np.maximum(np.bincount(targets, weights[rows], minlength=count), 1)[:, None]
    return np.where((of > 0) & (there == of), result, np.nan)


def _spread(timed: Figures, rows: Places) -> Figures:
    padded = np.vstack([timed, np.full((1, timed.shape[1]), np.nan)])
    found: Figures = padded[rows]
    return found


def _filled(found: Figures, otherwise: Figures) -> Figures:
    """The first where it is known, else the second, which may have fewer rows."""
    if otherwise.shape[0] < found.shape[0]:
        missing = np.full((found.shape[0] - otherwise.shape[0], found.shape[1]), np.nan)
        otherwise = np.vstack([otherwise, missing])
    return np.where(np.isnan(found), otherwise, found)


def _presence(places: Sequence[Place], presence: Mapping[str, Collection[str]]) -> dict[str, NDArray[np.bool_]]:
    """In which areas each programme works; `presence` gives the paths of its communes."""
    return {
        programme: np.array([_holds(place, paths) for place in places], bool) for programme, paths in presence.items()
    }


def _holds(place: Place, paths: Iterable[str]) -> bool:
    return any(path.startswith(place.path) for path in paths)


def _end_of(year: int, month: int) -> date:
    return date(year, month, LAST_DAYS.get(month, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28))
