"""Two real surveys, by the operator's commands alone: a file, a shipped mapping, a shipped formula."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from jigi.intake.models import Batch
from jigi.registry.models import Household, LivingConditions
from jigi.targeting.formula_file import SHIPPED
from jigi.targeting.models import ScoringFormula
from tests.command.terminal import Answer, Jigi, make_operator, terminal

SURVEYS = {
    "cameroun_ecam2001": ("cameroon_ecam2001_households.csv.gz", "ECAM2001", 10_992),
    "burkina_ep1998": ("burkina_ep1998_households.csv.gz", "EP1998", 8_478),
}
PUBLISHED = {
    "cameroun_ecam2001": ("cameroun_ecam2001", "Cameroon ECAM2001 (all proxies)"),
    "cameroun_rural": ("cameroun_ecam2001", "Cameroon rural only"),
    "burkina_ep1998": ("burkina_ep1998", "Burkina EP1998 (size,gse,sex,zone,strata)"),
    "burkina_rural": ("burkina_ep1998", "Burkina EP1998 rural"),
}


@pytest.fixture
def microdata(shared: Path) -> Path:
    return shared / "data" / "microdata"


@pytest.fixture
def jigi(db: None, capsys: pytest.CaptureFixture[str]) -> Jigi:
    make_operator()
    return terminal(capsys)


@pytest.fixture
def imported(jigi: Jigi, microdata: Path) -> Callable[[str], Answer]:
    def run(mapping: str) -> Answer:
        return jigi("intake", "import", microdata / SURVEYS[mapping][0], "--mapping", mapping, "--json")

    return run


@pytest.mark.parametrize("mapping", SURVEYS)
def test_a_survey_goes_in_whole_and_once(imported: Callable[[str], Answer], mapping: str) -> None:
    _, survey, households = SURVEYS[mapping]
    first = imported(mapping).figures
    assert (first["read"], first["merged"], first["held"]) == (households, households, 0)
    again = imported(mapping).figures
    assert again["recognised"] and Batch.objects.count() == 1
    assert LivingConditions.objects.filter(survey=survey).count() == households
    assert not Household.objects.exists()


@pytest.mark.parametrize("formula", PUBLISHED)
def test_the_error_is_within_three_points_of_the_published_one(
    imported: Callable[[str], Answer], jigi: Jigi, microdata: Path, formula: str
) -> None:
    mapping, name = PUBLISHED[formula]
    imported(mapping)
    fitted = jigi("targeting", "fit", SURVEYS[mapping][1], "--formula", SHIPPED / f"{formula}.toml", "--json").figures
    measured = [fitted["r2"], fitted["error_20"], fitted["error_40"]]
    assert measured == pytest.approx(published(microdata, name), abs=0.03)
    assert ScoringFormula.objects.get().name == fitted["formula"]


def published(microdata: Path, name: str) -> list[float]:
    """R² and exclusion error at 20 and 40 % of least squares, as published."""
    with (microdata / "pmt_benchmark_results.csv").open(encoding="utf-8") as lines:
        row = next(row for row in csv.DictReader(lines) if (row["name"], row["model"]) == (name, "ols"))
    return [float(row[column]) for column in ("R2", "err@20", "err@40")]
