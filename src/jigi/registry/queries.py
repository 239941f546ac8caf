"""What may be asked of the register: the households one may see, found by number, telephone, NINA or name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.registry import facts, freshness
from jigi.registry.freshness import HEALTH, HOUSEHOLD, LIVING, Fact, Freshness, Kind, Seen
from jigi.registry.models import Health, Household, LivingConditions, Membership, Person
from jigi.registry.search import holding, name_keys, named, understood

FEW_MEMBERS = 2_000
ALL_MEMBERS = 2**31 - 1


@dataclass(frozen=True)
class Counts:
    """Households and their members in some place, and how many of the households nobody has seen for too long."""

    households: int = 0
    members: int = 0
    to_review: int = 0


def visible_to(user: User) -> QuerySet[Household]:
    """The households of the communes where a person holds « registry.see »; none without a posting."""
    communes = Area.objects.filter(communes_with(user, "registry.see")).values("pk")
    return Household.objects.filter(commune__in=communes)


def sought(text: str) -> Q:
    """The condition on households for what a person typed (search.understood): a number, or the name of a member.

    Nothing typed, or nothing to seek in it, finds nobody. A list is filtered so: no step takes a wrong letter.
    """
    asked = understood(text)
    match asked.kind:
        case "nothing":
            return Q(pk__in=[])
        case "name":
            return _with_member(_person(named(text))) if name_keys(text) else Q(pk__in=[])
        case "rsu" | "begins":
            return numbered(asked.text)
        case "phone":
            return _with_member(_person(holding(asked))) | numbered(asked.text)
    return _with_member(_person(holding(asked)))


def numbered(digits: str, *, field: str = "rsu_number") -> Q:
    """RSU numbers that begin by these digits.

    As an interval: under row-level security a LIKE reads every row, since PostgreSQL does not hold it leakproof.
    """
    return Q(**{f"{field}__gte": digits, f"{field}__lt": digits + ":"})  # « : » follows « 9 »


def current_members(household: Household) -> QuerySet[Membership]:
    """The present members in the order of the roster, with their persons, documents and telephones."""
    present = household.memberships.filter(ended_on__isnull=True).order_by("line")
    return present.select_related("person__father", "person__mother").prefetch_related(
        "person__identifiers", "person__phones"
    )


def former_members(household: Household) -> QuerySet[Membership]:
    """Those who were members, latest departure first."""
    return household.memberships.filter(ended_on__isnull=False).select_related("person").order_by("-ended_on")


def facts_of(
    household: Household, today: date, *, sensitive: bool = False, newer: Iterable[tuple[str, Seen]] = ()
) -> list[Fact]:
    """Each kind of fact of a household: where it comes from, until when it holds.

    Health is told to who may read what is `sensitive` only. `newer` are later sources of single kinds
    (freshness.facts), such as changes that were asked and approved.
    """
    visit = Seen(
        household.collected_on, household.source, household.source_key, household.collector, household.form_version
    )
    living: LivingConditions | None = getattr(household, "living_conditions", None)
    visits = {HOUSEHOLD: visit, LIVING: _seen_with(visit, living.collected_on) if living else None}
    if sensitive:
        day = health_seen_on(household)
        visits[HEALTH] = _seen_with(visit, day) if day else None
    return freshness.facts(facts.kinds(), visits, today, newer)


@unfenced
def health_seen_on(household: Household) -> date | None:
    """The oldest day that the health of a present member was asked; no answer leaves here."""
    members = household.memberships.filter(ended_on__isnull=True).values("person")
    oldest: date | None = Health.objects.filter(person__in=members).aggregate(day=Min("collected_on"))["day"]
    return oldest


def not_seen_for(months: int, today: date) -> Q:
    """The condition on households that nobody has seen for longer than so many months."""
    return Q(collected_on__lt=freshness.first_valid(today, months))


def aged(kind: Kind, state: Freshness, today: date) -> Q:
    """The condition on households whose facts of a kind are in a state, as freshness.facts says: intervals of days.

    Not for the kinds that health dates: no page may read its rows. Later sources of single kinds, which facts_of takes
    as `newer`, are asked above (jigi.changes.queries.aged).
    """
    assert kind.carrier in (HOUSEHOLD, LIVING), kind.code
    seen = _days(kind, state, today)
    if kind.carrier == HOUSEHOLD:
        return seen
    living = LivingConditions.objects.filter(household=OuterRef("pk"))
    if state is Freshness.NEVER:
        return Q(~Exists(living))
    return Q(Exists(living.filter(seen)))


def _days(kind: Kind, state: Freshness, today: date) -> Q:
    """The days of visit that put facts of a kind in a state."""
    if state is Freshness.NEVER:
        return Q(pk__in=[])
    if kind.life.months is None:
        return Q() if state is Freshness.FRESH else Q(pk__in=[])
    valid = freshness.first_valid(today, kind.life.months)
    fresh = freshness.first_valid(today, kind.life.months - kind.life.soon)
    return {
        Freshness.STALE: Q(collected_on__lt=valid),
        Freshness.SOON: Q(collected_on__gte=valid, collected_on__lt=fresh),
        Freshness.FRESH: Q(collected_on__gte=fresh),
    }[state]


def _seen_with(visit: Seen, day: date | None) -> Seen:
    """What was seen on a day: on the visit's form when it was that day, on an unknown one otherwise."""
    assert day is not None
    return visit if day == visit.on else Seen(day)


@unfenced
def counts_by_commune() -> dict[int, Counts]:
    """Active households and members of every commune that has some, by the commune's number."""
    return _counts("commune_id", Household.objects.all())


@unfenced
def counts_by_village(commune: Area) -> dict[int, Counts]:
    """The same of the villages of one commune; households without a village are left out."""
    return _counts("village_id", Household.objects.filter(commune=commune, village__isnull=False))


def _counts(place: str, households: QuerySet[Household]) -> dict[int, Counts]:
    active = households.filter(status=Household.Status.ACTIVE).order_by()
    stale = not_seen_for(facts.reviewed().visit.months or 0, timezone.localdate())
    rows = active.values_list(place).annotate(Count("pk"), Sum("size"), to_review=Count("pk", filter=stale))
    return {pk: Counts(*counted) for pk, *counted in rows}


def _with_member(condition: Q) -> Q:
    """Households of which a present member meets a condition on Membership.

    The members are sought first, and their households named when these are few. When they are many the
    slice keeps PostgreSQL from turning the search round: it would read the members of every household of a
    region, which takes seven times longer.
    """
    members = Membership.objects.filter(condition, ended_on__isnull=True)
    few = list(members.values_list("household_id", flat=True)[: FEW_MEMBERS + 1])
    if len(few) <= FEW_MEMBERS:
        return Q(pk__in=few)
    return Q(pk__in=members.values("household_id")[:ALL_MEMBERS])


def _person(condition: Q) -> Q:
    return Q(person__in=Person.objects.filter(condition).values("pk"))
