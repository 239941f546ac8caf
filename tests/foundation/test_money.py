"""Francs are written as a reader in Bamako expects, and split without losing one."""

from __future__ import annotations

import pytest

from jigi.foundation.money import format_xof, split_xof


@pytest.mark.parametrize(
    ("amount_xof", "written"),
    [
        (0, "0 FCFA"),
        (1, "1 FCFA"),
        (30_000, "30\u202f000 FCFA"),
        (9_180_000_000, "9\u202f180\u202f000\u202f000 FCFA"),
        (-1, "−1 FCFA"),
        (-30_000, "−30\u202f000 FCFA"),
    ],
)
def test_a_sum_is_written_with_its_spaces_and_its_sign(amount_xof: int, written: str) -> None:
    assert format_xof(amount_xof) == written
    assert format_xof(amount_xof, unit=False) == written.removesuffix(" FCFA")


def test_the_franc_that_is_left_goes_to_the_largest_remainder_not_to_the_largest_part() -> None:
    assert split_xof(5, [1, 2]) == [2, 3]
    assert split_xof(100, [6, 2, 2, 1]) == [55, 18, 18, 9]


def test_equal_remainders_are_served_in_order() -> None:
    assert split_xof(10, [1, 1, 1]) == [4, 3, 3]
    assert split_xof(11, [1, 1, 1]) == [4, 4, 3]


def test_a_part_without_weight_gets_nothing() -> None:
    assert split_xof(7, [0, 3, 0]) == [0, 7, 0]
