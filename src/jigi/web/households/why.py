"""Why a household was chosen or not: the committee's reasons, its place, and what weighs in its score."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from jigi.foundation.money import NARROW_SPACE
from jigi.registry.models import Household
from jigi.targeting import queries as targeting
from jigi.targeting.models import ListedHousehold, Result, TargetingRound
from jigi.web.formats import rank
from jigi.web.households.conditions import label_of, word

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
        return f"{'−' if self.poorer else '+'}{NARROW_SPACE}{abs(self.percent)}{NARROW_SPACE}%"


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
    said = f" «\u202f{listed.reason}\u202f»" if listed.reason else ""
    return f"L’assemblée du village l’a placé {rank(listed.rank)}.{criteria}{said}"


def _score(household: Household, result: Result) -> Score | None:
    formula = result.targeting_round.formula
    parts = targeting.score_parts(household, formula) if formula and result.score is not None else None
    if formula is None or parts is None:
        return None
    fitted = targeting.fitted_of(formula)
    if fitted.formula.transform != "log":
        return None
    return Score(
        parts.predicted_xof,
        fitted.outcome_of(parts.village_median),
        parts.village_households,
        _weights(parts.parts),
    )


def _weights(parts: list[targeting.Part]) -> list[Weight]:
    """What weighs most, the terms of one question taken together."""
    moves: dict[str, float] = defaultdict(float)
    labels: dict[str, str] = {}
    for part in parts:
        key, label = part.term.name if part.term.over else part.term.column, _label(part)
        moves[key] += part.difference
        labels[key] = min(labels.get(key, label), label, key=len)
    percents = {key: _percent(moved) for key, moved in moves.items() if _percent(moved)}
    shown = sorted(percents, key=lambda key: (-abs(percents[key]), key))[:MOST_PARTS]
    widest = max((abs(percents[key]) for key in shown), default=1)
    return [Weight(labels[key], percents[key], round(100 * abs(percents[key]) / widest)) for key in shown]


def _percent(difference: float) -> int:
    """A difference of logarithms as percents of consumption."""
    return round(100 * (math.exp(difference) - 1))


def _label(part: targeting.Part) -> str:
    term = part.term
    label = term.label or label_of(term.column)
    if part.value is None:
        return f"{label}\u00a0: non renseigné"
    return label if term.over else f"{label}\u00a0: {word(part.value)}"
