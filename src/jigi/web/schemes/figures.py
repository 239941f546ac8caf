"""The figures of a scheme as pages show them: communes with their names, months, a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from jigi.geography.models import Area
from jigi.schemes.models import Scheme
from jigi.schemes.queries import Figures
from jigi.web.areas import maps


@dataclass(frozen=True)
class CommuneRow:
    """A commune with what the scheme gave there."""

    commune: Area
    figures: Figures


def commune_rows(by_commune: Mapping[int, Figures]) -> list[CommuneRow]:
    """The communes that received something, the most households first."""
    areas = Area.objects.filter(pk__in=by_commune).select_related("version", "parent__parent")
    rows = [CommuneRow(area, by_commune[area.pk]) for area in areas]
    return sorted(rows, key=lambda row: (-row.figures.households, row.commune.name))


def communes_map(scheme: Scheme, rows: Sequence[CommuneRow]) -> SafeString | str:
    """Households served by commune, each leading to its rows."""
    placed = [row for row in rows if row.commune.longitude is not None]
    if not placed:
        return ""
    country = Area.objects.get(version=placed[0].commune.version_id, level=Area.Level.COUNTRY)
    features = [
        maps.feature_of(row.commune, row.figures.households, reverse("scheme_coverage", args=[row.commune.pk]))
        for row in placed
    ]
    return maps.map_of(country, features, title=f"Ménages servis par commune : {scheme.code}", unit="ménages")
