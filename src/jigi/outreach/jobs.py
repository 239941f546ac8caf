"""The worker's part of campaigns and notices: what is approved goes to the outbox, a slice at a time."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jigi.foundation.audit import acting_from
from jigi.foundation.jobs import PATIENCE
from jigi.outreach import actions, notices


def work() -> int:
    """Write every approved campaign and what notices are due in the outbox, end what is finished; returns how many."""
    looked_at = 0
    for number in actions.under_way():
        while slice_of := actions.write_waiting(number):
            looked_at += slice_of
        actions.finish(number)
    return looked_at + sum(notices.write().values())


@app.periodic(cron="* * * * *")
@app.task(name="outreach.write", queueing_lock="outreach.write", lock="outreach.write", retry=PATIENCE)
def write(timestamp: int) -> None:
    """Each minute; done again after a kill, it finds what is written and goes on."""
    with acting_from("travail"):
        work()
