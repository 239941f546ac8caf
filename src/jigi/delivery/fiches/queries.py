"""What may be asked of questionnaires from telephones: those of one's own contracts and places."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from jigi.delivery.fiches.models import FieldFiche
from jigi.foundation.models import User
from jigi.geography.access import can, postings_with
from jigi.geography.models import StaffPosting

STAFF = ("delivery.see", "delivery.plan", "delivery.check", "delivery.decide")


def visible_to(user: User) -> QuerySet[FieldFiche]:
    """Those that one sent, those of an operator's own contracts, those of the places and programmes that one follows
    and, for who plans, those of no known event.
    """
    seen = Q(sent_by=user)
    for posting in postings_with(user, "delivery.operate"):
        if posting.organisation:
            seen |= Q(contract__operator__code=posting.organisation) & _here(posting)
    for right in STAFF:
        for posting in postings_with(user, right):
            if not posting.organisation:
                seen |= _here(posting)
    if can(user, "delivery.plan"):
        seen |= Q(contract=None)
    found = FieldFiche.objects.filter(seen).select_related(
        "sent_by", "tried_by", "commune", "contract__operator", "contract__component__programme"
    )
    return found.prefetch_related("faults", "corrections__made_by")


def _here(posting: StaffPosting) -> Q:
    programme = Q(contract__component__programme__code=posting.programme_code) if posting.programme_code else Q()
    return Q(commune__path__startswith=posting.area.path) & programme
