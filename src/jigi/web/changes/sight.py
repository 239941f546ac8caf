"""Who asks for changes or checks them, and what they see: to anybody else these pages do not exist."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jigi.changes import queries
from jigi.changes.actions import ASK, CHECK
from jigi.changes.models import ChangeRequest
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.web.reader import user_of


def changer(request: HttpRequest) -> User:
    """Who is signed in, when they ask for changes or check them somewhere; Http404 otherwise."""
    user = user_of(request)
    if not (can(user, ASK) or can(user, CHECK)):
        raise Http404
    return user


def seen_change(request: HttpRequest, pk: int) -> ChangeRequest:
    """The request of this number where the person asks or checks; Http404 otherwise."""
    seen = queries.visible_to(changer(request)).select_related(
        "household__commune", "household__village", "other__commune", "made_by", "checked_by", "undoes", "bulk"
    )
    return get_object_or_404(seen, pk=pk)


def household_to_change(request: HttpRequest, number: str) -> Household:
    """The household of this RSU number where the person asks for changes; Http404 otherwise."""
    user = user_of(request)
    visible = registry.visible_to(user).select_related("commune", "village")
    found = get_object_or_404(visible, rsu_number=number)
    if not can(user, ASK, areas=[found.commune]) or found.is_erased:
        raise Http404
    return found
