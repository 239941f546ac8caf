"""What pages of every day read: counts by commune, refreshed by the worker and proved equal to the rows they count."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from jigi.foundation.bulk import fetch_sql, give_memory, run_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.models import Area
from jigi.results.actions import SEE
from jigi.results.models import Funnel, PaidQuarter


@dataclass(frozen=True)
class Steps:
    """Households at each step, in some place."""

    registered: int = 0
    listed: int = 0
    selected: int = 0
    enrolled: int = 0
    paid: int = 0


REFRESHED = (
    "refresh_funnel", "refresh_paid_quarters", "refresh_order_counts", "refresh_event_counts", "refresh_covered",
)  # fmt: skip
TITLES = {
    "registered": "Au registre", "listed": "Proposés par les comités", "selected": "Retenus", "enrolled": "Inscrits",
    "paid": "Payés au moins une fois",
}  # fmt: skip


@unfenced
def refresh() -> int:
    """Count anew what is kept; returns how many lines. Five statements, whatever the number of households."""
    with transaction.atomic():
        give_memory()
        return sum(run_sql("results", name) for name in REFRESHED)


@unfenced
def wrong() -> list[dict[str, Any]]:
    """The kept lines that are not what the rows say now: none just after a refresh."""
    with transaction.atomic():
        give_memory()
        return fetch_sql("results", "wrong_aggregates")


def funnel(user: User, place: Area, programme: str = "") -> Steps:
    """The steps in a place, of a programme or of all. Who was enrolled and paid is counted
    where that was; who was proposed or retained, where they live now."""
    found = _seen(Funnel.objects.filter(programme=programme), user, place)
    steps = found.aggregate(**{one.name: Sum(one.name) for one in fields(Steps) if one.name != "registered"})
    register = _seen(Funnel.objects.filter(programme=""), user, place).aggregate(Sum("registered"))
    return Steps(register["registered__sum"] or 0, **{name: count or 0 for name, count in steps.items()})


def communes(user: User, place: Area, programme: str = "") -> QuerySet[Funnel]:
    """The steps by commune, with their places."""
    return _seen(Funnel.objects.filter(programme=programme), user, place).select_related("commune__parent__parent")


def quarters(user: User, place: Area, programme: str = "") -> list[tuple[str, int, int, int]]:
    """Each quarter in a place: households (summed over communes), payments, francs."""
    found = (
        _seen(PaidQuarter.objects.filter(programme=programme), user, place).order_by("quarter").values_list("quarter")
    )
    return list(found.annotate(Sum("households"), Sum("payments"), Sum("paid_xof")))


def programmes(user: User) -> list[str]:
    """The programmes that have figures."""
    held = {posting.programme_code for posting in postings_with(user, SEE)}
    found = set(Funnel.objects.exclude(programme="").values_list("programme", flat=True))
    return sorted(found if "" in held else found & held)


def _seen(found: QuerySet[Any], user: User, place: Area) -> QuerySet[Any]:
    condition = Q(pk__in=[])
    for posting in postings_with(user, SEE):
        own = Q(commune__path__startswith=posting.area.path)
        condition |= own & Q(programme=posting.programme_code) if posting.programme_code else own
    return found.filter(condition, commune__path__startswith=place.path)
