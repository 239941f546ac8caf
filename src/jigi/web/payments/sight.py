"""What a person sees of payments: what is out of their posting does not exist for them."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.payments import queries
from jigi.payments.models import PaymentRound


def person(request: HttpRequest) -> User:
    """Who is signed in."""
    assert isinstance(request.user, User)
    return request.user


def person_with(request: HttpRequest, right: str) -> User:
    """Who is signed in, when a posting gives them the right somewhere; Http404 otherwise."""
    user = person(request)
    if not can(user, right):
        raise Http404
    return user


def seen_round(request: HttpRequest, pk: int) -> PaymentRound:
    """The round of this number, when the person may see one of its communes; Http404 otherwise."""
    found = queries.visible_to(person(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
