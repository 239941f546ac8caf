"""The period of a payment: read from its code, written in French, followed by the next."""

from __future__ import annotations

from datetime import date

import pytest

from jigi.foundation.periods import Period, french_date


@pytest.mark.parametrize(
    ("code", "start", "end", "said"),
    [
        ("2015T1", date(2015, 1, 1), date(2015, 3, 31), "1er trimestre 2015"),
        ("2015T2", date(2015, 4, 1), date(2015, 6, 30), "2e trimestre 2015"),
        ("2015T4", date(2015, 10, 1), date(2015, 12, 31), "4e trimestre 2015"),
        ("2015-01", date(2015, 1, 1), date(2015, 1, 31), "janvier 2015"),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29), "février 2016"),
        ("2015-12", date(2015, 12, 1), date(2015, 12, 31), "décembre 2015"),
        ("2015-03-04/2015-04-02", date(2015, 3, 4), date(2015, 4, 2), "du 4 mars 2015 au 2 avril 2015"),
        ("2015-03-01/2015-03-01", date(2015, 3, 1), date(2015, 3, 1), "du 1er mars 2015 au 1er mars 2015"),
        ("2015-01-01/2015-03-30", date(2015, 1, 1), date(2015, 3, 30), "du 1er janvier 2015 au 30 mars 2015"),
    ],
)
def test_a_code_a_span_of_days_and_a_french_name_are_one_period(code: str, start: date, end: date, said: str) -> None:
    period = Period.parse(code)
    assert period == Period(start, end)
    assert (period.code, str(period)) == (code, said)


@pytest.mark.parametrize(
    "code", ["", "2015", "2015T0", "2015T5", "2015-00", "2015-13", "15-03", "2015-03-04", "x2015T1"]
)
def test_what_is_no_period_is_refused_with_the_three_ways_to_write_one(code: str) -> None:
    with pytest.raises(ValueError, match="n’est pas une période : écrire 2015T1, 2015-03 ou"):
        Period.parse(code)


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="finir avant de commencer"):
        Period(date(2015, 3, 4), date(2015, 3, 3))


@pytest.mark.parametrize(
    ("code", "months", "after"),
    [("2015-11", 1, "2015-12"), ("2015-12", 1, "2016-01"), ("2014T4", 3, "2015T1"), ("2015T3", 3, "2015T4")],
)
def test_a_period_is_followed_by_one_of_its_kind(code: str, months: int, after: str) -> None:
    assert Period.parse(code).next(months=months).code == after


def test_the_first_of_a_month_is_the_first_in_french() -> None:
    assert (french_date(date(2015, 8, 1)), french_date(date(2015, 8, 2))) == ("1er août 2015", "2 août 2015")
