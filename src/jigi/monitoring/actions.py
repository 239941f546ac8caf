"""What a person does of an alert: take it, dismiss it or confirm it with a reason."""

from __future__ import annotations

from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.monitoring.models import Alert
from jigi.monitoring.queries import RIGHT, visible_to
from jigi.monitoring.states import ALERT

SHORTEST_REASON = 10


@unfenced
def take(alert: Alert, *, by: User) -> None:
    """Say that one is looking into it. Raises Refused to the person whom it is about."""
    _require(alert, by)
    ALERT.move(alert, "take", by=by, subjects=alert.households, taken_by=by, taken_at=timezone.now())


@unfenced
def dismiss(alert: Alert, *, by: User, reason: str) -> None:
    """There is an explanation, which the reason gives."""
    _decide(alert, "dismiss", by, reason)


@unfenced
def confirm(alert: Alert, *, by: User, reason: str) -> None:
    """It is what it seems; the reason says what is done about it."""
    _decide(alert, "confirm", by, reason)


def _decide(alert: Alert, verb: str, by: User, reason: str) -> None:
    _require(alert, by)
    said = reason.strip()
    if len(said) < SHORTEST_REASON:
        raise Refused("Il faut un motif", remedy="Écrivez ce que vous avez vérifié, auprès de qui.")
    ALERT.move(
        alert, verb, by=by, reason=said, subjects=alert.households, decision=said, decided_by=by,
        decided_at=timezone.now(),
    )  # fmt: skip


def _require(alert: Alert, by: User) -> None:
    require(by, RIGHT)
    if not visible_to(by).filter(pk=alert.pk).exists():
        raise Refused("Cette alerte n’est pas de vos communes", remedy="Elle revient à qui suit ces communes.")
    if alert.about_id == by.pk:
        raise Refused("Cette alerte parle de vous", remedy="Une autre personne doit y donner suite.")
