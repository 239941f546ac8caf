"""Once a month, the rules of retention are previewed; nothing is ever applied without two people.

What a second person applies is done by the worker when it is large.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from jigi.foundation import runs
from jigi.foundation.audit import acting_from
from jigi.foundation.models import Run, User
from jigi.protection import retention
from jigi.protection.models import RetentionProposal

KIND = "protection.preview"
REMINDED_FOR = timedelta(days=45)
LARGE = 20_000
"""Rows above which nobody should wait before the page."""


@app.periodic(cron="0 5 1 * *")
@app.task(name=KIND, queueing_lock=KIND)
def remind(timestamp: int = 0) -> None:
    """Count what has outlived its delay, as a run: who protects data is reminded on their first page."""
    with acting_from("travail"), runs.start(KIND, "Aperçu de la conservation des données", by=None) as work:
        found = retention.preview()
        for due in found:
            with work.step(due.rule.what[:120]) as step:
                step.rows_out = due.rows
        rows = sum(due.rows for due in found)
        work.progress(rows, rows)


def reminder() -> Run | None:
    """The last preview of the job, when it found something that nobody has proposed or given up since."""
    last = Run.objects.filter(kind=KIND, status=Run.Status.DONE).order_by("-id").first()
    if last is None or not last.total or last.started_at < timezone.now() - REMINDED_FOR:
        return None
    since = RetentionProposal.objects.filter(made_at__gte=last.started_at)
    return None if since.exists() else last


def is_large(proposal: RetentionProposal) -> bool:
    """Whether applying a proposal is left to the worker."""
    return sum(proposal.counts.values()) > LARGE


def enqueue(proposal: RetentionProposal, *, by: User) -> None:
    """Ask the worker to apply a proposal, in the open transaction; asked twice, it is done once."""
    try:
        with transaction.atomic():
            apply.configure(queueing_lock=f"retention:{proposal.pk}").defer(proposal_id=proposal.pk, user_id=by.pk)
    except AlreadyEnqueued:
        return


@app.task(name="protection.apply")
def apply(proposal_id: int, user_id: int) -> None:
    """Apply a proposal. A job that is done again after a crash finds it applied, and leaves it."""
    proposal = RetentionProposal.objects.get(pk=proposal_id)
    if proposal.status == "proposed":
        with acting_from("travail"):
            retention.apply(proposal, by=User.objects.get(pk=user_id))
