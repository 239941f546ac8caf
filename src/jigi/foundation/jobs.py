"""Jobs that a dead worker left unfinished: another worker takes them up again.

A job that a kill interrupted stays « doing » in the queue, and holds its lock, until somebody puts it back.
Jobs are written so that doing one again is safe: each finds what is done, and leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Timer

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from procrastinate import RetryDecision, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.sql import queries

from jigi.foundation import limits, outage
from jigi.foundation.runs import leave_failed, side_connection


class Patience(RetryStrategy):
    """A job that the machine interrupted is tried again, each time later, up to the ceiling; no other failure is."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not outage.interrupted(exception):
            return None
        return super().get_retry_decision(exception=exception, job=job)


PATIENCE = Patience(max_attempts=limits.job_attempts(), exponential_wait=5)
"""After a lock, a restart, a full disk, a clock set forward under an idle transaction."""

SILENCE = timedelta(seconds=30)
"""A worker tells that it lives every ten seconds; after this long without a word it is dead."""

AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
"""When a job taken up again is due: by no clock, however wrong, is it in the future."""

SIGN = 0x776F726B6572
"""« worker »: the number of the advisory lock that every living worker shares, and nothing else takes."""


@contextmanager
def working() -> Iterator[int]:
    """Be a worker of this database; yields how many jobs of dead workers were put back in the queue.

    A worker alone in the database knows at once that every unfinished job is abandoned. Beside others it can't
    tell whose they are, and looks again when the dead have been silent long enough.
    """
    with side_connection() as sign:
        found = sign.execute("SELECT pg_try_advisory_lock(%s)", (SIGN,)).fetchone()
        alone = bool(found and found[0])
        count = _take_up(Q() if alone else _silent())
        sign.execute("SELECT pg_advisory_lock_shared(%s)", (SIGN,))
        if alone:
            sign.execute("SELECT pg_advisory_unlock(%s)", (SIGN,))
        later = Timer(SILENCE.total_seconds() * 1.5, _look_again)
        later.daemon = True
        if not alone:
            later.start()
        try:
            yield count
        finally:
            later.cancel()


def _look_again() -> None:
    try:
        _take_up(_silent())
    finally:
        connection.close()  # the one of this thread


def _take_up(whose: Q) -> int:
    count = 0
    abandoned = ProcrastinateJob.objects.filter(whose, status="doing").values_list(
        "pk", "attempts", "task_name", "lock"
    )
    for number, attempts, task, lock in abandoned:
        if attempts + 1 >= limits.job_attempts():
            _give_up(number, task, lock)
            continue
        try:
            app.job_manager.retry_job_by_id(number, retry_at=AT_ONCE)
            count += 1
        except UniqueViolation:
            # Somebody asked for the same thing again: that later job will do it, once this one lets go.
            _end(number)
        except ConnectorException:
            continue  # it has just ended, or another worker was first
    return count


def _give_up(number: int, task: str, lock: str | None) -> None:
    """End a job that killed its worker each time it was begun; where it is looked for, a run says so."""
    try:
        _end(number)
    except ConnectorException:
        return  # it has just ended
    leave_failed(
        task,
        "Travail abandonné",
        subject=lock or "",
        message=f"Abandonné après {limits.job_attempts()} essais : chacun a été interrompu. Prévenez l’exploitant.",
    )


def _end(number: int) -> None:
    """Mark a job as failed. procrastinate only has this as a coroutine; the statement is the same."""
    app.connector.get_sync_connector().execute_query(
        queries["finish_job"], job_id=number, status=Status.FAILED.value, delete_job=False
    )


def _silent() -> Q:
    """Without a worker (procrastinate forgets the dead when a worker starts), or with a silent one.

    By the clock of the database, which wrote the last word of each: that of this machine may be wrong.
    """
    return Q(worker=None) | Q(worker__last_heartbeat__lt=Now() - SILENCE)
