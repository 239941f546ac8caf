"""Which complaints a person may see, what they may do of one, and what a complainant learns by its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import can, communes_with, postings_with
from jigi.geography.models import Area
from jigi.grievances.models import UNATTENDED, Act, Case
from jigi.grievances.states import CASE, LEVELS, LIVE

HANDS = ("examine", "hear", "propose", "decide")
HANDLE, SENSITIVE, DECIDE = "grievances.handle", "grievances.sensitive", "grievances.decide"


def visible_to(user: User) -> QuerySet[Case]:
    """The ordinary cases of one's places; the sensitive ones are asked of `sensitive_visible_to`, never beside them."""
    return _of(user, HANDLE).filter(sensitive=False)


def sensitive_visible_to(user: User) -> QuerySet[Case]:
    """The sensitive cases of the places where a person holds that right."""
    return _of(user, SENSITIVE).filter(sensitive=True)


def one_visible_to(user: User) -> QuerySet[Case]:
    """Either kind, for the page of one case."""
    return Case.objects.filter(
        Q(pk__in=visible_to(user).values("pk")) | Q(pk__in=sensitive_visible_to(user).values("pk"))
    ).select_related("category", "commune__parent", "programme", "assigned_to", "received_by", "person")


def acts_visible_to(user: User) -> QuerySet[Act]:
    """What complaints ask of the people of these places: those of sensitive ones are on their own page only."""
    communes = Area.objects.filter(communes_with(user, "registry.see"))
    return Act.objects.filter(sensitive=False, commune__in=communes.values("pk"))


def touched(user: User, case: Case, *, before_appeal: bool = False) -> bool:
    """Whether a person examined or decided a case, at any time or before its last appeal: they don't decide it."""
    past = case.events.filter(by=user, verb__in=HANDS)
    if before_appeal:
        last = case.events.filter(verb="appeal").order_by("-pk").values_list("pk", flat=True).first()
        past = past.filter(pk__lt=last or 0)
    return past.exists()


def may_decide(user: User, case: Case) -> bool:
    """Whether a person may decide a case: with the right, at its level or above, and another than who examined it."""
    if touched(user, case) or not may_handle(user, case):
        return False
    rank = LEVELS.index(case.level)
    held = [one for one in postings_with(user, DECIDE) if _covers(one.area, case)]
    return any(_rank(one.area.level) >= rank for one in held)


def may_handle(user: User, case: Case) -> bool:
    """Whether a person may work on a case: in its place, with the right that its kind asks."""
    right = SENSITIVE if case.sensitive else HANDLE
    return any(_covers(one.area, case) for one in postings_with(user, right))


def late(user: User) -> QuerySet[Case]:
    """Ordinary cases of a person's places that are past their day."""
    return visible_to(user).filter(status__in=LIVE, due_on__lt=date.today()).exclude(status="answered")


@dataclass(frozen=True)
class Followed:
    """What anybody who holds the number learns: where it stands and by when, nothing of whom or what."""

    number: int
    status: str
    label: str
    received_on: date
    due_on: date | None
    outcome: str


def answered_by(case: Case) -> str:
    """How the complainant is answered, when nobody says otherwise: by the way the complaint came."""
    if case.channel == Case.Channel.COMMITTEE:
        return Case.Answered.COMMITTEE
    if case.phone and case.channel == Case.Channel.SMS:
        return Case.Answered.SMS
    if case.phone and case.channel in (Case.Channel.PHONE, Case.Channel.PUBLIC, Case.Channel.USSD):
        return Case.Answered.PHONE
    return Case.Answered.PAGE if case.channel in UNATTENDED else Case.Answered.DESK


def said_of(found: Followed | None) -> str:
    """The same in one line, without the marks of printing: for a message or a small screen. "" for nothing."""
    if found is None:
        return ""
    parts = [f"reçue le {found.received_on:%d/%m/%Y}", found.label]
    if found.outcome:
        parts.append(f"décision : plainte {found.outcome}")
    elif found.due_on:
        parts.append(f"prochaine étape avant le {found.due_on:%d/%m/%Y}")
    return ", ".join(parts)


@unfenced
def followed(number: int) -> Followed | None:
    """The case of a number; None for a number that is nobody's and, all the same, for a sensitive case's. One that was
    joined to another stands where that one stands."""
    complaints = Case.objects.filter(sensitive=False, origin=Case.Origin.COMPLAINT)
    asked = complaints.filter(number=number).select_related("same_as").first()
    if asked is None:
        return None
    case = asked.same_as or asked
    known = case.get_outcome_display() if case.answered_on and case.outcome else ""
    return Followed(number, case.status, case.get_status_display(), asked.received_on, case.due_on, known)


@unfenced
def told_to_nobody() -> list[str]:
    """The sensitive cases, as the audit numbers things: what it said of one before it turned so is shown no more."""
    return [str(pk) for pk in Case.objects.filter(sensitive=True).values_list("pk", flat=True)]


def shown(events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Rows of the audit, without those that were written of a complaint before it turned out to be sensitive."""
    return events.exclude(noun=CASE.noun, object_id__in=told_to_nobody())


def times(user: User, since: date, until: date) -> list[dict[str, Any]]:
    """By category, in the person's places: cases, late ones, days to the answer. Sensitive ones are never counted."""
    everywhere = any(one.area.level == Area.Level.COUNTRY for one in postings_with(user, HANDLE))
    communes = list(Area.objects.filter(communes_with(user, HANDLE)).values_list("pk", flat=True))
    asked = {"since": since, "until": until, "today": date.today(), "everywhere": everywhere, "communes": communes}
    return fetch_sql("grievances", "times", asked)


def may_enter(user: User, commune: Area | None) -> bool:
    return can(user, HANDLE, areas=[commune]) if commune else can(user, HANDLE)


def _of(user: User, right: str) -> QuerySet[Case]:
    condition = Q(pk__in=[])
    for posting in postings_with(user, right):
        if posting.area.level == Area.Level.COUNTRY:
            return Case.objects.all()
        condition |= Q(commune__path__startswith=posting.area.path)
    return Case.objects.filter(condition)


def _covers(area: Area, case: Case) -> bool:
    if case.commune is None:
        return area.level == Area.Level.COUNTRY
    return case.commune.path.startswith(area.path)


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1
