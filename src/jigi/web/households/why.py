"""Why a household was chosen or not: the committee's reasons, its place, and what weighs in its score."""

from __future__ import annotations

import math
from dataclasses import dataclass

from jigi.registry.models import Household, LivingConditions
from jigi.targeting import queries as targeting
from jigi.targeting.models import ListedHousehold, Result, TargetingRound
from jigi.web.formats import number, rank
from jigi.web.households.conditions import word

CRITERIA = {
    "food_insecurity": "insécurité alimentaire",
    "income_source": "source de revenu",
    "production_tools": "outils de production",
    "household_composition": "taille et composition",
}
MOST_PARTS = 8


@dataclass(frozen=True)
class Weight:
    """A line of the score: what was answered, and by how many percent it moves the estimated consumption."""

    label: str
    percent: int
    width: int

    @property
    def poorer(self) -> bool:
        return self.percent < 0

    @property
    def signed(self) -> str:
        return f"{'−' if self.poorer else '+'} {abs(self.percent)} %"


@dataclass(frozen=True)
class Score:
    """The estimated consumption beside the village's median, XOF per person and year, and what weighs."""

    predicted_xof: float
    village_xof: float
    village_households: int
    weights: list[Weight]


@dataclass(frozen=True)
class Why:
    """What one campaign says of a household, ready to be read."""

    campaign: TargetingRound
    selected: bool
    reason: str
    committee: str
    score: Score | None


def whys(household: Household) -> list[Why]:
    """What each campaign says of the household, latest first; the latest with its score taken apart."""
    listed = {one.targeting_round_id: one for one in ListedHousehold.objects.filter(household=household)}
    results = targeting.results_of(household)
    return [
        Why(
            campaign=result.targeting_round,
            selected=result.selected,
            reason=targeting.reason_of(result),
            committee=_committee(listed.get(result.targeting_round_id)),
            score=_score(household, result) if position == 0 else None,
        )
        for position, result in enumerate(results)
    ]


def _committee(listed: ListedHousehold | None) -> str:
    if listed is None:
        return ""
    met = [label for name, label in CRITERIA.items() if getattr(listed, name)]
    criteria = f" Critères retenus : {', '.join(met)}." if met else ""
    said = f" « {listed.reason} »" if listed.reason else ""
    return f"L’assemblée du village l’a placé {rank(listed.rank)}.{criteria}{said}"


def _score(household: Household, result: Result) -> Score | None:
    formula = result.targeting_round.formula
    parts = targeting.score_parts(household, formula) if formula and result.score is not None else None
    if formula is None or parts is None:
        return None
    fitted = targeting.fitted_of(formula)
    if fitted.formula.transform != "log":
        return None
    shown = [part for part in parts.parts if _percent(part.difference)][:MOST_PARTS]
    widest = max((abs(_percent(part.difference)) for part in shown), default=1)
    weights = [
        Weight(_label(part), _percent(part.difference), round(100 * abs(_percent(part.difference)) / widest))
        for part in shown
    ]
    return Score(
        parts.predicted_xof, fitted.outcome_of(parts.village_median), parts.village_households, weights
    )


def _percent(difference: float) -> int:
    """A difference of logarithms as percents of consumption."""
    return round(100 * (math.exp(difference) - 1))


def _label(part: targeting.Part) -> str:
    term = part.term
    label = term.label or str(LivingConditions._meta.get_field(term.column).verbose_name)
    if part.value is None:
        return f"{label} : inconnu"
    if isinstance(part.value, str):
        return f"{label} : {word(part.value)}"
    return f"{label} : {number(part.value)}" if not term.over else label
