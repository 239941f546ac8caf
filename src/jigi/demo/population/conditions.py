"""How a household lives and what it consumes.

Consumption is drawn first: what a questionnaire can see (size, dependants, schooling, livelihood, place), a
visible wealth that roofs, animals and goods betray with noise, what the village and commune share, and a
remainder that nothing betrays. The remainder is as large as the rest, so that a proxy means test explains
between a quarter and under a half of the variance on clusters it has not seen, as in the surveys of the
region.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jigi.demo.population.places import CAPITAL, DELTA, NORTH, Villages
from jigi.demo.population.structure import Bools, Homes, Ints, Kin, Members

Floats = NDArray[np.float64]

# Codes of the files, in French; the mapping of the intake translates them.
EDUCATION = ("aucune", "coranique", "alphabetise", "primaire", "secondaire", "superieur")
LIVELIHOOD = (
    "agriculture", "agropastoralisme", "elevage", "peche", "commerce", "salaire", "artisanat", "aide", "aucun"
)  # fmt: skip
OCCUPATION = ("cultivateur", "eleveur", "pecheur", "commercant", "salarie", "artisan", "menagere", "sans")
ZONE = ("soudanienne", "sahelienne", "delta", "saharienne", "urbaine")
SCALES = {
    # column: codes from poorest to richest, weights of wealth and town, cut points on the score
    "wall": (("paille", "banco", "semi_dur", "dur"), 0.8, 1.1, (-2.0, 1.2, 2.1)),
    "roof": (("paille", "banco", "tole", "beton"), 0.8, 1.0, (-1.2, 0.5, 2.6)),
    "floor": (("terre", "ciment", "carreaux"), 0.9, 1.2, (1.0, 3.0)),
    "water": (
        ("surface", "puits_ouvert", "puits_ameliore", "forage", "robinet"),
        0.4,
        1.5,
        (-1.7, -0.1, 0.6, 1.6),
    ),
    "toilet": (("aucune", "fosse_ouverte", "latrine", "chasse"), 0.7, 1.0, (-1.0, 0.2, 2.7)),
    "lighting": (("petrole", "torche", "solaire", "reseau"), 0.7, 1.3, (-1.6, 0.5, 1.6)),
    "cooking_fuel": (("bouse", "bois", "charbon", "gaz"), 0.5, 1.3, (-1.9, 1.3, 3.0)),
    "dwelling_status": (("heberge", "proprietaire", "locataire"), 0.2, 1.1, (-1.5, 1.3)),
}
GOODS = {
    # column: intercept of the logit, weights of wealth, town and farming
    "plough": (-1.6, 0.8, -2.0, 1.9),
    "cart": (-1.4, 0.9, -1.5, 1.3),
    "motorcycle": (-0.6, 1.1, 0.4, 0.2),
    "bicycle": (-0.5, 0.4, -0.3, 0.7),
    "radio": (0.4, 0.6, 0.1, 0.0),
    "television": (-1.4, 1.1, 1.5, 0.0),
    "mobile_phone": (1.0, 0.7, 0.9, 0.0),
}


@dataclass(frozen=True)
class Composition:
    """Counts per household from the members, with stated ages."""

    size: Ints
    under_5: Ints
    under_15: Ints
    active: Ints  # 15 to 64, present
    wives: Ints
    head_age: Ints


@dataclass(frozen=True)
class Conditions:
    """One entry per household. `scale` and `goods` go by column; consumption is per person and year."""

    education: Ints  # positions in EDUCATION, and so on
    occupation: Ints
    livelihood: Ints
    zone: Ints
    scale: dict[str, Ints]
    goods: dict[str, Bools]
    rooms: Ints
    land_ares: Ints
    animals: dict[str, Ints]
    meals: Ints
    food_score: Ints
    coping: Ints
    consumption_xof: Ints


def compose(homes: Homes, members: Members, age: Ints, absent: Bools) -> Composition:
    def count(condition: Bools) -> Ints:
        return np.bincount(members.household[condition], minlength=len(homes))

    return Composition(
        size=np.bincount(members.household, minlength=len(homes)),
        under_5=count(age < 5),
        under_15=count(age < 15),
        active=count((age >= 15) & (age < 65) & ~absent),
        wives=count(members.kin == Kin.WIFE),
        head_age=age[members.kin == Kin.HEAD],
    )


def draw_conditions(homes: Homes, people: Composition, villages: Villages, rng: np.random.Generator) -> Conditions:
    region, urban, count = villages.region[homes.village], homes.urban, len(homes)
    education = _education(homes, people, rng)
    livelihood = _livelihood(region, urban, rng)
    schooled = np.array([0.0, 0.02, 0.08, 0.10, 0.28, 0.62])[education]
    earning = np.array([0.0, 0.04, 0.02, 0.03, 0.18, 0.22, 0.05, -0.12, -0.16])[livelihood]
    own_wealth = rng.normal(0.0, 0.9, count)
    wealth = villages.wealth[homes.village] + own_wealth + 1.2 * (schooled + earning) - 0.1
    idle = 1 - people.active / people.size
    log_consumption = (
        np.log(182_000)
        + villages.effect[homes.village]
        + 0.26 * urban
        + 0.21 * wealth
        + schooled
        + earning
        - 0.27 * np.log(people.size / 7)
        - 0.20 * (idle - 0.5)
        + 0.05 * homes.head_male
        + rng.normal(0.0, 0.42, count)
    )
    farming = np.isin(livelihood, (0, 1))
    food, coping, meals = _food(log_consumption, rng)
    return Conditions(
        education=education,
        occupation=_occupation(homes, people, livelihood, rng),
        livelihood=livelihood,
        zone=_zone(region, urban),
        scale={name: _step(scale, wealth, urban, rng) for name, scale in SCALES.items()},
        goods={name: _owned(good, wealth, urban, farming, rng) for name, good in GOODS.items()},
        rooms=np.clip(rng.poisson(np.exp(0.2 + 0.09 * wealth) * people.size**0.55), 1, 30),
        land_ares=_land(people, wealth, urban, farming, rng),
        animals=_animals(livelihood, region, wealth, urban, rng),
        meals=meals,
        food_score=food,
        coping=coping,
        consumption_xof=np.maximum(np.rint(np.exp(log_consumption) / 100) * 100, 15_000).astype(np.int64),
    )


def _education(homes: Homes, people: Composition, rng: np.random.Generator) -> Ints:
    """The head's, higher in town, for men and for the young; 34 % of adults read."""
    score = rng.logistic(size=len(homes)) + 1.5 * homes.urban + 0.4 * homes.head_male
    score -= 0.018 * (people.head_age - 45)
    return np.searchsorted([0.5, 1.2, 1.6, 2.7, 4.7], score)


