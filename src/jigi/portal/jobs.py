"""Renewing by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jigi.foundation.audit import acting_from
from jigi.portal import actions


@app.periodic(cron="10 4 * * *")
@app.task(name="portal.renew", queueing_lock="portal.renew")
def renew(timestamp: int) -> None:
    """Every night, tell the payments to come; the first edition, and each new year, wait for a person."""
    with acting_from("travail de la nuit"):
        actions.renew()
