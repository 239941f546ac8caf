"""Polygons: soundness, the point inside, the centre, the outline with fewer points."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.geography.polygons import area_and_centroid, contains, locate, multipolygon, problem, simplified

SQUARE = [[[0.0, 12.0], [4.0, 12.0], [4.0, 16.0], [0.0, 16.0], [0.0, 12.0]]]
HOLE = [[1.0, 13.0], [2.0, 13.0], [2.0, 14.0], [1.0, 14.0], [1.0, 13.0]]


def polygon(rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": rings}


def test_a_sound_polygon_has_no_problem() -> None:
    assert problem(polygon(SQUARE)) == ""
    assert problem({"type": "MultiPolygon", "coordinates": [SQUARE, [*SQUARE, HOLE]]}) == ""


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (None, "ni un polygone"),
        ({"type": "Point", "coordinates": [0, 14]}, "ni un polygone"),
        (polygon([]), "liste d’anneaux"),
        (polygon([HOLE[:3]]), "moins de quatre points"),
        (polygon([HOLE[:4]]), "pas fermé"),
        (polygon([[[1, 13], [2, "x"], [2, 14], [1, 13]]]), "pas un nombre"),
        (polygon([[[1, 13], [math.inf, 13], [2, 14], [1, 13]]]), "pas un nombre"),
        (polygon([[[1, 13], [10**400, 13], [2, 14], [1, 13]]]), "hors du pays"),
        (polygon([[[13, 1], [13, 2], [14, 2], [13, 1]]]), "hors du pays"),
    ],
)
def test_what_is_wrong_is_said_in_french(geometry: object, said: str) -> None:
    assert said in problem(geometry)


def test_a_point_in_a_hole_is_outside() -> None:
    shape = [[*SQUARE, HOLE]]
    inside = contains(shape, np.array([[0.5, 12.5], [1.5, 13.5], [5.0, 13.0]]))
    assert inside.tolist() == [True, False, False]


def test_points_are_located_in_the_first_shape_that_holds_them() -> None:
    shapes = [("hole", [[HOLE]]), ("square", [SQUARE])]
    assert locate([(1.5, 13.5), (3.0, 15.0), (-3.0, 15.0)], shapes) == ["hole", "square", None]
    assert locate([], shapes) == []


def test_the_centre_of_a_square_with_a_hole_leans_away_from_it() -> None:
    surface, longitude, latitude = area_and_centroid([[*SQUARE, HOLE]])
    assert surface == pytest.approx(15)
    assert (longitude, latitude) == pytest.approx(((2 * 16 - 1.5) / 15, (14 * 16 - 13.5) / 15))


@given(st.lists(st.floats(0.5, 3), min_size=8, max_size=60), st.floats(0.001, 0.2))
def test_a_simplified_outline_strays_no_further_than_told(radii: list[float], tolerance: float) -> None:
    angles = [2 * math.pi * i / len(radii) for i in range(len(radii))]
    ring = [[r * math.cos(a), 15 + r * math.sin(a)] for r, a in zip(radii, angles, strict=True)]
    ring.append(ring[0])
    kept = simplified([[ring]], tolerance, decimals=9)[0][0]
    assert kept[0] == kept[-1]
    for point in ring:
        assert min(_away(point, a, b) for a, b in pairwise(kept)) <= tolerance + 1e-6


def test_islands_too_small_to_be_seen_go_but_never_all() -> None:
    islet = [[[1.0, 13.0], [1.001, 13.0], [1.001, 13.001], [1.0, 13.0]]]
    assert len(simplified([SQUARE, islet], 0.01)) == 1
    assert len(simplified([islet], 0.01)) == 1


def test_a_polygon_and_a_multipolygon_are_read_alike() -> None:
    assert multipolygon(polygon(SQUARE)) == multipolygon({"type": "MultiPolygon", "coordinates": [SQUARE]})


def _away(point: list[float], start: list[float], end: list[float]) -> float:
    """Distance from a point to a segment."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = max(0.0, min(1.0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length)) if length else 0.0
    return math.hypot(px - ax - along * (bx - ax), py - ay - along * (by - ay))
