"""What an attacker may compute from published cells: sums and differences, and the bounds that they leave."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from jigi.portal.rules import Cell, Leaf, Shown, cells_of

Form = dict[int, int]
"""A sum of communes: how many times each is in it."""


def forms(cells: Sequence[Cell]) -> dict[int, Form]:
    """Each place as the sum of its communes."""
    parts = _parts(cells)

    def form(place: int) -> Form:
        found: Form = {}
        for part in parts[place]:
            found |= form(part)
        return found or {place: 1}

    return {one.place: form(one.place) for one in cells}


def query(draw: random.Random, told: dict[int, Form], shown: Sequence[Shown]) -> Form:
    """One differencing query: a published cell, less some published ones, more others; what is known falls out."""
    open_ = [one for one in shown if one.households is not None]
    wide = [one for one in open_ if len(told[one.place]) > 1] or open_
    left: Form = defaultdict(int)
    signs = [
        (draw.choice(wide), 1),
        *((one, draw.choice((-1, 0, 0, 1))) for one in draw.sample(open_, min(4, len(open_)))),
    ]
    for one, sign in signs:
        for commune, times in told[one.place].items():
            left[commune] += sign * times
    known = {one.place for one in open_}
    return {commune: times for commune, times in left.items() if times and commune not in known}


def recovers(form: Form, truth: dict[int, int], k: int) -> bool:
    """Whether the answer of a query is one commune's figure, or that of a group of fewer than k households."""
    if not form:
        return False
    same_sign = len({times > 0 for times in form.values()}) == 1
    return len(form) == 1 or (same_sign and sum(truth[commune] for commune in form) < k)


def determined(told: dict[int, Form], shown: Sequence[Shown]) -> set[int]:
    """The hidden communes that linear algebra gives: unit vectors among the sums of published cells, exactly."""
    hidden = sorted({c for one in shown if one.households is None for c in told[one.place]})
    rank = {commune: at for at, commune in enumerate(hidden)}
    rows = []
    for one in shown:
        if one.households is not None and (own := [c for c in told[one.place] if c in rank]):
            row = [Fraction(0)] * len(hidden)
            for commune in own:
                row[rank[commune]] = Fraction(1)
            rows.append(row)
    return {hidden[next(at for at, x in enumerate(row) if x)] for row in _reduced(rows) if sum(map(bool, row)) == 1}


def bounds(cells: Sequence[Cell], shown: Sequence[Shown]) -> dict[int, tuple[int, float]]:
    """The least and the most that each hidden cell may be, by passing bounds up and down until nothing moves."""
    parts = {place: own for place, own in _parts(cells).items() if own}
    low = {one.place: 1 if one.households is None else one.households for one in shown}
    high = {one.place: float("inf") if one.households is None else one.households for one in shown}
    moved = True
    while moved:
        moved = False
        for place, own in parts.items():
            told = [(place, max(low[place], sum(low[p] for p in own)), min(high[place], sum(high[p] for p in own)))]
            for part in own:
                others = [p for p in own if p != part]
                told.append((part, max(low[part], low[place] - sum(high[p] for p in others)),
                             min(high[part], high[place] - sum(low[p] for p in others))))  # fmt: skip
            for one, least, most in told:
                if (least, most) != (low[one], high[one]):
                    low[one], high[one], moved = least, most, True
    return {one.place: (low[one.place], high[one.place]) for one in shown if one.households is None}


def drawn_year(draw: random.Random, regions: int = 8, communes: int = 12) -> list[Cell]:
    """A country with many small communes among large ones."""
    leaves = []
    for region in range(1, regions + 1):
        for commune in range(draw.randint(1, communes)):
            count = draw.choice((0, draw.randint(1, 9), draw.randint(1, 30), draw.randint(10, 800)))
            leaves.append(Leaf((0, region, region * 100 + commune), count, count * 30_000))
    return cells_of(leaves)


def _parts(cells: Sequence[Cell]) -> dict[int, list[int]]:
    parts: dict[int, list[int]] = {one.place: [] for one in cells}
    for one in cells:
        if one.inside is not None:
            parts[one.inside].append(one.place)
    return parts


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    done: list[list[Fraction]] = []
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [x / pivot[column] for x in pivot]
        done = [[x - row[column] * y for x, y in zip(row, pivot, strict=True)] for row in done]
        rows = [[x - row[column] * y for x, y in zip(row, pivot, strict=True)] for row in rows]
        done.append(pivot)
    return done
