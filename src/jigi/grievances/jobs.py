"""What the worker does of complaints by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jigi.foundation.audit import acting_from
from jigi.grievances import pipeline


@app.periodic(cron="10 5 * * *")
@app.task(name="grievances.clock", queueing_lock="grievances.clock")
def clock(timestamp: int) -> None:
    """Every morning: what was found elsewhere becomes cases, and what is late rises."""
    with acting_from("travail"):
        pipeline.gather(by=None)
        pipeline.escalate(by=None)
