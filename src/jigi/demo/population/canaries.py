"""Three households that cannot be mistaken: wherever their name or numbers are read, they came from here.

A test looks for them where they must not be (a log, an error, a public page, a statistic, an export without the right)
and where they must. Like everybody of this population they do not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jigi.demo.population.csv_bytes import Cells
from jigi.demo.population.identity import nina_of
from jigi.demo.population.records import Columns, Drawn

SURNAME = "Serinfictif"
NOWHERE = 99_999
"""A birthplace that no village of the population has."""


@dataclass(frozen=True)
class Canary:
    """What is written for the first member of a household, counted from 0 over the whole population."""

    household: int
    given: str
    phone: str
    serial: int


CANARIES = (
    Canary(1, "Kanarialfa", "69990011", 901),
    Canary(4, "Kanaribeta", "69990022", 902),
    Canary(6, "Kanarigama", "69990033", 903),
)


def plant(columns: Columns, drawn: Drawn) -> Columns:
    """The members' columns with the canaries in the place of those whose household they take.

    Who names them as father or mother, or is called on their telephone, says so too.
    """
    planted = dict(columns)
    members = drawn.members
    for canary in CANARIES:
        first = np.flatnonzero((drawn.first + members.household == canary.household) & (members.line == 1))
        for row in first:
            number = nina_of(bool(members.male[row]), int(drawn.births.year[row]), NOWHERE, canary.serial)
            if planted["telephone_de"][row] == b"soi":
                _write(planted, "telephone", planted["telephone"] == planted["telephone"][row], canary.phone)
            _write(planted, "nom_pere", members.father == row, f"{canary.given} {SURNAME}")
            _write(planted, "nom_mere", members.mother == row, f"{canary.given} {SURNAME}")
            here = np.arange(len(members)) == row
            own = {"prenom": canary.given, "nom": SURNAME, "telephone": canary.phone, "telephone_de": "soi"}
            for name, text in {**own, "nina": number}.items():
                _write(planted, name, here, text)
    return planted


def _write(columns: dict[str, Cells], name: str, where: NDArray[np.bool_], text: str) -> None:
    """Some cells of a column changed, in a copy that is wide enough."""
    column = columns[name]
    columns[name] = np.where(where, np.bytes_(text.encode()), column)
