"""What may be asked of programmes: who sees which, what a component gives where, and with whose money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.models import Area
from jigi.programmes.models import (
    Agency,
    AgencyAccount,
    AgencyCommune,
    Agreement,
    Component,
    ComponentCommune,
    FundingCommune,
    FundingLine,
    Programme,
)


@dataclass(frozen=True)
class CommunePlan:
    """What a component is in one commune: for how many terms, by whose money in which order, through which agency."""

    commune: Area
    terms: int
    payers: tuple[FundingCommune, ...]
    agency: Agency

    @property
    def agreement(self) -> Agreement:
        """The agreement that pays first."""
        return self.payers[0].funding_line.agreement


def visible_to(user: User) -> QuerySet[Programme]:
    """The programmes that the user's postings let him see."""
    postings = postings_with(user, "programmes.see")
    if any(not posting.programme_code for posting in postings):
        return Programme.objects.order_by("name")
    codes = [posting.programme_code for posting in postings]
    return Programme.objects.filter(code__in=codes).order_by("name")


def components_visible_to(user: User) -> QuerySet[Component]:
    """The components of those programmes."""
    found = Component.objects.filter(programme__in=visible_to(user)).select_related("programme")
    return found.order_by("programme__name", "name")


def agreements_visible_to(user: User) -> QuerySet[Agreement]:
    """The agreements that pay something of those programmes."""
    paying = FundingLine.objects.filter(component__programme__in=visible_to(user)).values("agreement")
    return Agreement.objects.filter(pk__in=paying).order_by("code")


def commune_plans(component: Component, communes: Iterable[Area] | None = None) -> list[CommunePlan]:
    """The communes of a component (or those of them that are given) in the order of their codes."""
    places = component.communes.select_related("commune__parent").order_by("commune__code")
    if communes is not None:
        places = places.filter(commune__in=list(communes))
    payers = FundingCommune.objects.filter(component=component).select_related("funding_line__agreement")
    paying: dict[int, list[FundingCommune]] = defaultdict(list)
    for payer in payers.order_by("rank"):
        paying[payer.commune_id].append(payer)
    servers = AgencyCommune.objects.filter(component=component).select_related("agency")
    agencies = {server.commune_id: server.agency for server in servers}
    return [
        CommunePlan(place.commune, place.terms, tuple(paying[place.commune_id]), agencies[place.commune_id])
        for place in places
    ]


def funding_lines(component: Component) -> QuerySet[FundingLine]:
    """The funding lines of a component in the order of their use, with their agreement and accounts."""
    found = component.funding_lines.select_related("agreement", "available", "reserved", "paid")
    return found.order_by("rank")


def agency_accounts(component: Component) -> QuerySet[AgencyAccount]:
    """Where the component's money stands at its agencies."""
    found = AgencyAccount.objects.filter(funding_line__component=component)
    return found.select_related("funding_line__agreement", "agency", "account").order_by("account__code")


def agencies(component: Component) -> QuerySet[Agency]:
    """The agencies that pay the component's communes now."""
    serving = AgencyCommune.objects.filter(component=component).values("agency")
    return Agency.objects.filter(pk__in=serving).order_by("code")


def granted_xof(programme: Programme) -> int:
    """The sum of the agreements that pay the programme; one that pays several programmes counts whole."""
    paying = FundingLine.objects.filter(component__programme=programme).values("agreement")
    return Agreement.objects.filter(pk__in=paying).aggregate(total=Sum("amount_xof"))["total"] or 0


def commune_paths(codes: Iterable[str]) -> dict[str, list[str]]:
    """Where each of some programmes works: the paths of its communes; a code that no programme has is left out."""
    found: dict[str, list[str]] = {
        one: [] for one in Programme.objects.filter(code__in=list(codes)).values_list("code", flat=True)
    }
    rows = ComponentCommune.objects.filter(component__programme__code__in=list(found))
    for code, path in rows.values_list("component__programme__code", "commune__path"):
        found[code].append(path)
    return found
