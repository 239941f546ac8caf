"""Real surveys: the shipped formulas reach the published error of the proxy means test, within 0.03."""

from __future__ import annotations

import csv
import gzip
import tomllib
from pathlib import Path

import numpy as np
import pytest

from jigi.targeting.formula import NUMBER_COLUMNS
from jigi.targeting.formula_file import SHIPPED, read_formula
from jigi.targeting.pmt import evaluate

MAPPINGS = SHIPPED.parents[1] / "intake" / "mappings"
BENCHMARK = {
    "cameroun_ecam2001": ("cameroon_ecam2001", "Cameroon ECAM2001 (all proxies)"),
    "cameroun_rural": ("cameroon_ecam2001", "Cameroon rural only"),
    "burkina_ep1998": ("burkina_ep1998", "Burkina EP1998 (size,gse,sex,zone,strata)"),
    "burkina_rural": ("burkina_ep1998", "Burkina EP1998 rural"),
}
MAPPING_OF = {"cameroon_ecam2001": "cameroun_ecam2001", "burkina_ep1998": "burkina_ep1998"}


@pytest.mark.parametrize("name", BENCHMARK)
def test_the_error_is_the_published_one(shared, name):
    file, published = BENCHMARK[name]
    found = evaluate(read_formula(SHIPPED / f"{name}.toml"), survey(shared / "data" / "microdata", file), seed=1)
    expected = published_figures(shared / "data" / "microdata", published)
    measured = [found.mean.r2, *(error.exclusion for error in found.mean.errors)]
    assert measured == pytest.approx(expected, abs=0.03)


def published_figures(folder: Path, name: str) -> list[float]:
    with (folder / "pmt_benchmark_results.csv").open() as lines:
        row = next(row for row in csv.DictReader(lines) if (row["name"], row["model"]) == (name, "ols"))
    return [float(row[column]) for column in ("R2", "err@20", "err@40")]


def survey(folder: Path, name: str) -> dict[str, np.ndarray]:
    """The columns of a survey as its shipped mapping names them."""
    with gzip.open(folder / f"{name}_households.csv.gz", "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    mapping = tomllib.loads((MAPPINGS / f"{MAPPING_OF[name]}.toml").read_text(encoding="utf-8"))
    return {column: mapped(rows, column, spec) for column, spec in mapping["household"]["columns"].items()}


def mapped(rows: list[dict[str, str]], column: str, spec: object) -> np.ndarray:
    if isinstance(spec, dict):
        codes = {code: str(value).lower() for code, value in spec["codes"].items()}
        return np.array([codes[row[spec["column"]]] for row in rows])
    values = [row[spec] for row in rows]
    if column not in NUMBER_COLUMNS:
        return np.array(values)
    numbers = np.array([float(value) if value else np.nan for value in values])
    return np.round(numbers) if column == "consumption_xof" else numbers
