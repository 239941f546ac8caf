"""What the worker does by the clock for every package: sealing and proving the audit, forgetting old jobs."""

from __future__ import annotations

from procrastinate import JobContext, builtin_tasks
from procrastinate.contrib.django import app

from jigi.foundation import proof, seals
from jigi.foundation.audit import acting_from

JOBS_KEPT_HOURS = 72


@app.periodic(cron="* * * * *")
@app.task(name="audit.seal", queueing_lock="audit.seal")
def seal(timestamp: int) -> None:
    """Every minute, seal what was written since."""
    seals.seal()


@app.periodic(cron="40 2 * * *")
@app.task(name="audit.verify", queueing_lock="audit.verify")
def verify(timestamp: int) -> None:
    """Every night, prove the whole chain; what is found waits for the auditor on the page of the day."""
    with acting_from("travail de la nuit"):
        proof.verify_and_keep(by=None)


@app.periodic(cron="10 3 * * *")
@app.task(name="jobs.forget", queueing_lock="jobs.forget", pass_context=True)
async def forget(context: JobContext, timestamp: int) -> None:
    """Every night, forget the jobs that ended well days ago."""
    await builtin_tasks.remove_old_jobs(context, max_hours=JOBS_KEPT_HOURS)
