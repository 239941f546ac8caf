"""What a person sees of schemes: what is not theirs does not exist for them."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.schemes import queries
from jigi.schemes.actions import GIVE, RECORD, SEE
from jigi.schemes.models import BenefitBatch, Scheme
from jigi.schemes.queries import FIRST_DAY, LAST_DAY, Period
from jigi.web.reader import user_of

NEVER = Period(LAST_DAY, FIRST_DAY)


def person(request: HttpRequest) -> User:
    """Who is signed in, when schemes are open to them somewhere; Http404 otherwise."""
    user = user_of(request)
    if not any(can(user, right) for right in (SEE, RECORD, GIVE)):
        raise Http404
    return user


def reader(request: HttpRequest) -> User:
    """Who is signed in, when they see what schemes gave; Http404 otherwise."""
    user = user_of(request)
    if not can(user, SEE):
        raise Http404
    return user


def seen_scheme(request: HttpRequest, code: str) -> Scheme:
    """The scheme of this code, when it is open to the person; Http404 otherwise."""
    return get_object_or_404(queries.schemes_visible_to(person(request)), code=code)


def seen_batch(request: HttpRequest, pk: int) -> BenefitBatch:
    """The batch of this number, when it is open to the person; Http404 otherwise."""
    found = queries.batches_visible_to(person(request)).select_related("scheme", "sent_by", "decided_by")
    return get_object_or_404(found, pk=pk)


def period_of(request: HttpRequest) -> Period:
    """The days that the address asks for (« du », « au »): everything without them, nothing when they are no days."""
    try:
        since, until = (
            date.fromisoformat(said) if (said := request.GET.get(name, "").strip()) else otherwise
            for name, otherwise in (("du", FIRST_DAY), ("au", LAST_DAY))
        )
    except ValueError:
        return NEVER
    return Period(since, until)


def period_asked(request: HttpRequest) -> str:
    """The same days as an address repeats them: « du=2016-01-01&au=2016-03-31 »."""
    return urlencode({name: said for name in ("du", "au") if (said := request.GET.get(name, "").strip())})
