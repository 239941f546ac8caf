"""The timeline of responses, read from what the packages below left: decision, list, approval, order, payment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.response import promise_rules as rules
from jigi.response.models import Activation
from jigi.response.promise import CODES, promise

OVER = ("refused", "cancelled", "closed")


@unfenced
def timelines(activations: Iterable[Activation], *, today: date | None = None) -> dict[int, list[rules.Line]]:
    """The timeline of each response, by its number: one statement, however many they are. `today`: the day it is."""
    asked = list(activations)
    rows = fetch_sql("response", "moments", {"activations": [one.pk for one in asked]})
    moments = {row["id"]: _moments(row) for row in rows}
    day = today or timezone.localdate()
    return {
        one.pk: rules.timeline(promise().steps, one.signalled_on, moments[one.pk], today=day, over=one.status in OVER)
        for one in asked
    }


def of(activation: Activation, *, today: date | None = None) -> list[rules.Line]:
    """The timeline of one response."""
    return timelines([activation], today=today)[activation.pk]


def facts(line: rules.Line) -> dict[str, Any]:
    """A line as figures, for machines: days as ISO texts."""
    done = line.moment.done_on
    return {
        "step": line.step.code, "label": line.step.label, "target": line.target_on.isoformat(),
        "done": done.isoformat() if done else None, "state": line.state, "late_days": line.late,
        "awaited": line.step.awaited if line.waits else None, "parts_done": line.moment.done,
        "parts": line.moment.parts,
    }  # fmt: skip


def _moments(row: dict[str, Any]) -> dict[str, rules.Moment]:
    parts = {"listed": (row["arms_listed"], row["arms"]), "enrolled": (row["arms_enrolled"], row["arms"])}
    return {code: rules.Moment(row[code], *parts.get(code, (0, 0))) for code in CODES}
