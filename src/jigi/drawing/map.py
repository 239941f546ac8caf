"""Maps as SVG: proportional circles at the centres of areas, areas filled by class once limits are loaded.

    draw_map([MapFeature("Kayes", 17_240, "/lieux/ML01/", -10.2, 14.3)], title="Ménages", unit="ménages")

Circles have surfaces in proportion to their values. Every feature with an address is a link, and says its
name and value. The drawing scales to the width of the page and reads the colours of jigi.css; its classes are
`map`, `map-name` and `map-key`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from html import escape

from jigi.drawing.figures import number
from jigi.drawing.frame import MARGIN, Frame, frame
from jigi.drawing.key import circle_key, circle_radius, class_key, class_limits, shade
from jigi.drawing.names import SIZE, Spot, labels
from jigi.drawing.palette import FONT, Paint
from jigi.geography.polygons import MultiPolygon

MOST_NAMED = 12
"""Up to this many circles carry their names."""


@dataclass(frozen=True)
class MapFeature:
    """A place to draw: its value (None: not known), its page, its centre in degrees, its limits if loaded."""

    label: str
    value: float | None
    href: str = ""
    longitude: float | None = None
    latitude: float | None = None
    shape: MultiPolygon | None = None


@dataclass(frozen=True)
class _Circle:
    feature: MapFeature
    x: float
    y: float
    radius: float


def draw_map(
    features: Sequence[MapFeature],
    *,
    title: str,
    description: str = "",
    unit: str = "",
    legend: str = "",
    ground: Iterable[MultiPolygon] = (),
    width: int = 640,
    shapes: bool = False,
    standalone: bool = False,
) -> str:
    """A map as the text of one <svg> element.

    Features are circles at their centres. With `shapes` they are filled instead, in five classes of equal
    numbers of areas, provided that all of them have limits. `ground` are limits drawn under them without a
    value. `legend` is the title of the key (the map's own when blank). `standalone` makes a file of its own,
    without style sheet, for paper.
    """
    paint = Paint(standalone=standalone)
    filled = [*features] if shapes and all(feature.shape for feature in features) else []
    placed = [f for f in features if not filled and f.longitude is not None and f.latitude is not None]
    grounds = [*ground]
    outlines = [*grounds, *(f.shape for f in filled if f.shape)]
    view = frame([(f.longitude or 0.0, f.latitude or 0.0) for f in placed], outlines, width)
    limits = class_limits([f.value for f in filled if f.value is not None])
    most = max((f.value or 0 for f in placed), default=0)
    largest = _largest_radius(width, len(placed))
    circles = _circles(placed, view, most, largest)
    body = [
        *(_ground(shape, view, paint) for shape in grounds),
        *(_filled(feature, view, paint, limits, unit) for feature in filled),
        *(_drawn(circle, paint, unit) for circle in circles),
        *(_names(circles, view, paint) if len(circles) <= MOST_NAMED else ()),
    ]
    key, height = circle_key(most, largest, paint) if most > 0 else class_key(limits, paint)
    if key:
        body.append(_key(key, legend or title, unit, view.height, paint))
        height += 44
    else:
        height = 0
    links = any(feature.href for feature in features)
    return _svg(body, title, description, width, view.height + height, links, paint)


def _circles(features: Sequence[MapFeature], view: Frame, most: float, largest: float) -> list[_Circle]:
    """The largest first, so that none hides a smaller one."""
    ranked = sorted(features, key=lambda feature: -(feature.value or 0))
    return [
        _Circle(f, *view.at(f.longitude or 0.0, f.latitude or 0.0), circle_radius(f.value, most, largest))
        for f in ranked
    ]


def _largest_radius(width: int, count: int) -> float:
    """Circles that keep apart: a twentieth of the width for a few, down to a fiftieth for hundreds."""
    return round(width * min(max(0.2 / math.sqrt(max(count, 1)), 0.02), 0.05), 1)


def _ground(shape: MultiPolygon, view: Frame, paint: Paint) -> str:
    return (
        f'<path transform="scale(.5)" d="{view.path(shape)}" fill="{paint("sand")}" stroke="{paint("line")}"'
        ' stroke-width="2.5" stroke-linejoin="round"/>'
    )


def _filled(feature: MapFeature, view: Frame, paint: Paint, limits: Sequence[float], unit: str) -> str:
    assert feature.shape is not None
    fill = f'fill="{paint("sand")}"'
    if feature.value is not None:
        fill = f'fill="{paint("earth")}" fill-opacity="{shade(feature.value, limits)}"'
    mark = (
        f'<path transform="scale(.5)" d="{view.path(feature.shape)}" {fill} stroke="{paint("paper")}"'
        ' stroke-width="2" stroke-linejoin="round"/>'
    )
    return _linked(feature, mark, unit)


def _drawn(circle: _Circle, paint: Paint, unit: str) -> str:
    mark = (
        f'<circle cx="{circle.x:.1f}" cy="{circle.y:.1f}" r="{circle.radius:.1f}"'
        f' fill="{paint("earth" if circle.feature.value else "soft")}" fill-opacity=".72"'
        f' stroke="{paint("paper")}"/>'
    )
    return _linked(circle.feature, mark, unit)


def _names(circles: Sequence[_Circle], view: Frame, paint: Paint) -> list[str]:
    spots = [Spot(circle.x, circle.y, circle.radius, circle.feature.label) for circle in circles]
    return [
        f'<text class="map-name" x="{label.x:.0f}" y="{label.y:.0f}" text-anchor="{label.anchor}"'
        f' font-size="{SIZE}" fill="{paint("ink")}"'
        f' stroke="{paint("paper")}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
        f' pointer-events="none" aria-hidden="true">{escape(spot.name)}</text>'
        for spot, label in zip(spots, labels(spots, view.width, view.height), strict=True)
    ]


def _linked(feature: MapFeature, mark: str, unit: str) -> str:
    value = "non connu" if feature.value is None else " ".join((number(feature.value), unit)).strip()
    said = escape(f"{feature.label} : {value}")
    inside = f"<title>{said}</title>{mark}"
    if not feature.href:
        return f"<g>{inside}</g>"
    return f'<a href="{escape(feature.href)}" aria-label="{said}">{inside}</a>'


def _key(key: str, legend: str, unit: str, top: float, paint: Paint) -> str:
    suffix = f" ({unit})" if unit and unit.casefold() not in legend.casefold() else ""
    return (
        f'<g class="map-key" transform="translate({MARGIN},{top + 30:.0f})" font-size="{SIZE}"'
        f' fill="{paint("ink")}" aria-hidden="true"><text y="-9" font-weight="600" fill="{paint("soft")}">'
        f"{escape(legend + suffix)}</text>{key}</g>"
    )


def _svg(body: Iterable[str], title: str, description: str, width: int, height: int, links: bool, paint: Paint) -> str:
    inside = [*body]
    name = "map-" + blake2s("".join([title, description, *inside]).encode(), digest_size=4).hexdigest()
    spoken, named_by = f'<title id="{name}-t">{escape(title)}</title>', f"{name}-t"
    if description:
        spoken += f'<desc id="{name}-d">{escape(description)}</desc>'
        named_by += f" {name}-d"
    paper, own = "", ""
    if paint.standalone:
        own = f' xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="{FONT}"'
        paper = f'<rect width="{width}" height="{height}" fill="{paint("paper")}"/>'
    # What is inside an image is not read out: a map with links is a group.
    role = "group" if links else "img"
    return (
        f'<svg class="map"{own} viewBox="0 0 {width} {height}" role="{role}" aria-labelledby="{named_by}">'
        f"{spoken}{paper}{''.join(inside)}</svg>"
    )
