"""What may be asked of targeting: campaigns one may see, why a household was chosen or not, the error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from jigi.foundation.bulk import copy_rows, fetch_sql, run_sql, statement
from jigi.foundation.fence import unfenced
from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import communes_with, postings_with
from jigi.geography.models import Area
from jigi.registry.models import Household
from jigi.targeting import pipeline, rules
from jigi.targeting.expression import sql_expression
from jigi.targeting.formula import FittedFormula, Term
from jigi.targeting.formula_file import parse_fitted
from jigi.targeting.models import Quota, Result, ScoringFormula, TargetingRound
from jigi.targeting.pmt import contributions, predict
from jigi.targeting.states import ROUND


@dataclass(frozen=True)
class Part:
    """What one term adds to a household's score, beside what it adds to the median one of its village.

    `value` is as answered (None: unknown). A `difference` below zero makes it poorer than the median.
    """

    term: Term
    value: str | float | None
    contribution: float
    village_median: float

    @property
    def difference(self) -> float:
        return self.contribution - self.village_median


@dataclass(frozen=True)
class ScoreParts:
    """A household's score taken apart, the terms that matter most first; XOF are per person and year."""

    score: float
    predicted_xof: float
    village_median: float
    village_households: int
    parts: list[Part]


@dataclass(frozen=True)
class SelectionError:
    """A campaign's selection against a known consumption: as many poorest households as were selected.

    `missed`: the share of these poor who were not selected (exclusion error; the inclusion error is the same,
    since both are as many). `not_listed`: the share whom the committees had not listed. `at_random`: what a
    lottery among the same households would have missed.
    """

    households: int
    selected: int
    missed: float
    not_listed: float
    at_random: float


def visible_to(user: User) -> QuerySet[TargetingRound]:
    """The campaigns with a commune, in a programme, where the user may see targeting; latest first."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, "targeting.see"):
        seen = Q(communes__commune__path__startswith=posting.area.path)
        if posting.programme_code:
            seen &= Q(programme_code=posting.programme_code)
        condition |= seen
    return TargetingRound.objects.filter(condition).distinct().select_related("formula").order_by("-id")


def results_visible_to(user: User, targeting_round: TargetingRound) -> QuerySet[Result]:
    """The results of a campaign in the communes where the user may see targeting."""
    communes = communes_with(user, "targeting.see", programme=targeting_round.programme_code)
    villages = Area.objects.filter(parent__in=Area.objects.filter(communes))
    found = Result.objects.filter(targeting_round=targeting_round, village__in=villages)
    return found.select_related("household", "village").order_by("village_id", "position", "household_id")


def fitted_of(formula: ScoringFormula) -> FittedFormula:
    """The fitted formula that a row keeps as TOML."""
    return _parsed(formula.definition)


@unfenced
def villages_of(targeting_round: TargetingRound) -> list[dict[str, Any]]:
    """Per village: `village_id`, `name`, `commune`, `population`, `poverty_rate`, `places`, `households`,
    `listed`, `selected`; those with places or a result, by commune and name."""
    return fetch_sql("targeting", "village_table", {"round": targeting_round.pk})


def ranked_at(targeting_round: TargetingRound) -> datetime | None:
    """When the campaign read the register for its present ranking; None while it is not ranked."""
    ranked = AuditEvent.objects.filter(noun=ROUND.noun, object_id=str(targeting_round.pk), verb="rank")
    last = ranked.order_by("-id").first() if targeting_round.status != TargetingRound.Status.OPEN else None
    return last.at if last else None


def results_of(household: Household) -> list[Result]:
    """What each campaign said of a household, latest first."""
    found = Result.objects.filter(household=household).select_related("targeting_round__formula", "village")
    return list(found.order_by("-targeting_round_id"))


def reason_of(result: Result) -> str:
    """Why the household was chosen or not, in a sentence with its place, the village's quota and list."""
    same = Result.objects.filter(targeting_round=result.targeting_round_id, village=result.village_id)
    quota = Quota.objects.filter(targeting_round=result.targeting_round_id, village=result.village_id).first()
    return rules.sentence(
        result.reason, village=result.village.name, position=result.position,
        ranked=same.aggregate(ranked=Count("position"))["ranked"], places=quota.places if quota else 0,
    )  # fmt: skip


