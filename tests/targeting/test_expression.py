"""The score in SQL is the score in Python, to 1e-9, whatever the household."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from jigi.registry.models import LivingConditions
from jigi.targeting.expression import sql_expression
from jigi.targeting.formula import (
    CODE_COLUMNS,
    NUMBER_COLUMNS,
    YES_NO_COLUMNS,
    Effect,
    FittedFormula,
    Formula,
    Term,
)
from jigi.targeting.pmt import predict

TYPES = {
    "household_size": "smallint", "children_under_15": "smallint", "land_ha": "numeric(7,2)",
    "housing_score": "float8", "head_education": "text", "radio": "boolean",
}  # fmt: skip
CODES = ["none", "l'eau", "é%s", ""]


def measures(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers as measured: neither PostgreSQL nor a survey knows 1e-300."""
    return st.floats(low, high).map(lambda value: round(value, 6))


SLOPES = measures(-5, 5)
LEVELS = st.dictionaries(st.sampled_from(CODES[:3]), SLOPES, max_size=3).map(lambda found: tuple(found.items()))
HOUSEHOLD = st.fixed_dictionaries(
    {
        "household_size": st.none() | st.integers(0, 60),
        "children_under_15": st.none() | st.integers(0, 60),
        "land_ha": st.none() | st.decimals(0, 99_999, places=2),
        "housing_score": st.none() | measures(-1e6, 1e6) | st.just(np.nan),
        "head_education": st.none() | st.sampled_from([*CODES[:3], "never seen"]),
        "radio": st.none() | st.booleans(),
    }
)


@st.composite
def numbers(draw: st.DrawFn) -> Term:
    transform = draw(st.sampled_from(["identity", "log", "square"]))
    low = draw(measures(0.01, 10) if transform == "log" else st.none() | measures(-10, 10))
    return Term(
        draw(st.sampled_from(["household_size", "land_ha", "housing_score"])), "number", transform,
        over=draw(st.sampled_from(["", "household_size", "children_under_15"])),
        minimum=low, maximum=draw(st.none() | measures(10, 1e5)),
    )  # fmt: skip


@st.composite
def fitted_formulas(draw: st.DrawFn) -> FittedFormula:
    effects = [
        Effect(term, slope=draw(SLOPES), unknown=draw(SLOPES))
        for term in draw(st.lists(numbers(), max_size=4, unique_by=lambda term: term.name))
    ]
    effects.append(Effect(Term("head_education", "category"), levels=draw(LEVELS), unknown=draw(SLOPES)))
    effects.append(Effect(Term("radio", "category"), levels=(("false", 0.0), ("true", draw(SLOPES)))))
    terms = tuple(effect.term for effect in effects)
    formula = Formula("f", 1, "F", "A", "S", date(2014, 1, 1), None, "consumption_xof", terms)
    return FittedFormula(formula, draw(SLOPES), tuple(effects), "X", date(2014, 1, 1), 1, 1, 1.0, 0.0)


@pytest.mark.django_db
@settings(deadline=None, max_examples=60)
@given(fitted_formulas(), st.lists(HOUSEHOLD, min_size=1, max_size=8))
def test_sql_and_python_score_alike(fitted, households):
    assert scored_by_postgresql(fitted, households) == pytest.approx(scored_by_python(fitted, households), rel=1e-9)


def scored_by_postgresql(fitted: FittedFormula, households: list[dict]) -> list[float]:
    score, parameters = sql_expression(fitted, "c")
    arrays = ", ".join(f"%({column})s::{kind}[]" for column, kind in TYPES.items())
    values = {column: [household[column] for household in households] for column in TYPES}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {score} FROM unnest({arrays}) WITH ORDINALITY AS c ({', '.join(TYPES)}, n) ORDER BY n",
            parameters | values,
        )
        return [row[0] for row in cursor.fetchall()]


def scored_by_python(fitted: FittedFormula, households: list[dict]) -> list[float]:
    columns = {}
    for name in households[0]:
        values = [household[name] for household in households]
        if name in NUMBER_COLUMNS:
            columns[name] = np.array([np.nan if value is None else float(value) for value in values])
        else:
            columns[name] = np.array([value if value is None else str(value).lower() for value in values], dtype=object)
    return list(predict(fitted, columns))


def test_the_columns_a_formula_may_read_are_those_of_the_register():
    fields = {field.name: field.get_internal_type() for field in LivingConditions._meta.get_fields()}
    for columns, kinds in (
        (
            NUMBER_COLUMNS,
            {"SmallIntegerField", "IntegerField", "BigIntegerField", "DecimalField", "FloatField"},
        ),
        (CODE_COLUMNS, {"CharField"}),
        (YES_NO_COLUMNS, {"BooleanField"}),
    ):
        assert {fields[column] for column in columns} <= kinds


def test_no_text_of_a_formula_reaches_the_statement():
    term = Term("wall", "category")
    formula = Formula("f", 1, "F", "A", "S", date(2014, 1, 1), None, "consumption_xof", (term,))
    effect = Effect(term, levels=(("'; DROP TABLE x", 1.0),))
    fitted = FittedFormula(formula, 0.0, (effect,), "X", date(2014, 1, 1), 1, 1, 1.0, 0.0)
    text, parameters = sql_expression(fitted, "c")
    assert "DROP" not in text and parameters == {"score_0_0": "'; DROP TABLE x"}
    with pytest.raises(ValueError):
        sql_expression(FittedFormula(formula, float("nan"), (), "X", date(2014, 1, 1), 1, 1, 1.0, 0.0), "c")
