"""Files too large to be imported while the page waits: taken by the worker from where they are kept."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from django.db import OperationalError
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation import runs
from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import User
from jigi.intake.models import Batch
from jigi.intake.pipeline import import_file
from jigi.web.imports import uploads

LARGE_BYTES = 5 * 1024 * 1024


def enqueue(folder: Path, mapping: str, *, by: User) -> None:
    """Ask the worker for an import, in the open transaction. One import runs at a time."""
    take.configure(lock="intake.import").defer(folder=str(folder), mapping=mapping, user_id=by.pk)


def waiting() -> int:
    """How many files wait for the worker or are in its hands."""
    return ProcrastinateJob.objects.filter(task_name=take.name, status__in=("todo", "doing")).count()


def take_now(folder: Path, mapping: str, *, by: User) -> Batch:
    """Import the files of an upload. Errors are those of `import_file`."""
    with uploads.opened(folder) as files:
        if "menages" not in files:
            raise JigiError("Les fichiers envoyés ne sont plus là", remedy="Envoyez-les de nouveau.")
        reviewed = files.get("correspondance", mapping)
        return import_file(files["menages"], reviewed, members=files.get("membres"), by=by)


@app.task(name="intake.take_upload", retry=PATIENCE)
def take(folder: str, mapping: str, user_id: int) -> None:
    """Import an upload and remove it; what is wrong with the files is kept as a run that failed."""
    place, by = Path(folder), User.objects.get(pk=user_id)
    again = False
    with acting_from("travail"):
        try:
            take_now(place, mapping, by=by)
        except OperationalError:
            again = True  # the job is tried again, with these files
            raise
        except JigiError as error:
            with suppress(JigiError), runs.start("intake.import", "Import d’un fichier envoyé", by=by):
                raise error
        finally:
            if not again:
                uploads.forget(place)
