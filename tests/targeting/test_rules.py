"""Quotas that sum, and a ranking that always says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.errors import Refused
from jigi.targeting.rules import Candidate, Village, rank, sentence, share_places


def places(total: int, *villages: Village, poverty: float = 1, population: float = 1) -> list[int]:
    shared = share_places(total, villages, poverty_exponent=poverty, population_exponent=population)
    return [shared[village.id] for village in villages]


def test_places_follow_population_and_poverty():
    assert places(10, Village(1, 400, 0.5), Village(2, 600, 0.5)) == [4, 6]
    assert places(10, Village(1, 400, 0.9), Village(2, 600, 0.6)) == [5, 5]
    assert places(10, Village(1, 400, 0.9), Village(2, 600, 0.6), poverty=0) == [4, 6]
    assert places(10, Village(1, 100, 0.6), Village(2, 900, 0.4), population=0) == [6, 4]


def test_the_remainder_goes_to_the_largest_fraction_then_to_the_smallest_number():
    assert places(10, Village(1, 1, 1), Village(2, 1, 1), Village(3, 1, 1)) == [4, 3, 3]
    assert places(10, Village(1, 12, 1), Village(2, 9, 1), Village(3, 9, 1)) == [4, 3, 3]
    assert places(4, Village(1, 10, 1), Village(2, 19, 1), Village(3, 1, 1)) == [1, 3, 0]


def test_what_a_village_cannot_take_goes_to_the_others():
    villages = Village(1, 100, 1, limit=2), Village(2, 100, 1, limit=50), Village(3, 200, 1)
    assert places(20, *villages) == [2, 6, 12]


def test_more_places_than_listed_households_are_refused():
    with pytest.raises(Refused, match="qui en acceptent 7"):
        places(8, Village(1, 10, 1, limit=3), Village(2, 10, 1, limit=4))


def test_a_village_without_weight_gets_nothing_and_such_villages_hold_no_place():
    nobody, some = Village(1, 0, 0.5), Village(2, 100, 0.5)
    assert places(7, nobody, some) == [0, 7]
    with pytest.raises(Refused, match="7 places ne tiennent pas dans ces villages, qui en acceptent 0"):
        places(7, nobody)
    assert places(0, nobody) == [0]


@given(
    st.integers(0, 5_000),
    st.lists(st.tuples(st.integers(0, 90_000), st.floats(0, 1), st.none() | st.integers(0, 300)), max_size=12),
    st.floats(0, 2),
    st.floats(0, 2),
)
def test_places_always_sum_to_the_total_within_the_limits(total, figures, poverty, population):
    villages = [Village(i, *figure) for i, figure in enumerate(figures)]
    try:
        found = places(total, *villages, poverty=poverty, population=population)
    except Refused:
        return
    assert sum(found) == total
    assert all(v.limit is None or n <= v.limit for v, n in zip(villages, found, strict=True))


def test_the_poorest_are_chosen_and_ties_go_to_the_committee():
    listed = [Candidate(1, 3, 11.5), Candidate(2, 2, 11.2), Candidate(3, 1, 11.5), Candidate(4, 4, None)]
    found = rank(listed, places=2)
    assert [(o.household_id, o.position, o.selected, o.reason) for o in found] == [
        (2, 1, True, "within_quota"),
        (3, 2, True, "within_quota"),
        (1, 3, False, "beyond_quota"),
        (4, None, False, "no_score"),
    ]


def test_without_a_formula_the_committee_decides():
    found = rank([Candidate(1, 2, None), Candidate(2, 1, None)], places=1, by_committee=True)
    assert [(o.household_id, o.selected) for o in found] == [(2, True), (1, False)]


def test_no_place_selects_nobody():
    assert not any(outcome.selected for outcome in rank([Candidate(1, 1, 10.0)], places=0))


def test_the_reason_is_a_sentence():
    said = sentence("within_quota", village="Kaboila", position=1, ranked=41, places=12)
    assert said == "Retenu : 1er sur 41 dans Kaboila, pour 12 places."
    said = sentence("beyond_quota", village="Kaboila", position=3, ranked=41, places=1)
    assert said == "Non retenu : 3e sur 41 dans Kaboila, qui n’a que 1 place."
    assert "l’assemblée de Kaboila" in sentence("not_listed", village="Kaboila", position=None, ranked=0, places=1)
