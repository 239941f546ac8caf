"""What a scoring formula is: terms to fit, then their effects, their origin and how far they are wrong.

Pure nouns, shared by the fit (`pmt.py`), the file (`formula_file.py`) and the SQL (`expression.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Literal

UNKNOWN = ""

# The typed living conditions a formula may read, by kind (columns of `registry_livingconditions`).
NUMBER_COLUMNS = frozenset(
    {
        "household_size", "children_under_5", "children_under_15", "active_adults", "wives", "head_age",
        "rooms", "meals_per_day", "fcs", "rcsi", "land_ha", "cattle", "sheep_goats", "donkeys", "camels",
        "poultry", "housing_score", "education_score", "health_score", "weight", "consumption_xof",
    }
)  # fmt: skip
CODE_COLUMNS = frozenset(
    {
        "head_sex", "head_education", "head_occupation", "livelihood", "stratum", "zone", "dwelling_status",
        "wall", "roof", "floor", "water", "toilet", "lighting", "cooking_fuel", "cluster",
    }
)  # fmt: skip
YES_NO_COLUMNS = frozenset({"urban", "plough", "cart", "motorcycle", "bicycle", "mobile_phone", "radio", "television"})
COLUMNS = NUMBER_COLUMNS | CODE_COLUMNS | YES_NO_COLUMNS

Transform = Literal["identity", "log", "square"]


@dataclass(frozen=True)
class Term:
    """A predictor. A category becomes one effect by code; a number is divided, clipped, then transformed.

    `over`: the column it is divided by (zero there makes the ratio unknown). `log` needs `minimum` > 0:
    values below are raised to it, so that no logarithm of zero exists.
    """

    column: str
    kind: Literal["category", "number"]
    transform: Transform = "identity"
    over: str = ""
    minimum: float | None = None
    maximum: float | None = None
    reference: str = UNKNOWN
    label: str = ""

    @property
    def name(self) -> str:
        """« head_sex », « log(household_size) », « children_under_15/household_size »."""
        inner = f"{self.column}/{self.over}" if self.over else self.column
        return inner if self.transform == "identity" else f"{self.transform}({inner})"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, self.over) if self.over else (self.column,)


@dataclass(frozen=True)
class Condition:
    """Rows of the survey to keep: those whose column has one of the codes; without codes, any known value."""

    column: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Formula:
    """What is to be fitted: an outcome, how its rows weigh, and the predictors in their order.

    A row weighs `weight` x `persons`; `cluster` is what is drawn in halves to measure the error. The scores
    are meant for campaigns opened from `valid_from` to `valid_until`.
    """

    name: str
    version: int
    title: str
    author: str
    source: str
    valid_from: date
    valid_until: date | None
    outcome: str
    terms: tuple[Term, ...]
    transform: Literal["log", "identity"] = "log"
    weight: str = "weight"
    persons: str = "household_size"
    cluster: str = "cluster"
    rows: tuple[Condition, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the fit reads, each once."""
        read = [self.outcome, self.weight, self.persons, self.cluster]
        read += [condition.column for condition in self.rows]
        read += [column for term in self.terms for column in term.columns]
        return tuple(dict.fromkeys(name for name in read if name))


@dataclass(frozen=True)
class Effect:
    """What a fitted term adds to the score.

    Category: `levels` by code, its reference at 0; `unknown` for a missing or never seen code, which is the
    effect of the survey's own missing answers, or that of the reference (0) where the survey had none.
    Number: `slope` x value; `unknown` = `slope` x the survey's mean.
    """

    term: Term
    slope: float = 0.0
    levels: tuple[tuple[str, float], ...] = ()
    unknown: float = 0.0


@dataclass(frozen=True)
class QuotaError:
    """At a quota: the share of the poor's weight not selected, and of the selected's weight not poor."""

    quota: float
    exclusion: float
    inclusion: float


@dataclass(frozen=True)
class Measure:
    """How well a prediction does on rows it was not fitted on: weighted R² and the errors at each quota."""

    r2: float
    errors: tuple[QuotaError, ...]


@dataclass(frozen=True)
class Evaluation:
    """The measures of repeated halves of clusters, and their mean."""

    seed: int
    repetitions: tuple[Measure, ...]

    @property
    def mean(self) -> Measure:
        errors = tuple(
            QuotaError(
                same[0].quota,
                fmean(error.exclusion for error in same),
                fmean(error.inclusion for error in same),
            )
            for same in zip(*(measure.errors for measure in self.repetitions), strict=True)
        )
        return Measure(fmean(measure.r2 for measure in self.repetitions), errors)


@dataclass(frozen=True)
class FittedFormula:
    """A formula with its coefficients, where they come from and how far they are wrong."""

    formula: Formula
    intercept: float
    effects: tuple[Effect, ...]
    survey: str
    fitted_on: date
    rows: int
    clusters: int
    persons: float
    r2: float
    evaluation: Evaluation | None = None

    @property
    def coefficients(self) -> dict[tuple[str, str], float]:
        """By (term, code); a number has the code ""."""
        found: dict[tuple[str, str], float] = {}
        for effect in self.effects:
            if effect.term.kind == "number":
                found[effect.term.name, ""] = effect.slope
            found |= {(effect.term.name, code): value for code, value in effect.levels}
        return found

    def outcome_of(self, score: float) -> float:
        """The predicted outcome in its own unit (XOF per person and year)."""
        return math.exp(score) if self.formula.transform == "log" else score
