"""Notifications of agencies: stored as they came before they are answered, read afterwards by a job.

A notification is believed for what it proves, which is that a payment was executed or given back: of a rejection the
agency is asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DataError, transaction
from django.utils import timezone

from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.sealed import opened_bytes, sealed_bytes
from jigi.foundation.wire import HttpWire
from jigi.payments.adapters.conversation import Conversation, Event
from jigi.payments.adapters.pispi import PiSpi
from jigi.payments.channels import access_of
from jigi.payments.dispatch_models import Channel, Dispatch, Notice

MOST_BYTES = 1_000_000
AT_ONCE = 200
KEPT = timedelta(days=30)


@unfenced
def take(channel: Channel, body: bytes, signature: str) -> bool:
    """Keep a notification; False when it was kept before. Raises Refused when the agency did not sign it."""
    if not _listener(channel).genuine(body, signature):
        raise Refused("La signature de cette notification n’est pas celle de l’agence")
    kept = {"body_sealed": sealed_bytes("agency", body)}
    digest = hashlib.sha256(body).hexdigest()
    _, new = Notice.objects.get_or_create(channel=channel, body_hash=digest, defaults=kept)
    return new


@unfenced
def read_waiting() -> list[int]:
    """Read what waits, oldest first; returns the dispatches of the agencies that have said something.

    One that can't be read is kept some days with what is wrong, for the operator; it stops none of the others.
    """
    touched: set[int] = set()
    with transaction.atomic():
        waiting = Notice.objects.select_for_update(skip_locked=True).filter(read_at__isnull=True).order_by("id")
        for notice in list(waiting.select_related("channel")[:AT_ONCE]):
            touched.add(notice.channel.agency_id)
            problem = _read(notice)
            # What it proved is kept with the payment; the message, which names the holder, is not.
            body = {} if problem else {"body_sealed": b""}
            Notice.objects.filter(pk=notice.pk).update(read_at=timezone.now(), problem=problem, **body)
        Notice.objects.filter(read_at__lt=timezone.now() - KEPT).exclude(body_sealed=b"").update(body_sealed=b"")
    return list(Dispatch.objects.filter(agency__in=touched).values_list("pk", flat=True))


def _read(notice: Notice) -> str:
    try:
        with transaction.atomic():
            _believe(notice, list(_listener(notice.channel).events(opened_bytes("agency", notice.body_sealed))))
    except (ValueError, KeyError, TypeError, OverflowError, DataError) as error:
        return f"Message illisible ({type(error).__name__})"
    return ""


def _believe(notice: Notice, events: Sequence[Event]) -> None:
    agency = notice.channel.agency_id
    run_sql("payments", "notice_executed", _facts(agency, [one for one in events if one.kind == "executed"]))
    run_sql("payments", "notice_returned", _facts(agency, [one for one in events if one.kind == "returned"]))
    run_sql("payments", "notice_ask", {"agency": agency, "tx_ids": [one.tx_id for one in events]})


def _facts(agency: int, events: Sequence[Event]) -> dict[str, Any]:
    # The same event told twice in a message moves its payment once.
    said = {one.tx_id: one for one in events}.values()
    return {
        "agency": agency, "tx_ids": [one.tx_id for one in said],
        "references": [one.agency_reference[:60] for one in said], "amounts": [one.amount_xof for one in said],
        "days": [(one.at or datetime.now(UTC)).date() for one in said],
    }  # fmt: skip


def _listener(channel: Channel) -> Conversation:
    """The conversation as it listens: no certificate is opened."""
    return PiSpi(access_of(channel), HttpWire(timeout_s=1))
