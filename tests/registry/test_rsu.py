"""The RSU number is checked: a digit wrong or two neighbours swapped is no number."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import assume, given
from hypothesis import strategies as st

from jigi.registry.rsu import card_text, check_digits, digits_of, is_number

SERIALS = st.integers(0, 99_999_999).map(lambda serial: f"{serial:08}")


@given(serial=SERIALS)
def test_a_number_with_its_check_digits_is_one(serial: str) -> None:
    assert is_number(serial + check_digits(serial))
    assert sum(is_number(f"{serial}{check:02}") for check in range(100)) == 1


@given(serial=SERIALS, place=st.integers(0, 9), digit=st.sampled_from("0123456789"))
def test_one_digit_wrong_is_refused(serial: str, place: int, digit: str) -> None:
    number = serial + check_digits(serial)
    assume(number[place] != digit)
    assert not is_number(number[:place] + digit + number[place + 1 :])


@given(serial=SERIALS, place=st.integers(0, 8))
def test_two_neighbours_swapped_are_refused(serial: str, place: int) -> None:
    number = serial + check_digits(serial)
    assume(number[place] != number[place + 1])
    assert not is_number(number[:place] + number[place + 1] + number[place] + number[place + 2 :])


@pytest.mark.parametrize("text", ["", "482719306", "48271930666", "482719306x", "٤٨٢٧١٩٣٠٦٦"])
def test_what_is_not_ten_digits_is_no_number(text: str) -> None:
    assert not is_number(text)


@given(serial=SERIALS)
def test_a_card_and_a_typed_number_give_the_same_digits(serial: str) -> None:
    number = serial + check_digits(serial)
    printed = f"{number[:4]}-{number[4:8]}-{number[8:]}"
    assert digits_of(card_text(number)) == digits_of(f" {printed} ") == number
    assert card_text(number) == f"RSU1:{number}"


@pytest.mark.django_db
def test_the_numbers_that_the_database_draws_are_checked_by_the_same_rule() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT jigi_rsu_number() FROM generate_series(1, 500)")
        drawn = [number for (number,) in cursor.fetchall()]
    assert all(is_number(number) and check_digits(number[:8]) == number[8:] for number in drawn)
    assert len(set(drawn)) == 500
