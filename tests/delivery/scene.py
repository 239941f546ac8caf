"""A programme with the four components of accompaniment, an operator with an agent, a contract of each sort."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from jigi.delivery.contracts.models import Contract, ContractCommune, Operator
from jigi.foundation.models import User
from jigi.geography.models import Area, StaffPosting
from jigi.programmes.actions import load
from jigi.programmes.definition_file import SHIPPED, read_definition
from jigi.programmes.models import Agency, Agreement, Component
from tests.factories import make_commune, make_user, make_village

COMMUNES = ("ML010501", "ML010504", "ML010513")


@dataclass
class Scene:
    """The components by their code (MA, PNP, HIMO, AGR), the contracts by their sort, and who acts."""

    components: dict[str, Component]
    contracts: dict[str, Contract]
    communes: list[Area]
    villages: list[Area]
    operator: Operator
    agent: User
    foreman: User
    planner: User
    controller: User
    decider: User
    agency: Agency
    households: list[int] = field(default_factory=list)

    @property
    def commune(self) -> Area:
        return self.communes[0]

    @property
    def village(self) -> Area:
        return self.villages[0]


def stage(sorts: tuple[str, ...] = ("sessions", "nutrition", "works", "grants")) -> Scene:
    """The scene, empty of households; contracts are in force from 2016 to 2018 in the three communes."""
    communes = [make_commune(code) for code in COMMUNES]
    villages = [make_village(commune, number) for commune in communes for number in (1, 2)]
    planner = make_user("planifie", "programme_manager")
    programme = load(read_definition(SHIPPED / "accompagnement.toml"), by=planner).programme
    components = {one.code: one for one in programme.components.select_related("programme")}
    operator = Operator.objects.create(code="ONG-A", name="ONG A (essai)", kind="ngo")
    decider = make_user("decide", "coordinator")
    kinds = {one.kind: one for one in components.values()}
    contracts = {sort: make_contract(sort, kinds[sort], operator, communes, planner, decider) for sort in sorts}
    return Scene(
        components, contracts, communes, villages, operator, make_agent("animatrice", operator, communes[0]),
        make_agent("chef-equipe", operator, communes[0]), planner, make_user("controle", "social_officer", communes[0]),
        decider, Agency.objects.get(code="AGENCE-B"),
    )  # fmt: skip


def make_contract(
    sort: str, component: Component, operator: Operator, communes: list[Area], maker: User, signer: User
) -> Contract:
    """A contract in force, of 50 million FCFA."""
    made = Contract.objects.create(
        number=f"{sort}-{operator.code}", title="Contrat d’essai", operator=operator, component=component,
        agreement=Agreement.objects.get(code="ACC-IDA"), sort=sort, starts_on=date(2016, 1, 1),
        ends_on=date(2018, 12, 31), amount_xof=50_000_000, status="active", made_by=maker, signed_by=signer,
        signed_at=timezone.now(),
    )  # fmt: skip
    ContractCommune.objects.bulk_create(ContractCommune(contract=made, commune=commune) for commune in communes)
    return made


def make_agent(username: str, operator: Operator, commune: Area) -> User:
    """A person of an operator, posted in the cercle of a commune."""
    user = User.objects.create_user(username, full_name=f"{username.title()} (essai)")
    StaffPosting.objects.create(
        user=user, role="ngo_operator", area=commune.parent, organisation=operator.code, starts_on=date(2014, 1, 1)
    )
    return user
