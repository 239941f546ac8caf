"""What may be asked of enrolments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
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


class Following(QuerySet[Any]):
    """Enrolments with what the register says of them: `news` (one of NEWS, or ""), `rsu_number`, `place`, `named`.

    They are read in the scope of an act: a household that moved is seen where it was enrolled, though its page may be
    another's by now. `place` is the commune it is registered in, `named` whom it names as recipient.
    """

    @unfenced
    def _fetch_all(self) -> None:
        super()._fetch_all()

    @unfenced
    def count(self) -> int:
        return super().count()


def visible_to(user: User, right: str = "programmes.see") -> QuerySet[Enrolment]:
    """The enrolments of the places and programmes where the user's postings give a right: to see programmes."""
    return Enrolment.objects.filter(_held(user, right))


def of_household(household: Household) -> QuerySet[Enrolment]:
    """A household's enrolments, live ones first, then the latest."""
    found = Enrolment.objects.filter(household=household).select_related(
        "component__programme", "cohort", "recipient", "alternate", "agency"
    )
    return found.order_by(F("exited_at").desc(nulls_first=True), "-enrolled_at")


def to_follow(user: User) -> Following:
    """The enrolments of which the register changed something that waits for this person, who decides of them."""
    return followed(_held(user, DECIDE)).exclude(status="exited").exclude(news="")


def followed(which: Q) -> Following:
    """Some enrolments, with what the register says of them."""
    present = Membership.objects.filter(household=OuterRef("household"), ended_on__isnull=True)
    # As enrolling chooses (recipients.sql).
    named = present.filter(role="recipient").order_by("unit", "line").values("person")[:1]
    return (
        Following(Enrolment)
        .filter(which)
        .select_related("recipient")
        .annotate(
            named=Subquery(named),
            news=_news(present.filter(person=OuterRef("recipient"))),
            rsu_number=F("household__rsu_number"),
            place=F("household__commune__name"),
            place_id=F("household__commune"),
        )
    )


def _held(user: User, right: str) -> Q:
    condition = Q(pk__in=[])
    for posting in postings_with(user, right):
        within = Q(commune__path__startswith=posting.area.path)
        if posting.programme_code:
            within &= Q(component__programme__code=posting.programme_code)
        condition |= within
    return condition


def _news(own: QuerySet[Membership]) -> Case:
    """One of NEWS, or "": the gravest. What somebody has answered as it stands now is no news.

    The answer is compared by its value, not by its time: an act of the register may be written long after it began.
    """
    waits = Q(status="active") | Q(followed_at__isnull=True)
    ended = [When(waits & Q(household__status=state), then=Value(state)) for state in ("merged", "dissolved", "left")]
    answered_place = Coalesce("followed_commune_id", "commune_id")
    answered_named = Coalesce("followed_recipient_id", "recipient_id")
    return Case(
        When(waits & Q(recipient__died_on__isnull=False), then=Value("died")),
        *ended,
        When(waits & ~Exists(own), then=Value("gone")),
        When(~Q(household__commune=F("commune")) & ~Q(household__commune=answered_place), then=Value("moved")),
        When(
            ~Exists(own.filter(role="recipient")) & Q(named__isnull=False) & ~Q(named=answered_named),
            then=Value("recipient"),
        ),
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
