"""Surveys: household samples with consumption, through a mapping and no code."""

from __future__ import annotations

import pytest

from jigi.foundation.errors import InputError
from jigi.intake.pipeline import import_file
from jigi.registry.models import Household, LivingConditions
from tests.intake.forms import unchanged, write_csv

MAPPING = """
name = "sondage"
source = "Sondage d’essai"
destination = "survey"
survey = "ESSAI2016"

[household]
key = "numero"

[household.columns]
cluster = "grappe"
weight = "poids"
consumption_xof = "consommation"
household_size = "taille"
roof = "toit"
"""


@pytest.fixture
def sample(desk):
    desk.mapping = MAPPING
    rows = [
        {
            "numero": f"{n}",
            "grappe": f"G{n % 5}",
            "poids": "12.5",
            "consommation": "1.5e+05",
            "taille": "7",
            "toit": "3",
        }
        for n in range(1, 11)
    ]

    def send(**cells):
        rows[0] |= cells
        path, mapping = desk.folder / "sondage.csv", desk.folder / "sondage.toml"
        mapping.write_text(desk.mapping)
        write_csv(path, rows)
        return import_file(path, mapping, by=desk.by)

    return send


def test_a_sample_goes_to_the_survey_and_not_to_the_register(sample):
    batch = sample()
    assert (batch.households_merged, batch.survey) == (10, "ESSAI2016")
    assert not Household.objects.exists()
    row = LivingConditions.objects.get(survey="ESSAI2016", survey_key="1")
    assert (row.cluster, row.weight, row.consumption_xof, row.roof) == ("G1", 12.5, 150_000, "3")


def test_the_same_sample_changes_nothing(sample):
    sample()
    assert unchanged(sample)


def test_an_interview_with_another_content_is_held(sample):
    sample()
    batch = sample(taille="8")
    assert (batch.households_known, batch.households_held) == (9, 1)
    assert batch.problems.get().code == "changed"


def test_a_wrong_cell_holds_its_interview(sample):
    batch = sample(consommation="beaucoup")
    assert (batch.households_merged, batch.households_held) == (9, 1)
    assert batch.problems.get().column == "consommation"


def test_a_survey_has_no_members(sample, desk):
    sample()
    path = desk.folder / "sondage.csv"
    with pytest.raises(InputError, match="pas de fichier des membres"):
        import_file(path, desk.folder / "sondage.toml", members=path, by=desk.by)


@pytest.mark.parametrize(
    ("file", "mapping", "households", "survey"),
    [
        ("cameroon_ecam2001_households.csv.gz", "cameroun_ecam2001", 10_992, "ECAM2001"),
        ("burkina_ep1998_households.csv.gz", "burkina_ep1998", 8_478, "EP1998"),
    ],
)
def test_real_surveys_go_in_by_their_mapping_alone(desk, shared, file, mapping, households, survey):
    batch = import_file(shared / "data" / "microdata" / file, mapping, by=desk.by)
    assert (batch.households_merged, batch.households_held) == (households, 0)
    assert LivingConditions.objects.filter(survey=survey, consumption_xof__gt=0).count() > 0.98 * households
