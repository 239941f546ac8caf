"""What is kept of every act on a case, and of every reading.

Of an ordinary case, the common audit says all, as of any other thing. Of a sensitive one it holds the digest of the row
of its own trail, which proves that row and tells nothing: neither the case, nor the household, nor what was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from jigi.foundation import audit
from jigi.foundation.audit import Told
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.grievances.models import Case, Event, Reading
from jigi.grievances.states import CASE

SENSITIVE = "sensitive_grievance"


def keep(
    case: Case, verb: str, *, by: User | None, note: str = "", facts: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
) -> Event:  # fmt: skip
    """Write the row of the case's trail and that of the audit, in the transaction of what is done."""
    event = Event(case=case, verb=verb, by=by, facts=dict(facts or {}))
    event.note = note
    event.save()
    event.refresh_from_db(fields=["at"])
    if case.sensitive:
        audit.record("record", SENSITIVE, "—", by=by, after={"sha256": digest(event)})
        return event
    audit.record(
        verb, CASE.noun, case.pk, by=by, before=before or {}, after={"status": case.status, **(facts or {})},
        subjects=households_of(case),
    )  # fmt: skip
    return event


def proofs(events: QuerySet[Event]) -> list[Told]:
    """Of the events of sensitive cases written set-wise, what the audit holds."""
    return [Told("record", SENSITIVE, "—", {}, {"sha256": digest(event)}) for event in events.order_by("pk")]


def digest(event: Event) -> str:
    """The digest by which the audit proves a row of a sensitive case's trail."""
    parts = (event.pk, event.case_id, event.verb, event.by_id, event.at.isoformat(), event.note)
    return sha256("\n".join(map(str, parts)).encode()).hexdigest()


@unfenced
@transaction.atomic
def read(case: Case, verb: str, *, by: User) -> None:
    """Note that a case is read, before it is shown: in its own table when it is sensitive."""
    if case.sensitive:
        Reading.objects.create(case=case, by=by, verb=verb)
        audit.record("record", SENSITIVE, "—", by=by, after={})
        return
    audit.read(verb, CASE.noun, case.pk, by=by, subjects=households_of(case))


@unfenced
@transaction.atomic
def read_apart(cases: Sequence[Case], *, by: User) -> None:
    """The same of many sensitive cases in a list, however many in as many statements."""
    assert all(case.sensitive for case in cases), "the readings of ordinary cases are in the audit"
    Reading.objects.bulk_create(Reading(case=case, by=by, verb="list") for case in cases)
    audit.record_many([Told("record", SENSITIVE, "—", {}, {}) for _ in cases], by=by)


def households_of(case: Case) -> list[int]:
    return list(case.concerned.order_by("pk").values_list("household_id", flat=True))
