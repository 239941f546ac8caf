"""Who is served by two schemes in the same period: Jigi's own components are schemes like the others here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from jigi.foundation.models import User
from jigi.payments.models import Instruction
from jigi.programmes.models import Component
from jigi.programmes.queries import components_visible_to
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.schemes import queries
from jigi.schemes.models import Scheme
from jigi.schemes.queries import Period
from jigi.web.reader import rights_of
from jigi.web.schemes.listing import SERVED_TWICE
from jigi.web.schemes.sight import period_of, reader


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
    """The form, then the counts and the households served by both."""
    user, period = reader(request), period_of(request)
    sources = {source.code: source for source in _sources(user)}
    one, other = (sources.get(request.GET.get(name, "")) for name in ("un", "autre"))
    sees_rows = "registry.see" in rights_of(request)
    context: dict[str, Any] = {
        "sources": sources.values(), "one": one, "other": other, "sees_rows": sees_rows,
        "same": one is not None and one == other,
    }  # fmt: skip
    rows = Household.objects.none()
    if one and other and one != other:
        both = one.served(period).filter(pk__in=other.served(period).values("pk"))
        context["overlap"] = _counted(user, one, other, both, period)
        rows = registry.visible_to(user).filter(pk__in=both.values("pk")).select_related("commune", "village")
    return SERVED_TWICE.respond(request, rows, "schemes/overlaps.html", context)


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
