"""/resultats/conventions/, agences/, operateurs/: what each was ordered to pay or planned, what is paid, late, back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.results import following, queries
from jigi.results.actions import SEE
from jigi.results.following import EVENTS, Orders
from jigi.results.questions import FIGURES
from jigi.web.export import csv_response
from jigi.web.ledger.sheets import xlsx_response
from jigi.web.reader import number_in, user_of
from jigi.web.results.drawings import MEDIA_TYPES, drawing_file, fates_drawing, followed_map

HEADERS = (
    "Code", "Région", "Commune", "Trimestre", "Ordres", "Ordonné (FCFA)", "Payés", "Payé (FCFA)", "À temps",
    "En retard", "Revenus sans paiement", "En attente", "Rappels", "Rappels (FCFA)", "Jours (médiane)",
)  # fmt: skip
TAGS = (
    "#adm+code", "#adm1+name", "#adm3+name", "#date+quarter", "#value+orders", "#value+ordered+xof", "#reached+orders",
    "#value+paid+xof", "#indicator+ontime", "#indicator+late", "#indicator+returned", "#indicator+waiting",
    "#indicator+arrears", "#value+arrears+xof", "#indicator+days+median",
)  # fmt: skip
EVENT_HEADERS = ("Trimestre", "Nature", "Prévu", "Fait")
EVENT_TAGS = ("#date+quarter", "#activity+type", "#targeted+events", "#reached+events")
TITLES = {
    "agreement": ("Conventions", "results_agreements", "results_agreement"),
    "agency": ("Agences de paiement", "results_agencies", "results_agency"),
    "operator": ("Opérateurs", "results_operators", "results_operator"),
}
MOST_COMMUNES = 800


@dataclass(frozen=True)
class Followed:
    """Who is followed, and where."""

    user: User
    sort: str
    code: str
    name: str
    places: list[Area]
    place: Area | None


def listed(request: HttpRequest, sort: str) -> HttpResponse:
    """Those that the person may follow."""
    user = user_of(request)
    found = following.subjects(user, sort)
    if not found and not can(user, SEE):
        raise Http404
    title, _, one = TITLES[sort]
    return render(request, "results/followed_list.html", {"subjects": found, "title": title, "address": one})


def shown(request: HttpRequest, sort: str, code: str) -> HttpResponseBase:
    """One of them; a file of it with `?format=`, its drawings alone with svg and png."""
    seen = _seen(request, sort, code)
    return _operator(request, seen) if sort == "operator" else _orders(request, seen)


def _seen(request: HttpRequest, sort: str, code: str) -> Followed:
    user = user_of(request)
    name = dict(following.subjects(user, sort)).get(code)
    if name is None:
        raise Http404
    places = queries.places_of(user)
    asked = number_in(request.GET.get("lieu", ""))
    place = get_object_or_404(Area, pk=asked) if asked else None
    if place is not None and not any(place.path.startswith(one.path) for one in places):
        raise Http404
    return Followed(user, sort, code, name, places, place)


def _orders(request: HttpRequest, seen: Followed) -> HttpResponseBase:
    found = following.orders_seen(seen.user, seen.sort, seen.code, seen.place)
    quarters = following.by_quarter(found)
    kind = request.GET.get("format", "")
    if kind in MEDIA_TYPES:
        return drawing_file(
            slugify(f"{following.SORTS[seen.sort]}-{seen.code}"),
            kind,
            fates_drawing(quarters, seen.name, standalone=True),
        )
    communes = following.by_commune(found)
    if kind in ("csv", "xlsx"):
        rows = [(*_place(area), "", *_cells(one)) for area, one in communes]
        rows += [("", "", "", quarter, *_cells(one)) for quarter, one in quarters]
        return _file(seen, kind, HEADERS, [TAGS, *rows])
    context = {
        **_common(request, seen), "total": following.orders(found), "quarters": quarters,
        "communes": [(area, _place(area)[1], one) for area, one in communes[:MOST_COMMUNES]],
        "chart": fates_drawing(quarters, seen.name), "map": followed_map(communes, seen.place, links=bool(seen.places)),
    }  # fmt: skip
    return render(request, "results/followed.html", context)


def _operator(request: HttpRequest, seen: Followed) -> HttpResponseBase:
    found = following.events_seen(seen.user, seen.code, seen.place)
    quarters = [(quarter, EVENTS[sort], planned if sort == "sessions" else None, done)
                for quarter, sort, planned, done in following.events_by_quarter(found)]  # fmt: skip
    kind = request.GET.get("format", "")
    if kind in ("csv", "xlsx"):
        return _file(seen, kind, EVENT_HEADERS, [EVENT_TAGS, *quarters])
    told = [(EVENTS[one.sort], one) for one in following.events(found)]
    context = {**_common(request, seen), "told": told, "event_quarters": quarters}
    return render(request, "results/followed.html", context)


def _common(request: HttpRequest, seen: Followed) -> dict[str, Any]:
    title, everything, _ = TITLES[seen.sort]
    hidden = {"vue": seen.sort, "code": seen.code, "lieu": str(seen.place.pk) if seen.place else ""}
    return {"seen": seen, "title": title, "list_address": everything, "printing": "imprimer" in request.GET,
            "lists": bool(seen.places), "watched": {"figures": FIGURES[seen.sort], "hidden": hidden}}  # fmt: skip


def _file(seen: Followed, kind: str, headers: tuple[str, ...], rows: list[Any]) -> HttpResponseBase:
    name = _name(seen)
    audit.record("export", "list", name, by=seen.user, after={"file": kind})
    return csv_response(name, headers, rows) if kind == "csv" else xlsx_response(name, headers, rows)


def _name(seen: Followed) -> str:
    return slugify(f"{following.SORTS[seen.sort]}-{seen.code}")


def _place(area: Area) -> tuple[str, str, str]:
    region = area.parent.parent.name if area.parent and area.parent.parent else ""
    return area.code, region, area.name


def _cells(one: Orders) -> tuple[object, ...]:
    return (
        one.orders, one.amount_xof, one.paid, one.paid_xof, one.on_time, one.late, one.back, one.waiting, one.arrears,
        one.arrears_xof, one.median_days,
    )  # fmt: skip
