"""A released round whose people are told when and where they are paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from jigi.foundation.models import User
from jigi.outreach import actions
from jigi.outreach.actions import Plan
from jigi.outreach.models import Campaign
from jigi.payments.models import PaymentRound
from tests.payments.agency_scene import make_agent
from tests.payments.scene import Scene, peopled

SOON = timezone.localdate() + timedelta(days=10)


@dataclass
class Told:
    """The scene, its released round, and the hands of a campaign."""

    scene: Scene
    round: PaymentRound

    @property
    def maker(self) -> User:
        return self.scene.maker

    @property
    def approver(self) -> User:
        return self.scene.approver

    def plan(self, **said: object) -> Plan:
        facts = {
            "title": "Paiement de Safo", "audience": "unpaid", "programme": self.scene.component.programme,
            "area": self.scene.communes[0], "template": "payment_day", "payment_round": self.round, "day": SOON,
            "place": "Safo",
        }  # fmt: skip
        return Plan(**{**facts, **said})  # type: ignore[arg-type]

    def made(self, by: User | None = None, **said: object) -> Campaign:
        return actions.make(self.plan(**said), by=by or self.maker)

    def asked(self, **said: object) -> Campaign:
        campaign = self.made(**said)
        actions.ask(campaign, by=self.maker)
        return campaign

    def approved(self, **said: object) -> Campaign:
        campaign = self.asked(**said)
        actions.approve(campaign, by=self.approver)
        return campaign

    def agent(self, username: str = "agent") -> User:
        return make_agent(self.scene.agency, username)


def told(households: int = 3, *, code: str = "tm") -> Told:
    scene = peopled(households, code=code)
    return Told(scene, scene.released())
