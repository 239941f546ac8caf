"""Scans too large to be read while the page waits: taken by the worker from where they are kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import Run, User
from jigi.foundation.outage import interrupted
from jigi.foundation.runs import leave_failed
from jigi.sheets import scanning
from jigi.sheets.scanning import Taken
from jigi.web.imports import uploads

LARGE_BYTES = 2 * 1024 * 1024
READ = "sheets.read"
SHOWN_DAYS = 7
MOST_SHOWN = 20


def enqueue(folder: Path, *, by: User) -> None:
    """Ask the worker, in the open transaction. One scan is read at a time."""
    read.configure(lock="sheets.read").defer(folder=str(folder), user_id=by.pk)


def waiting() -> int:
    """How many scans wait for the worker or are in its hands."""
    return ProcrastinateJob.objects.filter(task_name=read.name, status__in=("todo", "doing")).count()


def failures(user: User) -> list[Run]:
    """The files that this person sent lately and that could not be read, latest first."""
    since = timezone.now() - timedelta(days=SHOWN_DAYS)
    found = Run.objects.filter(kind=READ, by=user, status=Run.Status.FAILED, started_at__gt=since)
    return list(found.order_by("-id")[:MOST_SHOWN])


def take_now(folder: Path, *, by: User) -> list[Taken]:
    """Read the files of an upload. Errors are those of `scanning.take`."""
    with uploads.opened(folder) as files:
        return [scanning.take(file.read_bytes(), by=by) for file in files.values()]


@app.task(name="sheets.read_scan", retry=PATIENCE)
def read(folder: str, user_id: int) -> None:
    """Read an upload and remove it; a file that can't be read is told by a run that failed, the others are taken."""
    place, by = Path(folder), User.objects.get(pk=user_id)
    with acting_from("travail"):
        try:
            with uploads.opened(place) as files:
                for rank, file in enumerate(files.values(), 1):
                    _take_one(file, f"Fichier {rank} sur {len(files)}", by)
        except Exception as error:
            if not interrupted(error):
                uploads.forget(place)
            raise
    uploads.forget(place)


def _take_one(file: Path, which: str, by: User) -> None:
    # Told by its rank and its size: the name of a file may name somebody, and is kept nowhere.
    try:
        scanning.take(file.read_bytes(), by=by)
    except JigiError as error:
        message = f"{which} ({filesizeformat(file.stat().st_size)}) : {error}"
        leave_failed(READ, "Lecture de feuilles numérisées", subject="scan", message=message, by=by)
