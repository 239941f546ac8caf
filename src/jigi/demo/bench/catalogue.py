"""The benches that exist, by name."""

from __future__ import annotations

from jigi.demo.bench import importing, reconcile, round, trace
from jigi.demo.bench.trial import Bench

BENCHES: dict[str, Bench] = {
    bench.name: bench for bench in (round.BENCH, importing.BENCH, reconcile.BENCH, trace.BENCH)
}
