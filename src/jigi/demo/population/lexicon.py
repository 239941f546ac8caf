"""The tables of names, with their weights and their spellings, as codes that numpy can draw and look up."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from jigi.demo.population.csv_bytes import Cells, words
from jigi.demo.population.structure import Bools, Ints

PLAIN, TAMASHEQ, MAURE = 0, 1, 2  # how a lineage is named: a surname, Ag / Walet, Ould / Mint
COMMONEST_SPELLING = 0.84
_PARTICLES = ("Ag", "Walet", "Ould", "Mint")
_WOMENS_NICKNAMES = (
    "Tanti",
    "Nènè",
    "Ba",
    "Mah",
    "Dédé",
    "Mamou",
    "Tata",
    "Djè",
    "Batoma",
    "Nah",
    "Bébé",
    "Yah",
)
_MENS_NICKNAMES = (
    "Vieux",
    "Papa",
    "Baba",
    "Bah",
    "Bouba",
    "Petit",
    "Solo",
    "Zan",
    "N'Tji",
    "Kaou",
    "Bakoro",
    "Kalo",
)


@dataclass(frozen=True)
class Names:
    """Names by frequency. The written forms of name i are `first[i]` to `first[i] + forms[i] - 1`."""

    cumulated: NDArray[np.float64]
    first: Ints
    forms: Ints
    written: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.first)

    def draw(self, count: int, rng: np.random.Generator) -> Ints:
        return np.searchsorted(self.cumulated, rng.random(count), side="right")

    def spell(self, names: Ints, luck: NDArray[np.float64]) -> Ints:
        """Written forms, the commonest in 84 % of cases; the same luck in [0, 1) spells a name alike."""
        others = self.forms[names] - 1
        rare = (luck - COMMONEST_SPELLING) / (1 - COMMONEST_SPELLING)
        return self.first[names] + np.where(rare < 0, 0, np.ceil(rare * others).astype(np.int64))


@dataclass(frozen=True)
class Lineage:
    """What a person's surname is made of: one entry per person."""

    style: Ints
    surname: Ints  # used when the style is PLAIN

    def at(self, rows: Ints) -> Lineage:
        return Lineage(self.style[rows], self.surname[rows])

    def where(self, condition: Bools, other: Lineage) -> Lineage:
        style = np.where(condition, self.style, other.style)
        return Lineage(style, np.where(condition, self.surname, other.surname))


@dataclass(frozen=True)
class Lexicon:
    """Given names are positions in `men` or `women`, by sex; written forms, in the tables of cells."""

    men: Names
    women: Names
    surnames: Names
    given_cells: Cells
    surname_cells: Cells
    nickname_cells: Cells  # 12 of men, then 12 of women

    def draw_given(self, male: Bools, rng: np.random.Generator) -> Ints:
        return np.where(male, self.men.draw(len(male), rng), self.women.draw(len(male), rng))

    def spell_given(self, male: Bools, given: Ints, luck: NDArray[np.float64]) -> Ints:
        women = len(self.men.written) + self.women.spell(np.where(male, 0, given), luck)
        return np.where(male, self.men.spell(np.where(male, given, 0), luck), women)

    def spell_surname(self, male: Bools, lineage: Lineage, father_given: Ints, luck: NDArray[np.float64]) -> Ints:
        """Plain surnames, or the particle of the style and sex with the father's given name."""
        particle = 2 * (lineage.style - 1) + ~male
        patronymic = len(self.surnames.written) + particle * len(self.men) + father_given
        return np.where(lineage.style == PLAIN, self.surnames.spell(lineage.surname, luck), patronymic)

    def nicknames(self, male: Bools, rng: np.random.Generator) -> Ints:
        each = len(_MENS_NICKNAMES)
        return rng.integers(0, each, len(male)) + np.where(male, 0, each)


@cache
def lexicon() -> Lexicon:
    given = _rows("given_names.csv")
    men = _names([row for row in given if row["sex"] == "M"])
    women = _names([row for row in given if row["sex"] == "F"])
    surnames = _names(_rows("surnames.csv"))
    fathers = [men.written[form] for form in men.first]
    patronymics = [f"{particle} {father}" for particle in _PARTICLES for father in fathers]
    return Lexicon(
        men=men,
        women=women,
        surnames=surnames,
        given_cells=words([*men.written, *women.written]),
        surname_cells=words([*surnames.written, *patronymics]),
        nickname_cells=words([*_MENS_NICKNAMES, *_WOMENS_NICKNAMES]),
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("jigi.demo") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _names(rows: list[dict[str, str]]) -> Names:
    spellings = [[row["name"], *filter(None, row["variants"].split("|"))] for row in rows]
    weight = np.array([int(row["count"]) for row in rows], dtype=float)
    forms = np.array([len(written) for written in spellings])
    return Names(
        cumulated=np.cumsum(weight)[:-1] / weight.sum(),
        first=np.cumsum(forms) - forms,
        forms=forms,
        written=tuple(form for written in spellings for form in written),
    )
