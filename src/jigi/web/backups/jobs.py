"""Backups without anybody: one a night, and one restored in a second database every Sunday, by the worker."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from jigi.foundation import backup, backup_runs
from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.ledger.queries import PROVEN_IN_COPIES

LOCK = "backup"


@app.periodic(cron="17 1 * * *")
@app.task(name="backup.nightly", lock=LOCK, queueing_lock="backup.nightly")
def nightly(timestamp: int) -> None:
    """Make the backup of the night, once a key is given, and remove those beyond JIGI_BACKUP_KEEP."""
    if backup_runs.has_key():
        _make(None)


@app.periodic(cron="47 3 * * 0")
@app.task(name="backup.weekly_drill", lock=LOCK, queueing_lock="backup.weekly_drill")
def weekly_drill(timestamp: int) -> None:
    """Try the latest backup, once a key is given."""
    if backup_runs.has_key():
        _try(None)


@app.task(name="backup.asked", lock=LOCK)
def asked(act: str, user_id: int) -> None:
    """What a person asked for on the page: « create » or « drill »."""
    ACTS[act](User.objects.get(pk=user_id))


def enqueue(act: str, *, by: User) -> bool:
    """Ask the worker, in the open transaction; False when the same already waits."""
    try:
        with transaction.atomic():
            asked.configure(queueing_lock=f"backup.asked.{act}").defer(act=act, user_id=by.pk)
    except AlreadyEnqueued:
        return False
    return True


def waiting() -> bool:
    """Whether a backup or a drill waits for the worker or is in its hands."""
    return ProcrastinateJob.objects.filter(task_name__startswith="backup.", status__in=("todo", "doing")).exists()


def _make(by: User | None) -> None:
    # What went wrong is kept by the run, where the page finds it.
    with acting_from("travail"), suppress(JigiError):
        backup_runs.back_up(backup.destination(), PROVEN_IN_COPIES, by=by)
        backup.prune(backup.destination(), backup_runs.keep())


def _try(by: User | None) -> None:
    with acting_from("travail"), suppress(JigiError):
        backup_runs.drill(None, PROVEN_IN_COPIES, by=by)


ACTS = {"create": _make, "drill": _try}
