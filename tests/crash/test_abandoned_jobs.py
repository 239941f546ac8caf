"""The job of a dead worker is taken up by the next one; that of a living worker is left alone."""

from __future__ import annotations

import random

import psycopg
import pytest

from jigi.foundation import jobs
from tests.crash import act, facts
from tests.crash.ground import Ground

IN_HAND = """
WITH worker AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id)
UPDATE procrastinate_jobs SET status = 'doing', worker_id = worker.id FROM worker"""

pytestmark = pytest.mark.long


def test_asked_again_while_its_worker_is_dead_a_round_is_built_once(ground: Ground) -> None:
    expected = ground.undisturbed("prepare")
    with ground.copy_for("prepare") as url:
        ground.kill(url, "prepare", "worker", random.Random(1), impatient=True)
        assert ground.ask(url, facts.all_of_them) == expected


def test_a_job_is_left_to_its_worker_until_it_has_been_silent_too_long(ground: Ground) -> None:
    with ground.copy_for("prepare") as url, psycopg.connect(url, autocommit=True) as living:
        living.execute("SELECT pg_advisory_lock_shared(%s)", [jobs.SIGN])
        ground.run(act.ask_worker, url, "prepare", str(ground.folder))
        living.execute(IN_HAND)
        assert ground.ask(url, facts.jobs_taken_up) == 0
        living.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        assert ground.ask(url, facts.jobs_taken_up) == 1


def test_a_worker_alone_takes_everything_up_at_once(ground: Ground) -> None:
    with ground.copy_for("prepare") as url, psycopg.connect(url, autocommit=True) as other:
        ground.run(act.ask_worker, url, "prepare", str(ground.folder))
        other.execute(IN_HAND)
        assert ground.ask(url, facts.jobs_taken_up) == 1
