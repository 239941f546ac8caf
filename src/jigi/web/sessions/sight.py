"""What a person sees of sessions: what is out of their contracts and their posting does not exist for them."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest
from django.utils.html import format_html

from jigi.delivery.contracts.models import Contract
from jigi.delivery.sessions import queries
from jigi.delivery.sessions.models import Session
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.web.reader import user_of

RIGHTS = (*queries.RIGHTS, "delivery.operate")
TONES = {"planned": "", "held": "wait", "checked": "ok", "cancelled": "bad"}


def follower(request: HttpRequest) -> User:
    """Who is signed in, when they follow or hold sessions somewhere; Http404 otherwise."""
    user = user_of(request)
    if not any(can(user, right) for right in RIGHTS):
        raise Http404
    return user


def seen_session(request: HttpRequest, pk: int) -> Session:
    found = queries.visible_to(follower(request)).select_related("held_by", "checked_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def seen_contract(request: HttpRequest, pk: int) -> Contract:
    found = queries.contracts(follower(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def chip(one: Session) -> str:
    """The state of a session."""
    return format_html('<span class="chip {}">{}</span>', TONES[one.status], one.get_status_display())


def day_in(text: str) -> date:
    """The day that a form gives. Refused for what is none."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise Refused("Quel jour ?", remedy="Choisissez un jour.") from None
