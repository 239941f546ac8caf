"""Measuring one action: its seconds, its statements, and the memory of this process."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jigi.foundation.bulk import counting_statements


@dataclass
class Gauge:
    """What was spent, once the block is left. Statements are those of the action's own connection."""

    seconds: float = 0.0
    statements: int = 0


@contextmanager
def gauged() -> Iterator[Gauge]:
    """Measure a block."""
    gauge = Gauge()
    began = time.monotonic()
    with counting_statements() as counter:
        yield gauge
    gauge.seconds = round(time.monotonic() - began, 3)
    gauge.statements = counter.count


def seconds_of(action: Callable[[], object]) -> float:
    with gauged() as gauge:
        action()
    return gauge.seconds


def peak_mb() -> int:
    """The most memory this process has held, in MiB, interpreter and libraries included."""
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
