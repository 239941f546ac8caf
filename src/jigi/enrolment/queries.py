"""What may be asked of enrolments."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from jigi.enrolment.models import Enrolment
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.programmes.models import Component
from jigi.registry.models import Household


@dataclass(frozen=True)
class CommuneCaseload:
    """The enrolments of a component in a commune, by state."""

    commune_id: int
    commune: str
    code: str
    active: int
    suspended: int
    exited: int


def visible_to(user: User) -> QuerySet[Enrolment]:
    """The enrolments of the places and programmes where the user's postings let him see programmes."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, "programmes.see"):
        within = Q(commune__path__startswith=posting.area.path)
        if posting.programme_code:
            within &= Q(component__programme__code=posting.programme_code)
        condition |= within
    return Enrolment.objects.filter(condition)


def of_household(household: Household) -> QuerySet[Enrolment]:
    """A household's enrolments, live ones first, then the latest."""
    found = Enrolment.objects.filter(household=household).select_related(
        "component__programme", "cohort", "recipient", "alternate", "agency"
    )
    return found.order_by(F("exited_at").desc(nulls_first=True), "-enrolled_at")


@unfenced
def caseload_by_commune(component: Component) -> list[CommuneCaseload]:
    """How many households are enrolled in each commune of a component, by state; communes by name."""
    rows = (
        Enrolment.objects.filter(component=component)
        .values("commune_id", "commune__name", "commune__code")
        .annotate(
            active=Count("pk", filter=Q(status="active")),
            suspended=Count("pk", filter=Q(status="suspended")),
            exited=Count("pk", filter=Q(status="exited")),
        )
        .order_by("commune__name", "commune__code")
    )
    return [
        CommuneCaseload(
            row["commune_id"], row["commune__name"], row["commune__code"],
            row["active"], row["suspended"], row["exited"],
        )
        for row in rows
    ]  # fmt: skip
