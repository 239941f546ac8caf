"""Emptying messages of households that are erased: that one was sent, when and at what cost stay."""

from __future__ import annotations

from jigi.foundation.bulk import run_sql


def erase() -> int:
    """Empty the messages of the households marked in `erased_household`; what waits stays. Returns how many."""
    return run_sql("messaging", "erase")
