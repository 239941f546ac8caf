"""A contract of the nutrition package at work: a scale, a warehouse and two sites, flour, children and women."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition import catalogue, giving, lists, stock
from jigi.delivery.nutrition.giving import Said
from jigi.delivery.nutrition.models import (
    Distribution,
    DistributionLine,
    Lot,
    Product,
    RationScale,
    StockBalance,
    StockPlace,
)
from jigi.delivery.nutrition.stock import Portion
from jigi.geography.models import Area
from jigi.registry.models import Household, Membership, Person
from tests.delivery.scene import Scene, stage
from tests.factories import make_households

DAY = date(2018, 3, 15)
KG = 1_000


@dataclass
class Ground:
    """The scene, its nutrition contract, where its flour is and what it is called."""

    scene: Scene
    contract: Contract
    scale: RationScale
    warehouse: StockPlace
    sites: list[StockPlace]
    children: Product
    women: Product
    lots: list[Lot] = field(default_factory=list)

    def lot(self, number: str, *, product: Product | None = None, expires_on: date = date(2018, 12, 31)) -> Lot:
        return stock.name_lot(
            self.warehouse, product or self.children, number, expires_on, by=self.scene.planner
        )  # fmt: skip

    def arrive(self, place: StockPlace, lot: Lot, kg: int) -> None:
        stock.arrive(place, [Portion(lot, kg * KG)], day=DAY, reference="BL-1", by=self.scene.planner)

    def held(self, place: StockPlace, lot: Lot) -> int:
        return StockBalance.objects.filter(place=place, lot=lot).values_list("grams", flat=True).first() or 0

    def plan(self, *, months: int = 1, day: date = DAY) -> Distribution:
        """A distribution of the first village at the first site, its list drawn and approved."""
        stop = lists.Stop(self.scene.village, self.sites[0], day)
        made = lists.plan(self.contract, self.scale, months=months, stops=[stop], by=self.scene.planner)
        lists.draw(made, by=self.scene.planner)
        lists.approve(made, by=self.scene.controller)
        return made

    def give(self, made: Distribution, *ranks: int, **said: object) -> list[str]:
        """What becomes of some lines handed out by the operator's agent."""
        facts = {"given_on": DAY, **said}
        asked = [Said(rank, **facts) for rank in ranks]  # type: ignore[arg-type]
        return [one.outcome for one in giving.give(made, asked, by=self.scene.agent)]


def ground(*, children: int = 0) -> Ground:
    """The ground, with so many children of 24 months on DAY in the first village, each of a household."""
    scene = stage(("nutrition",))
    catalogue.load(by=scene.planner)
    component, contract = scene.components["PNP"], scene.contracts["nutrition"]
    # The controller acts in all communes of the contract.
    scene.controller.staff_postings.update(area=scene.commune.parent)
    warehouse = stock.open_place(component, "warehouse", "Magasin de Kita", scene.commune, by=scene.planner)
    sites = [
        stock.open_place(component, "site", f"Site {n}", scene.commune, contract=contract, by=scene.planner)
        for n in (1, 2)
    ]
    made = Ground(
        scene, contract, RationScale.objects.get(), warehouse, sites, Product.objects.get(code="CSB++"),
        Product.objects.get(code="CSB+"),
    )  # fmt: skip
    if children:
        household_children(made, children)
    return made


def household_children(
    made: Ground, count: int, *, birth: date = date(2016, 3, 1), precision: str = "day", village: Area | None = None
) -> list[int]:
    """Households of the (first) village with a child each, of a birth; they are in the census of the contract."""
    from jigi.delivery.nutrition import census

    village = village or made.scene.village
    households = make_households(count, village)
    persons = Membership.objects.filter(household__in=households, relation="child").values("person")
    Person.objects.filter(pk__in=persons).update(birth_date=birth, birth_precision=precision)
    made.scene.households += households
    census.take_register(made.contract, [village], made.scale, by=made.scene.agent)
    return households


def totals() -> tuple[int, int]:
    """All movements and all balances, in grams."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT coalesce(sum(grams), 0) FROM delivery_stockmovement), "
                       "(SELECT coalesce(sum(grams), 0) FROM delivery_stockbalance)")  # fmt: skip
        return tuple(map(int, cursor.fetchone()))  # type: ignore[return-value]


def lines(made: Distribution) -> Sequence[DistributionLine]:
    return list(DistributionLine.objects.filter(distribution=made).order_by("rank"))


def first_household(made: Ground) -> Household:
    return Household.objects.get(pk=made.scene.households[0])
