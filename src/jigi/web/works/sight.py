"""What a person sees of works: what is of no contract of theirs does not exist for them."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date

from jigi.delivery.works import queries
from jigi.delivery.works.models import Timesheet, Worksite
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.web.reader import number_in, user_of

RIGHTS = ("delivery.see", "delivery.plan", "delivery.check", "delivery.decide", "delivery.operate")


def person(request: HttpRequest) -> User:
    """Who is signed in, when they follow or hold works somewhere; Http404 otherwise."""
    user = user_of(request)
    if not any(can(user, right) for right in RIGHTS):
        raise Http404
    return user


def seen_worksite(request: HttpRequest, pk: int) -> Worksite:
    """The worksite of this number, of a contract that the person sees; Http404 otherwise."""
    return get_object_or_404(queries.visible_to(person(request)), pk=pk)


def seen_sheet(request: HttpRequest, pk: int) -> Timesheet:
    """The timesheet of this number, likewise."""
    return get_object_or_404(queries.sheets_visible_to(person(request)), pk=pk)


def day_in(request: HttpRequest, name: str = "jour") -> date:
    """A day that a form gives; Refused without one."""
    try:
        found = parse_date(request.POST.get(name, "")[:10])
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise Refused("Quel jour ?", remedy="Choisissez une date.")
    return found


def whole(request: HttpRequest, name: str, label: str, most: int = 10**12) -> int:
    """A whole number that a form gives, with or without spaces; Refused for what is none, or too large."""
    text = "".join(request.POST.get(name, "").split()).replace("\u202f", "").replace("\u00a0", "")
    if not text:
        return 0
    found = number_in(text)
    if not text.isdigit() or found > most:
        raise Refused(f"« {text[:20]} » n’est pas un nombre entier", why=f"Ligne « {label} ».", remedy="Corrigez-le.")
    return found
