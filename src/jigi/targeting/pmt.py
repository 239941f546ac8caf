"""The proxy means test: a formula fitted on a survey by weighted least squares, its prediction and its error.

Pure: columns are numpy arrays by name, all of one length. A category column holds text codes (None or "" when
unknown); a number column holds floats (NaN when unknown). The protocol of measure is the usual one of the
literature on targeting (Brown, Ravallion and van de Walle, 2018): weights of persons, clusters held out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from jigi.foundation.errors import Refused
from jigi.targeting.formula import (
    UNKNOWN,
    Effect,
    Evaluation,
    FittedFormula,
    Formula,
    Measure,
    QuotaError,
    Term,
)

Array = np.ndarray[Any, np.dtype[Any]]
Columns = Mapping[str, Array]

QUOTAS = (0.2, 0.4)
REPETITIONS = 10
# Of the norm of the column: what is left of it beside the columns before it.
COLLINEAR = 1e-9


def codes_of(column: Array) -> Array:
    """A category column as text codes, UNKNOWN where missing; booleans are « true » and « false »."""
    if column.dtype.kind == "U":
        return column
    if column.dtype.kind == "b":
        return np.where(column, "true", "false")
    return np.array([UNKNOWN if value is None else str(value) for value in column], dtype=str)


def values_of(term: Term, columns: Columns) -> Array:
    """A number term's values, divided, clipped and transformed; NaN where unknown."""
    values = columns[term.column].astype(float)
    if term.over:
        below = columns[term.over].astype(float)
        values = np.divide(values, below, out=np.full_like(values, np.nan), where=below != 0)
    if term.minimum is not None or term.maximum is not None:
        values = np.clip(values, term.minimum, term.maximum)
    if term.transform == "log":
        return np.log(values)
    return values**2 if term.transform == "square" else values


def usable_rows(formula: Formula, columns: Columns) -> Array:
    """Which rows of the survey the formula is fitted on: known outcome and weights, and its conditions."""
    kept = row_weights(formula, columns) > 0
    outcome = columns[formula.outcome].astype(float)
    kept &= outcome > 0 if formula.transform == "log" else ~np.isnan(outcome)
    for condition in formula.rows:
        column = columns[condition.column]
        if condition.codes:
            kept &= np.isin(codes_of(column), condition.codes)
        elif column.dtype.kind == "f":
            kept &= ~np.isnan(column)
        else:
            kept &= codes_of(column) != UNKNOWN
    return kept


def row_weights(formula: Formula, columns: Columns) -> Array:
    """Survey weight x persons of the household (a household counts for its members), 0 where unknown."""
    weights = np.nan_to_num(columns[formula.weight].astype(float))
    if formula.persons:
        weights = weights * np.nan_to_num(columns[formula.persons].astype(float))
    return weights


def fit(formula: Formula, columns: Columns, *, survey: str, fitted_on: date) -> FittedFormula:
    """Fit by weighted least squares on the usable rows.

    Raises Refused when no row is usable, or fewer than there are coefficients to find.
    """
    kept = usable_rows(formula, columns)
    rows = {name: columns[name][kept] for name in formula.columns}
    weights, outcome = row_weights(formula, rows), rows[formula.outcome].astype(float)
    target = np.log(outcome) if formula.transform == "log" else outcome
    if len(target) == 0:
        raise _too_few(survey, 0, len(formula.terms))
    blocks = [_block(term, rows, weights) for term in formula.terms]
    design = np.column_stack([np.ones(len(target)), *(block.matrix for block in blocks)])
    if len(target) <= design.shape[1]:
        raise _too_few(survey, len(target), design.shape[1])
    solution = _solve(design, target, weights)
    effects, start = [], 1
    for block in blocks:
        effects.append(block.effect(solution[start : start + block.matrix.shape[1]]))
        start += block.matrix.shape[1]
    return FittedFormula(
        formula, float(solution[0]), tuple(effects), survey, fitted_on,
        rows=len(target),
        clusters=len(np.unique(codes_of(rows[formula.cluster]))) if formula.cluster else 0,
        persons=float(weights.sum()),
        r2=r_squared(target, design @ solution, weights),
    )  # fmt: skip


