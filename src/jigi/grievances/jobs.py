"""What the worker does of complaints by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jigi.foundation.audit import acting_from
from jigi.foundation.jobs import PATIENCE
from jigi.grievances import collected, pipeline, texts


@app.periodic(cron="10 5 * * *")
@app.task(name="grievances.clock", queueing_lock="grievances.clock")
def clock(timestamp: int) -> None:
    """Every morning: what was found elsewhere becomes cases, and what is late rises."""
    with acting_from("travail"):
        pipeline.gather(by=None)
        pipeline.escalate(by=None)


@app.periodic(cron="* * * * *")
@app.task(name="grievances.texts", queueing_lock="grievances.texts", retry=PATIENCE)
def hear_texts(timestamp: int) -> None:
    """Each minute: what people wrote is heard; two workers share it, and done again it finds what is done."""
    with acting_from("travail"):
        texts.hear_all()


@app.periodic(cron="* * * * *")
@app.task(name="grievances.fiches", queueing_lock="grievances.fiches", retry=PATIENCE)
def take_fiches(timestamp: int) -> None:
    """Each minute: what telephones of the field sent is taken; a text that breaks keeps none of it back."""
    with acting_from("travail"):
        collected.take_all()
