"""More fiches than a page can wait for: poured by the worker."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import User
from jigi.foundation.runs import leave_failed
from jigi.intake.models import FormVersion
from jigi.intake.submissions import import_submissions

MANY = 300
"""Fiches beyond which the worker pours them."""


def enqueue(version: FormVersion, *, review: bool = False, by: User) -> None:
    """Ask the worker, in the open transaction. One import runs at a time."""
    pour.configure(lock="intake.import").defer(version_id=version.pk, user_id=by.pk, review=review)


def is_waiting(version: FormVersion) -> bool:
    """Whether the worker has these fiches to pour, or is pouring them."""
    asked = ProcrastinateJob.objects.filter(task_name=pour.name, status__in=("todo", "doing"))
    return asked.filter(args__version_id=version.pk).exists()


@app.task(name="intake.pour_submissions", retry=PATIENCE)
def pour(version_id: int, user_id: int, review: bool = False) -> None:
    """Pour the fiches of a version; a refusal is kept as a run that failed."""
    version, by = FormVersion.objects.select_related("form").get(pk=version_id), User.objects.get(pk=user_id)
    with acting_from("travail"):
        try:
            import_submissions(version, review=review, by=by)
        except JigiError as error:
            leave_failed(
                "intake.import", f"Fiches de {version}"[:200], subject=f"intake.form_version:{version_id}",
                message=str(error),
            )  # fmt: skip
