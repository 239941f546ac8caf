"""Who reads the page: the person, their postings in force and the rights these give, read once a request."""

from __future__ import annotations

from django.http import HttpRequest

from jigi.foundation.models import User
from jigi.geography import queries as geography
from jigi.geography.models import StaffPosting


def user_of(request: HttpRequest) -> User:
    """The person signed in; every page that asks this is behind the sign-in."""
    assert isinstance(request.user, User)
    return request.user


def postings_of(request: HttpRequest) -> list[StaffPosting]:
    """The roles the person holds today, the widest area first."""
    found: list[StaffPosting] | None = getattr(request, "postings_read", None)
    if found is None:
        found = geography.postings_in_force(user_of(request))
        request.postings_read = found  # type: ignore[attr-defined]
    return found


def number_in(text: str) -> int:
    """The number that an address or a form gives; 0, which is no row's, for what can't be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def rights_of(request: HttpRequest) -> frozenset[str]:
    """Every right the person holds somewhere: what opens a journey, not a thing in it."""
    return geography.rights_given(postings_of(request))
