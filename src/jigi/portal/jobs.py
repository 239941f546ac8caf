"""Renewing and answering by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jigi.foundation.audit import acting_from
from jigi.foundation.jobs import PATIENCE
from jigi.portal import actions, answers


@app.periodic(cron="10 4 * * *")
@app.task(name="portal.renew", queueing_lock="portal.renew")
def renew(timestamp: int) -> None:
    """Every night, tell the payments to come; the first edition, and each new year, wait for a person."""
    with acting_from("travail de la nuit"):
        actions.renew()


@app.periodic(cron="* * * * *")
@app.task(name="portal.answer", queueing_lock="portal.answer", lock="portal.answer", retry=PATIENCE)
def answer(timestamp: int) -> None:
    """Each minute, answer by SMS what was asked."""
    with acting_from("travail"):
        answers.answer()
