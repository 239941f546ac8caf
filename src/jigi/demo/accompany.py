"""What goes with the transfers, in a demonstration: an operator, its contracts, and a small use of each component."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, QuerySet

from jigi.delivery.contracts import actions
from jigi.delivery.contracts.models import Contract, Operator
from jigi.demo import grants, nutrition, sessions, works
from jigi.demo.ground import Staff
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.programmes.actions import load_file
from jigi.programmes.definition_file import SHIPPED
from jigi.programmes.models import Agreement, Component, ComponentCommune
from jigi.registry.models import Household

OPERATOR = "ONG-A"
TITLES = {
    "sessions": ("MA-2016-1", "Séances des mesures d’accompagnement"),
    "nutrition": ("PNP-2016-1", "Paquet nutritionnel préventif"),
    "works": ("HIMO-2016-1", "Récupération des terres"),
    "grants": ("AGR-2016-1", "Activités génératrices de revenus"),
}
WORKERS_FROM = 25
"""Households of the village that are asked for a worker."""
SESSIONS_FROM = date(2016, 3, 7)


def accompany(staff: Staff) -> dict[str, int]:
    """Sign a contract of each component and play each; what was done, counted. Nothing where no household is near."""
    programme = load_file(SHIPPED / "accompagnement.toml", by=staff.manager).programme
    if not Household.objects.filter(commune__in=_places(programme.components.all()), village__isnull=False).exists():
        return {}
    operator = actions.register(OPERATOR, "ONG A (fictive)", Operator.Kind.NGO, by=staff.manager)
    contracts = {one.kind: _contract(one, operator, staff) for one in programme.components.all()}
    agent, foreman, controller = (User.objects.get(username=name) for name in ("ong", "chef", "kita"))
    village = _village(contracts["works"])
    here = list(Household.objects.filter(village=village).order_by("pk").values_list("pk", flat=True)[:WORKERS_FROM])
    hands = works.Hands(agent, foreman, controller, staff.coordinator, staff.manager)
    site = works.run(contracts["works"], village, here, date(2016, 2, 1), hands)
    served = nutrition.run(contracts["nutrition"], planner=staff.manager, controller=controller, agent=agent)
    talked = sessions.run(
        contracts["sessions"], first_on=SESSIONS_FROM, planner=staff.manager, agent=agent, controller=controller
    )
    assert village.parent, "a village is of a commune"
    hands_of_grants = grants.Hands(agent, staff.manager, staff.coordinator)
    granted = grants.run(contracts["grants"], village.parent, here, hands_of_grants)
    return {
        "contracts": len(contracts), "workers": site.crews.get().workers.count(),
        "rations": served.handouts.count(), **talked, **granted,
    }  # fmt: skip


def _places(components: QuerySet[Component]) -> QuerySet[Area]:
    return Area.objects.filter(pk__in=ComponentCommune.objects.filter(component__in=components).values("commune"))


def _contract(component: Component, operator: Operator, staff: Staff) -> Contract:
    """Prepared by one, signed by another, paid on two reports."""
    number, title = TITLES[component.kind]
    said = actions.Said(number, title, date(2016, 1, 1), date(2018, 12, 31), 20_000_000)
    places = list(Area.objects.filter(pk__in=component.communes.values("commune")))
    agreement = Agreement.objects.get(code="ACC-IDA")
    made = actions.prepare(said, operator, component, agreement, places, by=staff.manager)
    for title, day in (("Rapport de la première année", date(2016, 12, 31)), ("Rapport final", date(2018, 12, 31))):
        actions.add_deliverable(made, title, day, 10_000_000, by=staff.manager)
    actions.sign(made, by=staff.coordinator)
    return Contract.objects.select_related("operator", "component__programme", "agreement").get(pk=made.pk)


def _village(contract: Contract) -> Area:
    """The village of the contract's communes that has most households."""
    here = Household.objects.filter(commune__in=contract.communes.values("commune"), village__isnull=False)
    most = here.filter(status="active").values("village").annotate(n=Count("pk")).order_by("-n", "village").first()
    assert most, "the demonstration has households there"
    return Area.objects.select_related("parent").get(pk=most["village"])
