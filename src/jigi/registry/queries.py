"""What may be asked of the register: the households one may see, found by number, telephone, NINA or name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_uppercase

from django.db.models import Count, Q, QuerySet, Sum

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.registry.models import Household, Identifier, Membership, Person, Phone
from jigi.registry.rsu import digits_of

MOST_WORDS = 6
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
    """The condition on households for what a person typed, whatever its spacing and spelling.

    Ten digits are an RSU number (fewer: its beginning), as typed or as a card's QR gives it, eight a telephone
    (with or without 223), fourteen digits with or without a letter a NINA; anything else is the name of a member,
    given name and surname in any order. Nothing typed, or nothing to seek in it, finds nobody.
    """
    bare = digits_of(text).upper()
    if re.fullmatch(r"\d{14}[A-Z]?", bare):
        return _with_member(_nina(bare))
    digits = bare.removeprefix("+")
    if re.fullmatch(r"(?:00)?223\d{8}", digits):
        return _with_member(_phone(digits[-8:]))
    if re.fullmatch(r"\d{8}", digits):
        return _with_member(_phone(digits)) | numbered(digits)
    if re.fullmatch(r"\d{1,10}", digits):
        return numbered(digits)
    return _named(text)


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


def _nina(nina: str) -> Q:
    # An index is of a whole number: without its letter, the 26 that it may be are sought.
    whole = [nina] if nina[-1].isalpha() else [nina + letter for letter in ascii_uppercase]
    indexes = list(vault().index_many("document", whole))
    held = Identifier.objects.filter(kind=Identifier.Kind.NINA, value_index__in=indexes)
    return Q(person__in=held.values("person"))


def _phone(digits: str) -> Q:
    phones = Phone.objects.filter(number_index=vault().index("phone", digits))
    return Q(person__in=phones.values("person"))


def _named(text: str) -> Q:
    words = re.findall(r"[^\W\d_][\w'’\-]*", text)[:MOST_WORDS]
    whole = " ".join(words)
    splits = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    keys = _name_keys({whole, *(part for split in splits for part in split)})
    if not keys.get(whole):
        return Q(pk__in=[])
    condition = Q(surname_key=keys[whole]) | Q(given_key=keys[whole])
    for first, last in splits:
        one, other = keys[first], keys[last]
        if one and other:
            condition |= Q(surname_key=other, given_key__startswith=one)
            condition |= Q(surname_key=one, given_key__startswith=other)
    return _with_member(Q(person__in=Person.objects.filter(condition).values("pk")))


def _name_keys(names: Iterable[str]) -> dict[str, str]:
    """The database's own keys of names, so that both sides of the search fold alike."""
    rows = fetch_sql("registry", "name_keys", {"names": list(names)})
    return {row["name"]: row["key"] for row in rows}
