"""What may be asked of the package: distributions, stock, census, overlap with cash, events of a month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet, Sum, TextField

from jigi.delivery.contracts.calendar import Event
from jigi.delivery.contracts.models import Contract
from jigi.delivery.contracts.queries import contracts_of
from jigi.delivery.nutrition.models import (
    CensusEntry,
    CookingDemonstration,
    Distribution,
    DistributionLine,
    DistributionStop,
    Lot,
    StockAct,
    StockBalance,
    StockMovement,
    StockPlace,
)
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.registry.models import Person

SORT = "nutrition"
STAFF = ("delivery.see", "delivery.plan", "delivery.check", "delivery.decide")


def contracts(user: User) -> QuerySet[Contract]:
    """The contracts of the package that a person sees."""
    return contracts_of(user, SORT)


def distributions(user: User) -> QuerySet[Distribution]:
    """Those of these contracts."""
    found = Distribution.objects.filter(contract__in=contracts(user).order_by())
    return found.select_related("contract__operator", "contract__component__programme", "scale", "made_by")


def places(user: User) -> QuerySet[StockPlace]:
    """The sites and warehouses of these contracts, and the programme's own where one follows what is delivered."""
    staffed = Q(pk__in=[])
    for right in STAFF:
        staffed |= Q(commune__in=Area.objects.filter(communes_with(user, right)))
    own = Q(contract__in=contracts(user).order_by())
    found = StockPlace.objects.filter(own | Q(contract=None) & staffed)
    return found.select_related(
        "commune__parent", "component__programme", "contract__operator", "contract__component__programme"
    )


def balances(user: User) -> QuerySet[StockBalance]:
    """What these places hold, lot by lot; nothing where nothing is left."""
    found = StockBalance.objects.filter(place__in=places(user).order_by(), grams__gt=0)
    return found.select_related("place__commune", "lot__product")


def acts(user: User) -> QuerySet[StockAct]:
    """What happened to the stock of these places, but for hand-outs, which their distribution shows."""
    touched = StockMovement.objects.filter(place__in=places(user).order_by())
    found = StockAct.objects.filter(pk__in=touched.values("act")).exclude(kind="distribution")
    return found.select_related("made_by", "corrects")


def lots(user: User) -> QuerySet[Lot]:
    """The lots that ever came to these places, with what is left of each in them (`left`, grams)."""
    here = places(user).order_by()
    found = Lot.objects.filter(balances__place__in=here).select_related("product", "recalled_by")
    return found.annotate(left=Sum("balances__grams", filter=Q(balances__place__in=here)))


def census(user: User) -> QuerySet[CensusEntry]:
    """Who is counted in under these contracts."""
    return CensusEntry.objects.filter(contract__in=contracts(user).order_by())


def census_named(contract: Contract) -> QuerySet[CensusEntry]:
    """Who is counted in under a contract, `known_as` the register names them (sql/nutrition_fence.sql)."""
    name = Func(F("person_id"), function="delivery_person_name", output_field=TextField())
    found = CensusEntry.objects.filter(contract=contract).annotate(known_as=name)
    return found.select_related("village", "commune", "made_by")


@unfenced
def member_of(entry: CensusEntry) -> Person | None:
    """The person of the register whom an entry counts in, for who sees the entry."""
    return Person.objects.filter(pk=entry.person_id or 0).first()


@dataclass(frozen=True)
class StockLine:
    """The stock of a lot at a place over a period, in grams; what left is below zero."""

    place: StockPlace
    lot: Lot
    opening: int
    arrivals: int
    transfers: int
    returns: int
    losses: int
    counts: int
    given: int
    corrections: int
    closing: int
    books: int

    @property
    def ties(self) -> bool:
        """Whether the movements lead from the opening to the closing."""
        moved = self.arrivals + self.transfers + self.returns + self.losses + self.counts + self.given
        return self.opening + moved + self.corrections == self.closing


