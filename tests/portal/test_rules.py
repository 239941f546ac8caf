"""What is published tells nobody: small cells are hidden, and no arithmetic of the published ones gives them back."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.portal.rules import Cell, K, Leaf, Shown, cells_of, is_close, is_small, last_settled_year, published
from tests.portal.attack import bounds, determined, drawn_year, forms, query, recovers

QUERIES = 10_000


def _year(*regions: tuple[int, ...]) -> list[Cell]:
    """A country (0) of regions (1, 2...) of communes (100, 101... of the first) with so many households each."""
    return cells_of(
        Leaf((0, region, region * 100 + at), count, count * 30_000)
        for region, counts in enumerate(regions, 1)
        for at, count in enumerate(counts)
    )


def _hidden(cells: list[Cell]) -> set[int]:
    return {one.place for one in published(cells) if one.households is None}


def test_where_nobody_is_few_everything_is_told() -> None:
    cells = _year((10, 250), (40, 12))
    assert [(one.households, one.paid_xof) for one in published(cells)] == [(c.households, c.paid_xof) for c in cells]


def test_a_small_commune_is_hidden_with_the_smallest_beside_it() -> None:
    assert _hidden(_year((3, 40, 12, 500), (200, 300))) == {100, 102}


def test_an_amount_is_hidden_with_its_count() -> None:
    assert all((one.households is None) == (one.paid_xof is None) for one in published(_year((3, 40, 12), (200,))))


def test_two_small_ones_that_together_are_few_take_a_third() -> None:
    assert _hidden(_year((3, 4, 60, 500), (200,))) == {100, 101, 102}


def test_two_hidden_communes_leave_each_other_ten_values_at_least() -> None:
    assert _hidden(_year((2, 9, 300), (50,))) == {100, 101, 102}
    assert _hidden(_year((3, 9, 300), (50,))) == {100, 101}


def test_a_region_of_one_small_commune_is_hidden_with_a_whole_region_beside_it() -> None:
    assert _hidden(_year((5,), (80, 20), (900,))) == {1, 100, 2, 200, 201}


def test_a_country_of_few_is_not_told_at_all() -> None:
    assert _hidden(_year((3,), (4,))) == {0, 1, 2, 100, 200}


def test_a_place_where_nobody_was_paid_has_no_cell() -> None:
    assert [one.place for one in _year((0, 15))] == [0, 1, 101]


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
counts = st.one_of(st.integers(0, 25), st.integers(0, 1_000))
years = st.lists(st.lists(counts, max_size=6), min_size=1, max_size=5)


@patient
@given(years, st.integers(2, 12))
def test_no_hidden_cell_is_bounded_to_less_than_k(regions: list[list[int]], k: int) -> None:
    cells = cells_of(
        Leaf((0, region, region * 100 + at), n, n) for region, own in enumerate(regions, 1) for at, n in enumerate(own)
    )
    shown = published(cells, k)
    assert all(one.households is None or one.households >= k for one in shown)
    assert all(most - least >= k for least, most in bounds(cells, shown).values())
    assert not determined(forms(cells), shown)


@patient
@given(years)
def test_what_is_shown_is_true_and_nothing_is_hidden_without_a_small_cell(regions: list[list[int]]) -> None:
    cells = _year(*map(tuple, regions))
    shown = published(cells)
    assert all(one.households in (None, cell.households) for one, cell in zip(shown, cells, strict=True))
    if all(cell.households >= K for cell in cells):
        assert all(one.households is not None for one in shown)


def _only_the_small(cells: list[Cell]) -> list[Shown]:
    """What publishing would be without the complement: the attack must see through it."""
    return [
        Shown(c.place, c.inside, *((None, None) if c.households < K else (c.households, c.paid_xof))) for c in cells
    ]


@pytest.mark.parametrize("complete", [True, False])
def test_ten_thousand_differences_recover_nobody(complete: bool) -> None:
    """Ten years, a thousand queries each; without the complement the same queries find people."""
    draw, found, asked, solved = random.Random(8), 0, 0, 0
    for _ in range(10):
        cells = drawn_year(draw)
        shown = published(cells) if complete else _only_the_small(cells)
        told, truth = forms(cells), {one.place: one.households for one in cells}
        for _ in range(QUERIES // 10):
            found += recovers(query(draw, told, shown), truth, K)
            asked += 1
        solved += len(determined(told, shown))
    assert asked == QUERIES
    assert (found == 0) is (solved == 0) is complete


def test_a_year_is_settled_from_april_of_the_next() -> None:
    assert last_settled_year(date(2026, 3, 31)) == 2024
    assert last_settled_year(date(2026, 4, 1)) == 2025


def test_a_share_is_small_by_either_side() -> None:
    assert is_small(3) and is_small(3, 100) and is_small(98, 100)
    assert not is_small(0) and not is_small(0, 100) and not is_small(50, 100)


def test_a_count_close_to_another_would_tell_their_difference() -> None:
    assert is_close(88, [500, 84]) and is_close(84, [88])
    assert not is_close(84, [84]) and not is_close(94, [84]) and not is_close(84, [])
