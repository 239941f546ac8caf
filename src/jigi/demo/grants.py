"""A small call for grants played through its own actions: applied, trained, scored, decided, enrolled, first paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

from PIL import Image

from jigi.delivery.contracts.models import Contract
from jigi.delivery.grants import actions, applications, committee, instalments, selection, training, visits
from jigi.delivery.grants.applications import Asked
from jigi.delivery.grants.grant_models import Grant
from jigi.delivery.grants.models import GrantApplication, GrantCall
from jigi.delivery.grants.terms import read_terms
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.registry.models import Membership

TERMS = "AGR-120"
PLACES, APPLICATIONS = 2, 3
OPENS, CLOSES, FIRST = date(2018, 1, 10), date(2018, 2, 28), date(2018, 3, 5)
PLANS = (
    ("commerce", "Condiments et savon au marché de la semaine", 20_000, 12_000),
    ("embouche", "Trois brebis engraissées pour la Tabaski", 26_000, 15_000),
    ("maraichage", "Oignon et tomate au bas-fond, vendus au bourg", 18_000, 11_000),
)
POINTS = ((26, 15, 24, 16), (24, 12, 22, 14), (17, 10, 18, 11))
JURORS = (
    ("Membre fictif A", "conseil communal"),
    ("Membre fictif B", "service du développement social"),
    ("Membre fictif C", "association des femmes"),
)


@dataclass(frozen=True)
class Hands:
    """Who acts: a person of the operator, who plans (and may enrol), who decides."""

    agent: User
    planner: User
    decider: User


def run(contract: Contract, commune: Area, households: Sequence[int], hands: Hands) -> dict[str, int]:
    """One call of the shipped terms for three households: two are granted, one waits, one first instalment is released.

    Returns how many applications, grants and releases.
    """
    call = _opened(contract, commune, hands.planner)
    asked = _applied(call, households, hands.agent)
    _trained(call, commune, asked, hands.agent)
    actions.close_call(call, by=hands.planner)
    for name, function in JURORS:
        juror = committee.add_juror(call, name, function, by=hands.planner)
        criteria = list(call.criteria.values_list("pk", flat=True))
        given = {one.pk: dict(zip(criteria, points, strict=True)) for one, points in zip(asked, POINTS, strict=False)}
        committee.score(juror, given, by=hands.planner)
    told = {"held_on": CLOSES, "place": "Mairie", "minutes": "Aucune contestation."}
    proposed = selection.propose(call, **told, by=hands.planner)  # type: ignore[arg-type]
    selection.decide(proposed, by=hands.decider)
    selection.enrol(call, cohort="AGR 2018", by=hands.planner)
    granted = list(Grant.objects.filter(call=call).order_by("pk"))
    _released(granted[0], hands)
    return {"applications": len(asked), "grants": len(granted), "releases": 1}


def _opened(contract: Contract, commune: Area, planner: User) -> GrantCall:
    terms = read_terms(TERMS)
    offer = actions.Offer("AGR-18", "Relance des AGR", OPENS, CLOSES, PLACES, PLACES * terms.amount_xof)
    call = actions.make_call(contract, offer, terms, [commune], by=planner)
    actions.open_call(call, by=planner)
    return call


def _applied(call: GrantCall, households: Sequence[int], agent: User) -> list[GrantApplication]:
    """By the head of each household, surely an adult."""
    heads = Membership.objects.filter(
        household__in=households, relation="head", ended_on=None, person__died_on=None,
        person__birth_date__lt=date(1995, 1, 1),
    ).select_related("household__commune", "person").order_by("household")[:APPLICATIONS]  # fmt: skip
    return [
        applications.apply(
            call,
            Asked(
                head.household, head.person, activity, description, [income] * 12, [expense] * 12, own_xof=5_000,
                income_before_xof=15_000,
            ),
            by=agent,
        )
        for head, (activity, description, income, expense) in zip(heads, PLANS, strict=False)
    ]  # fmt: skip


def _trained(call: GrantCall, commune: Area, asked: Sequence[GrantApplication], agent: User) -> None:
    for number, subject in enumerate(("Tenir un cahier de recettes et dépenses", "Fixer un prix, épargner")):
        day = training.Day(OPENS + timedelta(days=20 + number), "École", subject, "Animatrice fictive")
        held = training.hold(call, commune, day, by=agent)
        training.mark(held, [one.pk for one in asked], by=agent)


def _released(grant: Grant, hands: Hands) -> None:
    """The first instalment, with a photograph, asked by the operator and released by another; then a visit."""
    first = grant.instalments.get(number=1)
    instalments.add_evidence(first, "photo", _photograph(), note="Étal au marché, le premier jour", by=hands.agent)
    instalments.ask(first, by=hands.agent)
    instalments.release(first, on=FIRST, by=hands.decider)
    told = visits.Told(
        FIRST + timedelta(days=35), "Animatrice fictive", "running", income_xof=19_000, assets_xof=40_000,
        advice="Noter chaque vente le soir même.",
    )  # fmt: skip
    visits.visit(grant, told, by=hands.agent)


def _photograph() -> bytes:
    content = BytesIO()
    Image.new("RGB", (320, 240), (196, 164, 120)).save(content, "PNG")
    return content.getvalue()
