"""Watching: every rule counts set-wise, and what it finds becomes alerts, each once however often it is run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import acting
from jigi.foundation.models import User
from jigi.monitoring.rules import Rule
from jigi.monitoring.watches import rules


@dataclass(frozen=True)
class Watched:
    """What one rule did: subjects over its threshold, alerts raised, live alerts that grew."""

    rule: str
    found: int
    raised: int
    grown: int


def watch(*, by: User | None, only: Sequence[str] = ()) -> list[Watched]:
    """Run every rule (or some) over its last days; running it again raises nothing twice."""
    chosen = [rule for code, rule in rules().items() if not only or code in only]
    return [_watch(rule, by) for rule in chosen]


def _watch(rule: Rule, by: User | None) -> Watched:
    with acting("jigi.monitoring.watch"), transaction.atomic():
        found = fetch_sql(
            "monitoring", rule.code,
            {"since": timezone.now() - timedelta(days=rule.days), "zone": settings.TIME_ZONE, **rule.settings},
        )  # fmt: skip
        told = json.dumps([{**row, "facts": json.loads(row["facts"])} for row in found], default=str)
        written = fetch_sql("monitoring", "raise", {"rule": rule.code, "found": told})[0]
        if written["raised"]:
            audit.record("raise", "alert_rule", rule.code, by=by, after={"raised": written["raised"]})
    return Watched(rule.code, len(found), written["raised"], written["grown"])
