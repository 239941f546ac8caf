"""The counters by SQL are a plain count in Python, whatever was given, merged and moved."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.models import User
from jigi.registry.models import Household, Membership
from jigi.schemes import queries
from jigi.schemes.models import Scheme
from jigi.schemes.queries import Coverage, Figures, Period
from tests.factories import Areas, make_households
from tests.schemes.giving import give, make_scheme, merge

pytestmark = pytest.mark.django_db
DAYS = st.dates(date(2016, 1, 1), date(2016, 6, 30))


class Given(NamedTuple):
    """A benefit drawn: from which scheme, to which household (by rank), whether to a person, in which days."""

    scheme: int
    household: int
    named: bool
    amount_xof: int | None
    begins: date
    ends: date | None


GIFTS = st.builds(
    Given,
    st.integers(0, 1),
    st.integers(0, 4),
    st.booleans(),
    st.none() | st.integers(1, 90_000),
    DAYS,
    st.none() | DAYS,
)


def _written(gifts: list[Given], schemes: list[Scheme], households: list[int], by: User) -> list[Given]:
    """Write the gifts; returns them as written, the household by its number."""
    kept = []
    for rank, gift in enumerate(gifts):
        number = households[gift.household]
        ends = max(gift.ends, gift.begins) if gift.ends else None
        person = Membership.objects.get(household=number, relation="head").person_id if gift.named else None
        measure = {} if gift.amount_xof else {"quantity": 1, "unit": "carte"}
        give(
            schemes[gift.scheme], number, f"R{rank}", by, nature="coverage", amount_xof=gift.amount_xof,
            given_from=gift.begins, given_to=ends, person_id=person, **measure,
        )  # fmt: skip
        kept.append(gift._replace(household=number, ends=ends))
    return kept


def _counted(gifts: list[Given], became: dict[int, int]) -> Figures:
    return Figures(
        len({became.get(gift.household, gift.household) for gift in gifts}),
        len({gift.household for gift in gifts if gift.named}),
        len(gifts),
        sum(gift.amount_xof or 0 for gift in gifts),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gifts=st.lists(GIFTS, max_size=12), merged=st.integers(0, 2), since=DAYS, until=DAYS)
def test_the_database_counts_as_a_person_would(
    areas: Areas, officer: User, gifts: list[Given], merged: int, since: date, until: date
) -> None:
    with transaction.atomic():
        schemes = [make_scheme("A"), make_scheme("B")]
        households = [*make_households(3, areas.villages[0]), *make_households(2, areas.villages[2])]
        written = _written(gifts, schemes, households, officer)
        became = {}
        for one in range(merged):  # the first becomes the second, which becomes the third
            merge(households[one], into=households[one + 1])
            became = {households[n]: households[one + 1] for n in range(one + 1)}
        period = Period(since, until)
        meant = [g for g in written if g.begins <= until and (g.ends is None or g.ends >= since)]
        _compare(schemes, areas, households, meant, became, period)
        transaction.set_rollback(True)


def _compare(
    schemes: list[Scheme],
    areas: Areas,
    households: list[int],
    meant: list[Given],
    became: dict[int, int],
    period: Period,
) -> None:
    first, second = (area.pk for area in areas.communes)
    of = [[g for g in meant if schemes[g.scheme] == one] for one in schemes]
    assert queries.total(schemes, [first, second], period) == _counted(meant, became)
    assert queries.by_scheme(schemes, [first, second], period) == {
        one.pk: _counted(own, became) for one, own in zip(schemes, of, strict=True) if own
    }
    here = {first: [g for g in of[0] if g.household in households[:3]]}
    here[second] = [g for g in of[0] if g.household in households[3:]]
    assert queries.by_commune(schemes[0], [first, second], period) == {
        pk: _counted(own, became) for pk, own in here.items() if own
    }
    months = {g.begins.replace(day=1) for g in of[0]}
    assert queries.by_month(schemes[0], [first, second], period) == {
        month: _counted([g for g in of[0] if g.begins.replace(day=1) == month], became) for month in months
    }
    served = [{became.get(g.household, g.household) for g in own} for own in of]
    for one, expected in zip(schemes, served, strict=True):
        assert set(queries.served(one, period).values_list("pk", flat=True)) == expected
    both = queries.served(schemes[0], period).filter(pk__in=queries.served(schemes[1], period).values("pk"))
    assert queries.count_in(both, [first, second]) == len(served[0] & served[1])
    active = Household.objects.filter(status="active").count()
    expected = Coverage(len(served[0] | served[1]), len(served[0] & served[1]), active)
    assert queries.coverage([first, second], period) == expected


def test_a_household_is_made_of_those_merged_into_it(households: list[int]) -> None:
    merge(households[0], into=households[1])
    merge(households[1], into=households[2])
    parts = queries.made_of(Household.objects.get(pk=households[2]))
    assert set(parts.values_list("pk", flat=True)) == set(households)


def test_the_shipped_schemes_are_loaded_once(officer: User) -> None:
    from jigi.schemes.actions import load_schemes

    assert load_schemes(by=officer) >= 15 and load_schemes(by=officer) == 0
    assert Scheme.objects.get(code="AMO").kind == "contributory"
    assert not Scheme.objects.filter(unsure="", kind="contributory").exists()
