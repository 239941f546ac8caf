"""Formulas as reviewed TOML files: read with the line of each mistake, written again with their coefficients.

A fitted file is the formula's own file plus a `[fitted]` table and a `[term.fitted]` table under each term,
so that a coefficient is reviewed beside the term it belongs to.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.targeting.formula import (
    CODE_COLUMNS,
    NUMBER_COLUMNS,
    YES_NO_COLUMNS,
    Condition,
    Effect,
    Evaluation,
    FittedFormula,
    Formula,
    Measure,
    QuotaError,
    Term,
)

SHIPPED = Path(__file__).resolve().parent / "formulas"


def read_formula(path: str | Path) -> Formula:
    """The formula of a file. Raises InputError with the line and the remedy of the first mistake."""
    top = parse(read_text(path), path)
    formula = _formula(top)
    top.refuse_others("fitted")
    return formula


def read_fitted(path: str | Path) -> FittedFormula:
    """The fitted formula of a file written by `write_fitted`."""
    return parse_fitted(read_text(path), path)


def parse_fitted(text: str, file: str | Path = "formule ajustée") -> FittedFormula:
    """The fitted formula of a text made by `fitted_toml`."""
    top = parse(text, file)
    formula, fitted = _formula(top), top.table("fitted")
    found = FittedFormula(
        formula,
        fitted.number("intercept"),
        tuple(_effect(term, part) for term, part in zip(formula.terms, top.tables("term"), strict=True)),
        fitted.text("survey"),
        fitted.day("fitted_on"),
        rows=fitted.integer("rows"),
        clusters=fitted.integer("clusters"),
        persons=fitted.number("persons"),
        r2=fitted.number("r2"),
        evaluation=_evaluation(fitted),
    )
    fitted.refuse_others()
    return found


def write_fitted(path: str | Path, fitted: FittedFormula) -> None:
    """Write the fitted formula to be reviewed, versioned and loaded again."""
    Path(path).write_text(fitted_toml(fitted), encoding="utf-8")


def fitted_toml(fitted: FittedFormula) -> str:
    """The text of the fitted formula's file; reading it gives the same formula, to the last bit."""
    lines = _head_lines(fitted.formula)
    lines += ["", "[fitted]", *_pairs(
        survey=fitted.survey, fitted_on=fitted.fitted_on, intercept=fitted.intercept, rows=fitted.rows,
        clusters=fitted.clusters, persons=fitted.persons, r2=fitted.r2,
    )]  # fmt: skip
    if fitted.evaluation:
        lines += [
            "",
            "# Moitiés de grappes tirées au sort : R², puis [quota, erreur d’exclusion, d’inclusion].",
        ]
        lines += ["[fitted.evaluation]", *_pairs(seed=fitted.evaluation.seed)]
        for measure in fitted.evaluation.repetitions:
            errors = [[error.quota, error.exclusion, error.inclusion] for error in measure.errors]
            lines += ["[[fitted.evaluation.repetition]]", *_pairs(r2=measure.r2, errors=errors)]
    for effect in fitted.effects:
        lines += ["", "[[term]]", *_term_lines(effect.term), "[term.fitted]"]
        if effect.term.kind == "number":
            lines += _pairs(slope=effect.slope)
        lines += _pairs(unknown=effect.unknown)
        if effect.term.kind == "category":
            lines += ["[term.fitted.levels]"] + [f"{_value(code)} = {value!r}" for code, value in effect.levels]
    return "\n".join(lines) + "\n"


def _formula(top: Table) -> Formula:
    fit = top.table("fit")
    formula = Formula(
        name=top.text("name", pattern=r"[a-z][a-z0-9_]{1,39}"),
        version=top.integer("version"),
        title=top.text("title"),
        author=top.text("author"),
        source=top.text("source"),
        valid_from=top.day("valid_from"),
        valid_until=top.day("valid_until") if "valid_until" in top.data else None,
        outcome=fit.choice("outcome", NUMBER_COLUMNS),
        transform=fit.choice("transform", ("log", "identity"), default="log"),  # type: ignore[arg-type]
        weight=fit.choice("weight", NUMBER_COLUMNS),
        persons=fit.choice("persons", NUMBER_COLUMNS, default=""),
        cluster=fit.choice("cluster", CODE_COLUMNS),
        rows=tuple(map(_condition, fit.tables("rows"))),
        terms=tuple(map(_term, top.tables("term"))),
    )
    fit.refuse_others()
    _check_whole(formula, top)
    return formula


