"""The proxy means test finds what it is given, and its error is the protocol's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from jigi.foundation.errors import Refused
from jigi.targeting.formula import Condition, Formula, Term
from jigi.targeting.pmt import evaluate, fit, predict, quota_error

DAY = date(2014, 5, 1)
SIZE = Term("household_size", "number", "log", minimum=1)
SEX = Term("head_sex", "category")
FORMULA = Formula("essai", 1, "Essai", "A", "S", DAY, None, "consumption_xof", (SIZE, SEX))


def sample(n: int = 400, noise: float = 0.0) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(7)
    size, women = draw.integers(1, 12, n).astype(float), draw.random(n) < 0.2
    log = 12 - 0.5 * np.log(size) - 0.3 * women + noise * draw.normal(size=n)
    return {
        "household_size": size,
        "head_sex": np.where(women, "F", "M"),
        "consumption_xof": np.exp(log),
        "weight": draw.uniform(50, 150, n),
        "cluster": np.array([str(i // 10) for i in range(n)]),
    }


def test_an_exact_law_is_found():
    fitted = fit(FORMULA, sample(), survey="X", fitted_on=DAY)
    assert fitted.intercept == pytest.approx(12)
    assert fitted.coefficients == pytest.approx(
        {("log(household_size)", ""): -0.5, ("head_sex", "F"): -0.3, ("head_sex", "M"): 0.0}
    )
    assert fitted.r2 == pytest.approx(1)


def test_a_household_weighs_its_persons():
    columns = sample(noise=1.0)
    doubled = columns | {"weight": columns["weight"] * columns["household_size"]}
    alone = replace(FORMULA, persons="")
    expected = fit(alone, doubled, survey="X", fitted_on=DAY).coefficients
    assert fit(FORMULA, columns, survey="X", fitted_on=DAY).coefficients == pytest.approx(expected)


def test_a_collinear_column_is_dropped_and_always_the_later_one():
    twice = replace(FORMULA, terms=(SIZE, SEX, Term("wives", "number")))
    columns = sample(noise=0.5)
    columns["wives"] = 2 * np.log(columns["household_size"])
    fitted = fit(twice, columns, survey="X", fitted_on=DAY)
    assert fitted.coefficients["wives", ""] == 0
    assert fitted.coefficients["log(household_size)", ""] != 0


def test_missing_answers_are_a_category_of_their_own():
    columns = sample()
    columns["head_sex"] = np.where(np.arange(400) % 4 == 0, "", columns["head_sex"])
    columns["consumption_xof"] = columns["consumption_xof"] * np.where(columns["head_sex"] == "", 2, 1)
    fitted = fit(FORMULA, columns, survey="X", fitted_on=DAY)
    assert fitted.effects[1].unknown > 0.5
    never_seen = {"household_size": np.array([1.0]), "head_sex": np.array(["Z"])}
    assert predict(fitted, never_seen)[0] == pytest.approx(fitted.intercept + fitted.effects[1].unknown)


def test_an_unknown_number_counts_as_the_surveys_mean():
    columns = sample()
    fitted = fit(FORMULA, columns, survey="X", fitted_on=DAY)
    persons = columns["weight"] * columns["household_size"]
    mean = np.average(np.log(columns["household_size"]), weights=persons)
    unknown = {"household_size": np.array([np.nan]), "head_sex": np.array(["M"])}
    assert predict(fitted, unknown)[0] == pytest.approx(12 - 0.5 * mean)


def test_the_reference_is_the_heaviest_code_unless_it_is_named():
    columns = sample()
    assert dict(fit(FORMULA, columns, survey="X", fitted_on=DAY).effects[1].levels)["M"] == 0
    named = replace(FORMULA, terms=(SIZE, replace(SEX, reference="F")))
    assert dict(fit(named, columns, survey="X", fitted_on=DAY).effects[1].levels)["F"] == 0
    with pytest.raises(Refused, match="Codes rencontrés : F, M"):
        fit(replace(FORMULA, terms=(replace(SEX, reference="X"),)), columns, survey="X", fitted_on=DAY)


def test_conditions_keep_the_rows_asked_for():
    columns = sample()
    men = replace(FORMULA, rows=(Condition("head_sex", ("M",)),))
    assert fit(men, columns, survey="X", fitted_on=DAY).rows == int((columns["head_sex"] == "M").sum())
    columns["housing_score"] = np.where(np.arange(400) < 30, np.nan, 1.0)
    known = replace(FORMULA, rows=(Condition("housing_score"),))
    assert fit(known, columns, survey="X", fitted_on=DAY).rows == 370


def test_a_survey_too_small_is_refused():
    few = {name: column[:2] for name, column in sample().items()}
    with pytest.raises(Refused, match="2 lignes utilisables"):
        fit(FORMULA, few, survey="X", fitted_on=DAY)
    none = sample() | {"consumption_xof": np.full(400, np.nan)}
    with pytest.raises(Refused, match="0 lignes utilisables"):
        fit(FORMULA, none, survey="X", fitted_on=DAY)


def test_errors_at_a_quota_are_shares_of_weight():
    outcome = np.array([1.0, 2, 3, 4, 5])
    weights = np.array([1.0, 1, 1, 1, 1])
    perfect = quota_error(outcome, outcome, weights, 0.4)
    assert (perfect.exclusion, perfect.inclusion) == (0, 0)
    half = quota_error(outcome, np.array([1.0, 9, 2, 4, 5]), weights, 0.4)
    assert (half.exclusion, half.inclusion) == (0.5, 0.5)
    heavy = quota_error(outcome, np.array([9.0, 1, 2, 4, 5]), np.array([3.0, 1, 1, 2.5, 2.5]), 0.4)
    assert heavy.exclusion == 0.75


def test_the_error_is_measured_on_clusters_held_out():
    columns = sample(noise=0.6)
    columns["head_sex"] = columns["cluster"]  # a predictor that only knows its own clusters
    memory = replace(FORMULA, terms=(SEX,))
    assert fit(memory, columns, survey="X", fitted_on=DAY).r2 > 0.1
    assert evaluate(memory, columns, seed=1).mean.r2 < 0.01


def test_the_same_seed_gives_the_same_measure():
    columns = sample(noise=0.6)
    first, again = evaluate(FORMULA, columns, seed=1), evaluate(FORMULA, columns, seed=1)
    assert first == again and first != evaluate(FORMULA, columns, seed=2)
    assert len(first.repetitions) == 10 and [error.quota for error in first.mean.errors] == [0.2, 0.4]
