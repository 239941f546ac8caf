"""Signals: the list of values in force with the map of one for a period, and the page of a place."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString

from jigi.drawing.chart import Bar
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.geography.queries import way_to
from jigi.shocks import queries
from jigi.shocks.actions import LOAD
from jigi.shocks.catalogue import Signal, signals
from jigi.shocks.models import SignalValue
from jigi.web.areas import maps
from jigi.web.formats import short_day
from jigi.web.shocks.listing import VALUES, figure, signal_name, workbook
from jigi.web.shocks.sight import reader
from jigi.web.triggers.figures import line_drawn

SHOWN_SERIES = 400
DRAWN_PERIODS = 60


def values(request: HttpRequest) -> HttpResponseBase:
    """The values in force; with a signal chosen, its map for its latest period, or the one asked."""
    user = reader(request)
    found = queries.values_visible_to(user)
    if book := workbook(request, VALUES, found, by=user):
        return book
    signal = request.GET.get("signal", "")
    context = {"may_load": can(user, LOAD), "map": "", "periods": []}
    if signal in signals() and request.GET.get("format") != "csv":
        periods = queries.periods(signal)
        asked = request.GET.get("periode", "")
        chosen = next((one for one in periods if f"{one[0]}_{one[1]}" == asked), periods[0] if periods else None)
        context |= {"periods": periods, "chosen": chosen, "signal": signals()[signal]}
        if chosen:
            context["map"] = _map(signal, chosen)
    return VALUES.respond(request, found, "shocks/values.html", context)


def area(request: HttpRequest, pk: int) -> HttpResponse:
    """A place: one signal drawn over the years, and what every signal says of it, with file and line."""
    user = reader(request)
    place = get_object_or_404(Area.objects.select_related("version"), pk=pk)
    found = SignalValue.objects.filter(area=place).select_related("file", "alert", "superseded_by")
    rows = found.order_by("signal", "-starts_on", "-published_on", "-version")[:SHOWN_SERIES]
    known = [signals()[code] for code in found.order_by("signal").values_list("signal", flat=True).distinct()
             if code in signals()]  # fmt: skip
    asked = request.GET.get("signal", "")
    shown = next((one for one in known if one.code == asked), known[0] if known else None)
    context = {
        "signals": known,
        "signal": shown,
        "drawing": _drawn(place, shown) if shown else "",
        "area": place,
        "way": way_to(place)[:-1],
        "rows": [(one, signal_name(one), figure(one)) for one in rows],
        "cut": found.count() > SHOWN_SERIES,
        "may_load": can(user, LOAD),
    }
    return render(request, "shocks/area.html", context)


def _drawn(place: Area, signal: Signal) -> SafeString | str:
    """The figure of each period, the latest published, for the last periods; "" of fewer than two."""
    found = SignalValue.objects.filter(area=place, signal=signal.code, superseded_by__isnull=True)
    latest = {(one.starts_on, one.ends_on): one.value for one in found.order_by("published_on", "-outlook", "-status")}
    spans = sorted(latest)[-DRAWN_PERIODS:]
    if len(spans) < 2:
        return ""
    points = [
        Bar(f"{since:%m/%Y}" if since.day == 1 else f"{since:%d/%m/%y}", latest[since, end]) for since, end in spans
    ]
    title = f"{signal.name} : {place.name}"
    return line_drawn(points, title, signal.unit)


def _map(signal: str, period: tuple[date, date]) -> SafeString | str:
    """The latest published value of each place for a period."""
    found = SignalValue.objects.filter(
        signal=signal, starts_on=period[0], ends_on=period[1], superseded_by__isnull=True, area__longitude__isnull=False
    ).select_related("area")
    latest = {one.area_id: one for one in found.order_by("published_on", "pk")}
    if not latest:
        return ""
    places = [one.area for one in latest.values()]
    country = Area.objects.get(version=places[0].version_id, level=Area.Level.COUNTRY)
    shapes = maps.shapes_of(places)
    known = signals()[signal]
    features = [
        maps.feature_of(one.area, one.value, reverse("shock_area", args=[one.area_id]), shapes)
        for one in latest.values()
    ]
    title = f"{known.name}, du {short_day(period[0])} au {short_day(period[1])}"
    return maps.map_of(country, features, title=title, unit=known.unit, width=560)
