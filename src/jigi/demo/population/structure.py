"""Who lives together: heads, wives by rank, their children, married sons and brothers, fostered children.

Every union of the household is drawn with the same two rules, `_marry` and `_births`, whoever the husband
is, so mothers and fathers are known by line and the children of three wives can be told apart. Calibrated
on the figures of the mission: 7 to 8 members on average, 43 % of rural married women in polygamous unions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from jigi.demo.population.places import Villages

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NOBODY = -1
MARRIAGEABLE = 21
MOST_BIRTHS = 12


class Kin(IntEnum):
    """Relation to the head, in the order in which a household is written down."""

    HEAD, WIFE, SON, DAUGHTER, DAUGHTER_IN_LAW, GRANDCHILD, PARENT = range(7)
    SIBLING, SISTER_IN_LAW, NEPHEW, FOSTERED, OTHER_KIN, UNRELATED = range(7, 13)


@dataclass(frozen=True)
class Homes:
    """Households of a block, before their members: one row each."""

    village: Ints  # position in the block's villages
    urban: Bools
    head_male: Bools
    head_age: Ints
    accompanied: Bools  # false: lives alone

    def __len__(self) -> int:
        return len(self.village)


@dataclass(frozen=True)
class Members:
    """One row per person, by household then line. `mother`, `father`: row of the parent here, or NOBODY."""

    household: Ints
    line: Ints  # 1 = head
    kin: Ints
    spouse_rank: Ints  # 1 to 4 for the wives of the head, else 0
    male: Bools
    age: Ints  # true completed years
    mother: Ints
    father: Ints

    def __len__(self) -> int:
        return len(self.household)


def draw_homes(villages: Villages, rng: np.random.Generator) -> Homes:
    village = np.repeat(np.arange(len(villages)), villages.households)
    urban, count = villages.urban[village], len(village)
    male = rng.random(count) > np.where(urban, 0.17, 0.10)
    age = np.where(male, 20 + 70 * rng.beta(1.9, 3.7, count), 25 + 63 * rng.beta(2.6, 3.0, count))
    return Homes(village, urban, male, age.astype(np.int64), rng.random(count) > 0.02)


def draw_members(homes: Homes, rng: np.random.Generator) -> Members:
    roster = _Roster()
    mothers = _head_parent(roster, homes, False, rng)
    fathers = _head_parent(roster, homes, True, rng)
    home = np.arange(len(homes))
    rows = roster.add(home, Kin.HEAD, homes.head_male, homes.head_age, mother=mothers, father=fathers)
    _nucleus(roster, homes, _Group(rows, home, homes.head_age), rng)
    _siblings(roster, homes, mothers, fathers, rng)
    _guests(roster, homes, rng)
    return roster.written_down()


@dataclass(frozen=True)
class _Group:
    """Some rows of the roster, with the household and age of each."""

    rows: Ints
    home: Ints
    age: Ints

    def only(self, some: Bools) -> _Group:
        return _Group(self.rows[some], self.home[some], self.age[some])


@dataclass(frozen=True)
class _Parents:
    """Who may have children here: rows of mother and father (or NOBODY) and the mother's age."""

    home: Ints
    mother: Ints
    father: Ints
    mother_age: Ints

    def __add__(self, other: _Parents) -> _Parents:
        return _Parents(
            np.append(self.home, other.home),
            np.append(self.mother, other.mother),
            np.append(self.father, other.father),
            np.append(self.mother_age, other.mother_age),
        )


@dataclass
class _Roster:
    """Persons added group by group; `add` returns their provisional rows, which the links to parents use."""

    count: int = 0
    columns: dict[str, list[Ints]] = field(default_factory=dict)

    def add(self, home: Ints, kin: Ints | Kin, male: Bools | bool, age: Ints, **more: Ints) -> Ints:
        usual: dict[str, Ints | int] = {"spouse_rank": 0, "mother": NOBODY, "father": NOBODY}
        row = {"household": home, "kin": kin, "male": male, "age": age, **usual, **more}
        for name, values in row.items():
            self.columns.setdefault(name, []).append(np.broadcast_to(np.asarray(values, np.int64), len(home)))
        self.count += len(home)
        return np.arange(self.count - len(home), self.count)

    def written_down(self) -> Members:
        """In the order of a questionnaire: the head, wives, children by mother then age, and so on."""
        column = {name: np.concatenate(parts) for name, parts in self.columns.items()}
        kin = np.where(column["kin"] == Kin.DAUGHTER, Kin.SON, column["kin"])
        last_to_first = -column["age"], column["mother"], column["spouse_rank"], kin, column["household"]
        order = np.lexsort(last_to_first)
        place = np.append(np.argsort(order), NOBODY)  # the last entry sends NOBODY to NOBODY
        column = {name: values[order] for name, values in column.items()}
        household = column["household"]
        return Members(
            household=household,
            line=np.arange(self.count) - np.searchsorted(household, household) + 1,
            kin=column["kin"],
            spouse_rank=column["spouse_rank"],
            male=column["male"].astype(bool),
            age=column["age"],
            mother=place[column["mother"]],
            father=place[column["father"]],
        )


def _nucleus(roster: _Roster, homes: Homes, heads: _Group, rng: np.random.Generator) -> None:
    """The head's wives and children, then the wives and children of the sons who stayed."""
    couples = _marry(roster, heads.only(homes.accompanied & homes.head_male), homes, Kin.WIFE, 0.95, rng)
    unmarried = homes.accompanied & ~np.isin(heads.home, couples.home)
    lone, male = heads.only(unmarried), homes.head_male[unmarried]
    lone_parents = _Parents(
        lone.home,
        np.where(male, NOBODY, lone.rows),
        np.where(male, lone.rows, NOBODY),
        lone.age - np.where(male, 8, 0),
    )
    sons = _births(roster, couples + lone_parents, homes, (Kin.SON, Kin.DAUGHTER), rng)
    _descend(roster, sons, homes, Kin.DAUGHTER_IN_LAW, Kin.GRANDCHILD, rng)


