"""The lists of the village committees: who is put forward, in which order, and why.

A committee lists half to six tenths of its village. It sees consumption through a fog: its order correlates
with the true one at about 0.3 to 0.4 within a village, because it weighs need as it knows it (few arms, no
tools, a widow, a bad season) more than expenditure, and because it errs. Each listed household meets at
least one of the four criteria and has a reason in French.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jigi.demo.population.conditions import LIVELIHOOD, Composition, Conditions
from jigi.demo.population.places import Villages
from jigi.demo.population.structure import Homes, Ints

CRITERIA = ("insecurite_alimentaire", "source_revenu", "outils_production", "taille_composition")
REASONS = (
    "Greniers vides avant la soudure",
    "Ne mange pas à sa faim",
    "Réduit les repas depuis des mois",
    "Aucun revenu régulier",
    "Revenu perdu cette année",
    "Vit de l’aide des parents",
    "Ni charrue ni bœufs",
    "Aucun outil de travail",
    "Travaille avec des outils prêtés",
    "Conduit par une femme seule",
    "Chef âgé sans soutien",
    "Beaucoup d’enfants et peu de bras",
    "Peu de bras valides",
)
_HUNGER, _NO_INCOME, _AID, _NO_PLOUGH, _NO_TOOL, _LENT, _WOMAN, _OLD, _CHILDREN, _FEW_ARMS = (
    0,
    3,
    *range(5, 13),
)


@dataclass(frozen=True)
class CommunityList:
    """The listed households by village then rank: `household` is the position in the block."""

    household: Ints
    rank: Ints
    criteria: NDArray[np.bool_]  # shape (listed, 4), in the order of CRITERIA
    reason: Ints  # position in REASONS


def draw_lists(
    homes: Homes, people: Composition, living: Conditions, villages: Villages, rng: np.random.Generator
) -> CommunityList:
    need = _criteria_scores(homes, people, living, rng)
    size = np.bincount(homes.village, minlength=len(villages))
    ease = _within(np.log(living.consumption_xof), homes.village, size)
    seen = -0.42 * ease + 0.30 * need.sum(axis=1) / 2 + rng.normal(0.0, 0.85, len(homes))
    order = np.lexsort((-seen, homes.village))
    rank = np.arange(len(homes)) - (np.cumsum(size) - size)[homes.village] + 1
    kept = rank <= np.maximum(1, np.rint(villages.committee * size))[homes.village]
    household = order[kept]
    need = need[household]
    criteria = need > 0.55
    main = np.argmax(need, axis=1)
    criteria[np.arange(len(main)), main] = True
    return CommunityList(household, rank[kept], criteria, _reason(homes, people, living, rng)[main, household])


def _criteria_scores(
    homes: Homes, people: Composition, living: Conditions, rng: np.random.Generator
) -> NDArray[np.float64]:
    """How strongly each criterion speaks for the household, about 0 to 1 each with the committee's errors."""
    hungry = (living.food_score < 40) * 0.45 + (living.coping > 12) * 0.30
    poor_income = np.isin(living.livelihood, (7, 8)) * 0.8 + (living.education == 0) * 0.25
    no_tools = ~living.goods["plough"] * 0.30 + (living.animals["cattle"] == 0) * 0.25
    idle = 1 - people.active / people.size
    burdened = idle * 0.7 + (people.size > 9) * 0.15 + ~homes.head_male * 0.35 + (people.head_age > 65) * 0.2
    scores = np.stack([hungry, poor_income, no_tools, burdened], axis=1)
    return scores + rng.normal(0.05, 0.22, scores.shape)


def _reason(homes: Homes, people: Composition, living: Conditions, rng: np.random.Generator) -> NDArray[np.int64]:
    """What the committee would say of each household on each criterion, fit for it: shape (4, households)."""
    count = len(homes)
    unequipped = ~living.goods["plough"] & (living.animals["cattle"] == 0)
    return np.stack(
        [
            rng.integers(_HUNGER, _HUNGER + 3, count),
            np.where(living.livelihood == LIVELIHOOD.index("aide"), _AID, rng.integers(_NO_INCOME, _AID, count)),
            np.select([unequipped & homes.urban, unequipped], [_NO_TOOL, _NO_PLOUGH], _LENT),
            np.select(
                [
                    ~homes.head_male & (people.wives == 0),
                    people.head_age >= 60,
                    people.under_15 >= people.active + 2,
                ],
                [_WOMAN, _OLD, _CHILDREN],
                _FEW_ARMS,
            ),
        ]
    )


def _within(values: NDArray[np.float64], village: Ints, size: Ints) -> NDArray[np.float64]:
    """Standardised inside each village."""
    mean = np.bincount(village, values, len(size)) / size
    spread = np.sqrt(np.bincount(village, (values - mean[village]) ** 2, len(size)) / size)
    return (values - mean[village]) / np.maximum(spread, 1e-9)[village]
