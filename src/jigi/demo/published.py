"""What the demonstration shows to everybody: the last year paid, counted and signed, and an edition of the portal."""

from __future__ import annotations

from django.db.models import Max

from jigi.demo.ground import Staff
from jigi.payments.models import Instruction
from jigi.portal import actions as portal
from jigi.portal.models import Edition
from jigi.results import actions as results


def publish(staff: Staff) -> Edition:
    """A snapshot of the last year paid, taken by one and signed by another, then the first edition."""
    last = Instruction.objects.aggregate(last=Max("settled_on"))["last"]
    if last is not None:
        snapshot = results.take(last.year, by=staff.operator)
        results.sign(snapshot, "Démonstration : relu et conforme", by=staff.coordinator)
    return portal.publish(by=staff.operator)
