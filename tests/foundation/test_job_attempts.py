"""A job is begun so many times and no more, whatever ended it."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.db.models import Q
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

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


def _decision(error: Exception, attempts: int) -> object:
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="x", attempts=attempts)
    return jobs.PATIENCE.get_retry_decision(exception=error, job=job)


def test_only_what_the_database_interrupted_is_tried_again_up_to_the_ceiling() -> None:
    assert _decision(OperationalError(), 0) is not None
    assert _decision(OperationalError(), limits.job_attempts()) is None
    assert _decision(ValueError(), 0) is None
