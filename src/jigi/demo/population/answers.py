"""What each member answers beside identity: schooling, work, difficulties, pregnancy; and where the household stays.

Shares are those of Malian surveys, rounded: six children in ten of 7 to 14 years at school, four adults in ten who
went to any; difficulties of the Washington Group that rise with age (1 % « beaucoup » among children, one in five
after 60); 7 % of women of 15 to 49 pregnant, most mothers of a child under two breastfeeding; displaced households in
the north and the delta, transhumant ones among herders. They are drawn apart from the rest of the population.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from jigi.demo.population.conditions import EDUCATION, LIVELIHOOD, Conditions
from jigi.demo.population.contact import Contacts
from jigi.demo.population.csv_bytes import Cells, blank, iso_dates, words
from jigi.demo.population.places import DELTA, NORTH, Villages
from jigi.demo.population.structure import NOBODY, Bools, Homes, Ints, Kin, Members

DIFFICULTIES = ("voir", "entendre", "marcher", "se_souvenir", "se_laver", "communiquer")
WORK = (
    "cultivateur",
    "eleveur",
    "pecheur",
    "commercant",
    "artisan",
    "journalier",
    "salarie",
    "menagere",
    "eleve",
    "sans",
)
SITUATIONS = ("resident", "deplace", "retourne", "pasteur")
_WORK_OF = np.array([WORK.index(word) for word in (
    "cultivateur", "cultivateur", "eleveur", "pecheur", "commercant", "salarie", "artisan", "journalier", "sans",
)])  # fmt: skip
"""By livelihood of the household, in the order of LIVELIHOOD."""
ASKED_FROM = 5
_NO_YES = ("non", "oui")
_ANSWERS = ("", "aucune", "quelques", "beaucoup", "pas_du_tout")

Columns = dict[str, Cells]


@dataclass(frozen=True)
class Stays:
    """Per household: situation (a position in SITUATIONS), the village where it stays or NOBODY, days since."""

    situation: Ints
    village: Ints
    days: Ints


def draw_stays(homes: Homes, living: Conditions, villages: Villages, rng: np.random.Generator) -> Stays:
    count = len(homes)
    region = villages.region[homes.village]
    unsafe = np.isin(region, NORTH) | (region == DELTA)
    chance = rng.random(count)
    herder = living.livelihood == LIVELIHOOD.index("elevage")
    situation = np.select(
        [herder & (chance < 0.35), chance < np.where(unsafe, 0.05, 0.004), chance < np.where(unsafe, 0.07, 0.005)],
        [SITUATIONS.index("pasteur"), SITUATIONS.index("deplace"), SITUATIONS.index("retourne")],
        0,
    )
    away = (situation == SITUATIONS.index("deplace")) & (rng.random(count) < 0.8)
    elsewhere = rng.integers(0, len(villages), count)
    return Stays(situation, np.where(away, elsewhere, NOBODY), rng.integers(30, 900, count))


def stay_columns(stays: Stays, codes: Cells, reference: date) -> Columns:
    """`codes`: of the villages where the households stay."""
    at_home = stays.village == NOBODY
    return {
        "situation": words(SITUATIONS)[stays.situation],
        "sejour_village": blank(codes, at_home),
        "sejour_depuis": blank(iso_dates(np.datetime64(reference, "D") - stays.days), at_home),
    }


def answer_columns(
    members: Members, age: Ints, urban: Bools, living: Conditions, contacts: Contacts, reference: date,
    rng: np.random.Generator,
) -> Columns:  # fmt: skip
    """`age`: stated ages; `urban`: per member."""
    return {
        **_schooling(members, age, urban, living, rng),
        "absent_depuis": blank(_ago(reference, 30, 1_000, rng, len(age)), ~contacts.absent),
        **_difficulties(age, rng),
        **_motherhood(members, age, reference, rng),
    }


def _schooling(members: Members, age: Ints, urban: Bools, living: Conditions, rng: np.random.Generator) -> Columns:
    count = len(age)
    at_school = rng.random(count) < np.select(
        [(age >= 7) & (age <= 14), (age > 14) & (age <= 19)],
        [np.where(urban, 0.78, 0.57), np.where(urban, 0.55, 0.28)],
        0.0,
    )
    at_school &= members.male | (rng.random(count) < 0.88)
    went = np.where(urban, 0.6, 0.34) * np.where(members.male, 1.15, 0.85)
    level = np.searchsorted([0.16, 0.26, 0.66, 0.94], rng.random(count)) + 1
    level = np.where((rng.random(count) < went) & (age >= 15), level, 0)
    level = np.where(at_school, EDUCATION.index("primaire") + (age > 13), level)
    return {
        "instruction": blank(words(EDUCATION)[level], age < 7),
        "ecole": blank(words(_NO_YES)[at_school.astype(int)], (age < 5) | (age > 24)),
        "metier": blank(words(WORK)[_work(members, age, at_school, living, rng)], age < 10),
    }


def _work(members: Members, age: Ints, at_school: Bools, living: Conditions, rng: np.random.Generator) -> Ints:
    drawn = rng.random(len(age))
    main = _WORK_OF[living.livelihood[members.household]]
    women = np.select([drawn < 0.48, drawn < 0.60], [WORK.index("menagere"), WORK.index("commercant")], main)
    men = np.where(drawn < 0.10, WORK.index("journalier"), main)
    idle = (age >= 75) | (age < 14) | (drawn > 0.95)
    work = np.where(idle, WORK.index("sans"), np.where(members.male, men, women))
    return np.where(at_school, WORK.index("eleve"), work)


def _difficulties(age: Ints, rng: np.random.Generator) -> Columns:
    """One person in some number has a difficulty, mostly in one domain; the others answer « aucune »."""
    count = len(age)
    much = np.interp(age, [5, 18, 45, 60, 75], [0.012, 0.018, 0.045, 0.14, 0.30])
    drawn = rng.random(count)
    severity = 1 + (drawn < 3.2 * much).astype(int) + (drawn < much) + (drawn < 0.12 * much)
    domain = np.searchsorted([0.34, 0.50, 0.80, 0.90, 0.95], rng.random(count))
    return {
        name: blank(words(_ANSWERS)[np.where(domain == place, severity, 1)], age < ASKED_FROM)
        for place, name in enumerate(DIFFICULTIES)
    }


def _motherhood(members: Members, age: Ints, reference: date, rng: np.random.Generator) -> Columns:
    count = len(age)
    fertile = (
        ~members.male & (age >= 15) & (age <= 49) & ((members.kin == Kin.WIFE) | (members.kin == Kin.DAUGHTER_IN_LAW))
    )
    expected = np.datetime64(reference, "D") + rng.integers(46, 260, count)
    youngest = _youngest_child(members)
    nursing = (youngest < 2) & (rng.random(count) < np.where(youngest < 1, 0.95, 0.75)) & ~members.male
    pregnant = fertile & ~nursing & (rng.random(count) < 0.12)
    born = np.datetime64(reference, "D") - (youngest.clip(max=2) * 365 + rng.integers(1, 364, count))
    return {
        "accouchement_attendu": blank(iso_dates(expected), ~pregnant),
        "allaite_depuis": blank(iso_dates(born), ~nursing),
    }


def _youngest_child(members: Members) -> Ints:
    """The age of each person's youngest child here, as a mother; 99 when she has none."""
    youngest = np.full(len(members), 99, dtype=np.int64)
    children = np.flatnonzero(members.mother != NOBODY)
    np.minimum.at(youngest, members.mother[children], members.age[children])
    return youngest


def _ago(reference: date, least: int, most: int, rng: np.random.Generator, count: int) -> NDArray[np.bytes_]:
    return iso_dates(np.datetime64(reference, "D") - rng.integers(least, most, count))
