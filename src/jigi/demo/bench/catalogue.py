"""The benches that exist, by name."""

from __future__ import annotations

from jigi.demo.bench import backup, importing, reconcile, round
from jigi.demo.bench.trial import Bench

BENCHES: dict[str, Bench] = {
    bench.name: bench for bench in (round.BENCH, importing.BENCH, reconcile.BENCH, backup.BENCH)
}
