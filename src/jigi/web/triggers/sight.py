"""Who reads triggers, which ones an address chooses, and where the programmes that they ask for work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_date

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.programmes.queries import commune_paths
from jigi.shocks.backtest import programmes_of
from jigi.shocks.models import Trigger
from jigi.shocks.triggers import SEE, latest, visible_to
from jigi.web.reader import user_of


def reader(request: HttpRequest) -> User:
    """Who is signed in, when shocks are open to them somewhere; Http404 otherwise."""
    user = user_of(request)
    if not can(user, SEE):
        raise Http404
    return user


def chosen(request: HttpRequest, user: User) -> tuple[list[Trigger], list[Trigger]]:
    """The last version of every trigger, and those that « regle » names: all without it, none for unknown ones.

    « code@2 » names a version, to compare one with another.
    """
    every = latest(visible_to(user))
    asked = {code for code in request.GET.getlist("regle") if code}
    versions = {tuple(one.split("@", 1)) for one in asked if "@" in one}
    named = visible_to(user).filter(code__in={code for code, _ in versions}) if versions else []
    older = [one for one in named if (one.code, str(one.version)) in versions and one not in every]
    last = {one.code for one in every if (one.code, str(one.version)) in versions}
    return every, [one for one in every if not asked or one.code in asked | last] + older


def presence(triggers: Sequence[Trigger]) -> dict[str, list[str]]:
    """The communes of the programmes that some triggers ask for."""
    return commune_paths(programmes_of(triggers))


def day_asked(request: HttpRequest, otherwise: date) -> date:
    """The day of « jour »; another one when it is not a day."""
    try:
        return parse_date(request.GET.get("jour", "").strip()) or otherwise
    except ValueError:
        return otherwise
