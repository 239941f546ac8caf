"""What may be asked of enrolments."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from jigi.enrolment.models import Enrolment
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.programmes.models import Component
from jigi.registry.models import Household, Membership

DECIDE = "enrolment.decide"
NEWS = {
    "died": "l’allocataire est décédé",
    "merged": "le ménage a rejoint un autre ménage",
    "dissolved": "le ménage est dissous",
    "left": "le ménage est sorti du registre",
    "gone": "l’allocataire n’est plus du ménage",
    "moved": "le ménage a changé de commune",
    "recipient": "le registre a un autre allocataire",
}
STOPS = frozenset({"died", "merged", "dissolved", "left", "gone"})
"""News after which no round pays the enrolment until somebody decides (payments.rules.withheld)."""


@dataclass(frozen=True)
class CommuneCaseload:
    """The enrolments of a component in a commune, by state."""

    commune_id: int
    commune: str
    code: str
    active: int
    suspended: int
    exited: int


@dataclass(frozen=True)
class News:
    """What the register says of an enrolment that the enrolment does not say: one of NEWS, and of whom."""

    enrolment: int
    code: str
    rsu: str
    recipient: str
    place: str

    @property
    def stops(self) -> bool:
        """Whether nothing more is paid until somebody decides."""
        return self.code in STOPS


def visible_to(user: User, right: str = "programmes.see") -> QuerySet[Enrolment]:
    """The enrolments of the places and programmes where the user's postings give a right: to see programmes."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, right):
        within = Q(commune__path__startswith=posting.area.path)
        if posting.programme_code:
            within &= Q(component__programme__code=posting.programme_code)
        condition |= within
    return Enrolment.objects.filter(condition)


def of_household(household: Household) -> QuerySet[Enrolment]:
    """A household's enrolments, live ones first, then the latest."""
    found = Enrolment.objects.filter(household=household).select_related(
        "component__programme", "cohort", "recipient", "alternate", "agency"
    )
    return found.order_by(F("exited_at").desc(nulls_first=True), "-enrolled_at")


@unfenced
def to_follow(user: User) -> dict[int, News]:
    """The changes of the register that wait for who decides of enrolments, by enrolment.

    A household that moved is seen where it was enrolled, though its page may be another's by now.
    """
    live = visible_to(user, DECIDE).exclude(status="exited").annotate(news=_news()).exclude(news="")
    rows = live.values_list(
        "pk", "news", "household__rsu_number", "recipient__given_names", "recipient__surname",
        "household__commune__name",
    )  # fmt: skip
    return {
        pk: News(pk, code, Household(rsu_number=rsu).rsu, f"{given} {name}", place)
        for pk, code, rsu, given, name, place in rows
    }


def _news() -> Case:
    """One of NEWS, or "": the gravest. What somebody has decided since the register said it is no news."""
    present = Membership.objects.filter(household=OuterRef("household"), ended_on__isnull=True)
    own = present.filter(person=OuterRef("recipient"))
    others = present.filter(role="recipient").exclude(person=OuterRef("recipient"))
    newer = others.filter(recorded_at__gt=Coalesce(OuterRef("followed_at"), OuterRef("enrolled_at")))
    waits = Q(status="active") | Q(followed_at__isnull=True)
    ended = [When(waits & Q(household__status=state), then=Value(state)) for state in ("merged", "dissolved", "left")]
    moved = ~Q(household__commune=F("commune")) & Q(household__recorded_at__gt=Coalesce("followed_at", "enrolled_at"))
    return Case(
        When(waits & Q(recipient__died_on__isnull=False), then=Value("died")),
        *ended,
        When(waits & ~Exists(own), then=Value("gone")),
        When(moved, then=Value("moved")),
        When(Exists(newer) & ~Exists(own.filter(role="recipient")), then=Value("recipient")),
        default=Value(""),
    )


@unfenced
def caseload_by_commune(component: Component) -> list[CommuneCaseload]:
    """How many households are enrolled in each commune of a component, by state; communes by name."""
    rows = (
        Enrolment.objects.filter(component=component)
        .values("commune_id", "commune__name", "commune__code")
        .annotate(
            active=Count("pk", filter=Q(status="active")),
            suspended=Count("pk", filter=Q(status="suspended")),
            exited=Count("pk", filter=Q(status="exited")),
        )
        .order_by("commune__name", "commune__code")
    )
    return [
        CommuneCaseload(
            row["commune_id"], row["commune__name"], row["commune__code"],
            row["active"], row["suspended"], row["exited"],
        )
        for row in rows
    ]  # fmt: skip
