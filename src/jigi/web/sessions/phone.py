"""/seances/telephone/: the roll of a session on a phone, which works without network once it was opened.

The page is the same for all and names nobody. What it asks of the server is here: which sessions a person may hold, the
list of one, and that it takes the roll that was called.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may_operate
from jigi.delivery.sessions import queries, roll
from jigi.delivery.sessions.actions import Held
from jigi.delivery.sessions.attendance import Present
from jigi.delivery.sessions.models import LARGEST_CROWD, Session
from jigi.enrolment import cards
from jigi.foundation.errors import JigiError
from jigi.web import offline
from jigi.web.account.step_up import require_proof
from jigi.web.middleware import status_of
from jigi.web.sessions.entering import FOUND
from jigi.web.sessions.sight import follower, seen_session

MOST_SESSIONS = 40
SOON = timedelta(days=14)
MOST_PRESENT = 3_000
LONGEST_CARD = 200


def desk(request: HttpRequest) -> HttpResponse:
    """The page itself, which names nobody."""
    follower(request)
    said = {"heading": "Appel d’une séance", "none": "Aucune séance n’est prévue ces jours-ci dans vos contrats."}
    return render(request, "sessions/phone.html", said)


def who(request: HttpRequest) -> JsonResponse:
    """Who is signed in, the token of their next post, and the planned sessions that they may hold, the next first."""
    user = follower(request)
    today, planned = timezone.localdate(), queries.visible_to(user).filter(status="planned")
    next_ones = planned.filter(planned_on__range=(today, today + SOON)).order_by("planned_on", "village__name", "pk")
    late_ones = planned.filter(planned_on__lt=today).order_by("-planned_on", "village__name", "pk")
    found = [*next_ones[:MOST_SESSIONS], *late_ones[:MOST_SESSIONS]]
    shown = [_session(one) for one in found if may_operate(user, one.contract, one.commune)][:MOST_SESSIONS]
    return JsonResponse({"user": user.pk, "token": get_token(request), "sessions": shown})


def carried(request: HttpRequest, pk: int) -> JsonResponse:
    """The list of a planned session for a phone to keep: who receives a transfer in its village, and their cards."""
    user = follower(request)
    require_proof(request, back=reverse("session_phone"))
    shown = get_object_or_404(queries.visible_to(user), pk=pk)
    try:
        found = roll.carry(shown, by=user)
    except JigiError as error:
        return JsonResponse({"said": str(error)}, status=status_of(error))
    return JsonResponse(
        {
            "session": _session(shown), "lines": [_line(row) for row in found.lines], "withdrawn": found.withdrawn,
            "keys": cards.public_keys(),
        }
    )  # fmt: skip


@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Take the roll of a session. Sent again after an answer was lost, it changes nothing."""
    try:
        pk, said, present, read = _read(offline.sent(request))
        shown = seen_session(request, pk)
        roll.call(shown, said, present, read=read, by=follower(request))
    except JigiError as error:
        return JsonResponse({"said": str(error)}, status=status_of(error))
    shown.refresh_from_db()
    return JsonResponse({"households": shown.households})


@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at an address from which it serves this page and nothing else."""
    return offline.worker(reverse("session_phone"), "jigi-sessions")


def _session(one: Session) -> dict[str, Any]:
    return {
        "id": one.pk, "village": one.village.name, "module": one.module.name, "planned": one.planned_on.isoformat(),
    }  # fmt: skip


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "h": row["household_id"], "n": row["n"], "rsu": row["rsu"], "recipient": row["recipient_name"],
        "recipientSex": row["recipient_sex"], "alternate": row["alternate_name"],
        "alternateSex": row["alternate_sex"], "cards": row["cards"],
    }  # fmt: skip


def _read(body: bytes) -> tuple[int, Held, list[Present], list[str]]:
    """The session, what is said of it, who came and the cards of elsewhere. Raises InputError for anything else."""
    try:
        sent = json.loads(body)
        pk, men, women, read = sent["session"], sent["men"], sent["women"], sent["cards"]
        said = Held(date.fromisoformat(sent["day"]), sent["place"], sent["facilitator"], men, women)
        present = [Present(household, *FOUND[came]) for household, came in sent["presents"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise offline.unreadable() from None
    numbers = [(pk, 2**63), (men, LARGEST_CROWD + 1), (women, LARGEST_CROWD + 1)]
    numbers += [(one.household_id, 2**63) for one in present]
    known = all(type(number) is int and 0 <= number < end for number, end in numbers)
    words = [said.place, said.facilitator, *(read if isinstance(read, list) else [0])]
    if not known or any(not isinstance(one, str) or "\0" in one or len(one) > LONGEST_CARD for one in words):
        raise offline.unreadable()
    if len(present) + len(read) > MOST_PRESENT:
        raise offline.unreadable()
    return pk, said, present, read
