"""What few may read of a household: the position of its home, and the health of its members.

No page's role reads the table of health: these acts do, for whoever holds « registry.sensitive » where the household
lives, and each reading leaves a row with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from jigi.foundation import audit
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.registry.models import Health, Household, Membership

RIGHT = "registry.sensitive"
NOUN = "health"


@dataclass(frozen=True)
class Restricted:
    """The position (longitude, latitude; None when it was not taken) and what is known of each member's health."""

    position: tuple[float, float] | None
    health: list[Health]


@unfenced
def read_restricted(household: Household, *, by: User, reason: str) -> Restricted:
    """The position and the health of the present members, read by someone, for a reason."""
    require(by, RIGHT, areas=[household.commune])
    audit.read("see", NOUN, household.pk, by=by, subjects=[household.pk], reason=reason)
    present = Membership.objects.filter(household=household, ended_on__isnull=True).order_by("line")
    members = present.values_list("person", flat=True)
    known = {one.person_id: one for one in Health.objects.filter(person__in=members).select_related("person")}
    position = None
    if household.longitude is not None and household.latitude is not None:
        position = household.longitude, household.latitude
    return Restricted(position, [known[person] for person in members if person in known])
