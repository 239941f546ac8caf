"""What may be asked of sharing: agreements and requests a person sees, those in force, who was told what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import organisations_with, postings_with
from jigi.geography.models import Area, StaffPosting
from jigi.geography.roles import roles
from jigi.registry.models import Household
from jigi.sharing.actions import APPROVE, PREPARE, QUERY, SEE
from jigi.sharing.models import SharingAgreement, SharingDisclosure, SharingRequest

KINDS = {"erased": "données effacées", "opposed": "opposition au partage", "changed": "données corrigées depuis"}


@dataclass(frozen=True)
class Notice:
    """A line that a partner was given and must now take away (erased, opposed) or ask for again (changed)."""

    id: int
    household_id: int
    person_id: int | None
    told_in_id: int
    at: datetime
    kind: str

    @property
    def says(self) -> str:
        return KINDS[self.kind]

    @property
    def is_withdrawal(self) -> bool:
        return self.kind != "changed"


def visible_to(user: User) -> QuerySet[SharingAgreement]:
    """The agreements about a place of the person's postings, above or below it; of a partner's people, its own."""
    condition = _seen_by_right(user)
    for posting in postings_with(user, QUERY):
        if posting.organisation:
            condition |= _around(posting) & Q(partner=posting.organisation)
    return SharingAgreement.objects.filter(pk__in=SharingAgreement.objects.filter(condition).values("pk"))


def is_of_partner(user: User, partner: str, areas: Iterable[Area] | None = None) -> bool:
    """Whether a person is one of a partner's people, posted over each of these areas (anywhere when None)."""
    held = _own_paths(user, partner)
    if areas is None:
        return bool(held)
    asked = list(areas)
    return bool(asked) and all(area.path.startswith(held) for area in asked)


def _own_paths(user: User, partner: str) -> tuple[str, ...]:
    """The paths of the areas where a person is posted for a partner."""
    return tuple(one.area.path for one in postings_with(user, QUERY) if partner and one.organisation == partner)


def _seen_by_right(user: User) -> Q:
    """The agreements that a person sees by a right of their own, as a condition."""
    condition = Q(pk__in=[])
    for right in (SEE, PREPARE, APPROVE):
        for posting in postings_with(user, right):
            condition |= _around(posting)
    return condition


def _around(posting: StaffPosting) -> Q:
    above = posting.area.path.strip("/").split("/")
    around = Q(areas__path__startswith=posting.area.path) | Q(areas__code__in=above)
    return Q(areas__version=posting.area.version_id) & around


def awaiting(user: User) -> QuerySet[SharingAgreement]:
    """Those that wait for this person's approval."""
    if not postings_with(user, APPROVE):
        return SharingAgreement.objects.none()
    return visible_to(user).filter(status="prepared").exclude(made_by=user).order_by("pk")


def in_force(partner: str, on: date | None = None) -> QuerySet[SharingAgreement]:
    """The approved agreements of a partner on a day (today): what a delivery must ask first."""
    day = on or timezone.localdate()
    return SharingAgreement.objects.filter(partner=partner, status="approved", starts_on__lte=day, ends_on__gte=day)


def requests_visible_to(user: User) -> QuerySet[SharingRequest]:
    """The requests under the agreements that a person sees; a partner's people, those whose places they all hold."""
    condition = Q(agreement__in=SharingAgreement.objects.filter(_seen_by_right(user)).values("pk"))
    for partner in organisations_with(user, QUERY):
        within = Q(pk__in=[])
        for path in _own_paths(user, partner):
            within |= Q(path__startswith=path)
        beyond = SharingRequest.areas.through.objects.exclude(area__in=Area.objects.filter(within).values("pk"))
        condition |= Q(agreement__partner=partner) & ~Q(pk__in=beyond.values("sharingrequest"))
    found = SharingRequest.objects.filter(condition)
    return found.select_related("agreement", "made_by", "decided_by")


def requests_awaiting(user: User) -> QuerySet[SharingRequest]:
    """The requests that wait for this person's decision."""
    if not postings_with(user, APPROVE):
        return SharingRequest.objects.none()
    return requests_visible_to(user).filter(status="asked").exclude(made_by=user).order_by("pk")


def partners() -> list[tuple[str, str]]:
    """The partners that have an agreement, ended ones too: what they hold can still be opposed."""
    found = SharingAgreement.objects.exclude(status__in=("prepared", "refused")).order_by("partner_name")
    return sorted(set(found.values_list("partner", "partner_name")), key=lambda one: one[1])


def partner_codes() -> list[str]:
    """The codes already in use, of agreements and of those posted for a partner: the same one is written the same."""
    asking = [code for code, role in roles().items() if QUERY in role.rights]
    posted = StaffPosting.objects.filter(role__in=asking).exclude(organisation="")
    return sorted(
        {*SharingAgreement.objects.values_list("partner", flat=True), *posted.values_list("organisation", flat=True)}
    )


def open_to_machines(agreement: SharingAgreement) -> QuerySet[SharingRequest]:
    """The approved requests that the API answers today."""
    today = timezone.localdate()
    return agreement.requests.filter(status="approved", channel="api", expires_on__gte=today).order_by("pk")


@unfenced
def notices(agreement: SharingAgreement, *, after: int = 0, most: int = 500) -> list[Notice]:
    """What a partner must do with lines it holds, by their numbers; no name is in it."""
    asked = {"agreement": agreement.pk, "partner": agreement.partner, "after": after, "most": most}
    return [Notice(**row) for row in fetch_sql("sharing", "notices", asked)]


@dataclass(frozen=True)
class Telling:
    """What one request told of a household or a person, however many times: `line` is the latest."""

    line: SharingDisclosure
    times: int
    first: datetime

    @property
    def last(self) -> datetime:
        return self.line.told_in.at


def tellings_of(household: Household, persons: Iterable[int] = ()) -> list[Telling]:
    """What `told_of` gives, one for each request and each of whom it told: machines read the same every night."""
    found: dict[tuple[int, int, int | None], list[SharingDisclosure]] = {}
    for one in told_of(household, persons):
        key = (one.told_in.request_id, one.household_id, one.person_id or one.head_id)
        found.setdefault(key, []).append(one)
    return [Telling(lines[0], len(lines), lines[-1].told_in.at) for lines in found.values()]


@unfenced
def told_of(household: Household, persons: Iterable[int] = ()) -> list[SharingDisclosure]:
    """What partners were told of a household, and of these persons wherever they lived; latest first.

    For whoever may see the household: its journal, its report, the partners to warn.
    """
    named = list(persons)
    found = SharingDisclosure.objects.filter(Q(household=household) | Q(person__in=named) | Q(head__in=named))
    linked = found.select_related(
        "told_in__request__agreement", "told_in__request__made_by", "told_in__request__decided_by", "person", "head"
    )
    return list(linked.order_by("-pk"))
