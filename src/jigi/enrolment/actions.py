"""Decisions about enrolments."""

from __future__ import annotations

from django.utils import timezone

from jigi.enrolment.models import Enrolment
from jigi.foundation.models import User
from jigi.programmes.models import Component


def exit_finished(component: Component, closed_term: int, *, by: User) -> int:
    """Exit, in one statement, the households whose last term is closed; returns how many."""
    finished = Enrolment.objects.filter(component=component, status="active", last_term__lte=closed_term)
    return finished.update(status="exited", exited_at=timezone.now(), exit_reason="fin des échéances")
