"""Oppositions to sharing, told from above (jigi.protection): in force at once, in files and pages alike."""

from __future__ import annotations

from django.utils import timezone

from jigi.foundation.bulk import run_sql
from jigi.registry.models import Household, Person
from jigi.sharing.models import SharingObjection


def oppose(household: Household, person: Person | None, *, partner: str, data_request: int) -> None:
    """Put an opposition in force, in the scope of the act that grants it; `partner` "" is every partner.

    The files kept here that tell who opposes can no longer be taken.
    """
    made = SharingObjection.objects.create(
        household=household, person=person, partner=partner, data_request=data_request
    )
    run_sql("sharing", "drop_opposed", {"household": household.pk, "person": made.person_id, "partner": partner})


def lift(data_request: int) -> None:
    """End the opposition that a request made, when it made one."""
    SharingObjection.objects.filter(data_request=data_request, lifted_at__isnull=True).update(lifted_at=timezone.now())
