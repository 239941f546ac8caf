"""The drawings of a component: orders by round, households by region, a map of its communes."""

from __future__ import annotations

from collections import Counter

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from jigi.drawing.chart import Bar, RoundBar, bars_chart, rounds_chart
from jigi.geography.models import Area
from jigi.web.areas import maps
from jigi.web.programmes.figures import ComponentFigures


def rounds_drawing(figures: ComponentFigures) -> SafeString | str:
    """Orders of each round: paid, not paid this time, given back to the fund."""
    released = [line for line in figures.rounds if line.payment_round.released_at]
    if not released:
        return ""
    bars = [
        RoundBar(
            _label(line.payment_round.kind, line.payment_round.term),
            line.paid,
            max(line.unpaid - line.returned, 0),
            line.returned,
        )
        for line in released
    ]
    return mark_safe(rounds_chart(bars, title=f"Ordres par tour : {figures.component}", unit="ordres", width=760))


def regions_drawing(figures: ComponentFigures) -> SafeString | str:
    """Households enrolled by region, the most first."""
    found: Counter[str] = Counter()
    for line in figures.communes:
        cercle = line.commune.parent
        found[cercle.parent.name if cercle and cercle.parent else line.commune.name] += line.enrolled
    bars = [Bar(name, count) for name, count in found.most_common() if count]
    if not bars:
        return ""
    return mark_safe(
        bars_chart(bars, title=f"Ménages inscrits par région : {figures.component}", unit="ménages", width=380)
    )


def communes_map(figures: ComponentFigures) -> SafeString | str:
    """Households enrolled by commune, each leading to its page."""
    placed = [line for line in figures.communes if line.commune.longitude is not None]
    if not placed:
        return ""
    first = placed[0].commune
    country = Area.objects.get(version=first.version_id, level=Area.Level.COUNTRY)
    features = [
        maps.feature_of(
            line.commune, line.enrolled, reverse("area", args=[line.commune.version.code, line.commune.code])
        )
        for line in placed
    ]
    return maps.map_of(country, features, title=f"Ménages inscrits par commune : {figures.component}", unit="ménages")


def _label(kind: str, term: int) -> str:
    return f"T{term}" if kind == "term" else f"T{term}+"
