"""Who may open the pages of messages; what is not theirs does not exist for them."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jigi.foundation.models import User
from jigi.messaging import queries as messaging
from jigi.outreach import queries
from jigi.outreach.models import Campaign
from jigi.web.reader import rights_of, user_of

OPEN = frozenset({messaging.SEE, messaging.PREPARE, messaging.APPROVE})


def person(request: HttpRequest, *rights: str) -> User:
    """The person who reads, when they hold one of these rights (of messages, when none is named)."""
    user = user_of(request)
    if not rights_of(request) & (frozenset(rights) or OPEN):
        raise Http404
    return user


def of_the_office(request: HttpRequest) -> User:
    """The same, for who works for the programme and not for an agency."""
    user = person(request, messaging.SEE)
    if not any(not one.organisation for one in messaging.postings(user, messaging.SEE)):
        raise Http404
    return user


def seen_campaign(request: HttpRequest, pk: int) -> Campaign:
    found = queries.visible_to(person(request)).select_related(
        "programme", "area", "payment_round", "made_by", "asked_by", "approved_by"
    )
    return get_object_or_404(found, pk=pk)
