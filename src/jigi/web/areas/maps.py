"""Maps of places: the ground they stand on, and a symbol or a filled shape for each."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe

from jigi.drawing.map import MapFeature, draw_map
from jigi.drawing.outline import rough_outline
from jigi.geography.models import Area, Boundary
from jigi.geography.polygons import MultiPolygon
from jigi.geography.queries import under
from jigi.web.kept import kept

GROUND_SECONDS = 3600


def map_of(
    area: Area,
    features: Sequence[MapFeature],
    *,
    title: str,
    unit: str,
    description: str = "",
    width: int = 480,
) -> SafeString:
    """The features drawn on the ground of an area: shapes once their limits are loaded, circles before."""
    filled = bool(features) and all(feature.shape for feature in features)
    drawing = draw_map(
        features,
        title=title,
        description=description,
        unit=unit,
        width=width,
        ground=() if filled else ground_of(area),
        shapes=filled,
    )
    return mark_safe(drawing)  # draw_map escapes what it is given


def feature_of(area: Area, value: float | None, href: str, shapes: dict[int, MultiPolygon] | None = None) -> MapFeature:
    """A place as the map takes it."""
    shape = (shapes or {}).get(area.pk)
    return MapFeature(area.name, value, href, area.longitude, area.latitude, shape)


def shapes_of(areas: Sequence[Area]) -> dict[int, MultiPolygon]:
    """The loaded limits of some areas, by their numbers."""
    return dict(Boundary.objects.filter(area__in=areas).values_list("area_id", "coordinates"))


def ground_of(area: Area) -> list[MultiPolygon]:
    """The limits of an area; until they are loaded, a rough outline from the centres of its communes."""
    loaded = Boundary.objects.filter(area=area).first()
    if loaded:
        return [loaded.coordinates]
    return kept(f"ground:{area.pk}", lambda: _rough(area), seconds=GROUND_SECONDS)


def _rough(area: Area) -> list[MultiPolygon]:
    communes = Area.objects.filter(
        under(area), level=Area.Level.COMMUNE, longitude__isnull=False, area_km2__isnull=False
    )
    rows = communes.values_list("longitude", "latitude", "area_km2")
    outline = rough_outline([(east or 0, north or 0, km2 or 0) for east, north, km2 in rows])
    return [outline] if outline else []
