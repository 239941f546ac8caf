"""Sizes of samples and estimates, held to published figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.verification.rules import Precision, Village, cluster_estimate, sample_size, simple_estimate


@pytest.mark.parametrize(
    ("population", "wanted", "size"),
    [
        # Krejcie and Morgan (1970), table 1, rounded up: 95 %, 5 points, one half.
        (10, Precision(), 10), (100, Precision(), 80), (1_000, Precision(), 278), (1_000_000, Precision(), 384),
        (1_000_000, Precision(confidence=99), 664), (1_000_000, Precision(margin=2), 2_396),
        (1_000_000, Precision(expected=10), 139), (1_000_000, Precision(effect=2), 768), (0, Precision(), 0),
    ],
)  # fmt: skip
def test_the_size_of_a_sample(population: int, wanted: Precision, size: int) -> None:
    assert sample_size(population, wanted) == size


def test_the_interval_of_a_simple_sample() -> None:
    # Newcombe (1998), table I, method 3: 81 of 263, and 0 of 20, at 95 %.
    found = simple_estimate(263, 81, 10**9, 95)
    assert found and (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    none = simple_estimate(20, 0, 10**9, 95)
    assert none and (none.low, round(none.high, 4)) == (0.0, 0.1611)
    assert simple_estimate(0, 0, 100, 95) is None


@given(population=st.integers(1, 5_000), data=st.data())
def test_an_interval_holds_its_share_and_closes_when_all_were_asked(population: int, data: st.DataObject) -> None:
    asked = data.draw(st.integers(1, population))
    found = simple_estimate(asked, data.draw(st.integers(0, asked)), population, 95)
    assert found and 0 <= found.low <= found.share + 1e-9 and found.share - 1e-9 <= found.high <= 1
    assert asked < population or found.low == found.high == found.share


def test_a_large_village_weighs_as_much_as_it_holds() -> None:
    found = cluster_estimate([Village(90, 5, 5), Village(10, 5, 0)], 40, 95)
    assert found and round(found.share, 2) == 0.9 and found.low < 0.9


def test_villages_that_all_say_the_same_leave_no_doubt_and_one_village_all_of_it() -> None:
    same = cluster_estimate([Village(50, 5, 5), Village(30, 5, 5)], 40, 95)
    assert same and (same.low, same.share, same.high) == (1.0, 1.0, 1.0)
    alone = cluster_estimate([Village(50, 5, 3)], 40, 95)
    assert alone and (alone.low, alone.high) == (0.0, 1.0)
    assert cluster_estimate([], 40, 95) is None
