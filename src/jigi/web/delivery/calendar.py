"""/prestations/calendrier/: everything that happens in a commune in a month, as a list of days and on a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import groupby

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from jigi.delivery.contracts.calendar import Event
from jigi.delivery.contracts.models import Contract, ContractCommune
from jigi.delivery.contracts.queries import contracts_visible_to
from jigi.delivery.grants import queries as grants
from jigi.delivery.nutrition import queries as nutrition
from jigi.delivery.sessions import queries as sessions
from jigi.delivery.works import queries as works
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.web.areas.maps import feature_of, map_of
from jigi.web.delivery.sight import reader
from jigi.web.formats import counted
from jigi.web.reader import number_in

Telling = Callable[[User, Sequence[Area], date, date], list[Event]]
TOLD_BY: tuple[Telling, ...] = (sessions.events_of, nutrition.events_of, works.events_of, grants.events_of)
"""How each sibling tells its events in some communes, between two days, both in."""


def month(request: HttpRequest) -> HttpResponse:
    """The month and the commune of the address; today's month and the first commune without."""
    user = reader(request)
    communes = list(communes_of(user))
    wanted = number_in(request.GET.get("commune", ""))
    commune = next((one for one in communes if one.pk == wanted), communes[0] if communes else None)
    first, last = _bounds(request.GET.get("mois", ""))
    events = sorted(events_in(user, [commune], first, last), key=lambda e: (e.day, e.sort)) if commune else []
    context = {
        "communes": communes, "commune": commune, "month": first, "value": f"{first:%Y-%m}",
        "before": f"{first - timedelta(days=1):%Y-%m}", "after": f"{last + timedelta(days=1):%Y-%m}",
        "days": [(day, *_lines(list(group))) for day, group in groupby(events, key=lambda e: e.day)],
        "count": counted(len(events), "activité"),
        "map": _map(commune, events) if commune and events else "",
        "nearest": _nearest(user, commune, first) if commune and not events else None,
    }  # fmt: skip
    return render(request, "delivery/calendar.html", context)


def events_in(user: User, communes: Sequence[Area], first: date, last: date) -> list[Event]:
    """What all siblings tell, in any order."""
    return [event for telling in TOLD_BY for event in telling(user, communes, first, last)]


def _nearest(user: User, commune: Area, first: date) -> date | None:
    """The first day of the nearest month in which something happens there, within two years; None without."""
    around = events_in(user, [commune], first - timedelta(days=730), first + timedelta(days=760))
    days = (event.day for event in around)
    return min((day.replace(day=1) for day in days), key=lambda day: abs((day - first).days), default=None)


def _lines(events: Sequence[Event]) -> tuple[list[dict[str, object]], bool]:
    """The lines of a day, and whether some of it is still to be done: there are papers to carry."""
    return [_line(one) for one in events], any(not one.held for one in events)


def _line(event: Event) -> dict[str, object]:
    return {
        "title": event.title, "place": event.place, "held": event.held, "sort": Contract.Sort(event.sort).label,
        "href": reverse(event.url_name, args=[event.pk]),
    }  # fmt: skip


def _map(commune: Area, events: Sequence[Event]) -> str:
    """One circle a village, by how much happens there; what has no village stands at the centre of the commune."""
    counts: dict[int, int] = {}
    for event in events:
        place = event.village_id or event.commune_id
        counts[place] = counts.get(place, 0) + 1
    places = Area.objects.filter(pk__in=counts, longitude__isnull=False)
    features = [feature_of(place, counts[place.pk], "") for place in places]
    title = f"Activités du mois à {commune.name}"
    return map_of(commune, features, title=title, unit="activités") if features else ""


def communes_of(user: User) -> QuerySet[Area]:
    """The communes of the contracts that a person sees."""
    seen = ContractCommune.objects.filter(contract__in=contracts_visible_to(user))
    return Area.objects.filter(pk__in=seen.values("commune")).order_by("name")


def _bounds(text: str) -> tuple[date, date]:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = timezone.localdate().replace(day=1)
    first = min(max(first, date(1990, 1, 1)), date(2200, 1, 1))
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
