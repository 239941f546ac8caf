"""Counting by the clock."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from jigi.foundation import runs
from jigi.foundation.audit import acting_from
from jigi.results import pipeline
from jigi.results.dashboard import refresh, wrong
from jigi.results.models import Snapshot


@app.periodic(cron="20 * * * *")
@app.task(name="results.refresh", queueing_lock="results.refresh")
def count(timestamp: int) -> None:
    """Every hour, count the dashboard anew."""
    with acting_from("travail"):
        refresh()


@app.periodic(cron="40 3 * * *")
@app.task(name="results.prove", queueing_lock="results.prove")
def prove(timestamp: int) -> None:
    """Every night, hold the dashboard against its rows and each snapshot against its digest."""
    with acting_from("travail de la nuit"), runs.start("results.prove", "Preuve des résultats", by=None) as work:
        with transaction.atomic():
            refresh()
            lines = wrong()
        work.check("le tableau de bord dit ce que disent les lignes", not lines, str(len(lines)))
        kept = Snapshot.objects.order_by("pk").values_list("pk", "digest")
        altered = [pk for pk, digest in kept if pipeline.digest_in_database(pk) != digest]
        work.check("chaque instantané est ce que dit son empreinte", not altered, str(altered[:5]))
