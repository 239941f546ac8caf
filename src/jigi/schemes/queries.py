"""What may be asked of schemes: who sees which, what each gave to whom, where and when, and who is served twice.

Four counters that never share a name: households, persons, benefits, francs. A merged household counts as what it
became (sql/given.sql), and once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Func, Q, QuerySet
from django.db.models.expressions import RawSQL

from jigi.foundation.bulk import fetch_sql, statement
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import can, communes_with, organisations_with, postings_with
from jigi.geography.models import Area
from jigi.registry.models import Household
from jigi.schemes.actions import GIVE, PACKAGE, RECORD, SEE
from jigi.schemes.models import Benefit, BenefitBatch, Scheme

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Period:
    """Days between which something was given, both included; everything when nothing is said."""

    since: date = FIRST_DAY
    until: date = LAST_DAY


ALWAYS = Period()


@dataclass(frozen=True)
class Figures:
    """What was given: to how many households, to how many persons named, in how many benefits, for how many francs."""

    households: int = 0
    persons: int = 0
    benefits: int = 0
    amount_xof: int = 0


@dataclass(frozen=True)
class Coverage:
    """Of the households of a place: those served by some scheme, by several, and those active in the register."""

    served: int
    served_by_several: int
    registered: int


def schemes_visible_to(user: User) -> QuerySet[Scheme]:
    """All schemes for who sees or records them; for the people of an organisation, its own."""
    if can(user, SEE) or can(user, RECORD):
        return Scheme.objects.order_by("name")
    return Scheme.objects.filter(organisation__in=organisations_with(user, GIVE)).order_by("name")


def batches_visible_to(user: User) -> QuerySet[BenefitBatch]:
    """All batches at the country; elsewhere one's own, and those of one's organisation."""
    held = [*postings_with(user, SEE), *postings_with(user, RECORD)]
    if any(posting.area.level == Area.Level.COUNTRY for posting in held):
        return BenefitBatch.objects.all()
    own = Q(scheme__organisation__in=organisations_with(user, GIVE))
    return BenefitBatch.objects.filter(own | Q(sent_by=user) if held else own)


def visible_to(user: User) -> QuerySet[Benefit]:
    """The benefits of households of the communes where a person sees both the register and the schemes."""
    communes = Area.objects.filter(communes_with(user, SEE) & communes_with(user, "registry.see"))
    return Benefit.objects.filter(household__commune__in=communes.values("pk"))


def within(period: Period) -> Q:
    """The condition on benefits « given in this period », in part at least."""
    open_or_later = Q(given_to__isnull=True) | Q(given_to__gte=period.since)
    return Q(given_from__lte=period.until) & open_or_later


def made_of(household: Household) -> QuerySet[Household]:
    """A household and all those that were merged into it: what was given to them was given to it."""
    return Household.objects.filter(pk__in=RawSQL(statement(PACKAGE, "made_of"), [household.pk]))


def living_on(households: QuerySet[Any]) -> QuerySet[Household]:
    """These households (a queryset of their numbers), each merged one replaced by what it has become."""
    merged = Household.objects.filter(pk__in=households, merged_into__isnull=False)
    became = merged.annotate(survivor=Func(F("pk"), function="schemes_survivor")).values("survivor")
    return Household.objects.filter(Q(pk__in=households, merged_into__isnull=True) | Q(pk__in=became))


def served(scheme: Scheme, period: Period = ALWAYS) -> QuerySet[Household]:
    """The households that a scheme served in a period, each once."""
    return living_on(Benefit.objects.filter(within(period), scheme=scheme).values("household"))


def communes_seen(user: User) -> list[int]:
    """The numbers of the communes whose figures a person sees."""
    return list(Area.objects.filter(communes_with(user, SEE)).values_list("pk", flat=True))


@unfenced
def total(schemes: Iterable[Scheme], communes: Iterable[int], period: Period = ALWAYS) -> Figures:
    """What some schemes gave in some communes, together: who is served by two of them counts once."""
    return next(iter(_sums("sum_all", schemes, communes, period).values()))


@unfenced
def by_scheme(schemes: Iterable[Scheme], communes: Iterable[int], period: Period = ALWAYS) -> dict[int, Figures]:
    """The same of each scheme, by its number; schemes that gave nothing there are left out."""
    return _sums("sum_by_scheme", schemes, communes, period)


@unfenced
def by_commune(scheme: Scheme, communes: Iterable[int], period: Period = ALWAYS) -> dict[int, Figures]:
    """What a scheme gave in each commune, by the commune's number."""
    return _sums("sum_by_commune", [scheme], communes, period)


@unfenced
def by_month(scheme: Scheme, communes: Iterable[int], period: Period = ALWAYS) -> dict[date, Figures]:
    """What a scheme gave in each month, by its first day: that in which the benefit begins, the earliest first."""
    return _sums("sum_by_month", [scheme], communes, period)


@unfenced
def coverage(communes: Iterable[int], period: Period = ALWAYS) -> Coverage:
    """How many households of some communes are served by any scheme."""
    return Coverage(**fetch_sql(PACKAGE, "count_covered", _facts(Scheme.objects.all(), communes, period))[0])


@unfenced
def count_in(households: QuerySet[Household], communes: Iterable[int]) -> int:
    """How many of these households live in some communes."""
    return households.filter(commune__in=list(communes)).count()


def _sums(name: str, schemes: Iterable[Scheme], communes: Iterable[int], period: Period) -> dict[Any, Figures]:
    rows = fetch_sql(PACKAGE, name, _facts(schemes, communes, period))
    return {row.pop("key"): Figures(**row) for row in rows}


def _facts(schemes: Iterable[Scheme], communes: Iterable[int], period: Period) -> dict[str, Any]:
    return {
        "schemes": [one.pk for one in schemes], "communes": list(communes), "since": period.since,
        "until": period.until,
    }  # fmt: skip
