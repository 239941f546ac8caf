"""Counting by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jigi.foundation.audit import acting_from
from jigi.results.dashboard import refresh


@app.periodic(cron="20 * * * *")
@app.task(name="results.refresh", queueing_lock="results.refresh")
def count(timestamp: int) -> None:
    """Every hour, count the dashboard anew."""
    with acting_from("travail"):
        refresh()
