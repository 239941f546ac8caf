"""A payment round from the draft to the agencies: list, arrears, orders, difference, hash, reservation, postings."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from jigi.demo.bench.gauge import Gauge, gauged, peak_mb
from jigi.demo.bench.ground import communes_of, lay, settle_tables, staff
from jigi.demo.bench.past import ABSENT_EVERY, close_paid, repeat_round
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.bench.twins import copy_rows_across
from jigi.payments import actions
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Component

STEPS = ("prepare", "freeze", "approve", "release")


def _lay(trial: Trial) -> Figures:
    lay(trial.size)
    return {}


def _first(trial: Trial) -> Figures:
    """The first round of the component: nothing before it in the tables."""
    _, gauges = measure_round(1)
    figures = _figures(gauges)
    return {**figures, "seconds_without_history": figures["seconds"]}


def _past(trial: Trial) -> Figures:
    """Close the first round, all paid, and repeat it; the last past round leaves one right in twenty owed."""
    if trial.history == 0:
        return {}
    first = close_paid(PaymentRound.objects.get(), Path(trial.folder))
    for term in range(2, trial.history + 1):
        repeat_round(first, term, owed_every=ABSENT_EVERY if term == trial.history else 0)
    settle_tables()
    return {}


def _round(trial: Trial) -> Figures:
    """The round after the past ones; without a past, the first round was the one asked for."""
    if trial.history == 0:
        return {"history": 0}
    released, gauges = measure_round(trial.history + 1)
    figures = _figures(gauges)
    return {
        **figures,
        "history": trial.history,
        "history_ratio": round(figures["seconds"] / trial.facts["seconds_without_history"], 2),
        "arrears": released.arrears,
    }


def _reference(trial: Trial) -> Figures:
    last = PaymentRound.objects.order_by("-term")[0]
    rows = {
        "payments_entitlement": f"round_id = {last.pk}",
        "payments_instruction": f"round_id = {last.pk}",
        "ledger_posting": f"book_id = {last.book_id}",
    }
    seconds, count = copy_rows_across(rows, foreign_keys=True)
    bare, _ = copy_rows_across(rows, foreign_keys=False)
    ratio = round(trial.facts["seconds"] / bare, 2)
    return {
        "reference_seconds": seconds,
        "rows": count,
        "without_foreign_keys_seconds": bare,
        "without_foreign_keys_ratio": ratio,
    }


def measure_round(term: int) -> tuple[PaymentRound, dict[str, Gauge]]:
    hands = staff()
    component = Component.objects.get()
    current = actions.open_round(component, term, communes_of(component), by=hands.manager)
    by = dict(zip(STEPS, (hands.manager, hands.manager, hands.coordinator, hands.treasurer), strict=True))
    gauges = {}
    for step in STEPS:
        action = partial(getattr(actions, step), current, by=by[step])
        with gauged() as gauge:
            current = action()
        gauges[step] = gauge
    return current, gauges


def _figures(gauges: dict[str, Gauge]) -> Figures:
    return {
        "seconds": round(sum(gauge.seconds for gauge in gauges.values()), 3),
        "statements": sum(gauge.statements for gauge in gauges.values()),
        "peak_mb": peak_mb(),
        "seconds_by_step": {step: gauge.seconds for step, gauge in gauges.items()},
        "own_seconds": round(sum(gauge.own_seconds for gauge in gauges.values()), 3),
    }


BENCH = Bench(
    name="round",
    size=71_000,
    unit="ménages",
    reference="INSERT ... SELECT des mêmes droits, ordres et écritures dans des tables identiques : mêmes colonnes,"
    " contrôles, clés, clés étrangères et index",
    phases={
        "Base, programme et ménages inscrits": _lay,
        "Premier tour, sans passé (mesuré)": _first,
        "Tours passés": _past,
        "Tour (mesuré)": _round,
        "Référence": _reference,
    },
)
