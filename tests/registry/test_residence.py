"""Nobody lives in two households on the same day, unless it is declared."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from jigi.registry.models import Membership
from tests.factories import make_commune, make_households, make_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def homes() -> tuple[Membership, int]:
    """A child of one household, and another household."""
    first, second = make_households(2, make_village(make_commune("ML010501")))
    child = Membership.objects.get(household_id=first, relation="child")
    Membership.objects.filter(pk=child.pk).update(started_on=date(2020, 1, 1))
    return child, second


def lives(child: Membership, household: int, since: date, until: date | None = None, **said: object) -> Membership:
    return Membership.objects.create(
        person=child.person,
        household_id=household,
        line=9,
        relation="fostered",
        started_on=since,
        ended_on=until,
        **said,
    )


@pytest.mark.parametrize(
    ("since", "until"),
    [(date(2019, 6, 1), date(2020, 1, 2)), (date(2021, 1, 1), date(2021, 2, 1)), (date(2021, 1, 1), None)],
)
def test_a_day_lived_twice_is_refused(homes: tuple[Membership, int], since: date, until: date | None) -> None:
    child, other = homes
    with pytest.raises(IntegrityError, match=r"même jour|one_household_at_a_time"), transaction.atomic():
        lives(child, other, since, until)


def test_the_day_one_leaves_is_the_day_one_arrives(homes: tuple[Membership, int]) -> None:
    child, other = homes
    lives(child, other, date(2019, 1, 1), date(2020, 1, 1))
    Membership.objects.filter(pk=child.pk).update(ended_on=date(2022, 1, 1), end_reason="departure")
    lives(child, other, date(2022, 1, 1))


def test_a_past_stay_is_not_stretched_over_another(homes: tuple[Membership, int]) -> None:
    child, other = homes
    before = lives(child, other, date(2019, 1, 1), date(2019, 12, 1))
    with pytest.raises(IntegrityError, match="même jour"), transaction.atomic():
        Membership.objects.filter(pk=before.pk).update(ended_on=date(2020, 3, 1))


def test_a_shared_life_is_declared(homes: tuple[Membership, int]) -> None:
    child, other = homes
    lives(child, other, date(2021, 1, 1), shared=True)
    with pytest.raises(IntegrityError, match="once_in_a_household"), transaction.atomic():
        lives(child, other, date(2022, 1, 1), shared=True)


def test_each_recipient_unit_has_one_recipient(homes: tuple[Membership, int]) -> None:
    child, _ = homes
    Membership.objects.filter(pk=child.pk).update(role="recipient", unit=2)
    with pytest.raises(IntegrityError, match="one_recipient"), transaction.atomic():
        Membership.objects.filter(pk=child.pk).update(unit=1)
