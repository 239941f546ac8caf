"""Emptying what campaigns and messages say of households that are erased."""

from __future__ import annotations

from jigi.foundation.bulk import run_sql
from jigi.messaging import erasing


def erase() -> int:
    """Empty the messages and the places of recipients of the erased (`erased_household`); returns how many messages."""
    run_sql("outreach", "erase")
    return erasing.erase()
