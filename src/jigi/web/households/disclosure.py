"""Who reads a household: every page view leaves a row; numbers, position and health in clear ask for a reason."""

from __future__ import annotations

import time

from django.db.models import QuerySet
from django.http import HttpRequest

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, User
from jigi.foundation.vault import discreet
from jigi.geography.access import can, owes_reason, require
from jigi.grievances import queries as complaints
from jigi.registry import restricted as few
from jigi.registry.models import Household
from jigi.registry.restricted import Restricted, read_restricted

NOUN = "household"
NUMBERS, SENSITIVE = "registry.reveal", few.RIGHT
NOUNS = {NUMBERS: NOUN, SENSITIVE: few.NOUN}
NO_REASON = "sans motif : le rôle n’en demande pas"
LEAST_REASON = 5
CLEAR_SECONDS = 600
"""How long what was asked stays in clear for the person who asked."""


def seen(household: Household, *, by: User, verb: str = "see", **facts: str) -> None:
    """Record that a person opened a page of the household, or printed it."""
    audit.read(verb, NOUN, household.pk, by=by, subjects=[household.pk], after=facts)


def reveal(request: HttpRequest, household: Household, *, right: str, by: User, reason: str) -> None:
    """Show what a right opens in clear to this person, for ten minutes, with their reason kept."""
    require(by, right, areas=[household.commune])
    said = _said(household, right, by, reason)
    audit.read("reveal", NOUNS[right], household.pk, by=by, subjects=[household.pk], reason=said)
    clear = {key: held for key, held in _clear(request).items() if held[0] > time.time()}
    request.session["in_clear"] = {**clear, f"{right}:{household.pk}": (time.time() + CLEAR_SECONDS, discreet(said))}


def is_clear(request: HttpRequest, household: Household) -> bool:
    """Whether this person asked for the household's numbers less than ten minutes ago."""
    return _held(request, household, NUMBERS)[0] > time.time()


def restricted(request: HttpRequest, household: Household, *, by: User) -> Restricted | None:
    """The position and the health of the members, while this person has them in clear."""
    until, reason = _held(request, household, SENSITIVE)
    if until <= time.time() or not can(by, SENSITIVE, areas=[household.commune]):
        return None
    return read_restricted(household, by=by, reason=reason)


def accesses(household: Household) -> QuerySet[AuditEvent]:
    """Who read this household's data and when, on its page, in a list, a file or on paper."""
    return complaints.shown(audit.about(household.pk)).filter(verb__in=audit.READINGS)


def changes(household: Household) -> QuerySet[AuditEvent]:
    """What was done to this household, other than reading it."""
    return _events(household).exclude(verb__in=audit.READINGS)


def _events(household: Household) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(noun=NOUN, object_id=str(household.pk))
    return events.select_related("by").order_by("-id")


def _said(household: Household, right: str, by: User, reason: str) -> str:
    """The reason as it is kept; Refused when the role asks for one and there is none."""
    said = reason.strip()
    if len(said) >= LEAST_REASON:
        return said
    if owes_reason(by, right, areas=[household.commune]):
        raise Refused(
            "Voir ces données en clair demande un motif",
            remedy="Écrivez pourquoi vous en avez besoin, par exemple « appel avant paiement ».",
        )
    return said or NO_REASON


def _held(request: HttpRequest, household: Household, right: str) -> tuple[float, str]:
    """Until when, and for what reason, what a right opens is in clear."""
    until, reason = _clear(request).get(f"{right}:{household.pk}", (0.0, ""))
    return until, reason


def _clear(request: HttpRequest) -> dict[str, tuple[float, str]]:
    return dict(request.session.get("in_clear", {}))
