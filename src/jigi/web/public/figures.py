"""What the public page tells, read from the data; kept for some minutes, so that visitors cost nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.safestring import SafeString

from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.programmes.models import Component, Programme
from jigi.web.areas import maps
from jigi.web.areas.figures import Figures, figures_by_commune
from jigi.web.kept import kept

FRESH_SECONDS = 300
SMALLEST_PUBLISHED = 5
"""Fewer households than this in a commune are not published: they could be recognised."""


@dataclass(frozen=True)
class RegionFigures:
    """A region: its communes where households are enrolled, and their figures."""

    name: str
    communes: int
    figures: Figures


@dataclass(frozen=True)
class PublicFigures:
    """All that the page shows."""

    programmes: list[tuple[Programme, list[Component]]]
    country: Figures
    communes: int
    regions: list[RegionFigures]
    map: SafeString | str


def public_figures() -> PublicFigures:
    """The figures of the last minutes."""
    return kept("public_figures", _read, seconds=FRESH_SECONDS)


def commune_rows() -> list[tuple[object, ...]]:
    """(code, commune, cercle, region, enrolled, paid, XOF) of the communes large enough to publish."""
    communes = _communes_with_enrolled()
    return [
        (
            one.code, one.name, one.parent.name if one.parent else "",
            one.parent.parent.name if one.parent and one.parent.parent else "",
            figures.enrolled, figures.paid, figures.paid_xof,
        )
        for one, figures in communes
        if (figures.enrolled or 0) >= SMALLEST_PUBLISHED
    ]  # fmt: skip


def _read() -> PublicFigures:
    programmes = Programme.objects.prefetch_related("components").order_by("code")
    served = _communes_with_enrolled()
    everywhere = Figures(0, 0, 0, 0, 0)
    for figures in figures_by_commune().values():
        everywhere += figures
    return PublicFigures(
        programmes=[(programme, list(programme.components.all())) for programme in programmes],
        country=everywhere,
        communes=len(served),
        regions=_by_region(served),
        map=_map(served),
    )


def _communes_with_enrolled() -> list[tuple[Area, Figures]]:
    known = {pk: figures for pk, figures in figures_by_commune().items() if figures.enrolled}
    communes = Area.objects.filter(pk__in=known).select_related("parent__parent").order_by("code")
    return [(commune, known[commune.pk]) for commune in communes]


def _by_region(served: list[tuple[Area, Figures]]) -> list[RegionFigures]:
    found: dict[str, list[Figures]] = defaultdict(list)
    for commune, figures in served:
        region = commune.parent.parent if commune.parent and commune.parent.parent else commune
        found[region.name].append(figures)
    return [RegionFigures(name, len(all_), sum(all_, Figures())) for name, all_ in found.items()]


def _map(served: list[tuple[Area, Figures]]) -> SafeString | str:
    version = version_in_use()
    country = Area.objects.filter(version=version, level=Area.Level.COUNTRY).first() if version else None
    if country is None or not served:
        return ""
    features = [
        maps.feature_of(commune, figures.enrolled, "") for commune, figures in served if commune.longitude is not None
    ]
    return maps.map_of(country, features, title="Ménages inscrits par commune", unit="ménages")
