"""A call of grants played as far as a test needs: applications, training, scores, selection, grants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO

from PIL import Image

from jigi.delivery.grants import actions, applications, committee, instalments, selection, training
from jigi.delivery.grants.applications import Asked
from jigi.delivery.grants.grant_models import Grant, GrantInstalment
from jigi.delivery.grants.models import GrantApplication, GrantCall
from jigi.delivery.grants.selection_models import GrantSelection
from jigi.delivery.grants.terms import read_terms
from jigi.registry.models import Household, Membership
from tests.delivery.scene import Scene, stage
from tests.factories import make_households

OPENS, CLOSES = date(2018, 1, 10), date(2018, 2, 28)
FIRST = date(2018, 3, 5)
"""The day of the first instalments."""


@dataclass
class Play:
    """A scene with one call, and what was done of it."""

    scene: Scene
    call: GrantCall
    households: list[int] = field(default_factory=list)

    def apply(self, count: int = 1, *, village: int = 0) -> list[GrantApplication]:
        made = make_households(count, self.scene.villages[village])
        self.households += made
        return [applications.apply(self.call, asked(one), by=self.scene.agent) for one in made]

    def train(self, present: Sequence[GrantApplication], days: int = 2) -> None:
        for number in range(days):
            day = training.Day(OPENS + timedelta(days=20 + number), "École", "Gestion d’une activité", "Awa")
            held = training.hold(self.call, self.scene.commune, day, by=self.scene.agent)
            training.mark(held, [one.pk for one in present], by=self.scene.agent)

    def score(self, points: dict[int, Sequence[int]], members: int = 3) -> None:
        """The same points by every member: application -> one number for each criterion."""
        if self.call.status == "open":
            actions.close_call(self.call, by=self.scene.planner)
        criteria = list(self.call.criteria.all())
        for number in range(members):
            name = f"Membre {'ABCDEFG'[number] * 3}"
            juror = self.call.jurors.filter(name=name).first() or committee.add_juror(
                self.call, name, "conseil communal", by=self.scene.planner
            )
            given = {pk: {c.pk: p for c, p in zip(criteria, told, strict=True)} for pk, told in points.items()}
            committee.score(juror, given, by=self.scene.planner)

    def propose(self) -> GrantSelection:
        return selection.propose(
            self.call, held_on=CLOSES, place="Mairie", minutes="Aucune contestation.", by=self.scene.planner
        )

    def decided(self, count: int = 2) -> GrantSelection:
        """So many applications, all good enough, decided."""
        made = self.apply(count)
        self.train(made)
        self.score({one.pk: (25, 15, 25, 15) for one in made})
        proposed = self.propose()
        selection.decide(proposed, by=self.scene.decider)
        self.call.refresh_from_db()
        return proposed

    def granted(self, count: int = 2) -> list[Grant]:
        self.decided(count)
        selection.enrol(self.call, cohort="AGR 2018", by=self.scene.planner)
        return list(Grant.objects.filter(call=self.call).order_by("pk"))

    def released(self, grant: Grant, number: int = 1, on: date = FIRST) -> GrantInstalment:
        """An instalment asked and released, whose evidence is there."""
        one = grant.instalments.get(number=number)
        instalments.ask(one, by=self.scene.agent)
        instalments.release(one, on=on, by=self.scene.decider)
        return one


def play(*, terms: str = "AGR-120", places: int = 2, budget_xof: int = 0, opened: bool = True) -> Play:
    """A call of the scene's contract, open."""
    scene = stage(("grants",))
    found = read_terms(terms)
    offer = actions.Offer(
        "AGR-KITA", "Relance des AGR", OPENS, CLOSES, places, budget_xof or places * found.amount_xof
    )  # fmt: skip
    call = actions.make_call(scene.contracts["grants"], offer, found, scene.communes, by=scene.planner)
    if opened:
        actions.open_call(call, by=scene.planner)
    return Play(scene, call)


def asked(household: int, **said: object) -> Asked:
    """A small trade of twelve months, by the recipient of a household."""
    one = Household.objects.select_related("commune").get(pk=household)
    person = Membership.objects.get(household=household, role="recipient").person
    plan = {"incomes_xof": [20_000] * 12, "expenses_xof": [12_000] * 12, "income_before_xof": 15_000}
    facts = {"household": one, "applicant": person, "activity": "commerce", "description": "Condiments au marché"}
    return Asked(**{**facts, **plan, **said})  # type: ignore[arg-type]


def picture(shade: int = 0) -> bytes:
    """A photograph, another for each shade."""
    content = BytesIO()
    Image.new("RGB", (40, 30), (shade % 256, shade // 256, 120)).save(content, "PNG")
    return content.getvalue()
