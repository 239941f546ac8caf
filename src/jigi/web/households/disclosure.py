"""Who reads a household: every page view leaves a row, and numbers in clear ask for a reason."""

from __future__ import annotations

import time

from django.db.models import QuerySet
from django.http import HttpRequest

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import require
from jigi.registry.models import Household

NOUN = "household"
READING = ("see", "reveal", "export", "report")
CLEAR_SECONDS = 600
"""How long the numbers of a household stay in clear for the person who asked."""


def seen(household: Household, *, by: User) -> None:
    """Record that a person opened the household's page."""
    audit.record("see", NOUN, household.pk, by=by)


def reveal(request: HttpRequest, household: Household, *, by: User, reason: str) -> None:
    """Show the telephones and documents in clear to this person, for ten minutes, with their reason kept."""
    require(by, "registry.reveal", areas=[household.commune])
    if len(reason.strip()) < 5:
        raise Refused(
            "Voir les numéros en clair demande un motif",
            remedy="Écrivez pourquoi vous en avez besoin, par exemple « appel avant paiement ».",
        )
    audit.record("reveal", NOUN, household.pk, by=by, reason=reason.strip())
    clear = {key: until for key, until in _clear(request).items() if until > time.time()}
    request.session["clear"] = {**clear, str(household.pk): time.time() + CLEAR_SECONDS}


def is_clear(request: HttpRequest, household: Household) -> bool:
    """Whether this person asked for the household's numbers less than ten minutes ago."""
    return _clear(request).get(str(household.pk), 0) > time.time()


def accesses(household: Household) -> QuerySet[AuditEvent]:
    """Who read this household's data, and when."""
    return _events(household).filter(verb__in=READING)


def changes(household: Household) -> QuerySet[AuditEvent]:
    """What was done to this household, other than reading it."""
    return _events(household).exclude(verb__in=READING)


def _events(household: Household) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(noun=NOUN, object_id=str(household.pk))
    return events.select_related("by").order_by("-id")


def _clear(request: HttpRequest) -> dict[str, float]:
    return dict(request.session.get("clear", {}))
