"""Messages queued and dispatched to the twin of the provider, beside the same requests without a database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import lay, settle_tables, staff
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.foundation.keyring import vault
from jigi.foundation.wire import HttpWire
from jigi.geography.models import Area
from jigi.messaging import outbox, writing
from jigi.messaging.adapters.provider import Parcel, Provider
from jigi.messaging.writing import Line, Wording

SLICE = 2_000
FEW = 100
"""Households of the ground: messages need a place and a programme, not many of them."""
VALUES = {"date": "12/03/2026", "lieu": "Safo"}


@contextmanager
def _twin() -> Iterator[Provider]:
    command = [sys.executable, "-m", "jigi.messaging.adapters.twin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield Provider(process.stdout.readline().strip(), "t", HttpWire(timeout_s=outbox.TIMEOUT_S))
        finally:
            process.stdin.close()


def _lay(trial: Trial) -> Figures:
    lay(FEW)
    settle_tables()
    return {}


def _queue(trial: Trial) -> Figures:
    area = Area.objects.filter(level="commune").order_by("pk")[0]
    wording = Wording("payment_day", batch="bench", expires_at=timezone.now() + timedelta(days=3))
    with gauged() as gauge:
        for begin in range(0, trial.size, SLICE):
            numbers = [f"{70_000_000 + at}" for at in range(begin, min(begin + SLICE, trial.size))]
            sealed, indexes = vault().seal_many("phone", numbers), vault().index_many("phone", numbers)
            writing.queue(
                wording,
                [
                    Line(f"bench:{number}", phone, index, VALUES, area.pk)
                    for number, phone, index in zip(numbers, sealed, indexes, strict=True)
                ],
                by=staff().manager,
            )
    settle_tables()
    return {"queue_seconds": gauge.seconds, "queue_statements": gauge.statements}


def _dispatch(trial: Trial) -> Figures:
    noon = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), time(12)))
    with _twin() as talk, ThreadPoolExecutor(outbox.WIDTH) as pool, gauged() as gauge:
        while outbox.one_pass(talk, noon, pool=pool):
            continue
    figures = writing.figures("bench")
    assert figures["sent"]["messages"] == trial.size, figures
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(posts) FROM messaging_message")
        assert cursor.fetchone() == (1,)
    return {
        "seconds": gauge.seconds, "statements": gauge.statements, "peak_mb": peak_mb(),
        "own_seconds": gauge.own_seconds, "queue_seconds": trial.facts["queue_seconds"],
    }  # fmt: skip


def _reference(trial: Trial) -> Figures:
    """The same requests by as many threads, and no database: the bare rate of the twin."""
    with _twin() as talk, ThreadPoolExecutor(outbox.WIDTH) as pool, gauged() as gauge:
        parcels = (
            Parcel(uuid4(), "sms", "JIGI", f"+223{70_000_000 + at}", json.dumps(VALUES), "fr")
            for at in range(trial.size)
        )
        assert all(one.kind == "accepted" for one in pool.map(talk.send, parcels))
    return {"reference_seconds": gauge.seconds}


BENCH = Bench(
    name="messages",
    size=100_000,
    unit="messages",
    reference="les mêmes requêtes au jumeau du fournisseur, sans base : son débit nu",
    phases={
        "Base et programme": _lay,
        "Mettre en attente": _queue,
        "Envoi au jumeau (mesuré)": _dispatch,
        "Référence": _reference,
    },
)
