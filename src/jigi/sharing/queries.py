"""What may be asked of sharing agreements: those a person sees, those in force."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.sharing.actions import APPROVE, PREPARE, SEE
from jigi.sharing.models import SharingAgreement


def visible_to(user: User) -> QuerySet[SharingAgreement]:
    """The agreements about a place of the person's postings, above or below it; all at the country."""
    condition = Q(pk__in=[])
    for right in (SEE, PREPARE, APPROVE):
        for posting in postings_with(user, right):
            above = posting.area.path.strip("/").split("/")
            around = Q(areas__path__startswith=posting.area.path) | Q(areas__code__in=above)
            condition |= Q(areas__version=posting.area.version_id) & around
    return SharingAgreement.objects.filter(pk__in=SharingAgreement.objects.filter(condition).values("pk"))


def awaiting(user: User) -> QuerySet[SharingAgreement]:
    """Those that wait for this person's approval."""
    if not postings_with(user, APPROVE):
        return SharingAgreement.objects.none()
    return visible_to(user).filter(status="prepared").exclude(made_by=user).order_by("pk")


def in_force(partner: str, on: date | None = None) -> QuerySet[SharingAgreement]:
    """The approved agreements of a partner on a day (today): what a delivery must ask first."""
    day = on or timezone.localdate()
    return SharingAgreement.objects.filter(partner=partner, status="approved", starts_on__lte=day, ends_on__gte=day)
