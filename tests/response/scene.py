"""A small country with an emergency programme, who prepares a response there and who decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from jigi.foundation.models import User
from jigi.programmes.models import Component
from jigi.response import actions
from jigi.response.models import Activation, Arm
from tests.payments.scene import Scene as Money
from tests.payments.scene import peopled

CEILING_XOF = 1_000_000


@dataclass
class Scene:
    """An emergency component with its money and households (`money`), and a response of one arm, as far as asked."""

    money: Money
    activation: Activation
    arm: Arm | None

    @property
    def manager(self) -> User:
        """Who prepares: responses, rounds, enrolments."""
        return self.money.maker

    @property
    def decider(self) -> User:
        """Who decides responses and approves rounds."""
        return self.money.approver

    @property
    def component(self) -> Component:
        return self.money.component


def said(**changed: Any) -> actions.Said:
    """The facts of a response: asked for the lean season, from ten days ago, for ninety days."""
    today = timezone.localdate()
    facts: dict[str, Any] = {
        "number": "REP-1", "title": "Soudure (essai)", "hazard": "drought", "signalled_on": today - timedelta(days=30),
        "request_reference": "Lettre 12/MSDES", "plan_reference": "PNR (essai)", "ceiling_xof": CEILING_XOF,
        "starts_on": today - timedelta(days=10), "sunset_on": today + timedelta(days=80),
        "reasons": "Phase 3 annoncée dans le cercle.",
    }  # fmt: skip
    return actions.Said(**{**facts, **changed})


def stage(
    *, households: int = 3, upto: str = "active", arm: bool = True, amount_xof: int = 60_000, code: str = "urg",
    **changed: Any,
) -> Scene:  # fmt: skip
    """The scene, its response « draft », « asked » or « active »; the cercle of its commune is kept."""
    money = peopled(households, amount_xof=amount_xof, terms=2, code=code, money=10_000_000_000)
    Component.objects.filter(pk=money.component.pk).update(kind="emergency", purpose="urgence")
    money.component.refresh_from_db()
    cercle = money.communes[0].parent
    assert cercle
    made = actions.prepare(said(**changed), money.agreement, by=money.maker)
    actions.set_area(made, cercle, kept=True, proposed=False, in_need=120, reason="Visite de terrain", by=money.maker)
    if upto in ("asked", "active"):
        actions.ask(made, by=money.maker)
    if upto == "active":
        actions.activate(made, decision="Décidé en réunion du comité.", by=money.approver)
    line = None
    if upto == "active" and arm:
        line = Arm.objects.create(
            activation=made, kind="listing", component=money.component, places=10, made_by=money.maker
        )
    return Scene(money, made, line)


def past(scene: Scene, days: int = 1) -> None:
    """Let the response be past its sunset by so many days: what the calendar does."""
    end = timezone.localdate() - timedelta(days=days)
    begin = end - timedelta(days=60)
    rewrite(scene.activation, starts_on=begin, sunset_on=end)


def rewrite(activation: Activation, **values: Any) -> None:
    """Change a decided fact behind the back of the database, as only the calendar of a test may."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE response_activation DISABLE TRIGGER activation_decided_is_kept")
        Activation.objects.filter(pk=activation.pk).update(**values)
        cursor.execute("ALTER TABLE response_activation ENABLE TRIGGER activation_decided_is_kept")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    activation.refresh_from_db()
