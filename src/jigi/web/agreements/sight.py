"""Who reads the agreements, and which."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.programmes import queries as programmes
from jigi.programmes.models import Agreement


def person(request: HttpRequest) -> User:
    """The person signed in; 404 when they may not see accounts."""
    assert isinstance(request.user, User)
    if not can(request.user, "ledger.see"):
        raise Http404
    return request.user


def seen_agreement(request: HttpRequest, code: str) -> Agreement:
    """An agreement of the person's programmes; 404 for any other."""
    found = programmes.agreements_visible_to(person(request)).filter(code=code).first()
    if found is None:
        raise Http404
    return found
