"""Who is served twice in the same period, for one need or by two schemes: Jigi's own components are givers too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.payments import overlaps as payments
from jigi.payments.models import Instruction
from jigi.payments.overlaps import Doubled
from jigi.programmes.models import Component
from jigi.programmes.queries import components_visible_to
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.schemes import queries
from jigi.schemes.models import Scheme
from jigi.schemes.queries import Period
from jigi.web.reader import number_in, rights_of
from jigi.web.schemes.listing import SERVED_TWICE
from jigi.web.schemes.sight import period_asked, period_of, reader


@dataclass(frozen=True)
class Source:
    """One who gives: a scheme by what it gave back, or a component by the payments that arrived."""

    code: str
    label: str
    giver: Scheme | Component

    def served(self, period: Period) -> QuerySet[Household]:
        """The households served in a period, each once."""
        if isinstance(self.giver, Scheme):
            return queries.served(self.giver, period)
        paid = Instruction.objects.filter(payment_round__component=self.giver, status=Instruction.Status.PAID)
        within = paid.filter(settled_on__gte=period.since, settled_on__lte=period.until)
        return queries.living_on(within.values("household"))


@dataclass(frozen=True)
class Overlap:
    """Households of the person's communes: served by one, by the other, by both; by either, which adds nobody twice."""

    one: int
    other: int
    both: int

    @property
    def either(self) -> int:
        return self.one + self.other - self.both


def page(request: HttpRequest) -> HttpResponseBase:
    """By need and place, who is helped twice; of two schemes, the counts and the households served by both."""
    user, period = reader(request), period_of(request)
    sources = {source.code: source for source in _sources(user)}
    one, other = (sources.get(request.GET.get(name, "")) for name in ("un", "autre"))
    sees_rows = "registry.see" in rights_of(request)
    context: dict[str, Any] = {
        "sources": sources.values(), "one": one, "other": other, "sees_rows": sees_rows,
        "same": one is not None and one == other, "doubled": _doubled(user, period), "asked": period_asked(request),
    }  # fmt: skip
    rows = Household.objects.none()
    if need := request.GET.get("besoin", ""):
        rows, context["need"] = _helped_twice(request, user, need, period)
    if one and other and one != other:
        both = one.served(period).filter(pk__in=other.served(period).values("pk"))
        context["overlap"] = _counted(user, one, other, both, period)
        rows = registry.visible_to(user).filter(pk__in=both.values("pk")).select_related("commune", "village")
    return SERVED_TWICE.respond(request, rows, "schemes/overlaps.html", context)


def _doubled(user: User, period: Period) -> list[tuple[Doubled, Area]]:
    """The needs and communes of the person's places where some are helped twice."""
    found = payments.by_need_and_place(queries.communes_seen(user), period)
    places = Area.objects.in_bulk({one.commune_id for one in found})
    return [(one, places[one.commune_id]) for one in found]


def _helped_twice(
    request: HttpRequest, user: User, need: str, period: Period
) -> tuple[QuerySet[Household], tuple[str, Area]]:
    """The households of a commune helped twice for a need, and how they are called; Http404 for another's commune."""
    place = request.GET.get("commune", "")
    commune = Area.objects.filter(pk=number_in(place)).first()
    if commune is None or commune.pk not in queries.communes_seen(user) or need not in Scheme.Branch.values:
        raise Http404
    found = payments.households(need, [commune.pk], period)
    seen = registry.visible_to(user).filter(pk__in=found.values("pk"))
    return seen.select_related("commune", "village"), (str(Scheme.Branch(need).label), commune)


def _counted(user: User, one: Source, other: Source, both: QuerySet[Household], period: Period) -> Overlap:
    communes = queries.communes_seen(user)
    found = (one.served(period), other.served(period), both)
    return Overlap(*(queries.count_in(households, communes) for households in found))


def _sources(user: User) -> list[Source]:
    schemes = [Source(one.code, f"{one.code} · {one.name}", one) for one in queries.schemes_visible_to(user)]
    components = [
        Source(f"{one.programme.code}/{one.code}", f"Jigi · {one.programme.name} · {one.name}", one)
        for one in components_visible_to(user)
    ]
    return components + schemes
