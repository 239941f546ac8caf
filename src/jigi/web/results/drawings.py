"""The drawings of an indicator: by part, by year, a map of regions."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from django.http import FileResponse, Http404
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from jigi.drawing.chart import Bar, RoundBar, bars_chart, line_chart, rounds_chart
from jigi.drawing.raster import image_of
from jigi.geography.models import Area
from jigi.results.following import Orders
from jigi.results.models import Value
from jigi.results.rules import Indicator
from jigi.web.areas import maps

MOST_BARS = 30


def parts_drawing(indicator: Indicator, parts: Sequence[tuple[str, Value]], title: str) -> SafeString | str:
    """Bars, one a part, the largest first."""
    bars = [Bar(name, _height(indicator, one)) for name, one in parts if one.value]
    bars.sort(key=lambda bar: -bar.value)
    if not bars:
        return ""
    return mark_safe(bars_chart(bars[:MOST_BARS], title=title, unit=_unit(indicator), width=640))


def years_drawing(indicator: Indicator, years: Sequence[tuple[int, Value]]) -> SafeString | str:
    """A line through the years, when there are several."""
    points = [Bar(str(year), _height(indicator, one)) for year, one in years if one.value is not None]
    if len(points) < 2:
        return ""
    return mark_safe(line_chart(points, title=f"{indicator.name}, par année", unit=_unit(indicator), width=640))


def regions_map(indicator: Indicator, values: Sequence[Value], country: Area) -> SafeString | str:
    """The regions: filled when their limits are loaded, circles before."""
    areas = list(Area.objects.filter(level=Area.Level.REGION, version=country.version_id).order_by("code"))
    by_area = {one.area_id: one for one in values}
    if not any(area.pk in by_area for area in areas):
        return ""
    shapes = maps.shapes_of(areas)
    features = [
        maps.feature_of(
            area,
            _known(indicator, by_area.get(area.pk)),
            f"{reverse('result', args=[indicator.code])}?lieu={area.pk}",
            shapes,
        )
        for area in areas
    ]
    return maps.map_of(country, features, title=f"{indicator.name}, par région", unit=_unit(indicator))


def _known(indicator: Indicator, value: Value | None) -> float | None:
    return None if value is None else _height(indicator, value)


def _height(indicator: Indicator, value: Value) -> float:
    number = value.value or 0
    return round(100 * number, 1) if indicator.is_percentage else number


def _unit(indicator: Indicator) -> str:
    return "%" if indicator.is_percentage else indicator.unit


def steps_drawing(steps: Sequence[tuple[str, int]], *, standalone: bool = False) -> SafeString | str:
    """The steps of households, in their order."""
    if not any(count for _, count in steps):
        return ""
    bars = [Bar(title, count) for title, count in steps]
    return mark_safe(bars_chart(bars, title="Ménages, du registre au paiement", unit="ménages", standalone=standalone))


def quarters_drawing(quarters: Sequence[tuple[str, int]]) -> SafeString | str:
    """Millions of francs paid, quarter by quarter."""
    if len(quarters) < 2:
        return ""
    points = [Bar(quarter, round(francs / 1_000_000, 1)) for quarter, francs in quarters]
    return mark_safe(line_chart(points, title="Millions de FCFA payés par trimestre", unit="millions", width=640))


def fates_drawing(quarters: Sequence[tuple[str, Orders]], name: str, *, standalone: bool = False) -> SafeString | str:
    """What became of orders, quarter by quarter: paid, waiting, come back without payment."""
    bars = [RoundBar(quarter or "sans jour", one.paid, one.waiting, one.back) for quarter, one in quarters]
    if not bars:
        return ""
    title = f"{name} : ordres payés, en attente, revenus, par trimestre prévu"
    words = ("payés", "en attente", "revenus")
    return mark_safe(rounds_chart(bars, title=title, standalone=standalone, words=words))


def followed_map(communes: Sequence[tuple[Area, Orders]], place: Area | None, *, links: bool) -> SafeString | str:
    """The share of orders paid in time, by region of the country, or by commune of a region."""
    parts: dict[int, tuple[Area, int, int]] = {}
    for commune, one in communes:
        cercle = commune.parent
        area = commune if place else cercle.parent if cercle else None
        if area is not None and one.paid:
            _, paid, in_time = parts.get(area.pk, (area, 0, 0))
            parts[area.pk] = (area, paid + one.paid, in_time + one.on_time)
    ground = place or next((area.parent for area, _, _ in parts.values() if area.parent), None)
    if ground is None or not parts:
        return ""
    shapes = maps.shapes_of([area for area, _, _ in parts.values()])
    features = [
        maps.feature_of(area, round(100 * in_time / paid, 1), f"?lieu={area.pk}" if links else "", shapes)
        for area, paid, in_time in parts.values()
    ]
    return maps.map_of(ground, features, title="Part des ordres payés à temps", unit="%")


MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


def drawing_file(name: str, kind: str, svg: str) -> FileResponse:
    """A drawing made standalone as a file of its own. Raises Http404 when there is nothing to draw."""
    if not svg:
        raise Http404
    content = svg.encode() if kind == "svg" else image_of(svg).png
    return FileResponse(BytesIO(content), as_attachment=True, filename=f"{name}.{kind}", content_type=MEDIA_TYPES[kind])
