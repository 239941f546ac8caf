"""A small real use of the nutrition package: flour arrives, a village is counted in, listed and served."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count

from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition import care, catalogue, census, giving, lists, stock
from jigi.delivery.nutrition.census import Counted
from jigi.delivery.nutrition.giving import Said
from jigi.delivery.nutrition.models import CensusEntry, Distribution, Product, RationScale, StockPlace
from jigi.delivery.nutrition.stock import Portion
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.registry.models import Household

KG = 1_000
SERVED_PART = 3
"""Of three persons of the list, two have received."""


def run(contract: Contract, *, planner: User, controller: User, agent: User) -> Distribution:
    """Play a distribution under a contract in force, in the village of its communes that has most households.

    `planner` plans the component, `agent` works for the operator, `controller` checks. Raises Refused where the
    register knows no household of these communes.
    """
    catalogue.load(by=planner)
    scale = RationScale.objects.latest("pk")
    village, day = _village(contract), max(contract.starts_on, scale.valid_from) + timedelta(90)
    site = _stocked(contract, village.parent, day - timedelta(30), planner, agent)
    census.take_register(contract, [village], scale, by=agent)
    _counted_in(contract, village, day, agent)
    made = lists.plan(contract, scale, months=3, stops=[lists.Stop(village, site, day)], by=planner)
    lists.draw(made, by=planner)
    lists.approve(made, by=controller)
    ranks = made.lines.filter(verdict="yes").order_by("rank").values_list("rank", flat=True)
    said = [Said(rank, day) for rank in ranks if rank % SERVED_PART]
    giving.give(made, said, reference="feuille de la démonstration", by=agent)
    care.cook(
        contract, village, day=day, recipe="bouillie enrichie", facilitator="Animatrice (démonstration)", women=34,
        men=2, by=agent,
    )  # fmt: skip
    child = CensusEntry.objects.filter(contract=contract, category="child").earliest("pk")
    care.screen(child, day=day, muac_mm=121, referred_to="CSCom (démonstration)", by=agent)
    return made


def _village(contract: Contract) -> Area:
    communes = contract.communes.values("commune")
    found = Household.objects.filter(commune__in=communes, village__isnull=False, status="active")
    most = found.values("village").annotate(n=Count("pk")).order_by("-n", "village").first()
    if most is None:
        raise Refused("Aucun ménage n’est au registre dans les communes du contrat", remedy="Importez-en d’abord.")
    return Area.objects.select_related("parent").get(pk=most["village"])


def _stocked(contract: Contract, commune: Area | None, day: date, planner: User, agent: User) -> StockPlace:
    """A warehouse of the programme and a site of the operator, with two lots of each product."""
    assert commune is not None
    warehouse = stock.open_place(
        contract.component, "warehouse", "Magasin central (démonstration)", commune, by=planner
    )
    site = stock.open_place(contract.component, "site", "Site du CSCom", commune, contract=contract, by=planner)
    for letter, product in zip("ABCD", Product.objects.order_by("code"), strict=False):
        for number, months in (("2401", 5), ("2402", 9)):
            expires = day + timedelta(30 * months)
            lot = stock.name_lot(warehouse, product, f"{letter}-{number}", expires, by=planner)
            stock.arrive(warehouse, [Portion(lot, 6_000 * KG)], day=day, reference="BL-PAM-17", by=planner)
            stock.transfer(warehouse, site, [Portion(lot, 2_500 * KG)], day=day, reference="BT-3", by=planner)
            stock.lose(site, [Portion(lot, 25 * KG)], day=day, reason="sac éventré au déchargement", by=agent)
    return site


def _counted_in(contract: Contract, village: Area, day: date, agent: User) -> None:
    """Two women and a child whom the register does not know, with their consent."""
    for name, months in (("Awa Essai", 2), ("Fanta Essai", 5)):
        said = Counted("woman", village, name, due_on=day + timedelta(30 * months), centre="CSCom", consent=True)
        census.add(contract, said, by=agent)
    child = Counted("child", village, "Oumou Essai", "Awa Essai", (date(day.year - 2, 5, 1), "month"), consent=True)
    census.add(contract, child, by=agent)
