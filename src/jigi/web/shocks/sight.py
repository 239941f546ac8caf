"""What a person sees of shocks: what is not theirs to see does not exist for them."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.shocks.queries import SEE
from jigi.web.reader import user_of


def reader(request: HttpRequest) -> User:
    """The person, who may see shocks."""
    return holder(request, SEE)


def holder(request: HttpRequest, right: str) -> User:
    user = user_of(request)
    if not can(user, right):
        raise Http404
    return user
