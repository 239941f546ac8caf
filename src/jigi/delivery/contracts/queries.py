"""What may be asked of contracts: who sees which, and how far each has come."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from jigi.delivery.contracts.models import Contract, ContractCommune, Operator
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.models import StaffPosting

STAFF = ("delivery.see", "delivery.plan", "delivery.check", "delivery.decide", "ledger.see", "ledger.keep")
OPERATE = "delivery.operate"
DAYS_AFTER = 90
"""As in sql/contracts.sql."""


def contracts_visible_to(user: User) -> QuerySet[Contract]:
    """The contracts of the operators whom a person works for, and those of the places that they follow."""
    seen = Q(pk__in=[])
    for posting in postings_with(user, OPERATE):
        if posting.organisation:
            seen |= Q(operator__code=posting.organisation) & _programme(posting) & _not_long_over()
    for right in STAFF:
        for posting in postings_with(user, right):
            if not posting.organisation:
                here = ContractCommune.objects.filter(
                    contract=OuterRef("pk"), commune__path__startswith=posting.area.path
                )
                seen |= Q(Exists(here)) & _programme(posting)
    found = Contract.objects.filter(seen).select_related("operator", "component__programme", "agreement")
    return found.order_by("-starts_on", "number")


def contracts_of(user: User, sort: str) -> QuerySet[Contract]:
    """Those of one component's sort."""
    return contracts_visible_to(user).filter(sort=sort)


def operators_visible_to(user: User) -> QuerySet[Operator]:
    """The operators of those contracts; all of them for who prepares contracts."""
    if postings_with(user, "delivery.plan"):
        return Operator.objects.order_by("name")
    return Operator.objects.filter(contracts__in=contracts_visible_to(user)).distinct().order_by("name")


def _not_long_over() -> Q:
    """An operator reads a contract until some time after its close: who was on its lists is not theirs for ever."""
    return Q(closed_at=None) | Q(closed_at__gte=timezone.now() - timedelta(days=DAYS_AFTER))


def _programme(posting: StaffPosting) -> Q:
    return Q(component__programme__code=posting.programme_code) if posting.programme_code else Q()
