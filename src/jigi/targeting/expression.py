"""A fitted formula as one SQL expression, so that PostgreSQL scores a country in one statement.

Equal to `pmt.predict` to 1e-9 (one property test holds the two together). Column names are checked against
the known living conditions, codes travel as parameters, coefficients as exact float8 literals.
"""

from __future__ import annotations

import math

from jigi.targeting.formula import CODE_COLUMNS, COLUMNS, Effect, FittedFormula, Term

Parameters = dict[str, str]


def sql_expression(fitted: FittedFormula, alias: str) -> tuple[str, Parameters]:
    """The score over the living conditions table named `alias` in the query: SQL text and its parameters.

    A NULL, NaN or never seen value counts as the effect's `unknown`, as in `pmt.predict`. The expression is
    never NULL. The parameters are psycopg's named ones, all called `score_…`.
    """
    if not alias.isidentifier():
        raise ValueError(alias)
    parameters: Parameters = {}
    parts = [_float8(fitted.intercept)]
    for position, effect in enumerate(fitted.effects):
        if effect.term.kind == "number":
            parts.append(_number(effect, alias))
        else:
            parts.append(_category(effect, alias, f"score_{position}", parameters))
    return "(" + "\n     + ".join(parts) + ")", parameters


def _number(effect: Effect, alias: str) -> str:
    known = _quotient(effect.term, alias)
    value = known
    # PostgreSQL's LEAST and GREATEST skip NULL: the test for NULL is on the unclipped value.
    if effect.term.minimum is not None:
        value = f"GREATEST({value}, {_float8(effect.term.minimum)})"
    if effect.term.maximum is not None:
        value = f"LEAST({value}, {_float8(effect.term.maximum)})"
    if effect.term.transform == "log":
        value = f"ln({value})"
    elif effect.term.transform == "square":
        value = f"power({value}, 2)"
    slope, unknown = _float8(effect.slope), _float8(effect.unknown)
    return f"CASE WHEN {known} IS NULL THEN {unknown} ELSE {slope} * {value} END"


def _quotient(term: Term, alias: str) -> str:
    value = f"NULLIF({_column(alias, term.column)}::float8, 'NaN')"
    if not term.over:
        return value
    return f"({value} / NULLIF(NULLIF({_column(alias, term.over)}::float8, 'NaN'), 0))"


def _category(effect: Effect, alias: str, prefix: str, parameters: Parameters) -> str:
    if not effect.levels:
        return _float8(effect.unknown)
    branches = []
    for position, (code, value) in enumerate(effect.levels):
        parameters[f"{prefix}_{position}"] = code
        branches.append(f"WHEN %({prefix}_{position})s THEN {_float8(value)}")
    column = _column(alias, effect.term.column)
    if effect.term.column not in CODE_COLUMNS:
        column += "::text"
    return f"CASE {column} {' '.join(branches)} ELSE {_float8(effect.unknown)} END"


def _column(alias: str, column: str) -> str:
    if column not in COLUMNS:
        raise ValueError(column)
    return f'{alias}."{column}"'


def _float8(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(value)
    return f"'{float(value)!r}'::float8"
