"""The audit: every action leaves one row, in the transaction that changes the thing; so does every reading.

A reading names the households that it showed (`subjects`): a household asks who saw it, and is answered from
these. The rows are chained by seals (seals.py) and proved against marks kept outside the database (proof.py).
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from psycopg.types.json import Jsonb

from jigi.foundation.bulk import run_sql
from jigi.foundation.models import AuditEvent, User
from jigi.foundation.vault import discreet, discreet_facts

READINGS = ("see", "list", "search", "reveal", "export", "print", "report")
"""The verbs of those who read and change nothing."""

SHOWN = ("see", "list", "search", "reveal")
"""Those that leave no paper and no file: a thing's history is not told by them."""

MOST_SUBJECTS = 2_000
"""Households that one row names; a longer reading leaves more rows."""

LONGEST_AGENT = 200

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
    subjects: Iterable[int] = (),
) -> AuditEvent:
    """Write one audit row. Values in `before` and `after` are JSON (numbers, text, lists, None).

    `subjects` are the numbers of the few households that an action concerns.
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
        subjects=list(subjects),
    )


@dataclass(frozen=True)
class Told:
    """One of many actions, as `record` is told of one."""

    verb: str
    noun: str
    object_id: object
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str = ""
    subjects: tuple[int, ...] = ()


def record_many(actions: Sequence[Told], *, by: User | None) -> None:
    """Write the audit rows of many actions of one person, in their order, in one statement."""
    if not actions:
        return
    columns: dict[str, list[str]] = {
        "verbs": [one.verb for one in actions],
        "nouns": [one.noun for one in actions],
        "objects": [str(one.object_id) for one in actions],
        "befores": [json.dumps(discreet_facts(one.before)) for one in actions],
        "afters": [json.dumps(discreet_facts(one.after)) for one in actions],
        "reasons": [discreet(one.reason) for one in actions],
        "subjects": ["{" + ",".join(map(str, one.subjects)) + "}" for one in actions],
    }
    run_sql("foundation", "record_many", {"by": by.pk if by else None, "origin": origin(), **columns})


def read(
    verb: str,
    noun: str,
    object_id: object,
    *,
    by: User,
    subjects: Iterable[int],
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record a reading of personal data, before it is shown: who was told what of which households.

    `verb` is one of READINGS. One statement however many the subjects; one row for each 2,000 of them, each
    household named once, in the order they are given.
    """
    assert verb in READINGS, verb
    run_sql(
        "foundation",
        "disclose",
        {
            "by": by.pk, "origin": origin(), "verb": verb, "noun": noun, "object_id": str(object_id),
            "after": Jsonb(discreet_facts(after or {})), "reason": discreet(reason),
            "subjects": list(dict.fromkeys(subjects)), "most": MOST_SUBJECTS,
        },
    )  # fmt: skip


def signed_in(user: User, *, address: str, agent: str, means: Sequence[str] = ()) -> None:
    """Record that a person came in: from which address, with which browser, by which means."""
    after = _device(address, agent) | {"means": list(means)}
    record("sign_in", "user", user.pk, by=user, after=after)


def refused_entry(username: str, *, address: str, agent: str, verb: str = "sign_in_failed") -> None:
    """Record that somebody who gave this name was not let in (or, with « sign_in_shut », was not even heard)."""
    record(verb, "user_name", username[:60], by=None, after=_device(address, agent))


def signed_out(user: User, *, address: str, agent: str) -> None:
    """Record that a person left."""
    record("sign_out", "user", user.pk, by=user, after=_device(address, agent))


def history(noun: str, object_id: object) -> list[AuditEvent]:
    """What was done to one thing, latest first; reading it is not doing something to it."""
    events = AuditEvent.objects.filter(noun=noun, object_id=str(object_id)).exclude(verb__in=SHOWN)
    return list(events.select_related("by").order_by("-id"))


def about(subject: int) -> QuerySet[AuditEvent]:
    """Every row that names a household, whoever wrote it, latest first."""
    return AuditEvent.objects.filter(subjects__contains=[subject]).select_related("by").order_by("-id")


def last_proof() -> tuple[datetime, bool] | None:
    """When the whole audit was last verified, and whether all was found in place."""
    event = AuditEvent.objects.filter(noun="audit", object_id="chain", verb="verify").order_by("-id").first()
    return (event.at, bool(event.after.get("holds"))) if event else None


def _device(address: str, agent: str) -> dict[str, Any]:
    return {"address": address, "agent": agent[:LONGEST_AGENT]}
