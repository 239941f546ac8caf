"""Files of benefits too large to be checked while the page waits: taken by the worker."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from procrastinate.contrib.django import app

from jigi.foundation import runs
from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import User
from jigi.foundation.outage import interrupted
from jigi.schemes.actions import receive
from jigi.schemes.models import BenefitBatch, Scheme
from jigi.web.imports import uploads

PART = "prestations"


def enqueue(folder: Path, scheme: Scheme, *, by: User) -> None:
    """Ask the worker to receive a file, in the open transaction. One is received at a time."""
    take.configure(lock="schemes.receive").defer(folder=str(folder), scheme_id=scheme.pk, user_id=by.pk)


def take_now(folder: Path, scheme: Scheme, *, by: User) -> BenefitBatch:
    """Receive the file of an upload. Errors are those of `receive`."""
    with uploads.opened(folder) as files:
        if PART not in files:
            raise JigiError("Le fichier envoyé n’est plus là", remedy="Envoyez-le de nouveau.")
        return receive(files[PART], scheme, by=by)


@app.task(name="schemes.take_upload", retry=PATIENCE)
def take(folder: str, scheme_id: int, user_id: int) -> None:
    """Receive an upload and remove it; what is wrong with the file is kept as a run that failed.

    When the machine fails (database away, disk full) the file stays, for the job to be done again.
    """
    place, by = Path(folder), User.objects.get(pk=user_id)
    with acting_from("travail"):
        try:
            take_now(place, Scheme.objects.get(pk=scheme_id), by=by)
        except JigiError as error:
            with suppress(JigiError), runs.start("schemes.receive", "Réception d’un fichier envoyé", by=by):
                raise error
        except Exception as error:
            if not interrupted(error):
                uploads.forget(place)
            raise
    uploads.forget(place)
