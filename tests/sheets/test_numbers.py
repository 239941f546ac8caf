"""The number of a sheet: nobody guesses it, and a digit wrong or two swapped are seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.sheets.rules import code_text, digits_of, drawn_number, is_number, read_code, shown

NUMBERS = st.integers(0, 10**14 - 1).map(lambda serial: f"{serial:014}{98 - serial * 100 % 97:02}")


def test_drawn_numbers_check_and_differ() -> None:
    drawn = {drawn_number() for _ in range(500)}
    assert len(drawn) == 500 and all(map(is_number, drawn))


@given(NUMBERS, st.integers(0, 15), st.integers(1, 9))
def test_one_digit_wrong_is_seen(number: str, place: int, more: int) -> None:
    wrong = str((int(number[place]) + more) % 10)
    assert is_number(number) and not is_number(number[:place] + wrong + number[place + 1 :])


@given(NUMBERS, st.integers(0, 14))
def test_two_neighbours_swapped_are_seen(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not is_number(swapped)


@given(NUMBERS, st.integers(1, 99))
def test_what_a_square_says_is_read_back(number: str, page: int) -> None:
    assert read_code(code_text(number, page)) == (number, page)
    assert digits_of(shown(number)) == number


@pytest.mark.parametrize("text", ["", "RSU1:4827193066", "F1:0000000000000000:01", "F1:123:1", "https://exemple.ml/F1"])
def test_the_square_of_something_else_is_no_sheet(text: str) -> None:
    assert read_code(text) is None
