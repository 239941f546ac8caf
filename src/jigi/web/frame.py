"""What stands around every page: who is signed in, which journeys are open to them, what waits for them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest

from jigi.foundation.models import User
from jigi.geography.models import StaffPosting
from jigi.geography.roles import roles
from jigi.web.formats import counted
from jigi.web.journeys import JOURNEYS, journey_of
from jigi.web.kept import kept
from jigi.web.reader import postings_of, rights_of
from jigi.web.today.needs import needs_of

DEMONSTRATION_SECONDS = 60


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame for the templates: `journeys`, `posting`, `rights`, `demonstration`."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {"journeys": [], "posting": "", "rights": frozenset(), "demonstration": _is_demonstration()}
    rights = rights_of(request)
    here = journey_of(request.path)
    waiting = Counter(need.journey for need in needs_of(request))
    waiting["/aujourdhui/"] = waiting.total()
    return {
        "journeys": [
            {
                "path": journey.path,
                "label": journey.label,
                "waiting": waiting[journey.path],
                "here": journey.path == here,
            }
            for journey in JOURNEYS
            if journey.open_to(rights)
        ],
        "posting": _titled(postings_of(request)),
        "rights": rights,
        "demonstration": _is_demonstration(),
    }


def _is_demonstration() -> bool:
    """Whether this server holds fictitious households, which every page then says."""
    accounts = User.objects.filter(is_demonstration=True)
    return kept("demonstration", accounts.exists, seconds=DEMONSTRATION_SECONDS)


def _titled(postings: list[StaffPosting]) -> str:
    if not postings:
        return "sans affectation"
    first = postings[0]
    title = f"{roles()[first.role].title} · {first.area}"
    return title if len(postings) == 1 else f"{title} et {counted(len(postings) - 1, 'autre')}"
