"""By the clock, set-wise: late cases rise one level; what went wrong elsewhere becomes cases, once each."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.grievances.models import Event
from jigi.grievances.trail import proofs

OPERATE = "grievances.operate"
SOURCES = ("gather_findings", "gather_bounced", "gather_doubles")


@unfenced
@transaction.atomic
def escalate(*, by: User | None) -> int:
    """Raise what is late by one level; returns how many ordinary complaints rose: sensitive ones rise too, and are
    counted nowhere. Run again the same day, it raises nothing more."""
    _require(by)
    told = fetch_sql("grievances", "escalate", _asked(by))[0]
    risen: int = told["risen"]
    audit.record_many(proofs(Event.objects.filter(pk__in=told["apart"])), by=by)
    if risen:
        audit.record("escalate", "grievance_clock", "all", by=by, after={"rows": risen})
    return risen


@unfenced
@transaction.atomic
def gather(*, by: User | None) -> dict[str, int]:
    """Make a case of every finding, bounced payment and likely double that has none; returns how many by source."""
    _require(by)
    made = {source: int(fetch_sql("grievances", source, _asked(by))[0]["made"]) for source in SOURCES}
    if any(made.values()):
        audit.record("gather", "grievance_clock", "all", by=by, after={"rows": sum(made.values())})
    return made


def _require(by: User | None) -> None:
    if by is not None:  # the clock has no name
        require(by, OPERATE)


def _asked(by: User | None) -> dict[str, object]:
    return {"today": timezone.localdate(), "by": by.pk if by else None}
