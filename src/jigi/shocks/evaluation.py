"""What an expression is worth on a panel: cell by cell as the reference, and over whole arrays.

Both give the same bit for bit (one property test holds them together). What is missing is not known: a comparison with
it is neither true nor false, and `and`, `or`, `not` follow Kleene: false and unknown is false, true or unknown is true.
"""

from __future__ import annotations

import math
import operator
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jigi.shocks.conditions import (
    FEWEST_YEARS,
    All,
    Any,
    Arithmetic,
    Change,
    Comparison,
    Consecutive,
    Node,
    Not,
    Number,
    Present,
    Reading,
    Season,
    Zscore,
)

Figures = NDArray[np.float64]
Verdicts = NDArray[np.int8]
TRUE, FALSE, UNKNOWN = 1, 0, -1


@dataclass(frozen=True)
class Panel:
    """Figures of areas (rows) in periods (columns), NaN where one is not known.

    `months` are those of each period, `per_year` how many periods make a year. `presence` says by programme in which
    areas it works; a programme that is not in it is not known.
    """

    areas: int
    months: tuple[frozenset[int], ...]
    per_year: int
    figures: Mapping[Reading, Figures]
    presence: Mapping[str, NDArray[np.bool_]]

    @property
    def shape(self) -> tuple[int, int]:
        return self.areas, len(self.months)

    def part(self, first: int, last: int) -> Panel:
        """The periods from `first` up to, not with, `last`."""
        cut = {reading: cells[:, first:last] for reading, cells in self.figures.items()}
        return Panel(self.areas, self.months[first:last], self.per_year, cut, self.presence)


