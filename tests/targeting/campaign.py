"""A small campaign: one commune, two villages of six households, a formula fitted on a drawn survey."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.programmes.models import Programme
from jigi.registry.models import Household, LivingConditions
from jigi.targeting import actions
from jigi.targeting.models import ScoringFormula, TargetingRound
from tests.factories import make_commune, make_households, make_user, make_village

FORMULA = """\
name = "essai"
version = 1
title = "Essai"
author = "Direction"
source = "Enquête fictive"
valid_from = 2014-01-01

[fit]
outcome = "consumption_xof"
weight = "weight"
persons = "household_size"
cluster = "cluster"

[[term]]
column = "household_size"
kind = "number"
label = "Taille du ménage"
transform = "log"
min = 1

[[term]]
column = "roof"
kind = "category"
label = "Toit"
"""


@dataclass(frozen=True)
class World:
    commune: Area
    villages: list[Area]
    households: list[list[int]]  # by village
    manager: User
    formula: ScoringFormula

    @property
    def all(self) -> list[int]:
        return [number for village in self.households for number in village]

    def open_round(self, quota_total: int = 5, *, formula: bool = True) -> TargetingRound:
        return actions.open_round(
            "Campagne d’essai", [self.commune], programme_code="tm",
            formula=self.formula if formula else None, quota_total=quota_total, by=self.manager,
        )  # fmt: skip


def make_world(formula_path: Path) -> World:
    """Households of sizes 1 to 6 in each village, odd ones thatched: the larger and thatched, the poorer."""
    commune = make_commune("ML010501")
    villages = [make_village(commune, 1), make_village(commune, 2)]
    manager = make_user("awa")
    Programme.objects.create(
        code="tm", name="Transferts", file_name="tm.toml", file_hash="0" * 64, valid_from=date(2014, 1, 1)
    )
    households = [make_households(6, village) for village in villages]
    LivingConditions.objects.bulk_create(
        LivingConditions(
            household_id=number,
            household_size=i + 1,
            roof="thatch" if i % 2 == 0 else "sheet",
            collected_on=date(2014, 6, 1),
        )
        for village in households
        for i, number in enumerate(village)
    )
    draw_survey()
    formula = actions.fit("ESSAI", formula_path, by=manager)
    return World(commune, villages, households, manager, formula)


def draw_survey(rows: int = 200) -> None:
    """A survey « ESSAI »: consumption falls with size and thatch, 20 clusters."""
    draw = np.random.default_rng(1)
    size, thatch, noise = draw.integers(1, 12, rows), draw.random(rows) < 0.5, draw.normal(0, 0.3, rows)
    LivingConditions.objects.bulk_create(
        LivingConditions(
            survey="ESSAI", survey_key=str(i), cluster=str(i % 20), weight=100.0,
            household_size=int(size[i]), roof="thatch" if thatch[i] else "sheet",
            consumption_xof=round(np.exp(12.5 - 0.4 * np.log(size[i]) - 0.5 * thatch[i] + noise[i])),
        )
        for i in range(rows)
    )  # fmt: skip


COLUMNS = [
    "numero_fiche", "village_code", "rang", "insecurite_alimentaire", "source_revenu", "outils_production",
    "taille_composition", "motif",
]  # fmt: skip


def write_list(path: Path, households: Sequence[int], changes: dict[int, dict[str, str]] | None = None) -> Path:
    """Write a community list of some households, ranked as given; `changes` are other cells, by position."""
    known = {h.pk: h for h in Household.objects.filter(pk__in=households).select_related("village")}
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, delimiter=";")
        writer.writeheader()
        for position, number in enumerate(households):
            row = {
                "numero_fiche": known[number].source_key, "village_code": known[number].village.code,
                "rang": str(position + 1), "insecurite_alimentaire": "1", "source_revenu": "0",
                "outils_production": "oui", "taille_composition": "non", "motif": "Greniers vides",
            }  # fmt: skip
            writer.writerow(row | (changes or {}).get(position, {}))
    return path
