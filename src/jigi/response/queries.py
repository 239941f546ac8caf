"""What may be asked of responses: who sees them, what their ceiling leaves, what they reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from jigi.enrolment.models import Enrolment
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.models import Area
from jigi.payments.models import PaymentRound
from jigi.response.access import DECIDE, PREPARE, SEE, may
from jigi.response.models import Activation, Renewal


@dataclass(frozen=True)
class Ceiling:
    """How the ceiling stands, in francs: released + approved + left = ceiling; left is never negative."""

    ceiling_xof: int
    released_xof: int
    approved_xof: int

    @property
    def left_xof(self) -> int:
        return self.ceiling_xof - self.released_xof - self.approved_xof


@dataclass(frozen=True)
class Figures:
    """Households and persons of a response, each once; women are who receive; francs paid and not paid."""

    households: int = 0
    persons: int = 0
    women: int = 0
    paid_households: int = 0
    paid_persons: int = 0
    paid_xof: int = 0
    unpaid_xof: int = 0

    @property
    def unpaid_households(self) -> int:
        return self.households - self.paid_households

    @property
    def cost_xof(self) -> int | None:
        """Francs for each household that was paid, rounded down."""
        return self.paid_xof // self.paid_households if self.paid_households else None


@dataclass(frozen=True)
class Place:
    """Figures of an area. `in_need`: its people in phases 3 to 5, when the decision said them."""

    area: Area
    figures: Figures
    in_need: int | None = None


def visible_to(user: User) -> QuerySet[Activation]:
    """The responses: all of them to who sees shocks anywhere, for they name places and no household."""
    known = Activation.objects.select_related("agreement", "trigger", "made_by", "decided_by", "closed_by")
    return known if postings_with(user, SEE) else known.none()


def awaiting(user: User) -> list[tuple[Activation, str]]:
    """The responses that wait for this person: « decide », « renew » (a later end to confirm) or « end »."""
    decides, prepares = postings_with(user, DECIDE), postings_with(user, PREPARE)
    if not (decides or prepares):
        return []
    known = visible_to(user)
    found = [(one, "decide") for one in known.filter(status="asked").order_by("asked_at")]
    asked = Renewal.objects.filter(confirmed=None, activation__status="active")
    found += [(one, "renew") for one in known.filter(pk__in=asked.values("activation")).order_by("pk")]
    found = [(one, verb) for one, verb in found if may(user, DECIDE, one)] if decides else []
    over = known.filter(status="active", sunset_on__lt=timezone.localdate()).order_by("sunset_on")
    return found + [(one, "end") for one in over if may(user, DECIDE, one) or may(user, PREPARE, one)]


def rounds_of(activation: Activation) -> QuerySet[PaymentRound]:
    """The rounds that pay its arms, opened since it was decided and before it was closed."""
    if activation.decided_at is None:
        return PaymentRound.objects.none()
    served = activation.arms.exclude(status="cancelled").values("component")
    found = PaymentRound.objects.filter(component__in=served, made_at__gte=activation.decided_at)
    if activation.closed_at:
        found = found.filter(made_at__lte=activation.closed_at)
    return found.select_related("component__programme").order_by("pk")


def households_of(activation: Activation) -> QuerySet[Enrolment]:
    """One enrolment of each household of its arms, as sql/figures.sql counts them."""
    if activation.decided_at is None:
        return Enrolment.objects.none()
    served = activation.arms.exclude(status="cancelled").values("component")
    found = Enrolment.objects.filter(component__in=served)
    found = found.filter(Q(exited_at=None) | Q(exited_at__date__gte=activation.decided_at.date()))
    if activation.closed_at:
        found = found.filter(enrolled_at__lte=activation.closed_at)
    firsts = found.order_by("household", "pk").distinct("household")
    return Enrolment.objects.filter(pk__in=firsts.values("pk"))


def ceiling(activation: Activation) -> Ceiling:
    """How its ceiling stands, as sql/ceiling.sql counts it: new rights, not what is asked a second time."""
    if activation.decided_at is None:
        return Ceiling(activation.ceiling_xof, 0, 0)
    served = activation.arms.exclude(status="cancelled").values("component")
    rounds = PaymentRound.objects.filter(component__in=served)
    in_time = Q(released_at__gte=activation.decided_at)
    if activation.closed_at:
        in_time &= Q(released_at__lte=activation.closed_at)
    released = rounds.filter(in_time, status__in=("released", "closed"))
    approved = rounds.filter(status="approved") if activation.status == "active" else rounds.none()
    return Ceiling(activation.ceiling_xof, _sum(released), _sum(approved))


@unfenced
def by_commune(activation: Activation) -> list[Place]:
    """What it reached, commune by commune, each household in one of them: they add up."""
    rows = fetch_sql("response", "figures", {"activation": activation.pk})
    areas = Area.objects.select_related("parent__parent").in_bulk([row["commune_id"] for row in rows])
    made = [Place(areas[row.pop("commune_id")], Figures(**row)) for row in rows]
    return sorted(made, key=lambda place: place.area.path)


def grouped(communes: Sequence[Place], level: str) -> list[Place]:
    """The same by « cercle » or « region »."""
    groups: dict[int, list[Place]] = {}
    tops: dict[int, Area] = {}
    for place in communes:
        cercle = place.area.parent
        top = cercle if level == "cercle" or cercle is None else cercle.parent
        assert top is not None, "a commune is in a cercle, which is in a region"
        tops[top.pk] = top
        groups.setdefault(top.pk, []).append(place)
    made = [Place(tops[pk], total(place.figures for place in places)) for pk, places in groups.items()]
    return sorted(made, key=lambda place: place.area.path)


def coverage(activation: Activation, communes: Sequence[Place]) -> list[Place]:
    """The places that the decision kept, with what was reached within each: to compare with people in need."""
    kept = activation.areas.filter(kept=True).select_related("area").order_by("area__path")
    return [
        Place(
            line.area,
            total(place.figures for place in communes if place.area.path.startswith(line.area.path)),
            line.in_need,
        )
        for line in kept
    ]


def total(parts: Iterable[Figures]) -> Figures:
    """The sum of figures."""
    each = list(parts)
    return Figures(**{one.name: sum(getattr(part, one.name) for part in each) for one in fields(Figures)})


def _sum(rounds: QuerySet[PaymentRound]) -> int:
    return rounds.aggregate(total=Sum("entitlements_xof"))["total"] or 0