def stock_of(found: Iterable[StockPlace], since: date, until: date) -> list[StockLine]:
    """The stock of places between two days, lot by lot."""
    by_id = {place.pk: place for place in found}
    facts = {"places": list(by_id), "since": since, "until": until}
    rows = fetch_sql("delivery", "nutrition_ledger", facts)
    lots_by_id = Lot.objects.select_related("product").in_bulk({row["lot_id"] for row in rows})
    return [
        StockLine(by_id[row.pop("place_id")], lots_by_id[row.pop("lot_id")], **row) for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Overlap:
    """Households that received a ration: with cash today or without, their persons; persons of no household known."""

    with_cash: int
    without_cash: int
    persons_with_cash: int
    persons_without_cash: int
    unregistered: int

    @property
    def households(self) -> int:
        return self.with_cash + self.without_cash


@unfenced
def overlap(contract: Contract) -> Overlap:
    """How what a contract gave meets cash transfers. Adds up only."""
    (row,) = fetch_sql("delivery", "nutrition_overlap", {"contract": contract.pk})
    return Overlap(**row)


@unfenced
def lines_of(made: Distribution, stop: DistributionStop | None = None) -> list[dict[str, Any]]:
    """The lines of a distribution, or of one village, for who sees the distribution: `rank`, `name`, `guardian`,
    `birth`, `category`, `verdict`, `product`, `grams`, `rsu_number`, `household_id`, and what was handed out:
    `handout_id`, `given_on`, `receiver`, `proxy_name`.

    An operator has no scope of the register: the caller asked for the distribution in theirs, and notes who is read.
    """
    facts = {"distribution": made.pk, "stop": stop.pk if stop else None}
    return fetch_sql("delivery", "nutrition_lines", facts)


def progress(made: Distribution) -> list[DistributionStop]:
    """The villages of a distribution, with `expected` and `served` persons each."""
    served = Q(lines__handouts__isnull=False, lines__handouts__cancelled_at=None)
    found = made.stops.select_related("village", "commune", "place")
    return list(
        found.annotate(expected=Count("lines", distinct=True), served=Count("lines", filter=served, distinct=True))
        .order_by("day", "place__name", "village__name")
    )  # fmt: skip


def given_of(made: Distribution) -> list[dict[str, Any]]:
    """By product and category: `expected`, `served` persons and `grams` handed out."""
    served = Q(handouts__isnull=False, handouts__cancelled_at=None)
    rows: Any = DistributionLine.objects.filter(distribution=made).values("category", code=F("product__code"))
    return list(
        rows.annotate(expected=Count("pk", distinct=True), served=Count("pk", filter=served, distinct=True),
                      given=Sum("grams", filter=served)).order_by("category")
    )  # fmt: skip


def events_of(user: User, communes: Iterable[Area], first: date, last: date) -> list[Event]:
    """The villages served and the demonstrations held in communes between two days."""
    here = list(communes)
    stops = DistributionStop.objects.filter(
        distribution__in=distributions(user).exclude(status="cancelled").order_by(), commune__in=here,
        day__range=(first, last),
    ).select_related("distribution", "village", "place")  # fmt: skip
    cooking = CookingDemonstration.objects.filter(
        contract__in=contracts(user).order_by(), commune__in=here, day__range=(first, last), cancelled_by=None
    ).select_related("village", "contract")
    told = [
        Event(one.day, one.commune_id, one.village_id, f"{one.place.name} · {one.village.name}",
              f"Distribution {one.distribution.number} de rations", "nutrition_stop", one.pk, SORT,
              one.distribution.status == "closed")
        for one in stops
    ] + [
        Event(one.day, one.commune_id, one.village_id, one.village.name, f"Démonstration culinaire : {one.recipe}",
              "nutrition_contract", one.contract_id, SORT, True)
        for one in cooking
    ]  # fmt: skip
    return sorted(told, key=lambda event: (event.day, event.place))
