"""Who is called what: given names by sex, lineages, particles of the north, spellings as lists write them.

A surname is nearly no evidence in Mali (five cover 30 % of people), and that is what this reproduces: a
village has a few founding lineages, wives keep their father's name, « Ag / Walet » and « Ould / Mint »
carry the father's given name, and one name in six is written with another spelling than the commonest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jigi.demo.population.csv_bytes import Cells, blank, glued
from jigi.demo.population.lexicon import PLAIN, Lexicon, Lineage, lexicon
from jigi.demo.population.places import Villages
from jigi.demo.population.structure import NOBODY, Homes, Ints, Kin, Members

_FOUNDERS = 6
_HEADS_LINE = (Kin.HEAD, Kin.SIBLING, Kin.NEPHEW)
_CHILDRENS_LINE = (Kin.SON, Kin.DAUGHTER, Kin.GRANDCHILD)


@dataclass(frozen=True)
class NameCells:
    """The columns of the members' file that hold names."""

    given: Cells
    surname: Cells
    nickname: Cells
    father: Cells
    mother: Cells


@dataclass(frozen=True)
class _Written:
    """Positions in the lexicon's cell tables, one entry per person."""

    given: Ints
    surname: Ints


@dataclass(frozen=True)
class _Absent:
    """Parents who are not in the household, by family: brothers and sisters share theirs."""

    father: Ints
    fathers_father: Ints
    mother: Ints
    mothers_father: Ints
    luck: NDArray[np.float64]

    @classmethod
    def draw(cls, lex: Lexicon, families: int, of: Ints, rng: np.random.Generator) -> _Absent:
        fathers = [lex.men.draw(families, rng)[of] for _ in range(3)]
        mother = lex.women.draw(families, rng)[of]
        return cls(fathers[0], fathers[1], mother, fathers[2], rng.random(families)[of])


def name_members(homes: Homes, members: Members, villages: Villages, rng: np.random.Generator) -> NameCells:
    """The names of a block's members and of their parents, who often live elsewhere or are dead."""
    lex, count = lexicon(), len(members)
    given = _given_names(lex, members, rng)
    absent = _Absent.draw(lex, 2 * len(homes) + count, _family(homes, members), rng)
    father_given = np.where(members.father == NOBODY, absent.father, given[members.father])
    lineage, mothers = _lineages(lex, homes, members, villages, rng)
    of_household = rng.random(len(homes))[members.household]
    luck = np.where(rng.random(count) < 0.06, rng.random(count), of_household)
    own = _Written(
        lex.spell_given(members.male, given, rng.random(count)),
        lex.spell_surname(members.male, lineage, father_given, luck),
    )
    men, women = np.ones(count, bool), np.zeros(count, bool)
    father = _Written(
        lex.spell_given(men, absent.father, absent.luck),
        lex.spell_surname(men, lineage, absent.fathers_father, of_household),
    )
    mother = _Written(
        lex.spell_given(women, absent.mother, absent.luck),
        lex.spell_surname(women, mothers, absent.mothers_father, of_household),
    )
    return NameCells(
        given=lex.given_cells[own.given],
        surname=lex.surname_cells[own.surname],
        nickname=blank(lex.nickname_cells[lex.nicknames(members.male, rng)], rng.random(count) > 0.12),
        father=_parent_cells(lex, members.father, own, father, 0.04, rng),
        mother=_parent_cells(lex, members.mother, own, mother, 0.06, rng),
    )


def _parent_cells(
    lex: Lexicon, rows: Ints, own: _Written, absent: _Written, unknown: float, rng: np.random.Generator
) -> Cells:
    """« Mamadou Traoré »: as written on the parent's own line when there is one, else as told, or unknown."""
    elsewhere = rows == NOBODY
    given = np.where(elsewhere, absent.given, own.given[rows])
    surname = np.where(elsewhere, absent.surname, own.surname[rows])
    space = np.full(len(rows), b" ", dtype="S1")
    cells = glued([lex.given_cells[given], space, lex.surname_cells[surname]])
    return blank(cells, elsewhere & (rng.random(len(rows)) < unknown))


def _family(homes: Homes, members: Members) -> Ints:
    """Which absent parents each person has: the head's, those of the head's children, or their own."""
    family = 2 * len(homes) + np.arange(len(members))
    family = np.where(np.isin(members.kin, (Kin.HEAD, Kin.SIBLING)), members.household, family)
    children = np.isin(members.kin, (Kin.SON, Kin.DAUGHTER))
    return np.where(children, len(homes) + members.household, family)


def _given_names(lex: Lexicon, members: Members, rng: np.random.Generator) -> Ints:
    """Given names by sex; full brothers and sisters rarely share one."""
    given = lex.draw_given(members.male, rng)
    for _ in range(2):
        key = ((members.mother * 2 + members.male) << 10) + given
        order = np.argsort(key, kind="stable")
        again = order[1:][np.diff(key[order]) == 0]
        again = again[members.mother[again] != NOBODY]
        given[again] = lex.draw_given(members.male[again], rng)
    return given


def _lineages(
    lex: Lexicon, homes: Homes, members: Members, villages: Villages, rng: np.random.Generator
) -> tuple[Lineage, Lineage]:
    """The lineage of each member and of each member's mother."""
    founders = lex.surnames.draw(len(villages) * _FOUNDERS, rng).reshape(-1, _FOUNDERS)
    village = homes.village[members.household]
    head = _draw(lex, villages, homes.village, founders, rng)
    husband = _draw(lex, villages, homes.village, founders, rng)
    childrens = head.where(homes.head_male, husband).at(members.household)
    own = _draw(lex, villages, village, founders, rng)
    fostered_kin = (members.kin == Kin.FOSTERED) & (rng.random(len(members)) < 0.5)
    fathers_line = (members.kin == Kin.PARENT) & members.male
    in_heads = np.isin(members.kin, _HEADS_LINE) | fostered_kin | fathers_line
    lineage = head.at(members.household).where(in_heads, own)
    lineage = childrens.where(np.isin(members.kin, _CHILDRENS_LINE), lineage)
    mothers = _draw(lex, villages, village, founders, rng)
    return lineage, lineage.at(members.mother).where(members.mother != NOBODY, mothers)


def _draw(lex: Lexicon, villages: Villages, village: Ints, founders: Ints, rng: np.random.Generator) -> Lineage:
    """Four surnames in ten are those of the village's founders, the others the nation's."""
    count = len(village)
    founder = founders[village, rng.integers(0, _FOUNDERS, count)]
    surname = np.where(rng.random(count) < 0.4, founder, lex.surnames.draw(count, rng))
    style = np.where(rng.random(count) < 0.9, villages.style[village], PLAIN)
    return Lineage(style, surname)