def _livelihood(region: Ints, urban: Bools, rng: np.random.Generator) -> Ints:
    """By zone: farming in the south, herding in the north, fishing in the delta, trade and wages in town."""
    chances = np.array(
        [
            [0.56, 0.22, 0.03, 0.01, 0.07, 0.03, 0.04, 0.02, 0.02],  # south
            [0.42, 0.22, 0.07, 0.12, 0.07, 0.03, 0.03, 0.02, 0.02],  # delta
            [0.16, 0.24, 0.34, 0.04, 0.09, 0.03, 0.03, 0.04, 0.03],  # north
            [0.09, 0.05, 0.01, 0.01, 0.33, 0.29, 0.14, 0.02, 0.06],  # towns
        ]
    )
    place = np.select([urban, np.isin(region, NORTH), region == DELTA], [3, 2, 1], 0)
    return (rng.random(len(region))[:, None] > np.cumsum(chances, axis=1)[place, :-1]).sum(axis=1)


def _occupation(homes: Homes, people: Composition, livelihood: Ints, rng: np.random.Generator) -> Ints:
    """What the head does: mostly what the household lives from; half the women keep house, the old rest."""
    usual = np.array([0, 0, 1, 2, 3, 4, 5, 7, 7])[livelihood]
    home = ~homes.head_male & (rng.random(len(homes)) < 0.5)
    return np.select([people.head_age >= 75, home], [7, 6], usual)


def _zone(region: Ints, urban: Bools) -> Ints:
    """Positions in ZONE."""
    north, west = np.isin(region, NORTH), np.isin(region, (1, 4))
    return np.select([urban | (region == CAPITAL), north, region == DELTA, west], [4, 3, 2, 1], 0)


def _step(
    scale: tuple[tuple[str, ...], float, float, tuple[float, ...]],
    wealth: Floats,
    urban: Bools,
    rng: np.random.Generator,
) -> Ints:
    _, of_wealth, of_town, cuts = scale
    return np.searchsorted(cuts, of_wealth * wealth + of_town * urban + rng.normal(0.0, 1.0, len(wealth)))


def _owned(
    good: tuple[float, float, float, float],
    wealth: Floats,
    urban: Bools,
    farming: Bools,
    rng: np.random.Generator,
) -> Bools:
    start, of_wealth, of_town, of_farming = good
    return start + of_wealth * wealth + of_town * urban + of_farming * farming + rng.logistic(size=len(wealth)) > 0


def _land(people: Composition, wealth: Floats, urban: Bools, farming: Bools, rng: np.random.Generator) -> Ints:
    """Hundredths of a hectare; more arms, more land; some town people keep a field."""
    holds = rng.random(len(wealth)) < np.where(farming, 0.96, np.where(urban, 0.12, 0.40))
    hectares = np.exp(0.25 + 0.45 * np.log(people.active + 1) + 0.25 * wealth + rng.normal(0.0, 0.6, len(wealth)))
    return np.rint(np.minimum(hectares * np.where(farming, 1.0, 0.5), 90.0) * 4).astype(np.int64) * 25 * holds


def _animals(livelihood: Ints, region: Ints, wealth: Floats, urban: Bools, rng: np.random.Generator) -> dict[str, Ints]:
    """Heads of livestock: herders have many, one household in three none."""
    herds = np.array([0.9, 1.5, 2.7, 0.5, 0.3, 0.1, 0.3, 0.3, 0.0])[livelihood] - 1.2 * urban
    sahara = np.isin(region, NORTH)
    mean = {"cattle": 0.3 - 0.3 * sahara, "sheep_goats": 0.9, "donkeys": -0.6, "camels": -3.5 + 2.6 * sahara}
    herd = {
        name: np.minimum(
            rng.poisson(np.exp(level + herds * 0.6 + 0.45 * wealth + rng.normal(-0.4, 0.8, len(wealth)))), 400
        )
        for name, level in mean.items()
    }
    return herd | {"poultry": np.minimum(rng.poisson(rng.gamma(0.8, 6.0, len(wealth)) * np.where(urban, 0.3, 1)), 200)}


def _food(log_consumption: Floats, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Food consumption score (0-112), reduced coping strategies (0-56) and meals a day: loosely tied."""
    eased = (log_consumption - np.log(180_000)) / 0.55
    count = len(eased)
    score = np.clip(np.rint(46 + 5.0 * eased + rng.normal(0.0, 13.0, count)), 3, 112)
    coping = np.clip(np.rint(9 - 2.5 * eased + rng.normal(0.0, 7.0, count)), 0, 56)
    meals = np.searchsorted([-1.9, -0.3], 0.35 * eased + rng.normal(0.0, 1.0, count)) + 1
    return score.astype(np.int64), coping.astype(np.int64), meals
