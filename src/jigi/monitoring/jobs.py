"""Watching by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jigi.foundation.audit import acting_from
from jigi.monitoring.pipeline import watch


@app.periodic(cron="*/15 * * * *")
@app.task(name="monitoring.watch", queueing_lock="monitoring.watch")
def look(timestamp: int) -> None:
    """Every quarter of an hour, look for what should worry a manager."""
    with acting_from("travail"):
        watch(by=None)
