"""Which figures may be published: no small cell, nor one that differences of published ones give back. Pure.

A year is a tree: communes in regions in the country, and every cell is the sum of those inside it. Nobody is counted
twice in a year (sql/cells.sql), so the sums are exact, and whoever reads them knows it.

A cell of 1 to k - 1 households is hidden. Then, from the communes up, wherever a published cell has hidden ones inside
it, the smallest published ones beside them are hidden too until at least two are, and until

    (the sum of the hidden) - (the number of communes in them) >= k.

What is hidden is known to be at least one household a commune, and to add up to what the published ones leave: each
hidden cell may then hold anything of an interval exactly that wide, so that no difference tells it to less than k. When
hiding all does not do, the cell above is hidden as well, with all that is inside; a hidden cell has no published one in
it. Years have no total over them (a household paid in two years is in both), and a year is published once, so that
neither years nor editions make another difference. This is complementary suppression (Hundepool et al., Statistical
Disclosure Control, 2012, chapter 4), exact here because a tree has no cycle.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from jigi.registry.rsu import digits_of

K = 10
SETTLED_MONTH = 4
"""Agencies answer for December until March: a year is published from April of the next on."""


@dataclass(frozen=True)
class Leaf:
    """A commune's year: `way` is the numbers of the places from the country down to it."""

    way: tuple[int, ...]
    households: int
    paid_xof: int


@dataclass(frozen=True)
class Cell:
    """A place's year, true. `inside` is the place that adds it up."""

    place: int
    inside: int | None
    households: int
    paid_xof: int


@dataclass(frozen=True)
class Shown:
    """A place's year as it is published: None when hidden, amount and count together."""

    place: int
    inside: int | None
    households: int | None
    paid_xof: int | None


def cells_of(leaves: Iterable[Leaf]) -> list[Cell]:
    """Every place of a year with the sum of what is inside it, above before below. Places where nobody was paid have
    no cell."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    above: dict[int, int | None] = {}
    for leaf in leaves:
        for place, inside in zip(leaf.way, (None, *leaf.way[:-1]), strict=True):
            above[place] = inside
            sums[place][0] += leaf.households
            sums[place][1] += leaf.paid_xof
    return [Cell(place, inside, *sums[place]) for place, inside in above.items() if sums[place][0]]


def published(cells: Sequence[Cell], k: int = K) -> list[Shown]:
    """The cells of a year as they may be shown, in the same order."""
    hidden = _Suppression(cells, k).hidden
    return [
        Shown(one.place, one.inside, *((None, None) if one.place in hidden else (one.households, one.paid_xof)))
        for one in cells
    ]


class _Suppression:
    """The places to hide in one year."""

    def __init__(self, cells: Sequence[Cell], k: int) -> None:
        self.k = k
        self.hidden: set[int] = set()
        self.parts: dict[int | None, list[Cell]] = defaultdict(list)
        for one in cells:
            self.parts[one.inside].append(one)
        for root in self.parts[None]:
            self._settle(root)

    def _settle(self, cell: Cell) -> None:
        for part in self.parts[cell.place]:
            self._settle(part)
        if cell.households < self.k:
            self._hide(cell)
        while cell.place not in self.hidden and not self._is_wide(cell):
            beside = [part for part in self.parts[cell.place] if part.place not in self.hidden]
            self._hide(min(beside, key=lambda part: (part.households, part.place), default=cell))

    def _is_wide(self, cell: Cell) -> bool:
        out = [part for part in self.parts[cell.place] if part.place in self.hidden]
        left = sum(part.households - self._communes(part) for part in out)
        return not out or (len(out) >= 2 and left >= self.k)

    def _communes(self, cell: Cell) -> int:
        return sum(map(self._communes, self.parts[cell.place])) or 1

    def _hide(self, cell: Cell) -> None:
        self.hidden.add(cell.place)
        for part in self.parts[cell.place]:
            self._hide(part)


def last_settled_year(today: date) -> int:
    """The last year whose figures may be published."""
    return today.year - (1 if today.month >= SETTLED_MONTH else 2)


def is_small(numerator: int, denominator: int | None = None, k: int = K) -> bool:
    """Whether a count, or a share with those it leaves out, is of fewer than k."""
    parts = [numerator] if denominator is None else [numerator, denominator, denominator - numerator]
    return any(0 < abs(part) < k for part in parts)


def is_close(count: int, told: Iterable[int], k: int = K) -> bool:
    """Whether a count less one that is told is of fewer than k: the difference would tell them."""
    return any(0 < abs(count - one) < k for one in told)


def steady(row: dict[str, str], before: Iterable[dict[str, str]], k: int = K) -> dict[str, str]:
    """The row of a count, or the one already told of the same that it is close to: from one edition to the next no
    difference tells fewer than k."""
    same = (one for one in before if one["name"] == row["name"] and "," not in one["value"])
    return next((one for one in same if is_close(_number(row), [_number(one)], k)), row)


def _number(row: dict[str, str]) -> int:
    return int(re.sub(r"[^0-9]", "", row["value"]) or 0)


_CARD = re.compile(r"[A-Z2-7]{13}")


def asked_number(typed: str) -> str:
    """A household's number as ten digits, a card's (« ABCD-EFGH-IJKLM ») as sixteen hexadecimal ones; "" for any other
    text. Whether it is anybody's is not looked at."""
    digits = digits_of(typed)
    if re.fullmatch(r"[0-9]{10}", digits):
        return digits
    said = re.sub(r"[\s-]", "", typed).upper()
    return base64.b32decode(f"{said}===").hex() if _CARD.fullmatch(said) else ""
