"""The register at an instant is what it was at that instant: drawn changes, and what a plain memory kept of each."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.bulk import counting_statements
from jigi.registry.models import Household, Identifier, LivingConditions, Membership, Person, Phone
from jigi.registry.then import LIVING, HouseholdThen, household_at, households_at
from tests.copies import copied
from tests.factories import make_commune, make_households, make_village

pytestmark = pytest.mark.django_db
Facts = dict[str, Any]


@pytest.fixture(autouse=True)
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests commit, in a copy of the database."""


@pytest.fixture(scope="module", autouse=True)
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), copied("alors"):
        yield


def make_household() -> Household:
    made = Household.objects.get(pk=make_households(1, make_village(make_commune("ML010501")))[0])
    LivingConditions.objects.create(household=made, collected_on=made.collected_on, water="tap", cattle=3)
    return made


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def memory_of(household: Household) -> Facts:
    """What a plain memory holds of a new household: its facts, and those of the members by their line."""
    members = {
        one.line: {"name": one.person.given_names, "absent": one.absent, "phones": _phones(one.person), "documents": 0}
        for one in household.memberships.select_related("person")
    }
    return {"size": household.size, "situation": household.situation, "water": "tap", "members": members, "gone": set()}


def remembered(then: HouseholdThen) -> Facts:
    members = {
        one.membership.line: {
            "name": one.person.given_names, "absent": one.membership.absent, "phones": sorted(one.phones),
            "documents": len(one.documents),
        }
        for one in (*then.members, *then.former)
    }  # fmt: skip
    water = then.conditions.water if then.conditions else None
    gone = {one.membership.line for one in then.former}
    return {"size": then.household.size, "situation": then.household.situation, "water": water, "members": members,
            "gone": gone}  # fmt: skip


def _phones(person: Person) -> list[str]:
    return sorted(one.masked for one in person.phones.all())


def change(household: Household, memory: Facts, what: str, line: int, value: int) -> None:
    """Make one change in the register and the same in the memory."""
    place = Membership.objects.filter(household=household, line=line)
    person, member = Person.objects.get(memberships__in=place), memory["members"][line]
    match what:
        case "size":
            Household.objects.filter(pk=household.pk).update(size=value + 1)
            memory["size"] = value + 1
        case "situation":
            memory["situation"] = ("resident", "pastoral")[value % 2]
            Household.objects.filter(pk=household.pk).update(situation=memory["situation"])
        case "water":
            LivingConditions.objects.filter(household=household).update(water=f"puits {value}")
            memory["water"] = f"puits {value}"
        case "name":
            Person.objects.filter(pk=person.pk).update(given_names=f"Awa {value}")
            member["name"] = f"Awa {value}"
        case "absent":
            place.update(absent=bool(value % 2))
            member["absent"] = bool(value % 2)
        case "phone":
            Phone.objects.filter(person=person).delete()
            if value % 2:
                Phone.objects.create(person=person, number=f"+223700000{value:02}")
            member["phones"] = _phones(person)
        case "document":
            Identifier.objects.create(person=person, kind="other", value=f"{household.pk}-{person.pk}-{now()}")
            member["documents"] += 1
        case "gone":
            place.update(ended_on="2016-01-01", end_reason="departure")
            memory["gone"].add(line)


CHANGES = ("size", "situation", "water", "name", "absent", "phone", "document", "gone")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(1, 3), st.integers(0, 9)), min_size=1, max_size=9)
)
def test_each_instant_is_what_it_was_and_one_household_is_read_as_many_are(drawn: list[tuple[str, int, int]]) -> None:
    before, household = now(), make_household()
    memory = memory_of(household)
    moments = [(now(), deepcopy(memory))]
    for what, line, value in drawn:
        change(household, memory, what, line, value)
        moments.append((now(), deepcopy(memory)))
    assert household_at(household.pk, before) is None and households_at([household.pk], before) == []
    for at, expected in moments:
        one = household_at(household.pk, at)
        assert one and remembered(one) == expected
        assert_alike(one, households_at([household.pk], at)[0])


def assert_alike(one: HouseholdThen, row: Facts) -> None:
    """The set-wise reading and the reading of one household agree on every column."""
    visited_on = row.pop("visited_on")
    assert visited_on == one.household.collected_on and one.conditions
    for name, value in row.items():
        assert value == getattr(one.conditions if name in LIVING else one.household, name), name


def test_a_form_stands_from_its_instant_until_just_before_the_next() -> None:
    household = make_household()
    Household.objects.filter(pk=household.pk).update(size=9)
    changed = Household.objects.get(pk=household.pk).recorded_at
    sizes = [household_at(household.pk, at).household.size for at in (changed - timedelta(microseconds=1), changed)]  # type: ignore[union-attr]
    assert sizes == [3, 9]


def test_a_deleted_row_stands_until_it_went() -> None:
    household = make_household()
    before = now()
    LivingConditions.objects.filter(household=household).delete()
    assert (one := household_at(household.pk, before)) and one.conditions
    assert (one := household_at(household.pk, now())) and one.conditions is None


def test_the_position_is_not_read() -> None:
    household = make_household()
    Household.objects.filter(pk=household.pk).update(longitude=-9.43217, latitude=13.04321)
    one = household_at(household.pk, now())
    assert one and (one.household.longitude, one.household.latitude) == (None, None)


def test_many_households_cost_one_statement_and_one_household_six() -> None:
    made, at = [make_household().pk for _ in range(4)], now()
    with counting_statements() as many:
        rows = households_at(made, at)
    with counting_statements() as few:
        household_at(made[0], at)
    assert [row["id"] for row in rows] == made
    assert (many.count, few.count) == (1, 6)
