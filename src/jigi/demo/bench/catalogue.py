"""The benches that exist, by name."""

from __future__ import annotations

from jigi.demo.bench import (
    access,
    backup,
    dispatch,
    importing,
    openrosa,
    reconcile,
    register,
    round,
    statement,
    trace,
    vault,
)
from jigi.demo.bench.trial import Bench

ALL = (
    round.BENCH, importing.BENCH, reconcile.BENCH, access.BENCH, vault.BENCH, trace.BENCH, backup.BENCH, register.BENCH,
    openrosa.BENCH, dispatch.BENCH, statement.BENCH,
)  # fmt: skip
BENCHES: dict[str, Bench] = {bench.name: bench for bench in ALL}
