"""What may be asked of sessions: those one sees, how far a household, a village and a contract have come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from jigi.delivery.contracts.calendar import Event
from jigi.delivery.contracts.models import Contract, Target
from jigi.delivery.contracts.queries import contracts_of
from jigi.delivery.sessions.models import Attendance, Campaign, Session
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.models import Area
from jigi.registry.models import Household

MEASURES = {
    "sessions": "séances tenues", "checked": "séances contrôlées", "villages": "villages visités",
    "households": "ménages touchés", "recipients": "ménages allocataires touchés",
    "mothers": "ménages dont une mère est venue", "men": "hommes comptés", "women": "femmes comptées",
    "attendances": "présences de ménages",
}  # fmt: skip
"""The words of targets, each a figure of `done`."""
RIGHTS = ("delivery.see", "delivery.plan", "delivery.check", "delivery.decide")


@dataclass(frozen=True)
class Progress:
    """A target of a contract and what was done of it until its day."""

    target: Target
    word: str
    done: int

    @property
    def percent(self) -> int:
        return self.done * 100 // self.target.amount


def contracts(user: User) -> QuerySet[Contract]:
    """The contracts of sessions that a person sees."""
    return contracts_of(user, "sessions")


def visible_to(user: User) -> QuerySet[Session]:
    """The sessions of an operator's own contracts, and those of the places and programmes that a person follows."""
    seen = Q(pk__in=[])
    for posting in postings_with(user, "delivery.operate"):
        if posting.organisation:
            here = Q(contract__operator__code=posting.organisation, commune__path__startswith=posting.area.path)
            seen |= here & _programme(posting.programme_code)
    for right in RIGHTS:
        for posting in postings_with(user, right):
            if not posting.organisation:
                seen |= Q(commune__path__startswith=posting.area.path) & _programme(posting.programme_code)
    found = Session.objects.filter(seen)
    return found.select_related("contract__operator", "contract__component__programme", "commune", "village", "module")


def campaigns(user: User) -> QuerySet[Campaign]:
    """The campaigns of the contracts that a person sees, those that were withdrawn left out."""
    found = Campaign.objects.filter(contract__in=contracts(user).order_by(), withdrawn_at=None)
    return found.select_related("contract__operator", "commune", "theme", "made_by")


def to_check(user: User) -> QuerySet[Session]:
    """The held sessions that wait for this person to control them: not those they entered."""
    own = Attendance.objects.filter(session=OuterRef("pk"), entered_by=user)
    seen = Q(pk__in=[])
    for posting in postings_with(user, "delivery.check"):
        seen |= Q(commune__path__startswith=posting.area.path) & _programme(posting.programme_code)
    return visible_to(user).filter(seen, ~Exists(own), status="held").exclude(held_by=user)


def events_of(user: User, communes: Iterable[Area], first: date, last: date) -> list[Event]:
    """The sessions of some communes between two days, for the calendar: those that were not held are left out."""
    found = visible_to(user).filter(commune__in=list(communes)).exclude(status="cancelled")
    between = Q(held_on__range=(first, last)) | Q(held_on=None, planned_on__range=(first, last))
    return [
        Event(
            day=one.held_on or one.planned_on, commune_id=one.commune_id, village_id=one.village_id,
            place=one.place or one.village.name, title=one.module.name, url_name="session", pk=one.pk, sort="sessions",
            held=one.held_on is not None,
        )
        for one in found.filter(between).order_by("planned_on", "pk")
    ]  # fmt: skip


@unfenced
def progress_of_household(household: Household, *, by: User) -> list[dict[str, Any]]:
    """Per module of the sessions that a person sees: `theme`, `module`, `held` in the household's village, `attended`
    anywhere, `by_mother`, `last_on`. The reading is in the trace; Refused where one follows nothing of its commune.
    """
    commune = household.commune
    components = _components(by, commune)
    if not components:
        raise Refused("Ce ménage n’est pas de votre affectation")
    audit.read("see", "session_progress", household.pk, by=by, subjects=[household.pk])
    facts = {"household": household.pk, "village": household.village_id, "components": components}
    return fetch_sql("delivery", "sessions_progress", facts)


@unfenced
def sessions_of_household(household: Household, *, by: User) -> list[Attendance]:
    """The sessions that a household came to, latest first, of the components that a person follows in its commune."""
    followed = _components(by, household.commune)
    found = Attendance.objects.filter(household=household, session__contract__component__in=followed)
    found = found.select_related("session__module__theme", "session__village")
    return list(found.order_by("-held_on", "-pk")[:200])


@unfenced
def progress_of_village(village: Area, *, by: User) -> list[dict[str, Any]]:
    """Per module: sessions `planned`, `held`, `not_held`, `men`, `women`, `attendances`, distinct `households`."""
    seen = list(contracts(by).order_by().values_list("pk", flat=True))
    return fetch_sql("delivery", "sessions_village", {"village": village.pk, "contracts": seen})


@unfenced
def done(contract: Contract, *, commune: Area | None = None, until: date | None = None) -> dict[str, int]:
    """What a contract has done until a day: the figures of MEASURES, and sessions `planned` and `not_held`."""
    facts = {
        "contract": contract.pk, "commune": commune.pk if commune else None, "until": until or timezone.localdate(),
    }  # fmt: skip
    (found,) = fetch_sql("delivery", "sessions_contract", facts)
    return found


def progress_of_contract(contract: Contract) -> list[Progress]:
    """Each target of a contract against what was done by its day, those of an unknown word left out."""
    found = contract.targets.select_related("commune").order_by("due_on", "measure", "pk")
    return [
        Progress(one, MEASURES[one.measure], done(contract, commune=one.commune, until=one.due_on)[one.measure])
        for one in found
        if one.measure in MEASURES
    ]


def _components(user: User, commune: Area) -> list[int]:
    found = contracts(user).filter(communes__commune=commune)
    return sorted(set(found.order_by().values_list("component_id", flat=True)))


def _programme(code: str) -> Q:
    return Q(contract__component__programme__code=code) if code else Q()


def reach_of_campaigns(contract: Contract) -> int:
    """The persons that a contract's campaigns may have reached, campaign by campaign the largest of each commune.

    An estimate, and never added to who came: who hears two programmes is not two persons, so that of several in a
    commune only the largest counts.
    """
    found = contract.campaigns.filter(withdrawn_at=None).order_by().values("commune")
    return sum(row["most"] for row in found.annotate(most=Max("reach")))
