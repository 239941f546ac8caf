"""The benches that exist, by name."""

from __future__ import annotations

from jigi.demo.bench import (
    access,
    backtest,
    backup,
    dashboards,
    dispatch,
    expansion,
    extract,
    importing,
    messages,
    money,
    nutrition,
    openrosa,
    portal,
    reconcile,
    register,
    round,
    served,
    sessions,
    statement,
    trace,
    vault,
    works,
)
from jigi.demo.bench.trial import Bench

ALL = (
    round.BENCH, importing.BENCH, reconcile.BENCH, access.BENCH, vault.BENCH, trace.BENCH, backup.BENCH, register.BENCH,
    openrosa.BENCH, dispatch.BENCH, statement.BENCH, money.BENCH, served.BENCH, sessions.BENCH, nutrition.BENCH,
    works.BENCH, backtest.BENCH, expansion.BENCH, messages.BENCH, portal.BENCH, dashboards.BENCH,
    extract.BENCH,
)  # fmt: skip
BENCHES: dict[str, Bench] = {bench.name: bench for bench in ALL}
