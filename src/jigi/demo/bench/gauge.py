"""Measuring one action: its seconds, its statements, and the memory of this process."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jigi.foundation import runs
from jigi.foundation.bulk import counting_statements
from jigi.foundation.models import Run


@dataclass
class Gauge:
    """What was spent, once the block is left. Statements are those of the action's own connection."""

    seconds: float = 0.0
    own_seconds: float = 0.0
    """Processor time of this process; the rest is the database's, or waiting."""
    statements: int = 0


@contextmanager
def gauged() -> Iterator[Gauge]:
    """Measure a block."""
    gauge = Gauge()
    began, own = time.monotonic(), time.process_time()
    with counting_statements() as counter:
        yield gauge
    gauge.seconds = round(time.monotonic() - began, 3)
    gauge.own_seconds = round(time.process_time() - own, 3)
    gauge.statements = counter.count


def steps_of_last_run() -> dict[str, float]:
    """The seconds of the steps of the run that was just measured, by French name."""
    return {step.name: round(step.seconds, 2) for step in runs.steps_of(Run.objects.latest("pk").pk)}


def peak_mb() -> int:
    """The most memory this process has held, in MiB, interpreter and libraries included."""
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
