"""What may be asked of works: the worksites and sheets that one sees, what they come to, what happens in a commune."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.contracts.calendar import Event
from jigi.delivery.contracts.queries import contracts_of
from jigi.delivery.works.models import Presence, Timesheet, WorkCount, Worker, Worksite
from jigi.delivery.works.rules import MOST_DAYS, is_adult
from jigi.delivery.works.sheets import last_of
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.registry.models import Membership


def visible_to(user: User) -> QuerySet[Worksite]:
    """The worksites of the contracts that a person sees."""
    found = Worksite.objects.filter(contract__in=contracts_of(user, "works").order_by())
    return found.select_related("contract__operator", "contract__component__programme", "commune", "village")


def sheets_visible_to(user: User) -> QuerySet[Timesheet]:
    """The sheets of those worksites."""
    found = Timesheet.objects.filter(worksite__in=visible_to(user).values("pk"))
    return found.select_related("worksite__commune", "worksite__contract__operator", "crew")


@dataclass(frozen=True)
class Figures:
    """What a worksite comes to: hired now, women among them, days worked (halves), wages, and of women."""

    workers: int
    women: int
    half_days: int
    women_half_days: int
    amount_xof: int


@unfenced
def figures(worksite: Worksite) -> Figures:
    """The figures of a worksite; nobody is named by them."""
    people = Worker.objects.filter(worksite=worksite, ends_on=None)
    told = people.aggregate(workers=Count("pk"), women=Count("pk", filter=Q(woman=True)))
    live = Presence.objects.filter(timesheet__worksite=worksite, undone_by=None)
    days = live.aggregate(all=Sum("half_days"), women=Sum("half_days", filter=Q(worker__woman=True)))
    paid = Timesheet.objects.filter(worksite=worksite, status="approved").aggregate(sum=Sum("amount_xof"))["sum"]
    return Figures(told["workers"], told["women"], days["all"] or 0, days["women"] or 0, paid or 0)


@unfenced
def days_of(component_id: int, first: date, last: date) -> dict[str, int]:
    """Work-days of a component between two dates for the results framework: `half_days`, `women_half_days`, `persons`,
    `women`, `amount_xof`.
    """
    (row,) = fetch_sql("delivery", "works_days", {"component": component_id, "first": first, "last": last})
    return {name: int(value) for name, value in row.items()}


def events_of(user: User, communes: Sequence[Area], first: date, last: date) -> list[Event]:
    """The sheets of the worksites of some communes whose days touch a span, for the calendar."""
    near = first - timedelta(days=MOST_DAYS)
    found = sheets_visible_to(user).filter(worksite__commune__in=communes, first_day__range=(near, last))
    found = found.exclude(status__in=("cancelled", "replaced"))
    return [
        Event(
            max(one.first_day, first), one.worksite.commune_id, one.worksite.village_id, one.worksite.title,
            f"Chantier {one.worksite.code}, {one.crew}, feuille {one.number}", "works_sheet", one.pk, "works",
            held=one.status == "approved",
        )
        for one in found.order_by("first_day", "worksite", "number")
        if last_of(one) >= first
    ]  # fmt: skip


@unfenced
def roster(sheet: Timesheet, *, verb: str, by: User) -> list[dict[str, Any]]:
    """The lines of a sheet's crew who were hired on one of its days, for who sees the sheet; the reading is traced.

    Each: `number`, `name`, `household`, `worker`, `woman`, `starts_on`, `ends_on`. `verb`: see, print or export.
    """
    people = Worker.objects.filter(crew=sheet.crew_id, starts_on__lte=last_of(sheet))
    people = people.filter(Q(ends_on=None) | Q(ends_on__gte=sheet.first_day))
    return _people(sheet.worksite, people, verb, by)


@unfenced
def workers_of(worksite: Worksite, *, by: User) -> list[dict[str, Any]]:
    """Who works or worked on a worksite, by crew and line, as `roster`; with their `days` (halves) counted and paid."""
    found = _people(worksite, Worker.objects.filter(worksite=worksite), "see", by)
    kept = WorkCount.objects.filter(
        component=worksite.contract.component_id, person__in=[row["person"] for row in found]
    )
    counts = dict(kept.values_list("person", "half_days"))
    return [{**row, "half_days": counts.get(row["person"], 0)} for row in found]


@unfenced
def applications_of(worksite: Worksite, *, verb: str = "see", by: User) -> list[dict[str, Any]]:
    """The applications of a worksite in the order of the draw, then of their numbers; the reading is in the trace."""
    _require_seen(worksite, by)
    kept = worksite.applications.select_related("person", "household").order_by(
        F("rank").asc(nulls_last=True), "number"
    )
    found = [
        {"pk": one.pk, "number": one.number, "name": str(one.person), "rsu": one.household.rsu, "woman": one.woman,
         "points": one.points, "rank": one.rank, "status": one.status, "state": one.get_status_display(),
         "household": one.household_id}
        for one in kept
    ]  # fmt: skip
    _trace(verb, worksite, found, by)
    return found


@unfenced
def adults_of(worksite: Worksite, rsu_number: str, *, by: User) -> list[dict[str, Any]]:
    """The present members of a household of the commune, by its RSU number, who may apply: `person`, `name`, `told`."""
    require_operator(by, worksite.contract, worksite.commune)
    members = Membership.objects.filter(
        household__rsu_number=rsu_number, household__commune=worksite.commune, ended_on=None, person__died_on=None
    ).select_related("person")
    found = [
        {"person": one.person_id, "name": str(one.person), "told": one.get_relation_display(),
         "household": one.household_id}
        for one in members.order_by("line")
        if one.person.birth_date and is_adult(one.person.birth_date, one.person.birth_precision or "day",
                                              worksite.starts_on)
    ]  # fmt: skip
    _trace("search", worksite, found, by)
    return found


def _people(worksite: Worksite, people: QuerySet[Worker], verb: str, by: User) -> list[dict[str, Any]]:
    _require_seen(worksite, by)
    found = [
        {"number": one.number, "name": str(one.person), "household": one.household_id, "worker": one.pk,
         "person": one.person_id, "woman": one.woman, "starts_on": one.starts_on, "ends_on": one.ends_on,
         "end_reason": one.end_reason, "crew": one.crew.name}
        for one in people.select_related("person", "crew").order_by("crew__number", "number")
    ]  # fmt: skip
    _trace(verb, worksite, found, by)
    return found


def _require_seen(worksite: Worksite, by: User) -> None:
    if not visible_to(by).filter(pk=worksite.pk).exists():
        raise Refused("Ce chantier n’est pas de votre affectation", remedy="Demandez à votre coordination.")


def _trace(verb: str, worksite: Worksite, found: Sequence[dict[str, Any]], by: User) -> None:
    if found:
        subjects = sorted({one["household"] for one in found})
        audit.read(verb, "worksite", worksite.pk, by=by, subjects=subjects, after={"lines": len(found)})
