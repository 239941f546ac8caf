"""The alerts that a person may see: those of their communes; those of no commune, from the country."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import postings_with
from jigi.geography.models import Area
from jigi.grievances import queries as complaints
from jigi.monitoring.models import Alert

RIGHT = "alerts.see"
LIVE = ("open", "taken")


def visible_to(user: User) -> QuerySet[Alert]:
    """Alerts of the places where the user holds « alerts.see »; all of them, with it at the country."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, RIGHT):
        if posting.area.level == Area.Level.COUNTRY:
            condition = Q()
            break
        condition |= Q(commune__path__startswith=posting.area.path)
    return Alert.objects.filter(condition).select_related("about", "commune", "taken_by", "decided_by")


def waiting(user: User) -> QuerySet[Alert]:
    """Open alerts that this person may take: not those that speak of them."""
    return visible_to(user).filter(status="open").exclude(about=user)


def events_of(alert: Alert) -> QuerySet[AuditEvent]:
    """The latest rows of the audit behind an alert."""
    rows = complaints.shown(AuditEvent.objects.filter(pk__in=alert.events))
    return rows.select_related("by").order_by("-id")
