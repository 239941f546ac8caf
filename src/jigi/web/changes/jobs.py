"""More requests of a file than a page can wait for: approved by the worker, slice by slice."""

from __future__ import annotations

from collections.abc import Sequence

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.changes import bulk
from jigi.changes.models import ChangeBulk
from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import User
from jigi.foundation.runs import leave_failed

AT_ONCE = 1_000
"""Requests beyond which the worker approves them."""


def enqueue(one: ChangeBulk, numbers: Sequence[int], *, by: User) -> None:
    """Ask the worker, in the open transaction. One approval runs at a time."""
    approve.configure(lock="changes.approve").defer(bulk_id=one.pk, numbers=list(numbers), user_id=by.pk)


def is_waiting(one: ChangeBulk) -> bool:
    """Whether the worker has requests of this file to approve, or is approving them."""
    asked = ProcrastinateJob.objects.filter(task_name=approve.name, status__in=("todo", "doing"))
    return asked.filter(args__bulk_id=one.pk).exists()


@app.task(name="changes.approve_file", retry=PATIENCE)
def approve(bulk_id: int, numbers: list[int], user_id: int) -> None:
    """Approve requests of a file; those that are decided already are passed, so that the job may be done again."""
    one, by = ChangeBulk.objects.get(pk=bulk_id), User.objects.get(pk=user_id)
    with acting_from("travail"):
        try:
            bulk.approve(one, numbers, by=by)
        except JigiError as error:
            title = f"Approbation de {one.file_name}"[:200]
            leave_failed("changes.approve", title, subject=f"change_bulk:{bulk_id}", message=str(error))
