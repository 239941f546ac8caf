"""A worksite brought to its opening through its own actions, and sheets entered, signed, approved by three hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from jigi.delivery.works import actions, approval, hiring, sheets
from jigi.delivery.works.actions import Plan
from jigi.delivery.works.hiring import Asked
from jigi.delivery.works.models import Crew, Timesheet, Worker, Worksite
from jigi.foundation.models import User
from jigi.payments import actions as payments
from jigi.payments.models import PaymentRound
from jigi.registry.models import Membership
from tests.delivery.scene import Scene, stage
from tests.factories import make_households, make_user

START = date(2016, 2, 1)
"""A Monday; sheets follow each other from it."""


def plan(**changes: object) -> Plan:
    """Twenty thousand metres of bunds; wages are 60 % of the budget."""
    facts: dict[str, object] = {
        "title": "Cordons pierreux de Badia", "kind": "bunds", "plan_reference": "PDSEC 2016-2020, axe 3",
        "quantity": 20_000, "starts_on": START, "ends_on": date(2016, 6, 30), "places": 4, "wages_xof": 720_000,
        "tools_xof": 300_000, "supervision_xof": 180_000, "double_entry": False,
    }  # fmt: skip
    return Plan(**{**facts, **changes})  # type: ignore[arg-type]


@dataclass
class Works:
    """The scene of delivery, one worksite, who enters, signs, approves."""

    scene: Scene
    worksite: Worksite
    second: User
    director: User

    @property
    def crew(self) -> Crew:
        return self.worksite.crews.order_by("number")[0]

    @property
    def workers(self) -> list[Worker]:
        return list(Worker.objects.filter(worksite=self.worksite).order_by("crew", "number"))

    def open(self, first_day: date = START, days: int = 14) -> Timesheet:
        return sheets.open_sheet(self.crew, first_day, days, by=self.scene.agent)

    def approved(
        self, grid: Mapping[int, str], first_day: date = START, *, sheet: Timesheet | None = None
    ) -> Timesheet:
        """A sheet of these lines, entered, signed and approved."""
        sheet = sheet or self.open(first_day, len(next(iter(grid.values()))))
        sheets.enter(sheet, grid, by=self.scene.agent)
        approval.sign(sheet, by=self.scene.foreman)
        approval.approve(sheet, by=self.scene.controller)
        return sheet

    def corrected(self, sheet: Timesheet, grid: Mapping[int, str]) -> Timesheet:
        counter = sheets.correct(sheet, reason="relue sur le papier", by=self.scene.agent)
        return self.approved(grid, sheet=counter)


def proposed(scene: Scene | None = None, **changes: object) -> Works:
    """A worksite that was proposed, and nothing more."""
    scene = scene or stage(("works",))
    made = actions.propose(scene.contracts["works"], scene.village, plan(**changes), by=scene.agent)
    count = _users()
    return Works(
        scene, made, make_user(f"second-{count}", "programme_manager"), make_user(f"dir-{count}", "coordinator")
    )


def _users() -> int:
    return User.objects.count()


def approved(scene: Scene | None = None, **changes: object) -> Works:
    """A worksite whose list of applicants is open."""
    works = proposed(scene, **changes)
    actions.screen(works.worksite, [], {}, by=works.scene.controller)
    actions.approve(works.worksite, by=works.scene.decider)
    return works


def adults(households: Sequence[int], relation: str = "spouse") -> list[Asked]:
    """An application of each household: its spouse, or its head."""
    found = Membership.objects.filter(household__in=households, relation=relation).order_by("household")
    return [Asked(one.household_id, one.person_id) for one in found]


def running(
    workers: int = 4,
    *,
    more: int = 2,
    scene: Scene | None = None,
    crew_size: int = 25,
    asked: Sequence[Asked] = (),
    **changes: object,
) -> Works:
    """A worksite that runs, with so many workers and `more` substitutes."""
    works = approved(scene, places=workers, wages_xof=workers * 180_000, tools_xof=0, supervision_xof=0, **changes)
    households = [] if asked else make_households(workers + more, works.scene.village)
    works.scene.households += households
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_person SET birth_date = '1980-05-05', birth_precision = 'day' "
                       "WHERE birth_date IS NULL OR birth_date > '1995-01-01'")  # fmt: skip
    hiring.apply(works.worksite, asked or adults(households), by=works.scene.agent)
    hiring.close_list(works.worksite, "lottery", by=works.scene.agent)
    hiring.draw(works.worksite, "4827", "le maire et le chef de village", by=works.scene.decider)
    hiring.hire(works.worksite, starts_on=START, crew_size=crew_size, by=works.scene.planner)
    actions.start(works.worksite, by=works.scene.agent)
    return works


def wage_round(works: Works, term: int) -> PaymentRound:
    """A round of the works component in its communes, prepared by who plans."""
    opened = payments.open_round(works.scene.components["HIMO"], term, works.scene.communes, by=works.scene.planner)
    return payments.prepare(opened, by=works.scene.planner)


def released(works: Works, prepared: PaymentRound) -> PaymentRound:
    """The same, frozen, approved and released by three hands."""
    frozen = payments.freeze(prepared, by=works.scene.planner)
    treasurer = make_user(f"tresor-{frozen.pk}", "treasurer")
    return payments.release(payments.approve(frozen, by=works.scene.decider), by=treasurer)
