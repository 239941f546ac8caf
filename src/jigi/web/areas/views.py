"""Places: the page of one area with its map and its parts, and the search of a place by its name."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jigi.geography import queries as geography
from jigi.geography.models import Area, AreaVersion
from jigi.registry import facts
from jigi.web.areas import figures, maps
from jigi.web.areas.figures import Figures
from jigi.web.export import csv_response
from jigi.web.reader import user_of

PART_NAMES = {
    Area.Level.COUNTRY: ("région", "régions"),
    Area.Level.REGION: ("cercle", "cercles"),
    Area.Level.CERCLE: ("commune", "communes"),
    Area.Level.COMMUNE: ("village", "villages"),
}
HEADERS = (
    "Code",
    "Nom",
    "Population",
    "Ménages au registre",
    "Membres",
    "Inscrits",
    "Payés",
    "Versé (FCFA)",
    "À revoir",
)


def page_of(area: Area) -> str:
    return reverse("area", args=[area.version.code, area.code])


def areas(request: HttpRequest) -> HttpResponse:
    """The country, or the places that a name designates."""
    version = geography.version_in_use()
    if version is None:
        return render(request, "areas/none.html")
    sought = request.GET.get("q", "").strip()
    if not sought:
        country = get_object_or_404(Area, version=version, level=Area.Level.COUNTRY)
        return redirect("area", version.code, country.code)
    found = [place for one in geography.versions() for place in geography.find(sought, one)]
    if len(found) == 1:
        return redirect(page_of(found[0]))
    return render(request, "areas/search.html", {"sought": sought, "found": found})


def area(request: HttpRequest, version: str, code: str) -> HttpResponseBase:
    """One place: its figures, its map, its parts; `?format=csv` gives the parts as a file."""
    user = user_of(request)
    place = get_object_or_404(Area.objects.select_related("version", "parent"), version__code=version, code=code)
    parts = geography.parts_of(place)
    by_part = figures.parts_figures(place, parts, user)
    if request.GET.get("format") == "csv":
        return csv_response(f"lieux-{place.code}", HEADERS, (_cells(part, by_part[part.pk]) for part in parts))
    if place.level == Area.Level.VILLAGE:
        whole = figures.village_figures(place, user)
    else:
        whole = figures.total(by_part.values())
    context = {
        "area": place,
        "way": geography.way_to(place)[:-1],
        "figures": whole,
        "visit_months": facts.reviewed().visit.months,
        "parts": [(part, by_part[part.pk]) for part in parts],
        "part_names": ",".join(PART_NAMES.get(Area.Level(place.level), ("lieu", "lieux"))),
        "map": _map(place, parts, by_part),
        "versions": _same_place_elsewhere(place),
        "became": geography.became(place),
        "came_from": geography.came_from(place),
    }
    return render(request, "areas/area.html", context)


def _cells(part: Area, one: Figures) -> tuple[object, ...]:
    return (
        part.code,
        part.name,
        part.population,
        one.households,
        one.members,
        one.enrolled,
        one.paid,
        one.paid_xof,
        one.to_review,
    )


def _map(place: Area, parts: list[Area], by_part: dict[int, Figures]) -> Any:
    shown = [part for part in parts if part.longitude is not None]
    if not shown and place.longitude is None:
        return ""
    shapes = maps.shapes_of(shown)
    features = [maps.feature_of(part, by_part[part.pk].households, page_of(part), shapes) for part in shown]
    return maps.map_of(
        place if place.level != Area.Level.VILLAGE else place.parent or place,
        features or [maps.feature_of(place, None, "")],
        title=f"Ménages au registre : {place.name}",
        unit="ménages",
    )


def _same_place_elsewhere(place: Area) -> list[tuple[AreaVersion, Area | None]]:
    """Each division of the country with where this place is found in it: itself, a kin, or the country."""
    kin = {one.successor.version_id: one.successor for one in reversed(geography.became(place))}
    kin |= {one.predecessor.version_id: one.predecessor for one in reversed(geography.came_from(place))}
    countries = {one.version_id: one for one in Area.objects.filter(level="country").select_related("version")}
    return [
        (version, place if version.pk == place.version_id else kin.get(version.pk, countries.get(version.pk)))
        for version in geography.versions()
    ]