COMPARE: dict[str, Callable[..., bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
COUNT: dict[str, Callable[..., float]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


# --- the reference: one cell ---


def truth_at(node: Node, panel: Panel, area: int, period: int) -> bool | None:
    """Whether a condition holds in one cell; None when that is not known."""
    match node:
        case Comparison():
            left, right = figure_at(node.left, panel, area, period), figure_at(node.right, panel, area, period)
            return None if left is None or right is None else COMPARE[node.sign](left, right)
        case All():
            return _and([truth_at(one, panel, area, period) for one in node.conditions])
        case Any():
            held = _and([_not(truth_at(one, panel, area, period)) for one in node.conditions])
            return _not(held)
        case Not():
            return _not(truth_at(node.condition, panel, area, period))
        case Consecutive():
            back = range(period, period - node.periods, -1)
            return _and([truth_at(node.condition, panel, area, one) if one >= 0 else None for one in back])
        case Season():
            return not panel.months[period].isdisjoint(node.months)
        case Present():
            where = panel.presence.get(node.programme)
            return None if where is None else bool(where[area])
    raise TypeError(node)


def figure_at(node: Node, panel: Panel, area: int, period: int) -> float | None:
    """The figure of an expression in one cell; None when it is not known."""
    match node:
        case Number():
            return node.value
        case Reading():
            return _known(float(panel.figures[node][area, period])) if node in panel.figures and period >= 0 else None
        case Arithmetic():
            left, right = figure_at(node.left, panel, area, period), figure_at(node.right, panel, area, period)
            return None if left is None or right is None else _counted(node.sign, left, right)
        case Change():
            now, before = figure_at(node.of, panel, area, period), figure_at(node.of, panel, area, period - 1)
            return None if now is None or before is None else _known(now - before)
        case Zscore():
            back = [period - year * panel.per_year for year in range(1, node.years + 1)]
            former = [figure_at(node.of, panel, area, one) for one in back]
            return _score(figure_at(node.of, panel, area, period), [one for one in former if one is not None])
    raise TypeError(node)


def _counted(sign: str, left: float, right: float) -> float | None:
    if sign == "/":
        return None if right == 0 else _known(left / right)
    return _known(COUNT[sign](left, right))


def _score(now: float | None, former: list[float]) -> float | None:
    if now is None or len(former) < FEWEST_YEARS:
        return None
    total = 0.0
    for one in former:
        total += one
    mean, squares = total / len(former), 0.0
    for one in former:
        squares += (one - mean) * (one - mean)
    if not math.isfinite(squares):
        return None
    spread = math.sqrt(squares / (len(former) - 1))
    return None if spread == 0 else _known((now - mean) / spread)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _and(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def _not(part: bool | None) -> bool | None:
    return None if part is None else not part


# --- the same over whole arrays ---


def reach(node: Node, per_year: int) -> int:
    """How many earlier periods decide what an expression is worth in one."""
    own = {Change: 1, Zscore: getattr(node, "years", 0) * per_year, Consecutive: getattr(node, "periods", 1) - 1}
    return own.get(type(node), 0) + max((reach(part, per_year) for part in node.parts()), default=0)


def truths(node: Node, panel: Panel) -> Verdicts:
    """TRUE, FALSE or UNKNOWN for every area and period of a panel."""
    with np.errstate(all="ignore"):
        return _truths(node, panel)


def figures(node: Node, panel: Panel) -> Figures:
    """The figure of an expression for every area and period, NaN where it is not known."""
    with np.errstate(all="ignore"):
        return _figures(node, panel)


def _truths(node: Node, panel: Panel) -> Verdicts:
    match node:
        case Comparison():
            left, right = _figures(node.left, panel), _figures(node.right, panel)
            held = COMPARE[node.sign](left, right)
            return np.where(np.isnan(left) | np.isnan(right), UNKNOWN, held).astype(np.int8)
        case All():
            return _all([_truths(one, panel) for one in node.conditions])
        case Any():
            return _opposite(_all([_opposite(_truths(one, panel)) for one in node.conditions]))
        case Not():
            return _opposite(_truths(node.condition, panel))
        case Consecutive():
            one = _truths(node.condition, panel)
            return _all([_earlier(one, back, UNKNOWN) for back in range(node.periods)])
        case Season():
            row = np.array([not months.isdisjoint(node.months) for months in panel.months], np.int8)
            return np.broadcast_to(row, panel.shape)
        case Present():
            where = panel.presence.get(node.programme)
            column = np.full(panel.areas, UNKNOWN, np.int8) if where is None else where.astype(np.int8)
            return np.broadcast_to(column[:, None], panel.shape)
    raise TypeError(node)


def _figures(node: Node, panel: Panel) -> Figures:
    match node:
        case Number():
            return np.full((1, 1), node.value) if math.isfinite(node.value) else np.full((1, 1), np.nan)
        case Reading():
            found = panel.figures.get(node)
            return np.full(panel.shape, np.nan) if found is None else found
        case Arithmetic():
            return _computed(node.sign, _figures(node.left, panel), _figures(node.right, panel))
        case Change():
            now = _figures(node.of, panel)
            return _finite(now - _earlier(now, 1, np.nan))
        case Zscore():
            now = _figures(node.of, panel)
            return _scores(now, [_earlier(now, year * panel.per_year, np.nan) for year in range(1, node.years + 1)])
    raise TypeError(node)


def _computed(sign: str, left: Figures, right: Figures) -> Figures:
    if sign == "/":
        return _finite(left / right)
    result: Figures = COUNT[sign](left, right)  # type: ignore[assignment]
    return _finite(result)


def _scores(now: Figures, former: list[Figures]) -> Figures:
    """Added up year after year as the reference does, so that not one bit differs."""
    known = [~np.isnan(one) for one in former]
    count = np.sum(known, axis=0)
    total = np.zeros(now.shape)
    for one, there in zip(former, known, strict=True):
        total = np.where(there, total + one, total)
    mean, squares = total / count, np.zeros(now.shape)
    for one, there in zip(former, known, strict=True):
        squares = np.where(there, squares + (one - mean) * (one - mean), squares)
    spread = np.sqrt(_finite(squares) / (count - 1))
    enough = (count >= FEWEST_YEARS) & (spread > 0)
    return _finite(np.where(enough, (now - mean) / spread, np.nan))


def _finite(found: Figures) -> Figures:
    return np.where(np.isfinite(found), found, np.nan)


def _earlier(cells: NDArray[typing.Any], back: int, before: float) -> NDArray[typing.Any]:
    """Each period holds what stood `back` periods earlier; `before` where there was none."""
    if back == 0:
        return cells
    moved = np.full_like(cells, before)
    moved[:, back:] = cells[:, :-back]
    return moved


def _all(parts: list[Verdicts]) -> Verdicts:
    false = np.logical_or.reduce([part == FALSE for part in np.broadcast_arrays(*parts)])
    unknown = np.logical_or.reduce([part == UNKNOWN for part in np.broadcast_arrays(*parts)])
    return np.where(false, FALSE, np.where(unknown, UNKNOWN, TRUE)).astype(np.int8)


def _opposite(part: Verdicts) -> Verdicts:
    return np.where(part == UNKNOWN, UNKNOWN, 1 - part).astype(np.int8)