def contributions(fitted: FittedFormula, columns: Columns) -> dict[str, Array]:
    """What each term adds to the score of each row, by the term's name."""
    return {effect.term.name: _contribution(effect, columns) for effect in fitted.effects}


def predict(fitted: FittedFormula, columns: Columns) -> Array:
    """The score of each row: the outcome predicted, in the formula's transform (log of XOF a person)."""
    total: Array = sum(contributions(fitted, columns).values(), start=np.asarray(fitted.intercept))
    return total


def r_squared(target: Array, predicted: Array, weights: Array) -> float:
    """The share of the weighted variance of `target` that the prediction explains; negative when it harms."""
    mean = np.average(target, weights=weights)
    variance = np.sum(weights * (target - mean) ** 2)
    return float(1 - np.sum(weights * (target - predicted) ** 2) / variance) if variance > 0 else 0.0


def quota_error(outcome: Array, score: Array, weights: Array, quota: float) -> QuotaError:
    """The errors when the `quota` lowest scores are selected and the `quota` lowest outcomes are the poor.

    Both are taken from the lowest, by weight, ties in the order of the rows, while the weight taken does not
    pass `quota` of the whole: the two weights are equal but for one row, and so are the two errors.
    """
    poor, selected = _lowest(outcome, weights, quota), _lowest(score, weights, quota)
    both = weights[poor & selected].sum()
    return QuotaError(
        quota,
        exclusion=float(1 - both / weights[poor].sum()) if poor.any() else 0.0,
        inclusion=float(1 - both / weights[selected].sum()) if selected.any() else 0.0,
    )


def measure(fitted: FittedFormula, columns: Columns, quotas: Sequence[float] = QUOTAS) -> Measure:
    """How well the fitted formula predicts the outcome of these rows."""
    formula, weights = fitted.formula, row_weights(fitted.formula, columns)
    outcome = columns[formula.outcome].astype(float)
    target = np.log(outcome) if formula.transform == "log" else outcome
    score = predict(fitted, columns)
    errors = tuple(quota_error(outcome, score, weights, quota) for quota in quotas)
    return Measure(r_squared(target, score, weights), errors)


def evaluate(
    formula: Formula, columns: Columns, *, seed: int, repetitions: int = REPETITIONS,
    quotas: Sequence[float] = QUOTAS,
) -> Evaluation:  # fmt: skip
    """Fit on half of the clusters drawn at random, judge on the other half, again and again."""
    kept = usable_rows(formula, columns)
    rows = {name: columns[name][kept] for name in formula.columns}
    clusters, cluster_of = np.unique(codes_of(rows[formula.cluster]), return_inverse=True)
    if len(clusters) < 2:
        raise Refused(
            "L’erreur du ciblage ne peut pas être mesurée : l’enquête a moins de deux grappes",
            remedy=f"Vérifiez la colonne « {formula.cluster} » de la correspondance.",
        )
    generator, measures = np.random.default_rng(seed), []
    for _ in range(repetitions):
        fitting = generator.permutation(len(clusters)) < len(clusters) // 2
        chosen = fitting[cluster_of]
        half = fit(formula, _subset(rows, chosen), survey="moitié des grappes", fitted_on=date.min)
        measures.append(measure(half, _subset(rows, ~chosen), quotas))
    return Evaluation(seed, tuple(measures))


def _too_few(survey: str, rows: int, coefficients: int) -> Refused:
    return Refused(
        f"L’enquête « {survey} » a {rows} lignes utilisables pour {coefficients} coefficients à estimer",
        why="Il faut la consommation, le poids et la taille du ménage sur chaque ligne",
        remedy="Vérifiez la correspondance des colonnes et les conditions [[fit.rows]] de la formule.",
    )


