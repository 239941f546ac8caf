"""Files too large to be imported while the page waits: taken by the worker from where they are kept."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation import runs
from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import User
from jigi.foundation.outage import interrupted
from jigi.intake import reviewing, saved_mappings, undoing
from jigi.intake.mapping import Mapping
from jigi.intake.models import Batch
from jigi.intake.pipeline import import_file
from jigi.web.imports import uploads
from jigi.web.imports.forms import KEPT

LARGE_BYTES = 5 * 1024 * 1024
LARGE_BATCH = 5_000
"""Households above which a merge is undone by the worker."""
ABANDONED_SECONDS = 24 * 3600
REVIEW_DAYS = 90
"""Days after which a review that nobody finished is given up: its files hold personal data."""


def enqueue(folder: Path, mapping: str, *, review: bool = False, by: User) -> None:
    """Ask the worker for an import, in the open transaction. One import runs at a time."""
    take.configure(lock="intake.import").defer(folder=str(folder), mapping=mapping, user_id=by.pk, review=review)


def waiting() -> int:
    """How many files wait for the worker or are in its hands."""
    return ProcrastinateJob.objects.filter(task_name=take.name, status__in=("todo", "doing")).count()


def take_now(folder: Path, mapping: str, *, review: bool = False, by: User) -> Batch:
    """Import the files of an upload. Errors are those of `import_file`."""
    with uploads.opened(folder) as files:
        if "menages" not in files:
            raise JigiError("Les fichiers envoyés ne sont plus là", remedy="Envoyez-les de nouveau.")
        reviewed = files.get("correspondance") or chosen(mapping)
        return import_file(files["menages"], reviewed, members=files.get("membres"), review=review, by=by)


def chosen(code: str) -> Mapping | str:
    """The mapping that a form has named: one made on the page, by its number, or a shipped one."""
    return saved_mappings.opened(int(code.removeprefix(KEPT))) if code.startswith(KEPT) else code


@app.task(name="intake.take_upload", retry=PATIENCE)
def take(folder: str, mapping: str, user_id: int, review: bool = False) -> None:
    """Import an upload and remove it; what is wrong with the files is kept as a run that failed.

    When the machine fails (database away, disk full) the files stay, for the job to be done again.
    """
    place, by = Path(folder), User.objects.get(pk=user_id)
    with acting_from("travail"):
        try:
            take_now(place, mapping, review=review, by=by)
        except JigiError as error:
            with suppress(JigiError), runs.start("intake.import", "Import d’un fichier envoyé", by=by):
                raise error
        except Exception as error:
            if not interrupted(error):
                uploads.forget(place)
            raise
    uploads.forget(place)


def enqueue_undo(batch: Batch, reason: str, *, by: User) -> None:
    """Ask the worker to undo a merge, in the open transaction. Refused at once without the right, reason or state."""
    undoing.check(batch, by=by, reason=reason)
    take_back.configure(lock="intake.import").defer(batch_id=batch.pk, reason=reason, user_id=by.pk)


def leaves(batch: Batch) -> bool:
    """Whether the worker has still to undo a batch, or is undoing it."""
    asked = ProcrastinateJob.objects.filter(task_name=take_back.name, status__in=("todo", "doing"))
    return asked.filter(args__batch_id=batch.pk).exists()


@app.task(name="intake.take_back", retry=PATIENCE)
def take_back(batch_id: int, reason: str, user_id: int) -> None:
    """Undo a merge; why it could not be is the message of its run. Done again after a crash, it finds it done."""
    batch = Batch.objects.get(pk=batch_id)
    if batch.status != Batch.Status.UNDONE:
        by = User.objects.get(pk=user_id)
        with acting_from("travail"):
            try:
                undoing.check(batch, by=by, reason=reason)
            except JigiError as error:  # a right that ended while it waited: no run was opened to say it
                with suppress(JigiError), runs.start("intake.undo", f"Lot n° {batch_id} à défaire", by=by):
                    raise error
            else:
                with suppress(JigiError):
                    undoing.undo(batch, by=by, reason=reason)


@app.periodic(cron="37 2 * * *")
@app.task(name="intake.forget_uploads", queueing_lock="intake.forget_uploads")
def forget_abandoned(timestamp: int) -> None:
    """Remove the files that nobody will take: those left by a killed process of pages, those of a review given up."""
    asked = ProcrastinateJob.objects.filter(args__has_key="folder", status__in=("todo", "doing"))
    reviewing.refuse_forgotten(timezone.now() - timedelta(days=REVIEW_DAYS))
    uploads.forget_older(ABANDONED_SECONDS, {job.args["folder"] for job in asked})
