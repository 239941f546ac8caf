"""How a household is reached and who answers for it: phones, absent migrants, recipient and alternate.

Nine households in ten have access to a phone, often one for all or a neighbour's. Numbers are 8 digits kept
as text; no two subscribers of the population share one, so that an equal number means a shared phone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jigi.demo.population.csv_bytes import Cells, blank, digits, words
from jigi.demo.population.structure import NOBODY, Bools, Homes, Ints, Kin, Members

OWNERS = ("soi", "conjoint", "parent", "voisin")
ROLES = ("", "allocataire", "suppleant")
LINES_PER_HOUSEHOLD = 8
NEIGHBOUR_LENDS = 0.66
LOWEST_NUMBER, NUMBERS = 60_000_000, 40_000_000
STRIDE, OFFSET = 15_485_863, 23_719_421  # the stride is prime: no number comes twice


@dataclass(frozen=True)
class Contacts:
    """Per member: away or not, role (a position in ROLES), a phone to call and whose it is."""

    absent: Bools
    role: Ints
    phone: Cells
    phone_owner: Cells


def absent_migrants(members: Members, rng: np.random.Generator) -> Bools:
    """Members away for work: mostly young men, some heads; never the only member."""
    size = np.bincount(members.household)[members.household]
    chance = np.where(members.male & (members.age >= 17) & (members.age < 50), 0.15, 0.0)
    chance = np.where(members.kin == Kin.HEAD, chance / 2, chance)
    chance += np.where(~members.male & (members.age >= 15) & (members.age < 35), 0.012, 0.0)
    return (rng.random(len(members)) < chance) & (size > 1)


def draw_contacts(
    homes: Homes,
    members: Members,
    age: Ints,
    absent: Bools,
    owns: Bools,
    first_household: int,
    rng: np.random.Generator,
) -> Contacts:
    """`age`: stated ages; `owns`: households with a phone; `first_household`: households before the block."""
    role = _roles(homes, members, age, absent, rng)
    line = _own_lines(members, age, owns, rng)
    lender = _lender(homes, owns, rng)[members.household]
    asked = (line == NOBODY) & ((role > 0) | (members.kin == Kin.HEAD))
    borrowed = asked & (lender != NOBODY)
    subscriber = np.where(borrowed, lender, members.household)
    number = (first_household + subscriber) * LINES_PER_HOUSEHOLD + np.where(borrowed, 0, line)
    silent = (line == NOBODY) & ~borrowed
    owner = np.where(borrowed, _whose(members, lender, line), OWNERS.index("soi"))
    return Contacts(
        absent=absent,
        role=role,
        phone=blank(digits(LOWEST_NUMBER + (OFFSET + number * STRIDE) % NUMBERS, 8), silent),
        phone_owner=blank(words(OWNERS)[owner], silent),
    )


def _whose(members: Members, lender: Ints, line: Ints) -> Ints:
    """Positions in OWNERS for those who use another's phone: a spouse's, a relative's here, a neighbour's."""
    holder = np.full(members.household[-1] + 1, NOBODY)
    holder[members.household[line == 0]] = members.kin[line == 0]
    kin, holder_kin, couple = members.kin, holder[members.household], (Kin.HEAD, Kin.WIFE)
    spouse = np.isin(kin, couple) & np.isin(holder_kin, couple) & (kin != holder_kin)
    voisin, conjoint, parent = (OWNERS.index(owner) for owner in ("voisin", "conjoint", "parent"))
    return np.select([lender != members.household, spouse], [voisin, conjoint], parent)


def _roles(homes: Homes, members: Members, age: Ints, absent: Bools, rng: np.random.Generator) -> Ints:
    """One recipient per household, the head in seven cases of ten, and another adult as alternate."""
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
    before: Ints = np.cumsum(has) - has
    line: Ints = before - before[np.searchsorted(members.household, members.household)]
    return np.where(has & (line < LINES_PER_HOUSEHOLD), line, NOBODY)


def _lender(homes: Homes, owns: Bools, rng: np.random.Generator) -> Ints:
    """Per household, whose first phone it can borrow: its own, else two times in three a neighbour's of the
    same village, else NOBODY's."""
    owners = np.flatnonzero(owns)
    first = np.searchsorted(homes.village[owners], homes.village)
    last = np.searchsorted(homes.village[owners], homes.village, side="right")
    pick = first + (rng.random(len(homes)) * (last - first)).astype(np.int64)
    near = (last > first) & (rng.random(len(homes)) < NEIGHBOUR_LENDS)
    neighbour = np.where(near, np.append(owners, NOBODY)[np.minimum(pick, len(owners))], NOBODY)
    return np.where(owns, np.arange(len(homes)), neighbour)