@dataclass(frozen=True)
class _Block:
    """A term's columns of the design matrix, and what to make of their coefficients."""

    term: Term
    matrix: Array
    levels: tuple[str, ...] = ()
    mean: float = 0.0

    def effect(self, found: Array) -> Effect:
        if self.term.kind == "number":
            slope = float(found[0])
            return Effect(self.term, slope=slope, unknown=slope * self.mean)
        values = {self.levels[0]: 0.0} | {
            code: float(value) for code, value in zip(self.levels[1:], found, strict=True)
        }
        unknown = values.pop(UNKNOWN, 0.0)
        return Effect(self.term, levels=tuple(sorted(values.items())), unknown=unknown)


def _block(term: Term, columns: Columns, weights: Array) -> _Block:
    if term.kind == "number":
        values = values_of(term, columns)
        known = ~np.isnan(values)
        mean = float(np.average(values[known], weights=weights[known])) if known.any() else 0.0
        return _Block(term, np.where(known, values, mean)[:, None], mean=mean)
    codes, index = np.unique(codes_of(columns[term.column]), return_inverse=True)
    order = [_reference(term, codes, np.bincount(index, weights=weights)), *range(len(codes))]
    order = list(dict.fromkeys(order))
    matrix = (index[:, None] == np.array(order[1:], dtype=int)).astype(float)
    return _Block(term, matrix, levels=tuple(str(codes[i]) for i in order))


def _reference(term: Term, codes: Array, weight_of: Array) -> int:
    """The code the others are compared with: the one the formula names, else the heaviest known one."""
    if term.reference:
        named = np.flatnonzero(codes == term.reference)
        if len(named) == 0:
            raise Refused(
                f"La référence « {term.reference} » de « {term.name} » n’existe pas dans l’enquête",
                remedy=f"Codes rencontrés : {', '.join(code for code in codes if code) or 'aucun'}.",
            )
        return int(named[0])
    known = np.where(codes == UNKNOWN, -1.0, weight_of)
    return int(np.argmax(known))


def _contribution(effect: Effect, columns: Columns) -> Array:
    if effect.term.kind == "number":
        values = values_of(effect.term, columns)
        return np.where(np.isnan(values), effect.unknown, effect.slope * values)
    codes, index = np.unique(codes_of(columns[effect.term.column]), return_inverse=True)
    levels = dict(effect.levels)
    return np.array([levels.get(str(code), effect.unknown) for code in codes], dtype=float)[index]


def _solve(design: Array, target: Array, weights: Array) -> Array:
    """Weighted least squares; a column that the columns before it already make gets the coefficient 0."""
    root = np.sqrt(weights / weights.mean())
    scaled = design * root[:, None]
    kept = _independent(scaled)
    solution = np.zeros(design.shape[1])
    solution[kept] = np.linalg.lstsq(scaled[:, kept], target * root, rcond=None)[0]
    return solution


def _independent(matrix: Array) -> list[int]:
    """The columns that are no combination of those before them (Gram-Schmidt, twice for accuracy)."""
    basis, kept = np.empty((matrix.shape[0], 0)), []
    for position, column in enumerate(matrix.T):
        size, left = np.linalg.norm(column), column
        for _ in range(2):
            left = left - basis @ (basis.T @ left)
        norm = np.linalg.norm(left)
        if norm > COLLINEAR * size:
            basis = np.column_stack([basis, left / norm])
            kept.append(position)
    return kept


def _lowest(values: Array, weights: Array, share: float) -> Array:
    """Which rows are the lowest `share` of the weight."""
    order = np.argsort(values, kind="stable")
    taken = np.cumsum(weights[order]) <= share * weights.sum()
    chosen = np.zeros(len(values), dtype=bool)
    chosen[order[taken]] = True
    return chosen


def _subset(columns: Columns, rows: Array) -> dict[str, Array]:
    return {name: column[rows] for name, column in columns.items()}
