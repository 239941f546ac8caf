"""Which messages a person may see: those of their places and programmes, or of the agency they work for."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.models import Area, StaffPosting
from jigi.messaging.models import Inbound, Message, OptOut

SEE, PREPARE, APPROVE = "messages.see", "messages.prepare", "messages.approve"


def postings(user: User, *rights: str) -> list[StaffPosting]:
    """The postings that give one of these rights (of seeing, when none is named)."""
    found = {one.pk: one for right in rights or (SEE, PREPARE, APPROVE) for one in postings_with(user, right)}
    return list(found.values())


def reached(user: User, *rights: str, area: str = "area__path", programme: str = "programme_code") -> Q:
    """The same as the fence of the database (sql/fence_by_sets.sql): place, programme and organisation of a row."""
    condition = Q(pk__in=[])
    for one in postings(user, *rights):
        own = Q(**{f"{area}__startswith": one.area.path})
        if one.programme_code:
            own &= Q(**{programme: one.programme_code})
        if one.organisation:
            own &= Q(organisation=one.organisation)
        condition |= own
    return condition


def visible_to(user: User) -> QuerySet[Message]:
    return Message.objects.filter(reached(user))


def inbound_visible_to(user: User) -> QuerySet[Inbound]:
    """What people wrote: for who follows messages in the whole country."""
    whole = any(
        one.area.level == Area.Level.COUNTRY and not one.organisation and not one.programme_code
        for one in postings(user)
    )
    return Inbound.objects.all() if whole else Inbound.objects.none()


def optouts_visible_to(user: User) -> QuerySet[OptOut]:
    own = any(not one.organisation for one in postings(user))
    return OptOut.objects.all() if own else OptOut.objects.none()
