"""Sealing the audit: rows are chained in batches, and the head of the chain is written outside the database.

A seal names the rows it holds by their numbers, so that it is proved the same after a restore into another
server. It takes every row committed so far that no seal holds: one whose transaction ends later, with a number
already passed, goes into a later seal. See docs/adr/0013-the-audit-is-sealed-by-numbers.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from django.db import InternalError, connection, transaction
from django.utils import timezone

from jigi.foundation import anchors, audit
from jigi.foundation.anchors import Mark
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, AuditSeal, User

MOST_ROWS = 100_000
"""Rows of one seal: their digests are held in memory together."""

ALONE = 0x7363656175
"""« sceau »: the number of the advisory lock of whoever seals or verifies."""


def seal(*, most: int = MOST_ROWS) -> list[Mark]:
    """Seal what was written since the last time; returns the seals made, none when nothing was written.

    Raises Refused when an anchor does not end where the chain does, JigiError when one cannot be written.
    """
    made: list[Mark] = []
    with alone():
        for path in anchors.places():
            anchors.bring_up(path, _last_two())
        while (mark := _next(most)) is not None:
            for path in anchors.places():
                anchors.append(path, mark)
            made.append(mark)
            if mark.rows < most:
                break
    return made


def resume(*, by: User, reason: str) -> Mark:
    """Go on from the last seal of this database after a restore, or with a new anchor, and say why.

    What the anchors hold beyond is given up for good, and every verification says so.
    """
    said = " ".join(reason.split())
    if len(said) < 5:
        raise Refused("Il faut un motif", remedy="Par exemple --reason « base restaurée du 31 janvier ».")
    with alone():
        last = head()
        mark = Mark(
            anchors.RESUMED, last.number if last else 0, anchors.written(timezone.now()), 0,
            last.digest if last else anchors.START, said[:200],
        )  # fmt: skip
        audit.record("resume_chain", "audit", "chain", by=by, after={"seal": mark.number}, reason=said)
        for path in anchors.places():
            anchors.append(path, mark)
    return mark


def head() -> AuditSeal | None:
    """The last seal."""
    return AuditSeal.objects.order_by("-number").first()


def waiting_since() -> datetime | None:
    """When the oldest row past the last seal was written: minutes ago at most where the worker lives."""
    last = head()
    event = AuditEvent.objects.filter(id__gt=last.ceiling if last else 0).order_by("id").first()
    return event.at if event else None


@contextmanager
def alone() -> Iterator[None]:
    """Seal or verify while nobody else does; held over several transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ALONE])
    try:
        yield
    finally:
        # In a transaction that failed the lock can't be given back: it goes with the connection.
        with suppress(InternalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ALONE])


def _next(most: int) -> Mark | None:
    # Three statements in this order, each with its own view of what is committed: a number given before the
    # first, whose transaction the second doesn't see, has its row in the third or has none for ever.
    with transaction.atomic(durable=True):
        ceiling = fetch_sql("foundation", "seal_horizon")[0]["ceiling"]
        writers = fetch_sql("foundation", "seal_writers")[0]["writers"]
        made = fetch_sql("foundation", "seal", {"ceiling": ceiling, "writers": writers, "most": most})
    return _mark(**made[0]) if made else None


def _last_two() -> list[Mark]:
    found = AuditSeal.objects.order_by("-number").values("number", "sealed_at", "rows", "digest")[:2]
    return [_mark(**row) for row in reversed(found)]


def _mark(*, number: int, sealed_at: datetime, rows: int, digest: str, previous: str = "") -> Mark:
    return Mark(anchors.SEAL, number, anchors.written(sealed_at), rows, digest)
