"""What the worker does every night to accounts."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jigi.foundation import attempts
from jigi.foundation.audit import acting_from
from jigi.geography import staff


@app.periodic(cron="15 2 * * *")
@app.task(queueing_lock="close_leavers", pass_context=False)
def close_leavers(timestamp: int) -> None:
    """Close the accounts whose postings are over, and forget old failures at the door; safe to do again."""
    with acting_from("travail de nuit"):
        staff.close_leavers(by=None)
    attempts.forget_old()
