"""Ranking, evidence, graduation: the rules, and SQL that equals them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from jigi.delivery.grants.rules import (
    Candidate,
    Evidence,
    GraduationNeeds,
    Needs,
    SelectionTerms,
    Story,
    asked_back_xof,
    holds_back,
    lacks,
    lowest_xof,
    rank,
    seats,
)
from jigi.foundation.bulk import statement

TIES = ("woman", "criterion:need", "first_come")
TERMS = SelectionTerms(50, 100, 3, 2, TIES, seats=2)


def candidate(order: int, need: int, other: int, **said: object) -> Candidate:
    facts = {"members": 3, "days": 2, "woman": False, **said}
    return Candidate(order, points={"need": need, "other": other}, order=order, **facts)  # type: ignore[arg-type]


def test_the_best_scores_take_the_seats_and_the_others_wait() -> None:
    found = rank([candidate(1, 100, 100), candidate(2, 120, 100), candidate(3, 150, 100)], TERMS)
    assert [(p.application, p.verdict, p.rank, p.score_milli) for p in found] == [
        (3, "selected", 1, 83_333), (2, "selected", 2, 73_333), (1, "waiting", 3, 66_666),
    ]  # fmt: skip


def test_ties_are_decided_one_after_the_other_and_said() -> None:
    found = rank(
        [candidate(1, 100, 100), candidate(2, 100, 100), candidate(3, 90, 110, woman=True), candidate(4, 110, 90)],
        TERMS,
    )
    assert [(p.application, p.tied_by) for p in found] == [
        (3, ""), (4, "woman"), (1, "criterion:need"), (2, "first_come"),
    ]  # fmt: skip


def test_who_is_untrained_unscored_or_below_is_not_ranked() -> None:
    found = rank(
        [candidate(1, 200, 100, days=1), candidate(2, 200, 100, members=2), candidate(3, 149, 0), candidate(4, 150, 0)],
        TERMS,
    )
    assert [(p.application, p.verdict, p.rank) for p in found] == [
        (4, "selected", 1), (1, "untrained", 0), (2, "unscored", 0), (3, "below", 0),
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 4), st.integers(0, 3), st.booleans()), max_size=12
    ),
    st.integers(0, 5), st.randoms(),
)  # fmt: skip
def test_a_ranking_gives_no_seat_twice_and_depends_on_no_order(rows, free, chance) -> None:  # type: ignore[no-untyped-def]
    told = [
        Candidate(n, members, {"need": points * members}, days, woman, n)
        for n, (points, members, days, woman) in enumerate(rows)
    ]
    terms = SelectionTerms(20, 30, 2, 1, TIES, free)
    found = rank(told, terms)
    assert sorted(one.application for one in found) == list(range(len(rows)))
    ranks = [one.rank for one in found if one.rank]
    assert ranks == list(range(1, len(ranks) + 1))
    assert sum(one.verdict == "selected" for one in found) == min(free, len(ranks))
    chance.shuffle(told)
    assert rank(told, terms) == found


def test_places_and_budget_leave_the_seats() -> None:
    assert (seats(10, 1_200_000, 120_000), seats(10, 1_199_999, 120_000)) == (10, 9)


AMOUNTS = st.integers(0, 100_000)
SMALL = st.integers(0, 4)
EVIDENCE = st.builds(
    Evidence, training_days=SMALL, visits=SMALL, receipts_xof=AMOUNTS, photos=SMALL, before_xof=AMOUNTS,
    days_since=st.none() | st.integers(0, 90),
)  # fmt: skip
NEEDS = st.builds(
    Needs, number=st.integers(1, 3), training_days=SMALL, visits=SMALL, receipts_percent=st.integers(0, 100),
    photos=SMALL, after_days=st.integers(0, 90),
)  # fmt: skip
_TOLD = """
WITH evidence AS (SELECT 1 AS instalment_id, %s::int AS training_days, %s::int AS visits,
    %s::bigint AS receipts_xof,
    %s::int AS photos, %s::bigint AS before_xof, %s::int AS days_since, %s::int AS number,
    %s::int AS needs_training_days,
    %s::int AS needs_visits, %s::int AS needs_receipts_percent, %s::int AS needs_photos, %s::int AS needs_after_days)
"""


@pytest.mark.django_db
@given(EVIDENCE, NEEDS)
def test_the_database_lacks_what_the_rule_lacks(evidence: Evidence, needs: Needs) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD + statement("delivery", "grants_lacks"), [
            evidence.training_days, evidence.visits, evidence.receipts_xof, evidence.photos, evidence.before_xof,
            evidence.days_since, needs.number, needs.training_days, needs.visits, needs.receipts_percent, needs.photos,
            needs.after_days,
        ])  # fmt: skip
        assert tuple(cursor.fetchone()[1]) == lacks(evidence, needs)


def test_a_household_graduates_when_every_fact_says_so() -> None:
    needs = GraduationNeeds(12, 25, 60_000)
    whole = Story(12, True, 20_000, 25_000, 60_000, True)
    assert holds_back(whole, needs) == ()
    for change, why in (
        ({"months": 11}, "12 mois depuis"), ({"running": False}, "ne tourne plus"),
        ({"income_after_xof": 24_999}, "25 %"), ({"assets_xof": 59_999}, "60000 FCFA"),
        ({"released_all": False}, "toutes les tranches"), ({"running": None}, "visite des 12 mois"),
        ({"income_before_xof": None}, "revenu d’avant"),
    ):  # fmt: skip
        found = holds_back(Story(**{**whole.__dict__, **change}), needs)
        assert len(found) == 1 and why in found[0]


def test_what_is_asked_back_and_the_lowest_of_a_purse() -> None:
    assert (asked_back_xof(48_001, 50), asked_back_xof(48_000, 0)) == (24_000, 0)
    assert lowest_xof([(0, 30_000), (20_000, 25_000), (50_000, 10_000)], 48_000) == 13_000
    assert date(2018, 1, 1) + timedelta(days=330) == date(2018, 11, 27)
