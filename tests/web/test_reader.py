"""What an address or a form gives for a number."""

from __future__ import annotations

import pytest

from jigi.web.reader import number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("", 0), ("x", 0), ("-1", 0), ("²", 0), ("٣", 0), ("9" * 18, int("9" * 18)), ("9" * 5_000, 0)],
)
def test_a_number_or_none_and_never_an_error(text: str, number: int) -> None:
    assert number_in(text) == number
