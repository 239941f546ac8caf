"""What a figure is: indicators, their cells, what a cell is worth, what a snapshot's digest is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

MEASURES = ("count", "sum", "share", "ratio")
"""Of the rows behind: how many different units; the sum of amounts; the good units among all; the good amount in it."""

LEVELS = {
    "pdo": "Objectif de développement", "intermediate": "Résultats intermédiaires", "statement": "Situation annuelle",
}  # fmt: skip

DIMENSIONS = {
    "": "ensemble", "region": "région", "commune": "commune", "kind": "composante", "agreement": "convention",
    "sex": "sexe", "band": "âge", "quarter": "trimestre", "commune_quarter": "commune et trimestre",
    "region_kind": "région et composante", "kind_agreement": "composante et convention",
}  # fmt: skip

BANDS = ("00-04", "05-14", "15-24", "25-59", "60+", "?")
UNKNOWN = "?"

SORTS = {
    "count": "unités", "sum": "somme", "share": "part d’unités", "ratio": "part de montants",
    "balance": "mouvements des comptes",
}  # fmt: skip
"""What a figure may be: a count or a sum is not below zero, a share not above its total; what accounts moved may be
below zero in a part of a year, when more came back than went out."""


@dataclass(frozen=True)
class Target:
    """What an indicator must have reached by the end of a year, and who says so."""

    year: int
    value: float
    source: str


@dataclass(frozen=True)
class Indicator:
    """An indicator as the reviewed file says it.

    `formula` is a statement of sql/ whose rows `measure` counts; `kinds` are the natures of components it keeps,
    `oldest` the age of the oldest person. A sum is divided by `per`. `by` are the dimensions in which it is told.
    """

    code: str
    name: str
    definition: str
    source: str
    how: str
    unit: str
    level: str
    component: str
    formula: str
    measure: str
    by: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    oldest: int | None = None
    per: int = 1
    baseline: float | None = None
    baseline_source: str = ""
    targets: tuple[Target, ...] = ()

    @property
    def is_percentage(self) -> bool:
        return self.measure in ("share", "ratio")

    def target(self, year: int) -> Target | None:
        return next((one for one in self.targets if one.year == year), None)


@dataclass(frozen=True)
class Counted:
    """What stands behind one cell: rows, different units, amounts, and those of them that are good."""

    rows: int
    units: int
    good_units: int
    amount: int
    good_amount: int


@dataclass(frozen=True)
class Key:
    """Where a cell stands: a dimension and its values; "" where it has none, "?" where it is not known."""

    dimension: str = ""
    area: str = ""
    kind: str = ""
    agreement: str = ""
    sex: str = ""
    band: str = ""
    quarter: str = ""


@dataclass(frozen=True)
class Cell:
    """One figure: `numerator`, over `denominator` when there is one; `latest_on` is the newest fact behind it.

    `loaded` says that no row stands behind: it was taken from a file, whose `source` it names.
    """

    indicator: str
    key: Key
    numerator: int
    denominator: int | None
    rows: int
    latest_on: date | None
    loaded: bool = False
    source: str = ""
    area_id: int | None = None
    """The area of the key: two divisions of the country share codes."""

    @property
    def line(self) -> str:
        """The cell as the digest reads it: sql/digest.sql writes the same."""
        key = self.key
        parts = (
            self.indicator, key.dimension, key.area, key.kind, key.agreement, key.sex, key.band, key.quarter,
            str(self.numerator), "" if self.denominator is None else str(self.denominator), str(self.rows),
            self.latest_on.isoformat() if self.latest_on else "", "t" if self.loaded else "f", self.source,
        )  # fmt: skip
        return "|".join(parts)


def measured(indicator: Indicator, counted: Counted) -> tuple[int, int | None]:
    """The numerator and the denominator of a cell."""
    match indicator.measure:
        case "count":
            return counted.units, None
        case "sum":
            return counted.amount, indicator.per if indicator.per > 1 else None
        case "share":
            return counted.good_units, counted.units
        case _:
            return counted.good_amount, counted.amount


def value_of(numerator: int, denominator: int | None) -> float | None:
    """What a cell is worth; None for a share of nothing."""
    if denominator is None:
        return numerator
    return numerator / denominator if denominator else None


def digest_of(cells: Iterable[Cell]) -> str:
    """SHA-256 of the cells' lines in the order of their bytes: whoever changes, adds or loses one changes it."""
    lines = sorted(cell.line.encode() for cell in cells)
    return sha256(b"\n".join(lines)).hexdigest()


def reached(indicator: Indicator, value: float | None, year: int) -> float | None:
    """The part of the year's target that is reached (1 is all of it); None without a target or a value."""
    target = indicator.target(year)
    return value / target.value if target and target.value and value is not None else None
