"""Complaints made twice: what looks like the same is told, a person joins it to the other, and may part them again."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.grievances import queries
from jigi.grievances.actions import move, refuse_open_acts, require_case, worded
from jigi.grievances.models import Case, CaseHousehold
from jigi.grievances.rules import SAME_DAYS

SHOWN = 10


def likely(case: Case, *, by: User) -> QuerySet[Case]:
    """The other ordinary complaints of a person's places that may be the same: same category, some days apart, about
    the same household or from the same telephone."""
    if case.sensitive or case.status == "joined":
        return Case.objects.none()
    homes = list(case.concerned.values_list("household", flat=True))
    about = Q(pk__in=CaseHousehold.objects.filter(household__in=homes).values("case"))
    if case.phone_index:
        about |= Q(phone_index=bytes(case.phone_index))
    near = (case.received_on - timedelta(days=SAME_DAYS), case.received_on + timedelta(days=SAME_DAYS))
    found = queries.visible_to(by).filter(about, category=case.category_id, received_on__range=near)
    return found.exclude(pk=case.pk).exclude(status__in=("joined", "cancelled")).order_by("pk")


@unfenced
@transaction.atomic
def join(case: Case, other: Case, text: str, *, by: User) -> None:
    """Say that a case is the same complaint as another, which goes on for both: who follows its number is told where
    that one stands."""
    held = {one.pk: one for one in Case.objects.select_for_update().filter(pk__in=(case.pk, other.pk)).order_by("pk")}
    one, kept = held[case.pk], held[other.pk]
    require_case(kept, by)
    if one.pk == kept.pk or one.sensitive or kept.sensitive or kept.status in ("joined", "cancelled"):
        raise Refused("Cette plainte ne se joint pas à celle-là", remedy="Choisissez une plainte ordinaire en cours.")
    if one.joined.exists():
        raise Refused("D’autres plaintes lui sont jointes", remedy="Joignez plutôt l’autre à celle-ci.")
    refuse_open_acts(one)
    move(one, "join", by, said=worded(text, "ce qui montre que c’est la même"), same_as=kept, facts={"to": kept.said})
    case.refresh_from_db()


@unfenced
@transaction.atomic
def part(case: Case, text: str, *, by: User) -> None:
    """Take a joining back: the case is received again, with its own days."""
    move(case, "part", by, said=worded(text, "le motif"), same_as=None)
