"""What may be asked of grants: who sees which, their figures, and what happens in a commune."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, When

from jigi.delivery.contracts.calendar import Event
from jigi.delivery.contracts.queries import contracts_of
from jigi.delivery.grants.actions import PACKAGE
from jigi.delivery.grants.grant_models import Grant, GrantGraduation, GrantInstalment, GrantVisit
from jigi.delivery.grants.models import GrantApplication, GrantCall, GrantCallCommune
from jigi.delivery.grants.selection_models import GrantRanked, GrantSelection, GrantTraining
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area

SORT = "grants"
UNRANKED = 2**31 - 1
SEE = ("delivery.see", "delivery.plan", "delivery.check", "delivery.decide")


@dataclass(frozen=True)
class Figures:
    """What a call gave. Incomes are the means of a month, before and at 12 months, of the `compared` grants that have
    both; `running` of `balances` survive at 12 months; `firsts` are first instalments released."""

    applications: int = 0
    grants: int = 0
    women: int = 0
    released: int = 0
    released_xof: int = 0
    firsts: int = 0
    firsts_xof: int = 0
    visits: int = 0
    balances: int = 0
    running: int = 0
    assets_xof: int = 0
    income_after_xof: int = 0
    income_before_xof: int = 0
    compared: int = 0
    defaults: int = 0
    graduated: int = 0

    @property
    def survival_percent(self) -> int | None:
        """Activities that run at 12 months, of the balances made; None when there is none."""
        return round(100 * self.running / self.balances) if self.balances else None


def calls_visible_to(user: User) -> QuerySet[GrantCall]:
    """The calls of the contracts that a person sees."""
    found = GrantCall.objects.filter(contract__in=contracts_of(user, SORT).values("pk"))
    return found.select_related("contract__operator", "contract__component__programme", "component__programme")


def applications_visible_to(user: User) -> QuerySet[GrantApplication]:
    """The applications of the calls and communes that a person sees."""
    found = GrantApplication.objects.filter(
        call__in=calls_visible_to(user).values("pk"), commune__in=_places(user).values("pk")
    )
    return found.select_related(
        "call__contract__component__programme", "call__contract__operator", "household", "applicant", "commune",
        "activity",
    )  # fmt: skip


def grants_visible_to(user: User) -> QuerySet[Grant]:
    """The grants of the calls and communes that a person sees."""
    found = Grant.objects.filter(call__in=calls_visible_to(user).values("pk"), commune__in=_places(user).values("pk"))
    return found.select_related(
        "call__contract__component__programme", "call__contract__operator", "household", "recipient", "commune",
        "application__call", "application__activity",
    )  # fmt: skip


def instalments_visible_to(user: User) -> QuerySet[GrantInstalment]:
    """The instalments of these grants."""
    found = GrantInstalment.objects.filter(grant__in=grants_visible_to(user).values("pk"))
    return found.select_related(
        "grant__call__contract__component__programme", "grant__call__contract__operator", "grant__application__call",
        "grant__recipient", "grant__commune", "household", "asked_by",
    )  # fmt: skip


def visits_visible_to(user: User) -> QuerySet[GrantVisit]:
    """The visits to these grants, struck ones among them."""
    found = GrantVisit.objects.filter(grant__in=grants_visible_to(user).values("pk"))
    return found.select_related("grant__application__call", "grant__call__contract", "household", "commune", "made_by")


def graduations_visible_to(user: User) -> QuerySet[GrantGraduation]:
    """The ways out of the transfer proposed for these grants. Not for an operator: who receives the transfer of
    another programme is not told to who accompanies a grant."""
    found = GrantGraduation.objects.filter(
        grant__in=grants_visible_to(user).values("pk"), grant__commune__in=_places(user, SEE).values("pk")
    )
    return found.select_related(
        "grant__application__call", "grant__call__contract__component__programme", "household",
        "enrolment__component__programme", "enrolment__commune", "proposed_by", "decided_by",
    )  # fmt: skip


def trainings_visible_to(user: User) -> QuerySet[GrantTraining]:
    """The days of training of the calls and communes that a person sees."""
    found = GrantTraining.objects.filter(
        call__in=calls_visible_to(user).values("pk"), commune__in=_places(user).values("pk")
    )
    return found.select_related("call__contract__component__programme", "call__contract__operator", "commune")


def ranked_visible_to(user: User, selection: GrantSelection) -> QuerySet[GrantRanked]:
    """The places of a selection in the communes that a person sees: those ranked, by rank, then the others by
    number."""
    place = Case(When(rank=0, then=UNRANKED), default="rank", output_field=IntegerField())
    seen = applications_visible_to(user).values("pk")
    found = GrantRanked.objects.filter(selection=selection, application__in=seen).annotate(place=place)
    return found.select_related(
        "application__household", "application__applicant", "application__commune", "application__call",
        "application__activity",
    ).order_by("place", "application__number")  # fmt: skip


@unfenced
def figures_of(calls: Iterable[int]) -> dict[int, Figures]:
    """The figures of calls by their number; whole, whatever the communes of who reads."""
    rows = fetch_sql(PACKAGE, "grants_figures", {"calls": list(calls)})
    return {row.pop("call_id"): Figures(**row) for row in rows}


def events_of(user: User, communes: Sequence[Area], first: date, last: date) -> list[Event]:
    """Trainings, visits, and the days on which calls open and close, in some communes between two days."""
    places = [one.pk for one in communes]
    return sorted(
        [
            *_trainings(user, places, first, last),
            *_visits(user, places, first, last),
            *_calls(user, places, first, last),
        ],
        key=lambda one: (one.day, one.commune_id, one.title),
    )


def _trainings(user: User, places: Sequence[int], first: date, last: date) -> list[Event]:
    found = trainings_visible_to(user).filter(commune__in=places, day__range=(first, last))
    return [
        Event(one.day, one.commune_id, None, one.place, f"Formation AGR : {one.subject}", "grant_training", one.pk,
              SORT, held=True)
        for one in found
    ]  # fmt: skip


def _visits(user: User, places: Sequence[int], first: date, last: date) -> list[Event]:
    """The visits of a day in a village, told together: the calendar names no household."""
    found = visits_visible_to(user).filter(commune__in=places, held_on__range=(first, last), struck_at=None)
    days: dict[tuple[date, int, int | None], list[GrantVisit]] = {}
    for one in found:
        days.setdefault((one.held_on, one.commune_id, one.household.village_id), []).append(one)
    return [
        Event(day, commune, village, "chez les bénéficiaires", f"{len(told)} visites AGR", "grant_call",
              told[0].grant.call_id, SORT, held=True)
        for (day, commune, village), told in days.items()
    ]  # fmt: skip


def _calls(user: User, places: Sequence[int], first: date, last: date) -> list[Event]:
    found = GrantCallCommune.objects.filter(
        commune__in=places, call__in=calls_visible_to(user).exclude(status__in=("draft", "cancelled")).values("pk")
    ).select_related("call")
    return [
        Event(
            day, one.commune_id, None, "mairie", f"{what} de l’appel {one.call.code}", "grant_call", one.call_id, SORT
        )
        for one in found
        for day, what in ((one.call.opens_on, "Ouverture"), (one.call.closes_on, "Clôture"))
        if first <= day <= last
    ]


def _places(user: User, rights: Sequence[str] = (*SEE, "delivery.operate")) -> QuerySet[Area]:
    """The communes where a person sees what is delivered, for the programme or for an operator."""
    seen = Q(pk__in=[])
    for right in rights:
        seen |= communes_with(user, right)
    return Area.objects.filter(seen)
