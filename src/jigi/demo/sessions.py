"""Sessions in a demonstration: planned, held with a list, not held, checked, through the doors of real users."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from jigi.delivery.contracts.models import Contract
from jigi.delivery.sessions import actions, attendance
from jigi.delivery.sessions.actions import Held
from jigi.delivery.sessions.attendance import Present
from jigi.delivery.sessions.models import SessionModule
from jigi.foundation.models import User
from jigi.geography.models import Area

VILLAGES, MODULES = 3, 2


def run(contract: Contract, *, first_on: date, planner: User, agent: User, controller: User) -> dict[str, int]:
    """Two modules in a few villages of a contract: all held and checked but one, which rain stopped.

    Half of the households of each village come. The agent is the operator's, the controller neither theirs nor the
    planner. Returns how many sessions and attendances.
    """
    actions.load_themes(by=planner)
    places = contract.communes.values("commune")
    villages = list(Area.objects.filter(parent__in=places, level="village").select_related("parent").order_by("code"))
    modules = list(SessionModule.objects.filter(retired=False).order_by("rank")[:MODULES])
    made = actions.plan(contract, villages[:VILLAGES], modules, first_on=first_on, by=planner)
    sessions = list(made.sessions.select_related("contract__component__programme", "commune", "village", "module"))
    actions.cancel(sessions[-1], "rain", by=agent)
    named = 0
    for session in sessions[:-1]:
        actions.hold(session, Held(session.planned_on, "École", "Animatrice fictive", 12, 160), by=agent)
        rows = attendance.list_of(session, by=agent)[:150]
        came = [_came(row) for row in rows[: len(rows) // 2 + 1]]
        attendance.enter(session, came, version=session.version, by=agent)
        actions.check(session, by=controller)
        named += len(came)
    actions.replan(sessions[-1], sessions[-1].planned_on + timedelta(days=7), by=agent)
    return {"sessions": len(sessions), "held": len(sessions) - 1, "attendances": named}


def _came(row: dict[str, Any]) -> Present:
    """Open to everyone: who receives nothing, or no more, is named when they agree to it."""
    if row["recipient"]:
        return Present(row["household_id"])
    return Present(row["household_id"], came="other", sex="F", consented=True)
