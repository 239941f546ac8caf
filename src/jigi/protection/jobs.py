"""Once a month, the rules of retention are previewed; nothing is ever applied without two people."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from jigi.foundation import runs
from jigi.foundation.audit import acting_from
from jigi.foundation.models import Run
from jigi.protection import retention

KIND = "protection.preview"
REMINDED_FOR = timedelta(days=45)


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
    since = retention.RetentionProposal.objects.filter(made_at__gte=last.started_at)
    return None if since.exists() else last
