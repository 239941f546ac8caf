"""The worker's part of messages: each minute, what waits leaves and what is in doubt is asked for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jigi.foundation.audit import acting_from
from jigi.messaging import outbox

LONGEST_S = 50.0


@app.periodic(cron="* * * * *")
@app.task(name="messages.send", queueing_lock="messages.send")
def send(timestamp: int) -> None:
    """Speak with the provider for a while; without one, messages wait."""
    talk = outbox.provider()
    if talk is None:
        return
    with acting_from("travail"):
        outbox.run(talk, seconds=LONGEST_S)
