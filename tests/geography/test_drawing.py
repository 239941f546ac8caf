"""Maps and charts are drawn as SVG that stands alone, reads aloud and stays light."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from jigi.drawing.chart import Bar, RoundBar, bars_chart, line_chart, rounds_chart
from jigi.drawing.figures import number, round_below
from jigi.drawing.map import MapFeature, draw_map
from jigi.drawing.outline import rough_outline
from jigi.drawing.palette import HEX
from jigi.geography.gazetteer import areas
from jigi.geography.polygons import locate

SVG = "{http://www.w3.org/2000/svg}"


def features(level: str, count: int | None = None) -> list[MapFeature]:
    found = [area for area in areas("COD2019") if area.level == level][:count]
    return [MapFeature(a.name, 10.0 * i, f"/lieux/{a.code}/", a.longitude, a.latitude) for i, a in enumerate(found)]


def country() -> list[list[list[list[float]]]]:
    communes = [area for area in areas("COD2019") if area.level == "commune"]
    return rough_outline([(a.longitude or 0.0, a.latitude or 0.0, a.area_km2 or 0.0) for a in communes])


def square(x: float, y: float) -> list[list[list[list[float]]]]:
    return [[[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]]]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_a_map_of_regions_and_one_of_121_communes_are_light() -> None:
    for shown in (features("region"), features("commune", 121)):
        svg = draw_map(shown, title="Ménages", unit="ménages", ground=[country()])
        assert len(gzip.compress(svg.encode())) < 25_000


def test_every_place_is_a_link_that_says_its_name_and_value() -> None:
    svg = draw_map([MapFeature("San & <Sy>", 71_000, "/x/?a=1&b=2", -5, 13)], title="t", unit="ménages")
    link = next(parsed(svg).iter("a"))
    assert link.get("href") == "/x/?a=1&b=2"
    assert link.get("aria-label") == link.findtext("title") == "San & <Sy> : 71\u202f000 ménages"


def test_circles_have_surfaces_in_proportion_and_the_largest_is_drawn_first() -> None:
    svg = draw_map([MapFeature("A", 100, "", -5, 13), MapFeature("B", 400, "", -6, 13)], title="t")
    large, small = [float(c.get("r", "0")) for c in parsed(svg).iter("circle")][:2]
    assert (large / small) ** 2 == pytest.approx(4, rel=0.02)


def test_a_map_has_a_name_a_description_and_the_right_role() -> None:
    svg = parsed(draw_map(features("region"), title="Ménages", description="Par région"))
    names = {element.get("id"): element.text for element in svg if element.get("id")}
    assert [names[i] for i in svg.get("aria-labelledby", "").split()] == ["Ménages", "Par région"]
    assert svg.get("role") == "group"
    assert parsed(draw_map([MapFeature("A", 1, "", -5, 13)], title="t")).get("role") == "img"


def test_areas_are_filled_by_class_once_all_have_limits() -> None:
    filled = [MapFeature(str(i), float(i), shape=square(i, 12)) for i in range(10)]
    shades = re.findall(r'fill-opacity="([\d.]+)" stroke', draw_map(filled, title="t", shapes=True))
    assert len(shades) == 10
    assert shades == sorted(shades)
    assert len(set(shades)) == 5
    lacking = [*filled, MapFeature("sans limites", 3, "", 0, 12)]
    assert "<circle" in draw_map(lacking, title="t", shapes=True)


def test_an_unknown_value_is_neither_zero_nor_a_class() -> None:
    svg = draw_map([MapFeature("A", None, shape=square(0, 12))], title="t", shapes=True)
    assert "A : non connu" in svg
    assert "fill-opacity" not in svg


def test_nothing_to_draw_is_still_a_drawing() -> None:
    parsed(draw_map([], title="t"))
    parsed(draw_map([MapFeature("A", 0, "", -5, 13)], title="t"))
    parsed(rounds_chart([], title="t"))
    parsed(bars_chart([], title="t"))


def test_a_page_gets_variables_and_a_file_of_its_own_gets_colours() -> None:
    bars = [Bar("Kayes", 3)]
    for page, alone in (
        (draw_map(features("region"), title="t"), draw_map(features("region"), title="t", standalone=True)),
        (bars_chart(bars, title="t"), bars_chart(bars, title="t", standalone=True)),
    ):
        assert "var(--earth)" in page
        assert not any(value in page for value in HEX.values())
        assert HEX["earth"] in alone
        assert "var(" not in alone
        assert parsed(alone).tag == f"{SVG}svg"


def test_the_rough_outline_is_one_closed_ring_around_the_communes() -> None:
    outline = country()
    assert [ring[0] == ring[-1] for polygon in outline for ring in polygon] == [True]
    communes = [(a.longitude or 0.0, a.latitude or 0.0) for a in areas("COD2019") if a.level == "commune"]
    assert all(locate(communes, [("Mali", outline)]))
    assert rough_outline([]) == []


def test_a_chart_of_rounds_stacks_what_became_of_the_orders() -> None:
    svg = rounds_chart([RoundBar("T1", 16_840, 880, 12), RoundBar("T2", 17_000, 700, 0)], title="Ordres")
    root = parsed(svg)
    assert root.findtext("title") == "Ordres"
    assert "T1 : 16840 payés, 880 absents, 12 reversés" in (root.findtext("desc") or "")
    assert "graphics-" not in svg
    for name in ("leaf", "sun", "night"):
        assert f"var(--{name})" in svg
    assert "15\u00a0000" in svg.replace("\u202f", "\u00a0")


def test_charts_of_lines_and_bars_write_french_numbers() -> None:
    assert "17\u00a0240" in bars_chart([Bar("Kayes", 17_240)], title="t").replace("\u202f", "\u00a0")
    assert "12,5" in bars_chart([Bar("Kayes", 12.5)], title="t")
    assert "var(--earth)" in line_chart([Bar("2014", 3), Bar("2015", 5)], title="t")


@pytest.mark.parametrize(("value", "text"), [(71_000, "71\u202f000"), (0.4, "0,4"), (-3, "−3"), (1234.5, "1\u202f234")])
def test_numbers_are_written_the_french_way(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("value", "below"), [(1, 1), (999, 500), (17_240, 10_000), (0.7, 0.5), (20, 20)])
def test_round_numbers_below(value: float, below: float) -> None:
    assert round_below(value) == pytest.approx(below)


def test_the_palette_is_that_of_the_style_sheet(shared: Path) -> None:
    css = (shared / "design" / "ui" / "jigi.css").read_text("utf-8")
    assert {name: re.search(rf"--{name}:(#\w+)", css)[1] for name in HEX} == HEX  # type: ignore[index]
