"""A job is begun so many times and no more, whatever ended it."""

from __future__ import annotations

import errno

import pytest
from django.db import InternalError, OperationalError, connection
from django.db.models import Q
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from psycopg.errors import IdleInTransactionSessionTimeout

from jigi.foundation import jobs, limits
from jigi.foundation.models import Run
from jigi.foundation.runs import side_connection

DOING = """
INSERT INTO procrastinate_jobs (task_name, queue_name, status, attempts, lock, args)
VALUES ('payments.act', 'default', 'doing', %s, 'payment_round:7', '{}') RETURNING id"""


def _interrupted(attempts: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(DOING, [attempts])
        return int(cursor.fetchone()[0])


def test_a_job_that_kills_its_workers_is_given_up_and_says_so(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_JOB_ATTEMPTS", "3")
    job = _interrupted(0)
    for _ in range(2):
        assert jobs._take_up(Q()) == 1
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
    assert jobs._take_up(Q()) == 0
    assert ProcrastinateJob.objects.get(pk=job).status == "failed"
    said = Run.objects.filter(subject="payment_round:7").latest("id")
    with side_connection() as beside:  # where the run was written, so that it stays when all else is undone
        beside.execute("DELETE FROM foundation_run WHERE id = %s", [said.pk])
    assert said.status == "failed" and "Abandonné après 3 essais" in said.message


def _decision(error: BaseException, attempts: int) -> object:
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="x", attempts=attempts)
    return jobs.PATIENCE.get_retry_decision(exception=error, job=job)


def _closed_while_idle() -> InternalError:
    """What a clock set forward does: PostgreSQL believes that the transaction has done nothing for an hour."""
    error = InternalError()
    error.__cause__ = IdleInTransactionSessionTimeout()
    return error


@pytest.mark.parametrize("error", [OperationalError(), _closed_while_idle(), OSError(errno.ENOSPC, "")], ids=repr)
def test_what_the_machine_interrupted_is_tried_again_up_to_the_ceiling(error: Exception) -> None:
    assert _decision(error, 0) is not None
    assert _decision(error, limits.job_attempts()) is None


@pytest.mark.parametrize("error", [ValueError(), OSError(errno.ENOENT, ""), InternalError()], ids=repr)
def test_what_would_fail_again_is_not(error: Exception) -> None:
    assert _decision(error, 0) is None
