"""Triggers played over eight years of monthly figures of 53 cercles and 20 signals, beside cell by cell."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import settle_tables
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.ground import people
from jigi.foundation.bulk import copy_rows
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.shocks.backtest import read_history
from jigi.shocks.catalogue import Signal, signals
from jigi.shocks.conditions import read_condition
from jigi.shocks.evaluation import truth_at, truths
from jigi.shocks.panel import Known
from jigi.shocks.playing import play
from jigi.shocks.trigger_file import Rule, shipped

YEARS = range(2012, 2020)
AREAS, SIGNALS = 53, 20
COLUMNS = (
    "signal", "source", "area_id", "starts_on", "ends_on", "published_on", "status", "outlook", "version", "value",
    "line",
)  # fmt: skip
TEMPLATES = (
    "share(ch_phase35, ch_population) >= {a:.2f} and ch_phase >= 4",
    "consecutive({x} < {m:.1f}, 3) and ch_phase >= 4 and not season(12, 1)",
    "zscore({x}, 5) > {z:.2f} or zscore({y}, 3) < -{z:.2f}",
    "change({x}) > {z:.2f} and {y} > {n:.1f} and consecutive(observed(ch_phase) >= 4, 2)",
    "ch_phase35 >= {h} and {x} * 2 > {m:.1f}",
)
"""As rare as real rules are: they hold in some cells of a hundred."""


def _lay(trial: Trial) -> Figures:
    """Tables, the division of the country with three fictitious cercles, and a figure a month, a tenth missing."""
    people()
    chance, cercles = random.Random(7), _cercles()  # nosec B311
    rows = copy_rows("shocks_signalvalue", COLUMNS, _values(chance, [one.pk for one in cercles]))
    settle_tables()
    return {"values": rows, "areas": len(cercles), "signals": SIGNALS, "years": len(YEARS)}


def _cercles() -> list[Area]:
    found = list(
        Area.objects.filter(version=version_in_use(), level="cercle").order_by("code").select_related("parent")
    )
    region = found[0].parent
    assert region is not None
    for number in range(AREAS - len(found)):
        code = f"{region.code}F{number}"
        found.append(Area.objects.create(
            version=region.version, code=code, name=f"Cercle fictif {number + 1}", level="cercle", parent=region,
            path=f"{region.path}{code}/",
        ))  # fmt: skip
    return found


def _values(chance: random.Random, areas: list[int]) -> Iterator[tuple[object, ...]]:
    for year in YEARS:
        for month in range(1, 13):
            since = date(year, month, 1)
            until = (since + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            for signal in _signals():
                for area in areas:
                    if chance.random() < 0.9:
                        yield (
                            signal.code, "MESURE", area, since, until, until, "final", "observed", 1,
                            _figure(chance, signal), 0,
                        )  # fmt: skip


def _signals() -> list[Signal]:
    first = [signals()[code] for code in ("ch_phase", "ch_phase35", "ch_population")]
    return (first + [one for one in signals().values() if one not in first])[:SIGNALS]


def _figure(chance: random.Random, signal: Signal) -> float:
    highest = min(signal.maximum, 200_000.0)
    return float(chance.randint(int(signal.minimum), int(highest)))


def _rules(count: int) -> list[Rule]:
    """Rules of five shapes, each with thresholds of its own, lasting 45 days after their month."""
    chance = random.Random(11)  # nosec B311
    shape = next(rule for _, rule in shipped() if rule.code == "ch_phase_cercle")
    names = [one.code for one in _signals() if one.kind != "class"]
    made = []
    for number in range(count):
        text = TEMPLATES[number % len(TEMPLATES)].format(
            x=chance.choice(names), y=chance.choice(names), a=chance.uniform(2, 10), m=chance.uniform(1, 100),
            z=chance.uniform(2, 3), n=chance.uniform(1, 1000), h=chance.randint(180_000, 199_000),
        )  # fmt: skip
        made.append(replace(
            shape, code=f"regle_{number}", calendar="month", heed_days=45, activate=read_condition(text, signals()),
            activate_text=text,
        ))  # fmt: skip
    return made


def _play(trial: Trial) -> Figures:
    rules = _rules(trial.size)
    with gauged() as gauge:
        history = read_history(rules)
        read = len(history.values)
        played = play(rules, history, {})
    firings = sum(len(one.firings) for one in played)
    assert firings > 0
    return {
        "seconds": gauge.seconds, "statements": gauge.statements, "peak_mb": peak_mb(), "firings": firings,
        "values_read": read, "days": len(history.days),
    }  # fmt: skip


def _reference(trial: Trial) -> Figures:
    """One rule of each shape, cell by cell on what the last day knew; multiplied by the days and the rules."""
    rules = _rules(min(trial.size, len(TEMPLATES)))
    history = read_history(rules)
    known = Known(
        history, frozenset().union(*(rule.readings for rule in rules)), level="cercle", calendar="month",
        outlooks=rules[0].outlooks, statuses=rules[0].statuses, presence={}, periods=history.periods("month"),
    )  # fmt: skip
    known.advance(history.days[-1])
    words = {True: 1, False: 0, None: -1}
    with gauged() as gauge:
        found = [
            [words[truth_at(rule.activate, known.panel, *cell)] for cell in np.ndindex(known.panel.shape)]
            for rule in rules
        ]
    for rule, cells in zip(rules, found, strict=True):
        assert np.broadcast_to(truths(rule.activate, known.panel), known.panel.shape).ravel().tolist() == cells
    whole = gauge.seconds / len(rules) * trial.size * trial.facts["days"]
    return {"reference_seconds": round(whole, 1), "reference_measured_seconds": gauge.seconds}


BENCH = Bench(
    "backtest", 100, "déclencheurs",
    "chaque case évaluée à part, chaque jour (mesuré sur cinq règles et un jour, multiplié)",
    {"Préparer huit ans de signaux": _lay, "Rejouer les déclencheurs": _play, "Évaluer case par case": _reference},
)  # fmt: skip