def score_parts(household: Household, formula: ScoringFormula) -> ScoreParts | None:
    """The household's score by term, beside the households of its village; None without living conditions."""
    fitted = fitted_of(formula)
    names = tuple(dict.fromkeys(column for term in fitted.formula.terms for column in term.columns))
    own = pipeline.household_columns([household.pk], names)
    if not len(own[names[0]]):
        return None
    mine = {name: float(added[0]) for name, added in contributions(fitted, own).items()}
    village = pipeline.household_columns(_neighbours(household), names)
    added = contributions(fitted, village)
    parts = [
        Part(term, _answer(own[term.column][0]), mine[term.name], float(np.median(added[term.name])))
        for term in fitted.formula.terms
    ]
    parts.sort(key=lambda part: (-abs(part.difference), part.term.name))
    score, scores = fitted.intercept + sum(mine.values()), predict(fitted, village)
    return ScoreParts(score, fitted.outcome_of(score), float(np.median(scores)), len(scores), parts)


@unfenced
def estimated_poverty_rates(formula: ScoringFormula, areas: Iterable[Area], *, poor_share: float) -> dict[str, float]:
    """By commune code, the share of its persons expected among the poorest `poor_share` of all.

    An estimate by the register's own questionnaires where no survey or map gives one, as in small-area
    estimation (Elbers, Lanjouw & Lanjouw 2003): each score counts with the formula's own error, so that no
    commune is without poor people because its mean is high. Communes without a scored household have no rate.
    """
    score, parameters = sql_expression(fitted_of(formula), "conditions")
    text = statement("targeting", "poverty_rates").replace("{score}", score)
    facts: dict[str, Any] = {"communes": [area.pk for area in areas], "poor_share": poor_share}
    facts["r2"] = min(max(formula.r2, 0.05), 0.99)
    facts["quantile"] = NormalDist().inv_cdf(poor_share)
    with connection.cursor() as cursor:
        cursor.execute(text, facts | parameters)
        return dict(cursor.fetchall())


@unfenced
def selection_error(targeting_round: TargetingRound, consumption: Iterable[tuple[str, int]]) -> SelectionError:
    """Compare a ranked campaign with the consumption (form number, XOF per person) of its households."""
    with transaction.atomic():
        run_sql("targeting", "truth_stage")
        copy_rows("targeting_truth", ("source_key", "consumption_xof"), consumption)
        row = fetch_sql("targeting", "selection_error", {"round": targeting_round.pk})[0]
        run_sql("targeting", "truth_drop")
    poor = max(row["poor"], 1)
    return SelectionError(
        row["households"], row["selected"], row["missed"] / poor, row["not_listed"] / poor,
        1 - row["selected"] / max(row["households"], 1),
    )  # fmt: skip


@unfenced
def verify_hash(targeting_round: TargetingRound) -> bool:
    """Whether the result as it stands has the hash it was frozen with."""
    return pipeline.result_hash(targeting_round) == targeting_round.result_hash


def _neighbours(household: Household) -> list[int]:
    """The active households of the same village, itself among them."""
    if household.village_id is None:
        return [household.pk]
    others = Household.objects.filter(village=household.village_id, status=Household.Status.ACTIVE)
    return sorted({*others.values_list("pk", flat=True), household.pk})


def _answer(value: object) -> str | float | None:
    if isinstance(value, str):
        return str(value) or None
    number = float(value)  # type: ignore[arg-type]
    return None if np.isnan(number) else number


@lru_cache(maxsize=16)
def _parsed(definition: str) -> FittedFormula:
    return parse_fitted(definition)
