"""Charts as SVG, made by the server: rounds of payment, a line, horizontal bars. No network, no browser.

    rounds_chart([RoundBar("T1", paid=2_600, absent=80, returned=12)], title="Ordres par tour")

They read the colours of jigi.css on a page; `standalone` makes a file of its own for paper. Drawings are kept
by their data, so a page that is asked again costs nothing. They are Vega-Lite specifications, written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2s
from html import escape
from typing import Any

import vl_convert

from jigi.drawing.palette import FONT, HEX, Colour

Spec = Mapping[str, Any]

BAR_HEIGHT = 26
FATES: tuple[tuple[str, str, Colour], ...] = (
    ("paid", "payés", "leaf"),
    ("absent", "absents", "sun"),
    ("returned", "reversés", "night"),
)
"""What became of the orders of a round: field, French name, colour; the first is the foot of the bar."""

WORDS = tuple(said for _, said, _ in FATES)
CONFIG: Spec = {
    "aria": False,
    "background": "transparent",
    "padding": 4,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": HEX["soft"],
        "titleColor": HEX["soft"],
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "domainColor": HEX["soft"],
        "tickColor": HEX["soft"],
    },
    "legend": {"labelFontSize": 12, "labelColor": HEX["ink"], "symbolType": "square"},
}
NAME_AXIS: Spec = {"labelAngle": 0, "labelOverlap": True}


@dataclass(frozen=True)
class RoundBar:
    """A round of payment: orders (or francs) paid, absent, returned to the fund."""

    label: str
    paid: int
    absent: int
    returned: int


@dataclass(frozen=True)
class Bar:
    """A category and its value."""

    label: str
    value: float


def rounds_chart(
    rounds: Sequence[RoundBar],
    *,
    title: str,
    unit: str = "ordres",
    width: int = 640,
    height: int = 240,
    standalone: bool = False,
    words: tuple[str, ...] = WORDS,
) -> str:
    """Stacked bars, one a round, in the order given: paid, absent, returned, under these words."""
    return _rounds(tuple(rounds), title, unit, width, height, standalone, words)


def line_chart(
    points: Sequence[Bar],
    *,
    title: str,
    unit: str = "",
    width: int = 640,
    height: int = 220,
    standalone: bool = False,
) -> str:
    """A line through values in the order given, from zero."""
    return _line(tuple(points), title, unit, width, height, standalone)


def bars_chart(bars: Sequence[Bar], *, title: str, unit: str = "", width: int = 640, standalone: bool = False) -> str:
    """Horizontal bars in the order given, each with its value; as high as there are bars."""
    return _bars(tuple(bars), title, unit, width, standalone)


@lru_cache(maxsize=256)
def _rounds(
    rounds: tuple[RoundBar, ...],
    title: str,
    unit: str,
    width: int,
    height: int,
    standalone: bool,
    words: tuple[str, ...],
) -> str:
    rows = [
        {"round": bar.label, "fate": words[rank], "rank": rank, "count": getattr(bar, fate)}
        for bar in rounds
        for rank, (fate, _, _) in enumerate(FATES)
    ]
    scale = {"domain": list(words), "range": [HEX[name] for _, _, name in FATES]}
    spec = {
        "width": width - 70,
        "height": height,
        "data": {"values": rows},
        "mark": "bar",
        "encoding": {
            "x": {
                "field": "round",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": NAME_AXIS,
                "scale": {"paddingInner": 0.35},
            },
            "y": {
                "field": "count",
                "type": "quantitative",
                "title": unit or None,
                "axis": _number_axis(",.0f"),
            },
            "color": {
                "field": "fate",
                "type": "nominal",
                "scale": scale,
                "title": None,
                "legend": {"orient": "top"},
            },
            "order": {"field": "rank", "type": "quantitative"},
        },
    }
    spoken = " ; ".join(
        f"{bar.label} : {bar.paid} {words[0]}, {bar.absent} {words[1]}, {bar.returned} {words[2]}" for bar in rounds
    )
    return _svg(spec, title, spoken, standalone)


@lru_cache(maxsize=256)
def _line(points: tuple[Bar, ...], title: str, unit: str, width: int, height: int, standalone: bool) -> str:
    earth, axis = HEX["earth"], _number_axis(_format(points))
    spec = {
        "width": width - 70,
        "height": height,
        "data": {"values": [{"when": point.label, "value": point.value} for point in points]},
        "mark": {"type": "line", "color": earth, "strokeWidth": 2.5, "point": {"color": earth, "size": 45}},
        "encoding": {
            "x": {"field": "when", "type": "nominal", "sort": None, "title": None, "axis": NAME_AXIS},
            "y": {"field": "value", "type": "quantitative", "title": unit or None, "axis": axis},
        },
    }
    return _svg(spec, title, _spoken(points, unit), standalone)


@lru_cache(maxsize=256)
def _bars(bars: tuple[Bar, ...], title: str, unit: str, width: int, standalone: bool) -> str:
    axis = {"ticks": False, "domain": False, "labelLimit": 170}
    figure = {"field": "value", "type": "quantitative", "format": _format(bars)}
    spec = {
        "width": width - 240,
        "height": BAR_HEIGHT * max(len(bars), 1),
        # The page's font is wider than the one that vl-convert measures: labels and figures would be cut.
        "padding": {"left": 14, "right": 34, "top": 5, "bottom": 5},
        "data": {"values": [{"name": bar.label, "value": bar.value} for bar in bars]},
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "title": None, "axis": None},
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": axis},
        },
        "layer": [
            {"mark": {"type": "bar", "color": HEX["earth"], "height": BAR_HEIGHT * 0.55}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 12, "color": HEX["ink"]},
                "encoding": {"text": figure},
            },
        ],
    }
    return _svg(spec, title, _spoken(bars, unit), standalone)


def _format(bars: Sequence[Bar]) -> str:
    """Whole numbers without decimals, others with one."""
    return ",.0f" if all(float(bar.value).is_integer() for bar in bars) else ",.1f"


def _number_axis(form: str) -> Spec:
    step = {"tickMinStep": 1} if form == ",.0f" else {}
    return {
        "format": form,
        "tickCount": 5,
        **step,
        "domain": False,
        "ticks": False,
        "gridColor": HEX["line"],
    }


def _spoken(bars: Sequence[Bar], unit: str) -> str:
    return " ; ".join(f"{bar.label} : {bar.value:g} {unit}".strip() for bar in bars)


def _svg(spec: Spec, title: str, spoken: str, standalone: bool) -> str:
    """Draw, then give the drawing its name, its description and, on a page, the page's colours and font."""
    drawn = vl_convert.vegalite_to_svg({**spec, "config": CONFIG}, format_locale="fr-FR")
    found = re.match(r'<svg\b[^>]*?width="([\d.]+)" height="([\d.]+)"[^>]*>(.*)</svg>\s*$', drawn, re.DOTALL)
    assert found is not None, "vl-convert writes one <svg> with its size"
    width, height, inside = found.groups()
    # Vega calls each group of marks a nameless graphic; the description below says it in words.
    inside = re.sub(r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*")', "", inside)
    name = "chart-" + blake2s(f"{title}{spoken}".encode(), digest_size=4).hexdigest()
    own = ""
    if standalone:
        own = f' xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        inside = inside.replace('"sans-serif"', f'"{FONT}"')
    else:
        inside = _dressed(inside)
    return (
        f'<svg class="chart"{own} viewBox="0 0 {width} {height}" role="img"'
        f' aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(spoken)}</desc>{inside}</svg>'
    )


def _dressed(inside: str) -> str:
    """The page's variables in place of the colours, and the page's own font."""
    for name, value in HEX.items():
        inside = inside.replace(value, f"var(--{name})")
    return inside.replace(' font-family="sans-serif"', "")
