"""Which campaigns a person may see, and how far one is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from jigi.foundation.models import User
from jigi.messaging import writing
from jigi.messaging.queries import reached
from jigi.messaging.states import LIVE
from jigi.outreach.models import Campaign


def visible_to(user: User) -> QuerySet[Campaign]:
    """Those of one's places and programmes, or of the agency one works for."""
    return Campaign.objects.filter(reached(user))


@dataclass(frozen=True)
class Progress:
    """Messages of a campaign by state, and what they cost; `left` are those of which nothing more is expected.

    `left_out` are people of the list who are no longer concerned.
    """

    by_state: dict[str, int]
    written: int
    left: int
    spent_xof: int
    left_out: int

    @property
    def waiting(self) -> int:
        return self.written - self.left


def progress(campaign: Campaign) -> Progress:
    """How far the messages of a campaign that the person sees are."""
    found = writing.figures(campaign.batch)
    by_state = {state: row["messages"] for state, row in found.items()}
    written = sum(by_state.values())
    spent = sum(row["cost_xof"] for state, row in found.items() if state in ("sent", "delivered", "failed", "unclear"))
    left_out = campaign.people.filter(left_out=True).count()
    return Progress(by_state, written, written - sum(by_state.get(state, 0) for state in LIVE), spent, left_out)
