"""What the manual of the works computes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.delivery.works import rules
from jigi.delivery.works.manual import FILE, manual, read
from jigi.delivery.works.rules import Applicant, Rates, work_of
from jigi.foundation.errors import InputError

MARKS = st.text("PDTA.", min_size=14, max_size=14)


def test_a_line_is_worth_its_days_and_halves_and_tasks() -> None:
    assert work_of("PPDA..T", Rates(2_000, 2_500)) == rules.Work(7, 1, 7_500)


@given(MARKS, st.integers(1, 4_000), st.integers(0, 9_000))
def test_a_wage_is_the_sum_of_its_days(marks: str, half: int, task: int) -> None:
    rates = Rates(2 * half, task)
    assert work_of(marks, rates).amount_xof == sum(work_of(mark, rates).amount_xof for mark in marks)


def test_wages_keep_their_share() -> None:
    assert rules.keeps_wage_share(600, 300, 100, 60)
    assert not rules.keeps_wage_share(599, 301, 100, 60)


def test_women_have_their_places_first() -> None:
    people = [Applicant(n, woman=n > 8) for n in range(1, 11)]
    chosen, rest = rules.draw(people, seed="7", places=5, women=2)
    assert {9, 10} <= set(chosen) and len(chosen) == 5 and len(rest) == 5


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 30), st.integers(0, 30), st.text(max_size=8))
def test_a_draw_takes_everybody_once_and_forgets_no_woman(women: list[bool], places: int, kept: int, seed: str) -> None:
    people = [Applicant(n, woman) for n, woman in enumerate(women, 1)]
    chosen, rest = rules.draw(people, seed=seed, places=places, women=min(kept, places))
    assert sorted(chosen + rest) == [one.number for one in people]
    assert len(chosen) == min(places, len(people))
    assert sum(women[n - 1] for n in chosen) >= min(kept, places, sum(women))
    assert (chosen, rest) == rules.draw(reversed(people), seed=seed, places=places, women=min(kept, places))


def test_a_ranking_goes_by_points_and_by_ticket_among_equals() -> None:
    people = [Applicant(1, False, 2), Applicant(2, False, 5), Applicant(3, False, 2)]
    chosen, rest = rules.draw(people, seed="a", places=1, women=0, by_points=True)
    assert chosen == [2]
    assert rest == sorted([1, 3], key=lambda n: rules.ticket("a", n))


def test_an_adult_is_one_for_sure() -> None:
    assert rules.is_adult(date(1998, 3, 5), "day", date(2016, 3, 5))
    assert not rules.is_adult(date(1998, 3, 6), "day", date(2016, 3, 5))
    assert not rules.is_adult(date(1998, 1, 1), "year", date(2016, 12, 30))
    assert rules.is_adult(date(1998, 1, 1), "about", date(2016, 12, 31))
    assert rules.is_adult(date(1998, 12, 1), "month", date(2016, 12, 31))


def test_swapped_lines_are_seen() -> None:
    assert rules.swapped({1: "PPA", 2: "APP", 3: "PPP"}, {1: "APP", 2: "PPA", 3: "PPP"}) == [(1, 2)]


def test_a_week_entered_for_another_is_seen() -> None:
    first = {1: "PPPAAPP" + "." * 7, 2: "APAPAPP" + "." * 7}
    second = {1: "." * 7 + "PPPAAPP", 2: "." * 7 + "APAPAPP"}
    assert rules.shifted(first, second) == 7
    assert rules.shifted(second, first) == -7 and rules.shifted(first, first) == 0
    assert rules.shifted({1: "PPA.PPA.", 2: "AP......"}, {1: ".PPA.PPA", 2: ".AP....."}) == 1
    weeks = {1: "APPPPP.PPPPPP.", 2: "PPPPPP.PPPPAD."}  # two lines exchanged are no slip
    assert rules.shifted(weeks, {1: weeks[2], 2: weeks[1]}) == 0


def test_the_sheet_of_last_week_entered_again_is_seen() -> None:
    before = {1: "PPPAAPP", 2: "APAPAPP"}
    assert rules.same_as_before(dict(before), before)
    assert not rules.same_as_before({1: "PPPPPPP", 2: "PPPPPPP"}, {1: "PPPPPPP", 2: "PPPPPPP"})


def test_a_cell_says_what_people_write() -> None:
    assert [rules.mark_of(text) for text in ("p", "X", " ½ ", "0,5", "a", "", "?")] == [
        "P",
        "P",
        "D",
        "D",
        "A",
        ".",
        None,
    ]


def test_the_reviewed_file_is_read() -> None:
    assert manual().kinds["bunds"].measure == "m" and "children" in manual().forbidden


@pytest.mark.parametrize(
    ("was", "lie", "line"),
    [
        ("day_rate_xof = 2000", "day_rate_xof = 2001", 7),
        ("cap_half_days = 180", "cap_half_days = 182", 8),
        ('code = "pond"', 'code = "bunds"', 18),
        ('measure = "m3"', 'measure = "litres"', 20),
    ],
)
def test_a_mistake_in_the_reviewed_file_is_said_with_its_line(tmp_path: Path, was: str, lie: str, line: int) -> None:
    path = tmp_path / "works.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(was, lie), encoding="utf-8")
    with pytest.raises(InputError) as told:
        read(path)
    assert told.value.line == line
