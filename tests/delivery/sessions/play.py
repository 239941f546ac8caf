"""A village with its sessions, on which the tests of accompanying measures play."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jigi.delivery.contracts.models import Contract
from jigi.delivery.sessions import actions
from jigi.delivery.sessions.actions import Held
from jigi.delivery.sessions.attendance import Present
from jigi.delivery.sessions.models import Session, SessionModule
from jigi.foundation.models import User
from jigi.programmes.models import Component
from tests.delivery.scene import Scene, stage
from tests.factories import make_component, make_enrolments, make_households

MARCH = date(2016, 3, 7)


@dataclass
class Play:
    """The scene of the four components, with its cash transfer and the households of its first village."""

    scene: Scene
    paid: Component
    recipients: list[int]
    others: list[int]

    @property
    def contract(self) -> Contract:
        return self.scene.contracts["sessions"]

    @property
    def agent(self) -> User:
        return self.scene.agent

    @property
    def modules(self) -> list[SessionModule]:
        return list(SessionModule.objects.order_by("rank"))

    def planned(self, *, villages: int = 1, modules: int = 1, first_on: date = MARCH) -> list[Session]:
        made = actions.plan(
            self.contract, self.scene.villages[:villages], self.modules[:modules], first_on=first_on,
            by=self.scene.planner,
        )  # fmt: skip
        return list(made.sessions.order_by("planned_on", "pk"))

    def held(self, session: Session | None = None, *, men: int = 5, women: int = 20, day: date = MARCH) -> Session:
        session = session or self.planned()[0]
        actions.hold(session, said(day, men=men, women=women), by=self.agent)
        return session


def said(day: date = MARCH, *, men: int = 5, women: int = 20, place: str = "Arbre à palabres") -> Held:
    return Held(day, place, "Awa Traoré", men, women)


def play(recipients: int = 3, others: int = 2) -> Play:
    """Recipients of a cash transfer and others of the same village; themes loaded."""
    scene = stage(("sessions",))
    actions.load_themes(by=scene.planner)
    paid = make_component([scene.commune], code="TM", first_period="2016T1")
    first = make_households(recipients, scene.village)
    make_enrolments(paid, first)
    return Play(scene, paid, first, make_households(others, scene.village) if others else [])


def presents(*households: int, consented: bool = False) -> list[Present]:
    return [Present(one, consented=consented) for one in households]
