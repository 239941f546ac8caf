"""What may be asked of protection: the requests one sees, those that wait, what binds a household."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import communes_with, postings_with
from jigi.geography.models import Area
from jigi.intake.models import Problem
from jigi.protection.actions import RIGHT
from jigi.protection.models import DataRequest
from jigi.registry.models import Household


def visible_to(user: User) -> QuerySet[DataRequest]:
    """The requests about households of the communes where a person holds « data.protect »; those about none, at the
    country."""
    communes = Area.objects.filter(communes_with(user, RIGHT)).values("pk")
    condition = Q(household__commune__in=communes)
    if any(posting.area.level == Area.Level.COUNTRY for posting in postings_with(user, RIGHT)):
        condition |= Q(household__isnull=True)
    requests = DataRequest.objects.filter(condition)
    return requests.select_related("household__commune", "person", "made_by", "decided_by", "done_by")


def awaiting(user: User) -> QuerySet[DataRequest]:
    """The requests that wait for something this person may do, the most pressing first."""
    to_decide = Q(status="received") & ~Q(made_by=user)
    to_do = Q(status="accepted") & ~(Q(kind=DataRequest.Kind.ERASURE) & Q(decided_by=user))
    return visible_to(user).filter(to_decide | to_do).order_by("due_on", "pk")


def oppositions(household: Household) -> QuerySet[DataRequest]:
    """The oppositions that bind a household, the latest first."""
    granted = household.data_requests.filter(kind=DataRequest.Kind.OPPOSITION, status__in=("accepted", "done"))
    return granted.select_related("person").order_by("-decided_at")


@unfenced
def problems_of(household: Household) -> list[Problem]:
    """What imports found wrong in the forms of a household, for the report that it asks; latest first."""
    found = Problem.objects.filter(batch__source=household.source, key=household.source_key)
    return list(found.select_related("batch").order_by("-pk"))
