"""How a household is reached and who answers for it: phones, absent migrants, recipient and alternate.

Nine households in ten have access to a phone, often one for all or a neighbour's. Numbers are 8 digits kept as
text; no two subscribers of the population share one, so that an equal number means a shared phone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jigi.demo.population.csv_bytes import Cells, blank, digits, words
from jigi.demo.population.structure import NOBODY, Bools, Homes, Ints, Kin, Members

OWNERS = ("soi", "conjoint", "parent", "voisin")
ROLES = ("", "allocataire", "suppleant")
LINES_PER_HOUSEHOLD = 8
_LOWEST_NUMBER, _NUMBERS = 60_000_000, 40_000_000
_STRIDE, _OFFSET = 15_485_863, 23_719_421  # the stride is prime: no number comes twice


@dataclass(frozen=True)
class Contacts:
    """`absent`, `role` (position in ROLES), `phone` and `phone_owner` per member; `owns_phone` per household."""

    absent: Bools
    role: Ints
    phone: Cells
    phone_owner: Cells
    owns_phone: Bools


def absent_migrants(members: Members, rng: np.random.Generator) -> Bools:
    """Members away for work: mostly young men, some heads; never the only member."""
    size = np.bincount(members.household)[members.household]
    chance = np.where(members.male & (members.age >= 17) & (members.age < 50), 0.15, 0.0)
    chance = np.where(members.kin == Kin.HEAD, chance / 2, chance)
    chance += np.where(~members.male & (members.age >= 15) & (members.age < 35), 0.012, 0.0)
    return (rng.random(len(members)) < chance) & (size > 1)


def draw_contacts(
    homes: Homes, members: Members, age: Ints, absent: Bools, first_household: int, rng: np.random.Generator
) -> Contacts:
    """`age`: stated ages; `first_household`: households before this block, on which the numbers depend."""
    access = rng.random(len(homes))
    owns = access < 0.71
    neighbour = ~owns & (access < 0.90)
    role = _roles(homes, members, age, absent, rng)
    line = _own_lines(members, age, owns, rng)
    number = (first_household + members.household) * LINES_PER_HOUSEHOLD + line
    first_owner = _first_row(members, line == 0)
    borrowed = (line == NOBODY) & ((role > 0) | (members.kin == Kin.HEAD))
    at_home, next_door = borrowed & owns[members.household], borrowed & neighbour[members.household]
    lender = _neighbour(homes, owns, rng)[members.household]
    number = np.where(at_home, (first_household + members.household) * LINES_PER_HOUSEHOLD, number)
    number = np.where(next_door, (first_household + lender) * LINES_PER_HOUSEHOLD, number)
    next_door &= lender != NOBODY
    owner_kin = members.kin[first_owner[members.household]]
    couple = {Kin.HEAD, Kin.WIFE}
    spouse = np.isin(members.kin, list(couple)) & np.isin(owner_kin, list(couple)) & (members.kin != owner_kin)
    owner = np.where(next_door, 3, np.where(at_home, np.where(spouse, 1, 2), 0))
    silent = ~((line != NOBODY) | at_home | next_door)
    return Contacts(
        absent=absent,
        role=role,
        phone=blank(digits(_LOWEST_NUMBER + (_OFFSET + number * _STRIDE) % _NUMBERS, 8), silent),
        phone_owner=blank(words(OWNERS)[owner], silent),
        owns_phone=owns,
    )


def _roles(homes: Homes, members: Members, age: Ints, absent: Bools, rng: np.random.Generator) -> Ints:
    """One recipient per household, the head in seven cases of ten, and one other adult as alternate if any."""
    suited = np.select(
        [absent, members.kin == Kin.HEAD, age < 16, members.spouse_rank > 0], [-1.0, 2.0, -2.0, 1.5], 0.2
    )
    suited += rng.random(len(members)) * 0.4
    wife_receives = rng.random(len(homes)) < 0.36
    suited += wife_receives[members.household] * (members.spouse_rank > 0) * ~absent
    order = np.lexsort((members.line, -suited, members.household))
    place = np.arange(len(members)) - np.searchsorted(members.household, members.household)
    role = np.zeros(len(members), dtype=np.int64)
    role[order[place == 0]] = 1
    second = order[place == 1]
    role[second[(age[second] >= 16) & ~absent[second]]] = 2
    return role


def _own_lines(members: Members, age: Ints, owns: Bools, rng: np.random.Generator) -> Ints:
    """0, 1, 2… for the members of a household who have a phone of their own, else NOBODY; the head when
    nobody else does."""
    chance = np.where(members.male, 0.50, 0.26) * (age >= 17)
    has = (rng.random(len(members)) < chance) & owns[members.household]
    someone = np.bincount(members.household[has], minlength=len(owns)) > 0
    has |= (members.kin == Kin.HEAD) & owns[members.household] & ~someone[members.household]
    before = np.cumsum(has) - has
    start = before[np.searchsorted(members.household, members.household)]
    line = before - start
    return np.where(has & (line < LINES_PER_HOUSEHOLD), line, NOBODY)


def _first_row(members: Members, where: Bools) -> Ints:
    """Per household, the row that meets the condition, or NOBODY."""
    rows = np.full(members.household[-1] + 1, NOBODY)
    rows[members.household[where]] = np.flatnonzero(where)
    return rows


def _neighbour(homes: Homes, owns: Bools, rng: np.random.Generator) -> Ints:
    """Per household, one household of its village that owns a phone, or NOBODY."""
    owners = np.flatnonzero(owns)
    first = np.searchsorted(homes.village[owners], homes.village)
    last = np.searchsorted(homes.village[owners], homes.village, side="right")
    pick = first + (rng.random(len(homes)) * (last - first)).astype(np.int64)
    return np.where(last > first, np.append(owners, NOBODY)[np.minimum(pick, len(owners))], NOBODY)