def _descend(roster: _Roster, men: _Group, homes: Homes, wife: Kin, child: Kin, rng: np.random.Generator) -> None:
    """Of these men, the older the likelier, some are married and have children here."""
    grown = men.only(men.age >= MARRIAGEABLE)
    chance = np.clip((grown.age - 19) * 0.055, 0.0, 0.85)
    _births(roster, _marry(roster, grown, homes, wife, chance, rng), homes, (child, child), rng)


def _marry(
    roster: _Roster,
    men: _Group,
    homes: Homes,
    kin: Kin,
    chance: float | NDArray[np.float64],
    rng: np.random.Generator,
) -> _Parents:
    """Wives of the men: 0 to 4 each, more with the man's age, fewer in town; the later wives are younger."""
    urban = homes.urban[men.home]
    second = np.clip(0.04 + (men.age - 22) * 0.0115, 0.03, 0.40) * np.where(urban, 0.45, 1.0)
    draw, married = rng.random(len(men.rows)), rng.random(len(men.rows)) < chance
    wives = married * (1 + (draw < second) + (draw < 0.17 * second) + (draw < 0.03 * second))
    rank = np.arange(wives.sum()) - np.repeat(np.cumsum(wives) - wives, wives) + 1
    home, husband = np.repeat(men.home, wives), np.repeat(men.rows, wives)
    younger = 2 + rng.gamma(2.2, 2.6, len(rank)) + 5 * (rank - 1)
    age = np.maximum(np.repeat(men.age, wives) - younger.astype(np.int64), 15 + rng.integers(0, 5, len(rank)))
    rows = roster.add(home, kin, False, age, spouse_rank=rank * (kin == Kin.WIFE))
    return _Parents(home, rows, husband, age)


def _births(roster: _Roster, parents: _Parents, homes: Homes, kin: tuple[Kin, Kin], rng: np.random.Generator) -> _Group:
    """Children alive and still at home, spaced over the mother's fertile years; returns the sons."""
    fertile = np.clip(parents.mother_age - 17, 0, 28)
    mean = fertile / np.where(homes.urban[parents.home], 5.0, 4.15)
    births = rng.binomial(MOST_BIRTHS, mean / MOST_BIRTHS)
    of = np.repeat(np.arange(len(births)), births)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(births) - births, births)
    youngest = np.clip(parents.mother_age[of] - 45, 0, None)
    age = (youngest + fertile[of] * (nth + rng.random(len(of))) / births[of]).astype(np.int64)
    male = rng.random(len(of)) < 0.505
    stays = np.where(male, np.clip(1.0 - (age - 16) * 0.05, 0.22, 1.0), np.clip(1.85 - age * 0.066, 0.03, 1.0))
    here = rng.random(len(of)) < stays
    of, male, age = of[here], male[here], age[here]
    home, mother, father = parents.home[of], parents.mother[of], parents.father[of]
    rows = roster.add(home, np.where(male, *kin), male, age, mother=mother, father=father)
    return _Group(rows, home, age).only(male)


def _head_parent(roster: _Roster, homes: Homes, male: bool, rng: np.random.Generator) -> Ints:
    """An old mother, seldom an old father, who lives with the head: rows by household, or NOBODY."""
    chance, gap = (0.04, 27) if male else (0.14, 20)
    at = np.flatnonzero(homes.accompanied & (homes.head_age < 62) & (rng.random(len(homes)) < chance))
    rows = np.full(len(homes), NOBODY)
    age = np.minimum(homes.head_age[at] + gap + rng.integers(0, 14, len(at)), 97)
    rows[at] = roster.add(at, Kin.PARENT, male, age)
    return rows


def _siblings(roster: _Roster, homes: Homes, mothers: Ints, fathers: Ints, rng: np.random.Generator) -> None:
    """Younger brothers and sisters of the head; married brothers live here with wives and children."""
    chance = np.where(homes.urban, 0.06, 0.10) * homes.accompanied * (homes.head_age < 62)
    at = np.repeat(np.arange(len(homes)), rng.binomial(3, chance))
    male = rng.random(len(at)) < 0.65
    age = np.maximum(homes.head_age[at] - rng.integers(1, 22, len(at)), 6)
    rows = roster.add(at, Kin.SIBLING, male, age, mother=mothers[at], father=fathers[at])
    _descend(roster, _Group(rows, at, age).only(male), homes, Kin.SISTER_IN_LAW, Kin.NEPHEW, rng)


def _guests(roster: _Roster, homes: Homes, rng: np.random.Generator) -> None:
    """Fostered children, other kin and a few unrelated persons (apprentices, herders, servants)."""
    for kin, mean, youngest, oldest, boys in (
        (Kin.FOSTERED, 0.34, 3, 17, 0.45),
        (Kin.OTHER_KIN, 0.16, 8, 75, 0.42),
        (Kin.UNRELATED, 0.06, 10, 45, 0.55),
    ):
        at = np.repeat(np.arange(len(homes)), rng.poisson(mean, len(homes)) * homes.accompanied)
        age = rng.integers(youngest, oldest + 1, len(at))
        roster.add(at, kin, rng.random(len(at)) < boys, age)
