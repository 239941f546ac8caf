"""What may be asked of the register: the households one may see, found by number, telephone, NINA or name."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.registry.models import Household, Membership, Person
from jigi.registry.search import holding, name_keys, named, understood

FEW_MEMBERS = 2_000
ALL_MEMBERS = 2**31 - 1


@dataclass(frozen=True)
class Counts:
    """Households and their members in some place."""

    households: int = 0
    members: int = 0


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
    return present.select_related("person").prefetch_related("person__identifiers", "person__phones")


def former_members(household: Household) -> QuerySet[Membership]:
    """Those who were members, latest departure first."""
    return household.memberships.filter(ended_on__isnull=False).select_related("person").order_by("-ended_on")


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
    rows = active.values_list(place).annotate(Count("pk"), Sum("size"))
    return {pk: Counts(count, members) for pk, count, members in rows}


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
