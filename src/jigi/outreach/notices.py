"""Notices that programmes have switched on: read upward from payments and enrolments, written once each."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.messaging import catalogue, writing
from jigi.messaging.writing import Line, Wording, require_operator
from jigi.outreach.actions import values_of
from jigi.outreach.models import Switch
from jigi.programmes.models import Programme

MOST = 10_000
OVERLAP = timedelta(hours=2)
"""What a pass reads again: rows say when their statement began, and are seen when their transaction ends."""
NEWS = {
    "ordered": "notice_ordered", "paid": "notice_paid", "returned": "notice_returned", "enrolled": "notice_enrolled",
}  # fmt: skip
"""The statement that finds what is to be told, by notice."""
TEMPLATES = {
    "ordered": "payment_ordered", "paid": "payment_paid", "returned": "payment_returned", "enrolled": "enrolled",
}  # fmt: skip


@transaction.atomic
def switch_on(programme: Programme, kind: str, language: str, *, by: User) -> Switch:
    """Have a programme tell its people so from now on: nothing of before is told."""
    require_operator(by, programme.code)
    if kind not in TEMPLATES:
        raise Refused("Cet avis n’existe pas", remedy="Choisissez dans la liste.")
    catalogue.template(TEMPLATES[kind]).text(language, "sms")
    if Switch.objects.filter(programme=programme, kind=kind, ended_at__isnull=True).exists():
        raise Refused("Cet avis est déjà en marche", remedy="Arrêtez-le d’abord pour changer sa langue.")
    made = Switch.objects.create(programme=programme, kind=kind, language=language, switched_by=by)
    facts = {"programme": programme.code, "notice": kind, "language": language}
    audit.record("switch_on", "message_notice", made.pk, by=by, after=facts)
    return made


@transaction.atomic
def switch_off(programme: Programme, kind: str, *, by: User) -> None:
    """Stop a notice; what waits already leaves."""
    require_operator(by, programme.code)
    held = Switch.objects.filter(programme=programme, kind=kind, ended_at__isnull=True).first()
    if held is None or not Switch.objects.filter(pk=held.pk, ended_at__isnull=True).update(
        ended_at=timezone.now(), ended_by=by
    ):
        raise Refused("Cet avis n’est pas en marche", remedy="Rechargez la page.")
    audit.record("switch_off", "message_notice", held.pk, by=by, after={"programme": programme.code, "notice": kind})


@unfenced
def write(at: datetime | None = None) -> dict[str, int]:
    """Write what is to be told and was not; returns how many messages by notice.

    Each pass reads what came since the one before that told all, however long ago that was. A decision of today on
    an old answer is of today.
    """
    written = {}
    for kind in Switch.objects.filter(ended_at__isnull=True).order_by("kind").values_list("kind", flat=True).distinct():
        now, written[kind] = at or timezone.now(), 0
        while True:
            rows = fetch_sql("outreach", NEWS[kind], {"overlap": OVERLAP, "most": MOST})
            made = _queued(kind, rows)
            written[kind] += made
            if len(rows) < MOST:
                told = Switch.objects.filter(kind=kind, ended_at__isnull=True, since__lte=now)
                told.update(told_until=Greatest("told_until", Value(now)))
                break
            if made == 0:  # another worker writes the same
                break
    return written


def _queued(kind: str, rows: list[dict[str, Any]]) -> int:
    made = 0
    for language, own in groupby(sorted(rows, key=lambda row: row["language"]), key=lambda row: row["language"]):
        wording = Wording(TEMPLATES[kind], language, batch=f"notice:{kind}")
        made += writing.queue(wording, [_line(row) for row in own], by=None)
    return made


def _line(row: dict[str, Any]) -> Line:
    return Line(
        cause=row["cause"], phone_sealed=bytes(row["sealed"]), phone_index=bytes(row["number_index"]),
        values=values_of(row, row["programme_name"]), area=row["area_id"], household=row["household_id"],
        programme=row["programme"], organisation=row["organisation"],
    )  # fmt: skip
