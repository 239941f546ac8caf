"""The statements of a campaign, set-wise; each function runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.db import connection
from psycopg import sql

from jigi.foundation.bulk import copy_rows, fetch_sql, run_sql, statement
from jigi.targeting.expression import sql_expression
from jigi.targeting.formula import COLUMNS, NUMBER_COLUMNS, FittedFormula
from jigi.targeting.models import Quota, Result, TargetingRound
from jigi.targeting.pmt import Array
from jigi.targeting.rules import Village

UNSCORED = "NULL::float8"


def survey_columns(survey: str, columns: Sequence[str]) -> dict[str, Array]:
    """The living conditions of a survey's households as numpy columns, in the order of their forms."""
    return _columns(columns, sql.SQL("survey = {} ORDER BY survey_key COLLATE {}").format(survey, sql.Identifier("C")))


def household_columns(household_ids: Sequence[int], columns: Sequence[str]) -> dict[str, Array]:
    """The living conditions of registered households, by their numbers, without those unknown."""
    return _columns(columns, sql.SQL("household_id = ANY ({}) ORDER BY household_id").format(list(household_ids)))


def villages(targeting_round: TargetingRound) -> list[dict[str, Any]]:
    """Every village of the campaign: `id`, `name`, `path`, `population`, `listed` (that can rank)."""
    return fetch_sql("targeting", "villages", _facts(targeting_round))


def write_quotas(targeting_round: TargetingRound, figures: Iterable[Village], places: dict[int, int]) -> int:
    """Replace the campaign's quotas; returns how many villages have one."""
    Quota.objects.filter(targeting_round=targeting_round).delete()
    rows = (
        (targeting_round.pk, village.id, village.population, village.poverty_rate, places[village.id])
        for village in figures
    )
    columns = ("targeting_round_id", "village_id", "population", "poverty_rate", "places")
    return copy_rows("targeting_quota", columns, rows)


def write_results(targeting_round: TargetingRound, fitted: FittedFormula | None) -> int:
    """Score and rank every household of the campaign in one statement; returns how many."""
    forget_results(targeting_round)
    score, parameters = sql_expression(fitted, "conditions") if fitted else (UNSCORED, {})
    text = statement("targeting", "rank").replace("{score}", score)
    with connection.cursor() as cursor:
        cursor.execute(text, _facts(targeting_round) | parameters)
        return cursor.rowcount


def forget_results(targeting_round: TargetingRound) -> None:
    run_sql("targeting", "forget_results", {"round": targeting_round.pk})


def counters(targeting_round: TargetingRound) -> dict[str, int]:
    """Households of the result by reason, every reason present."""
    found = {row["reason"]: row["households"] for row in fetch_sql("targeting", "reasons", _facts(targeting_round))}
    return {reason: found.get(reason, 0) for reason in Result.Reason.values}


def result_hash(targeting_round: TargetingRound) -> str:
    """SHA-256 (hexadecimal) of the result, by village then by RSU number; empty when there is none."""
    return fetch_sql("targeting", "result_hash", _facts(targeting_round))[0]["result_hash"] or ""


def _facts(targeting_round: TargetingRound) -> dict[str, Any]:
    return {
        "round": targeting_round.pk, "by_committee": targeting_round.formula_id is None,
        "follow": targeting_round.where_they_stay,
    }  # fmt: skip


def _columns(names: Sequence[str], condition: sql.Composed) -> dict[str, Array]:
    if unknown := set(names) - COLUMNS:
        raise ValueError(sorted(unknown))
    read = [
        sql.SQL("{}::float8" if name in NUMBER_COLUMNS else "coalesce({}::text, '')").format(sql.Identifier(name))
        for name in names
    ]
    query = sql.SQL("SELECT {} FROM registry_livingconditions WHERE {}").format(sql.SQL(", ").join(read), condition)
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    found = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {
        name: np.array(column, dtype=float if name in NUMBER_COLUMNS else str)
        for name, column in zip(names, found, strict=True)
    }
