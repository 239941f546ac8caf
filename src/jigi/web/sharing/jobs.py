"""Files too large for a page are written by the worker; each night, what is past its day is closed."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from jigi.foundation.audit import acting_from
from jigi.foundation.errors import JigiError
from jigi.foundation.jobs import PATIENCE
from jigi.foundation.models import User
from jigi.sharing import delivering, requests
from jigi.sharing.models import SharingRequest

LARGE = 5_000
"""Persons above which nobody should wait before the page."""


def is_large(request: SharingRequest) -> bool:
    return request.persons > LARGE


def enqueue(request: SharingRequest, *, by: User) -> None:
    """Ask the worker to write a file, in the open transaction; asked twice, it is written once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        waiting = deliver.configure(lock="sharing.deliver", queueing_lock=f"sharing.deliver:{request.pk}")
        waiting.defer(request_id=request.pk, user_id=by.pk)


@app.task(name="sharing.deliver", retry=PATIENCE)
def deliver(request_id: int, user_id: int) -> None:
    """Write the file of a request; a refusal is kept by its run."""
    request = SharingRequest.objects.select_related("agreement").get(pk=request_id)
    with acting_from("travail"), suppress(JigiError):
        delivering.deliver(request, by=User.objects.get(pk=user_id))


@app.periodic(cron="20 0 * * *")
@app.task(name="sharing.expire", queueing_lock="sharing.expire")
def expire(timestamp: int = 0) -> None:
    """Close what is past its day, and take its files away."""
    with acting_from("travail"):
        requests.expire()