def _check_whole(formula: Formula, top: Table) -> None:
    if formula.valid_until and formula.valid_until < formula.valid_from:
        raise top.error("valid_until", "La validité finit avant de commencer")
    if not formula.terms:
        raise top.error("", "La formule n’a aucun terme", remedy="Ajoutez au moins un bloc [[term]].")
    seen: set[str] = set()
    for term, part in zip(formula.terms, top.tables("term"), strict=True):
        if term.name in seen:
            raise part.error("column", f"Le terme « {term.name} » est écrit deux fois", remedy="Retirez l’un des deux.")
        if formula.outcome in term.columns:
            raise part.error("column", "La consommation ne peut pas s’expliquer par elle-même")
        seen.add(term.name)


def _condition(part: Table) -> Condition:
    column = part.choice("column", CODE_COLUMNS | YES_NO_COLUMNS | NUMBER_COLUMNS)
    codes = part.codes("codes")
    if codes and column in NUMBER_COLUMNS:
        raise part.error("codes", f"« {column} » est un nombre : il n’a pas de codes", remedy="Retirez « codes ».")
    part.refuse_others()
    return Condition(column, codes)


def _term(part: Table) -> Term:
    kind = part.choice("kind", ("category", "number"))
    if kind == "category":
        term = Term(
            part.choice("column", CODE_COLUMNS | YES_NO_COLUMNS),
            "category",
            reference=part.text("reference", default=""),
            label=part.text("label"),
        )
    else:
        term = _number_term(part)
    part.refuse_others("fitted")
    return term


def _number_term(part: Table) -> Term:
    term = Term(
        part.choice("column", NUMBER_COLUMNS),
        "number",
        part.choice("transform", ("identity", "log", "square"), default="identity"),  # type: ignore[arg-type]
        over=part.choice("over", NUMBER_COLUMNS, default=""),
        minimum=part.number("min") if "min" in part.data else None,
        maximum=part.number("max") if "max" in part.data else None,
        label=part.text("label"),
    )
    if term.transform == "log" and (term.minimum is None or term.minimum <= 0):
        raise part.error(
            "transform",
            "Le logarithme demande un minimum supérieur à zéro",
            remedy="Ajoutez par exemple « min = 1 » : les valeurs plus petites y sont ramenées.",
        )
    if term.minimum is not None and term.maximum is not None and term.maximum < term.minimum:
        raise part.error("max", "Le maximum est plus petit que le minimum")
    return term


def _effect(term: Term, part: Table) -> Effect:
    fitted = part.table("fitted")
    if term.kind == "number":
        return Effect(term, slope=fitted.number("slope"), unknown=fitted.number("unknown"))
    levels = fitted.table("levels")
    values = tuple((code, levels.number(code)) for code in levels.data)
    return Effect(term, levels=values, unknown=fitted.number("unknown"))


def _evaluation(fitted: Table) -> Evaluation | None:
    if "evaluation" not in fitted.data:
        return None
    part = fitted.table("evaluation")
    measures = tuple(
        Measure(measure.number("r2"), tuple(QuotaError(*error) for error in measure.data["errors"]))
        for measure in part.tables("repetition")
    )
    return Evaluation(part.integer("seed"), measures)


def _head_lines(formula: Formula) -> list[str]:
    lines = _pairs(
        name=formula.name, version=formula.version, title=formula.title, author=formula.author,
        source=formula.source, valid_from=formula.valid_from, valid_until=formula.valid_until,
    )  # fmt: skip
    lines += ["", "[fit]", *_pairs(
        outcome=formula.outcome, transform=formula.transform, weight=formula.weight,
        persons=formula.persons or None, cluster=formula.cluster,
    )]  # fmt: skip
    for condition in formula.rows:
        lines += ["", "[[fit.rows]]", *_pairs(column=condition.column, codes=list(condition.codes) or None)]
    return lines


def _term_lines(term: Term) -> list[str]:
    return _pairs(
        column=term.column, kind=term.kind, label=term.label,
        transform=term.transform if term.transform != "identity" else None,
        over=term.over or None, min=term.minimum, max=term.maximum, reference=term.reference or None,
    )  # fmt: skip


def _pairs(**pairs: Any) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in pairs.items() if value is not None]


def _value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)
