"""What may be asked of signals and alerts. They are facts about places: whoever holds « shocks.see » sees them all."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.shocks.alerts import DAYS_WITHOUT_END, ends_at, in_force
from jigi.shocks.models import Alert, SignalFile, SignalValue

SEE = "shocks.see"
STATES = (
    ("cours", "en cours"), ("venir", "à venir"), ("expiree", "expirée"), ("remplacee", "remplacée"),
    ("retiree", "retirée"), ("exercice", "exercice ou essai"), ("message", "annulation, fin d’alerte ou accusé"),
)  # fmt: skip


def values_visible_to(user: User) -> QuerySet[SignalValue]:
    """The values in force; none without the right."""
    found = SignalValue.objects.filter(superseded_by__isnull=True) if can(user, SEE) else SignalValue.objects.none()
    return found.select_related("area__parent__parent", "area__version")


def files_visible_to(user: User) -> QuerySet[SignalFile]:
    """The files that were read, without their content; none without the right."""
    found = SignalFile.objects.all() if can(user, SEE) else SignalFile.objects.none()
    return found.defer("content").select_related("loaded_by")


def alerts_visible_to(user: User) -> QuerySet[Alert]:
    """The alerts, without their XML; none without the right."""
    found = Alert.objects.all() if can(user, SEE) else Alert.objects.none()
    return found.defer("content").select_related("replaced_by", "loaded_by")


def periods(signal: str) -> list[tuple[date, date]]:
    """The periods of which a signal has values in force, latest first."""
    found = SignalValue.objects.filter(signal=signal, superseded_by__isnull=True)
    return list(found.values_list("starts_on", "ends_on").distinct().order_by("-starts_on", "-ends_on")[:60])


def alert_state(alert: Alert, now: datetime | None = None) -> str:
    """The code (STATES) of what became of an alert."""
    now = now or timezone.now()
    if alert.withdrawn_at:
        return "retiree"
    if alert.status != "Actual":
        return "exercice"
    if alert.message_type not in ("Alert", "Update") or alert.all_clear:
        return "message"
    if alert.replaced_by_id:
        return "remplacee"
    if ends_at(alert) <= now:
        return "expiree"
    return "venir" if alert.starts_at > now else "cours"


def in_state(state: str) -> Q:
    """The alerts of a state, as `alert_state` says it."""
    now = timezone.now()
    real = Q(status="Actual", withdrawn_at__isnull=True)
    week = now - timedelta(days=DAYS_WITHOUT_END)
    over = Q(ends_at__lte=now) | Q(ends_at__isnull=True, starts_at__lte=week)
    lasts = Q(ends_at__gt=now) | Q(ends_at__isnull=True, starts_at__gt=week)
    return {
        "retiree": Q(withdrawn_at__isnull=False),
        "exercice": Q(withdrawn_at__isnull=True) & ~Q(status="Actual"),
        "message": real & (~Q(message_type__in=("Alert", "Update")) | Q(all_clear=True)),
        "remplacee": real & Q(message_type__in=("Alert", "Update"), all_clear=False, replaced_by__isnull=False),
        "expiree": in_force() & over,
        "venir": in_force() & lasts & Q(starts_at__gt=now),
        "cours": in_force() & lasts & Q(starts_at__lte=now),
    }[state]
