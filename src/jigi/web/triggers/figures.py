"""Periods, maps, drawings and files of what triggers say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.http import HttpRequest, HttpResponseBase
from django.utils.safestring import SafeString, mark_safe

from jigi.drawing.chart import Bar, bars_chart, line_chart
from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.shocks.playing import Firing, Played
from jigi.shocks.words import MONTHS
from jigi.web.areas import maps
from jigi.web.export import csv_response
from jigi.web.ledger.sheets import xlsx_response

FIRING_HEADERS = (
    "Déclencheur", "Version", "Code du lieu", "Lieu", "Période du", "au", "Déclenché le", "Cessé le", "Personnes",
    "Comptées comme", "Ménages à aider", "FCFA", "Parce que",
)  # fmt: skip


def period_name(starts_on: date, ends_on: date) -> str:
    """« juin-août 2018 », « juillet 2018 »."""
    months = dict.fromkeys(MONTHS[day.month - 1] for day in (starts_on, ends_on))
    return f"{'-'.join(months)} {ends_on.year}"


def map_of(firings: Iterable[Firing], title: str, *, width: int = 480) -> SafeString | str:
    """Where a rule asks for help, by the people it counts there; "" when it asks nowhere."""
    people: dict[int, int] = {}
    for one in firings:
        people[one.area.pk] = max(people.get(one.area.pk, 0), one.people)
    areas = list(Area.objects.filter(pk__in=people, longitude__isnull=False))
    country = Area.objects.filter(version=version_in_use(), level=Area.Level.COUNTRY).first()
    if not areas or country is None:
        return ""
    features = [maps.feature_of(area, people[area.pk], "") for area in areas]
    return maps.map_of(country, features, title=title, unit="personnes", width=width)


def years_drawn(played: Played) -> SafeString | str:
    """People by period, over the years."""
    people: dict[tuple[date, date], int] = {}
    for one in filter(lambda firing: firing.lasted, played.firings):
        span = (one.starts_on, one.ends_on)
        people[span] = people.get(span, 0) + one.people
    bars = [Bar(f"{since:%m}-{until:%m}/{until.year}", count) for (since, until), count in sorted(people.items())]
    title = f"Personnes des lieux retenus, par période : {played.rule.name}"
    return mark_safe(bars_chart(bars, title=title, unit="personnes", width=600)) if bars else ""  # the chart escapes


def line_drawn(points: Sequence[Bar], title: str, unit: str) -> SafeString:
    """Figures by period as a line."""
    return mark_safe(line_chart(points, title=title, unit=unit, width=640))  # the chart escapes


def firing_rows(found: Iterable[tuple[Played, Sequence[Firing]]]) -> list[tuple[object, ...]]:
    """Firings as a file writes them."""
    return [
        (
            played.rule.code, played.rule.version, one.area.code, one.area.name, one.starts_on, one.ends_on,
            one.fired_on, one.until, one.people, one.counted, one.households, one.cost_xof, one.because,
        )
        for played, firings in found
        for one in firings
    ]  # fmt: skip


def exported(
    request: HttpRequest, name: str, headers: Sequence[str], rows: Sequence[Sequence[object]], *, by: User
) -> HttpResponseBase | None:
    """The file that `?format=` asks for, noted in the audit; None when a page is asked."""
    kind = request.GET.get("format", "")
    if kind not in ("csv", "xlsx"):
        return None
    audit.record("export", "trigger", name, by=by)
    return csv_response(name, headers, rows) if kind == "csv" else xlsx_response(name, headers, rows)
