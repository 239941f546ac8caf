"""The audit: every action leaves one row, in the transaction that changes the thing."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jigi.foundation.models import AuditEvent, User
from jigi.foundation.vault import discreet, discreet_facts

_origin: ContextVar[str] = ContextVar("origin", default="")


def origin() -> str:
    """Where the current action comes from: an address and a page, a command line, a worker."""
    return _origin.get() or f"commande ({getpass.getuser()})"


@contextmanager
def acting_from(place: str) -> Iterator[None]:
    """Name the origin of everything done inside: set by the web middleware and by the worker."""
    token = _origin.set(place[:120])
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    verb: str,
    noun: str,
    object_id: object,
    *,
    by: User | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Write one audit row. Values in `before` and `after` are JSON (numbers, text, lists, None).

    Telephones and NINA that stand in a text are masked: the trail is read by more people than the register.
    """
    return AuditEvent.objects.create(
        by=by,
        origin=origin(),
        verb=verb,
        noun=noun,
        object_id=str(object_id),
        before=discreet_facts(before or {}),
        after=discreet_facts(after or {}),
        reason=discreet(reason),
    )


def history(noun: str, object_id: object) -> list[AuditEvent]:
    """What was done to one thing, latest first."""
    events = AuditEvent.objects.filter(noun=noun, object_id=str(object_id))
    return list(events.select_related("by").order_by("-id"))
