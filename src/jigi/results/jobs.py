"""Counting by the clock, and snapshots that a page asks for."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from jigi.foundation import runs
from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import User
from jigi.results import actions, extract, pipeline, questions
from jigi.results.dashboard import refresh, wrong
from jigi.results.models import ExtractRequest, Snapshot


def enqueue(year: int, until: date, *, by: User, now: datetime) -> None:
    """Ask the worker for a snapshot, in the open transaction; one is taken at a time, and asked twice, taken once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        asked = take.configure(lock="results.take", queueing_lock=f"results.take:{year}:{until}:{by.pk}")
        asked.defer(year=year, until=until.isoformat(), user_id=by.pk, asked_at=now.isoformat())


def waiting() -> list[int]:
    """The years of the snapshots that the worker has still to take, or is taking."""
    asked = ProcrastinateJob.objects.filter(task_name=take.name, status__in=("todo", "doing")).order_by("id")
    return [job.args["year"] for job in asked]


@app.task(name="results.take", retry=PATIENCE)
def take(year: int, until: str, user_id: int, asked_at: str) -> None:
    """One snapshot. A job that is done again after a crash finds it taken, and leaves it; a refusal is a failed run."""
    by, last = User.objects.get(pk=user_id), date.fromisoformat(until)
    taken = Snapshot.objects.filter(until=last, taken_by=by, taken_at__gte=datetime.fromisoformat(asked_at))
    if taken.exists():
        return
    with acting_from("travail"):
        try:
            actions.last_day(year, by=by, until=last)
        except JigiError as error:
            title = f"Instantané des résultats de {year}"
            runs.leave_failed("results.take", title, subject=actions.TAKING, message=str(error), by=by)
            return
        actions.take(year, by=by, until=last)


def enqueue_extract(request: ExtractRequest) -> None:
    """Have the worker write a granted extract, in the open transaction."""
    lock = f"{extract.NOUN}:{request.pk}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        write_extract.configure(lock=lock, queueing_lock=lock).defer(request_id=request.pk)


@app.task(name="results.extract", retry=PATIENCE)
def write_extract(request_id: int) -> None:
    """One extract; done again after a crash, it finds it made."""
    with acting_from("travail"):
        extract.make(ExtractRequest.objects.get(pk=request_id))


@app.periodic(cron="50 2 * * *")
@app.task(name="results.drop_extracts", queueing_lock="results.drop_extracts")
def drop_extracts(timestamp: int) -> None:
    """Every night, take away the files of extracts that are a month old."""
    with acting_from("travail de la nuit"):
        extract.drop_old()


@app.periodic(cron="20 * * * *")
@app.task(name="results.refresh", lock="results.counts", queueing_lock="results.refresh")
def count(timestamp: int) -> None:
    """Every hour, count the dashboard anew, then hold the questions that people keep against it."""
    with acting_from("travail"):
        refresh()
        questions.compare_all()


@app.periodic(cron="40 3 * * *")
@app.task(name="results.prove", lock="results.counts", queueing_lock="results.prove")
def prove(timestamp: int) -> None:
    """Every night, hold the dashboard against its rows and each snapshot against its digest.

    Never while the hour is counted: of two that write the same counts, one that sees a single moment would give up.
    """
    with acting_from("travail de la nuit"), runs.start("results.prove", "Preuve des résultats", by=None) as work:
        with actions.one_moment(writes=True):  # what is paid between the two is in neither
            refresh()
            lines = wrong()
        work.check("le tableau de bord dit ce que disent les lignes", not lines, str(len(lines)))
        kept = Snapshot.objects.order_by("pk").values_list("pk", "digest")
        altered = [pk for pk, digest in kept if pipeline.digest_in_database(pk) != digest]
        work.check("chaque instantané est ce que dit son empreinte", not altered, str(altered[:5]))
