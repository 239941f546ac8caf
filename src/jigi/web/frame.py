"""What stands around every page: who is signed in, which journeys are open to them, what waits for them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest

from jigi.foundation.models import User
from jigi.geography.models import StaffPosting
from jigi.geography.roles import roles
from jigi.web.formats import counted
from jigi.web.journeys import JOURNEYS, journey_of
from jigi.web.kept import keep, kept, written
from jigi.web.reader import postings_of, rights_of
from jigi.web.today.needs import Need, needs_of

DEMONSTRATION_SECONDS = 60
WAITING_SECONDS = 15


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame for the templates: `journeys`, `posting`, `rights`, `demonstration`."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return {"journeys": [], "posting": "", "rights": frozenset(), "demonstration": _is_demonstration()}
    rights = rights_of(request)
    here = journey_of(request.path)
    waiting = _waiting(request, user)
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


def _waiting(request: HttpRequest, user: User) -> Counter[str]:
    """How much waits for the reader in each journey, as « Aujourd’hui » lists it: to count it all is most of a page.

    Counted anew on the page that follows a form, whatever process answers it, and after whatever this process wrote;
    what others wrote elsewhere is seen some seconds later.
    """
    known = getattr(request, "needs_read", None)
    if known is not None or len(get_messages(request)):
        return _by_journey(needs_of(request))
    now, name = (written(), rights_of(request)), f"waiting-{user.pk}"
    counted_at, waiting = kept(name, lambda: (now, _by_journey(needs_of(request))), seconds=WAITING_SECONDS)
    if counted_at != now:
        waiting = _by_journey(needs_of(request))
        keep(name, (now, waiting), seconds=WAITING_SECONDS)
    return waiting


def _by_journey(needs: list[Need]) -> Counter[str]:
    waiting = Counter(need.journey for need in needs)
    waiting["/aujourdhui/"] = waiting.total()
    return waiting


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
