"""What a scenario computes from the figures of cercles: pure, in whole households, persons, francs and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Cercle:
    """The figures of a cercle. `in_need`: people in phases 3 to 5, None when nobody has said."""

    id: int
    registered: int
    persons: int
    already_helped: int
    vertical: int
    vertical_persons: int
    candidates: int
    candidate_persons: int
    in_need: int | None


@dataclass(frozen=True)
class Reached:
    """What a scenario gives in a cercle."""

    vertical: int
    horizontal: int
    listing: int
    persons: int
    cost_xof: int

    @property
    def households(self) -> int:
        return self.vertical + self.horizontal + self.listing


HOUSEHOLD_SIZE = 7
"""Persons of a household where no household of the register tells: the low end of what Malians count."""


def reach(
    cercles: Sequence[Cercle], *, vertical: bool, horizontal_places: int, listing_places: int, cost_xof: int
) -> dict[int, Reached]:
    """By cercle, who would be reached at `cost_xof` a household: those enrolled when `vertical`, then places for the
    register's candidates and for new lists, shared by people in need (by households of the register where nobody has
    said). A cercle takes no more of the register than it has candidates; what it can't take goes to the others."""
    weights = {one.id: _weight(one, cercles) for one in cercles}
    limits = {one.id: one.candidates for one in cercles}
    horizontal = share(horizontal_places, weights, limits)
    listing = share(listing_places, weights, {})
    return {
        one.id: _reached(one, one.vertical if vertical else 0, horizontal[one.id], listing[one.id], cost_xof)
        for one in cercles
    }


def share(total: int, weights: Mapping[int, int], limits: Mapping[int, int]) -> dict[int, int]:
    """`total` by largest remainder in proportion to weights, within limits, ties to the smallest number; what all the
    limits can't hold is not given."""
    given = dict.fromkeys(weights, 0)
    open_ = [number for number, weight in sorted(weights.items()) if weight > 0 and limits.get(number, 1) > 0]
    left = total
    while left and open_:
        whole = sum(weights[number] for number in open_)
        exact = {number: Fraction(left * weights[number], whole) for number in open_}
        full = [number for number in open_ if number in limits and exact[number] >= limits[number] - given[number]]
        if not full:
            return given | _rounded(left, exact, given)
        for number in full:
            left -= limits[number] - given[number]
            given[number] = limits[number]
        open_ = [number for number in open_ if number not in full]
    return given


def days_to_pay(
    households: int, daily_capacity: int, payments: int, *, preparing: int, between_payments: int
) -> tuple[int, int]:
    """Days from the decision to the first and to the last payment: `preparing` days until the order, then as many as
    agencies need at their pace; each further payment starts `between_payments` days after the one before, or when it
    is over, the later of the two."""
    spell = max(1, -(-households // daily_capacity))
    return preparing + 1, preparing + (payments - 1) * max(between_payments, spell) + spell


def coverage(persons: int, in_need: int | None) -> float | None:
    """The share of people in need that are reached; None where nobody has said how many are."""
    return persons / in_need if in_need else None


def _reached(one: Cercle, vertical: int, horizontal: int, listing: int, cost_xof: int) -> Reached:
    persons = one.vertical_persons if vertical else 0
    if horizontal:
        persons += horizontal * one.candidate_persons // one.candidates
    persons += listing * (one.persons // one.registered if one.registered else HOUSEHOLD_SIZE)
    return Reached(vertical, horizontal, listing, persons, (vertical + horizontal + listing) * cost_xof)


def _weight(one: Cercle, cercles: Sequence[Cercle]) -> int:
    if all(other.in_need is None for other in cercles):
        return one.registered
    return one.in_need or 0


def _rounded(left: int, exact: Mapping[int, Fraction], given: Mapping[int, int]) -> dict[int, int]:
    places = {number: int(part) for number, part in exact.items()}
    by_remainder = sorted(exact, key=lambda number: (places[number] - exact[number], number))
    for number in by_remainder[: left - sum(places.values())]:
        places[number] += 1
    return {number: given[number] + count for number, count in places.items()}
