"""/prestations/resultats/: whom the components reached in a year, each household and person counted once."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import communes_with, postings_with
from jigi.geography.models import Area
from jigi.monitoring.beneficiaries import Beneficiaries, beneficiaries
from jigi.web.export import csv_response
from jigi.web.kept import kept
from jigi.web.reader import number_in, rights_of, user_of

RIGHTS = ("results.see", "delivery.see")
HEADERS = ("Composante", "Ménages", "Personnes", "Femmes")
KEPT_SECONDS = 300
"""National figures are counted again after five minutes at the soonest."""


def shown(request: HttpRequest) -> HttpResponseBase:
    """The figures of the year and of the place of the address; a file with `?format=csv`."""
    if not rights_of(request) & set(RIGHTS):
        raise Http404
    user = user_of(request)
    year = _year(request.GET.get("annee", ""))
    places = _places(user)
    place = next((one for one in places if one.pk == number_in(request.GET.get("lieu", ""))), places[0])
    found = kept(f"served:{year}:{place.pk}", lambda: _figures(year, place), seconds=KEPT_SECONDS)
    if request.GET.get("format") == "csv":
        facts = {"year": year, "place": place.code}
        audit.record("export", "list", f"beneficiaires-{year}", by=user, after=facts)
        rows = ((one.title, one.households, one.persons, one.women) for one in found)
        return csv_response(f"beneficiaires-{year}-{place.code}", HEADERS, rows)
    return _page(request, year, place, places, found)


def _page(request: HttpRequest, year: int, place: Area, places: list[Area], found: list[Beneficiaries]) -> HttpResponse:
    *each, together = found
    context = {
        "year": year, "place": place, "places": places, "each": each, "together": together,
        "added": sum(one.households for one in each), "before": year - 1, "after": year + 1,
    }  # fmt: skip
    return render(request, "delivery/results.html", context)


def _figures(year: int, place: Area) -> list[Beneficiaries]:
    if place.level == Area.Level.COUNTRY:
        return beneficiaries(year)
    inside = Area.objects.filter(path__startswith=place.path, level=Area.Level.COMMUNE)
    return beneficiaries(year, inside.values_list("pk", flat=True))


def _places(user: User) -> list[Area]:
    """The places of the person's postings, then the communes in them when there are few."""
    held = {posting.area_id for right in RIGHTS for posting in postings_with(user, right)}
    own = list(Area.objects.filter(pk__in=held).order_by("path"))
    if any(place.level == Area.Level.COUNTRY for place in own):
        inside = Area.objects.filter(level=Area.Level.REGION, version=own[0].version)
    else:
        inside = Area.objects.filter(communes_with(user, RIGHTS[0]) | communes_with(user, RIGHTS[1]))
    return own + [place for place in inside.order_by("name") if place.pk not in held]


def _year(text: str) -> int:
    year = number_in(text)
    return year if 1990 <= year <= 2200 else timezone.localdate().year
