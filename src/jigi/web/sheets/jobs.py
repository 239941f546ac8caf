"""Scans too large to be read while the page waits: taken by the worker from where they are kept."""

from __future__ import annotations

from pathlib import Path

from django.db import OperationalError
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import User
from jigi.foundation.outage import outage_of
from jigi.foundation.runs import leave_failed
from jigi.sheets import scanning
from jigi.sheets.scanning import Taken
from jigi.web.imports import uploads

LARGE_BYTES = 2 * 1024 * 1024


def enqueue(folder: Path, *, by: User) -> None:
    """Ask the worker, in the open transaction. One scan is read at a time."""
    read.configure(lock="sheets.read").defer(folder=str(folder), user_id=by.pk)


def waiting() -> int:
    """How many scans wait for the worker or are in its hands."""
    return ProcrastinateJob.objects.filter(task_name=read.name, status__in=("todo", "doing")).count()


def take_now(folder: Path, *, by: User) -> list[Taken]:
    """Read the files of an upload. Errors are those of `scanning.take`."""
    with uploads.opened(folder) as files:
        return [scanning.take(file.read_bytes(), by=by) for file in files.values()]


@app.task(name="sheets.read_scan", retry=PATIENCE)
def read(folder: str, user_id: int) -> None:
    """Read an upload and remove it; a file that can't be read is kept as a run that failed."""
    place, by = Path(folder), User.objects.get(pk=user_id)
    with acting_from("travail"):
        try:
            take_now(place, by=by)
        except JigiError as error:
            leave_failed("sheets.read", "Lecture de feuilles numérisées", subject="scan", message=str(error))
        except Exception as error:
            if not isinstance(error, OperationalError) and outage_of(error) is None:
                uploads.forget(place)
            raise
    uploads.forget(place)
