"""Who sees results: of which place and of which snapshot; what is not theirs does not exist for them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.results import queries
from jigi.results.actions import KEEP, SEE, SIGN
from jigi.results.extract import ASK, GRANT
from jigi.results.framework import indicator_of
from jigi.results.models import Snapshot
from jigi.results.rules import Indicator
from jigi.web.reader import number_in, user_of


@dataclass(frozen=True)
class Sight:
    """What the address asks for, as far as the person may see it."""

    user: User
    places: list[Area]
    place: Area
    snapshot: Snapshot | None
    years: list[int]

    @property
    def whole(self) -> bool:
        """Whether this is the whole country."""
        return self.place.level == Area.Level.COUNTRY


def reader(request: HttpRequest) -> User:
    user = user_of(request)
    if not can(user, SEE):
        raise Http404
    return user


def sight(request: HttpRequest) -> Sight:
    """The year and the place of the address (the last snapshot and the widest place without them)."""
    user, places, place = place_seen(request)
    years = sorted({one.year for one in queries.snapshots_visible_to(user)}, reverse=True)
    return Sight(user, places, place, _snapshot(request, user), years)


def place_seen(request: HttpRequest) -> tuple[User, list[Area], Area]:
    """Who reads, the places they may choose, and the one that the address asks for."""
    user = reader(request)
    places = queries.places_of(user)
    if not places:
        raise Http404
    asked = number_in(request.GET.get("lieu", ""))
    place = next((one for one in places if one.pk == asked), None)
    if place is None and asked:
        place = _commune_under(places, asked)
    return user, places, place or places[0]


def seen_snapshot(request: HttpRequest, pk: int) -> Snapshot:
    return get_object_or_404(queries.snapshots_visible_to(reader(request)), pk=pk)


def seen_indicator(code: str) -> Indicator:
    found = indicator_of(code)
    if found is None:
        raise Http404
    return found


def of_country(user: User, *rights: str) -> bool:
    """Whether a person holds one of these rights over the whole country."""
    country = list(Area.objects.filter(level=Area.Level.COUNTRY))
    return any(can(user, right, areas=country, programme="") for right in rights)


def may(user: User) -> dict[str, bool]:
    """What the pages offer: to compute, to sign, to comment, to print what is of the whole country."""
    keeps, signs = of_country(user, KEEP), of_country(user, SIGN)
    return {"keep": keeps, "sign": signs, "comment": keeps or signs, "report": of_country(user, SEE),
            "extract": of_country(user, ASK, GRANT)}  # fmt: skip


def _snapshot(request: HttpRequest, user: User) -> Snapshot | None:
    pk, year = number_in(request.GET.get("instantane", "")), number_in(request.GET.get("annee", ""))
    if pk:
        return get_object_or_404(queries.snapshots_visible_to(user), pk=pk)
    return queries.latest(user, year) if year else queries.latest(user)


def _commune_under(places: list[Area], pk: int) -> Area | None:
    """A commune inside one of the places, for who follows the figure of a commune."""
    found = Area.objects.filter(pk=pk, level=Area.Level.COMMUNE).first()
    return found if found and any(found.path.startswith(one.path) for one in places) else None
