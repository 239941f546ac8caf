"""Every form a row of the register has had is kept by the database, and is not changed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from jigi.foundation.keyring import vault
from jigi.registry.models import Household, PastHousehold, PastPerson, PastPhone, Person, Phone
from tests.copies import copied
from tests.factories import make_commune, make_households, make_village

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests commit, in a copy of the database."""


@pytest.fixture(scope="module", autouse=True)
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), copied("passe"):
        yield


@pytest.fixture
def household(copy: None) -> Household:
    return Household.objects.get(pk=make_households(1, make_village(make_commune("ML010501")))[0])


def test_an_update_keeps_the_row_as_it_was_with_its_time(household: Household) -> None:
    Household.objects.filter(pk=household.pk).update(size=9)
    past = PastHousehold.objects.get(id=household.pk)
    now = Household.objects.get(pk=household.pk)
    assert (past.size, now.size) == (household.size, 9)
    assert (past.recorded_at, past.recorded_to) == (household.recorded_at, now.recorded_at)
    assert (past.rsu_number, past.commune_id) == (household.rsu_number, household.commune_id)


def test_a_deletion_keeps_the_last_form_and_a_sealed_value_stays_readable(household: Household) -> None:
    phone = Phone.objects.filter(person__memberships__household=household).first()
    assert phone is not None
    number, phone_id = phone.number, phone.pk
    phone.delete()
    assert PastPhone.objects.get(id=phone_id).number == number


def test_forms_of_one_transaction_were_never_read_and_are_not_kept(household: Household) -> None:
    with transaction.atomic():
        for size in (5, 6, 7):
            Household.objects.filter(pk=household.pk).update(size=size)
    assert [past.size for past in PastHousehold.objects.filter(id=household.pk)] == [household.size]


def test_an_update_of_many_rows_keeps_each(household: Household) -> None:
    Person.objects.update(occupation="farmer")
    kept = PastPerson.objects.filter(id__in=household.memberships.values("person"))
    assert kept.count() == 3
    assert {past.occupation for past in kept} == {""}


@pytest.mark.parametrize("lie", ["UPDATE registry_pasthousehold SET size = 4", "DELETE FROM registry_pasthousehold"])
def test_the_past_is_not_changed(household: Household, lie: str) -> None:
    Household.objects.filter(pk=household.pk).update(size=9)
    with pytest.raises(DatabaseError, match="ne se modifie pas"), connection.cursor() as cursor:
        cursor.execute(lie)


def test_nobody_writes_a_past_that_was_not(household: Household) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE jigi_act")
        cursor.execute("INSERT INTO registry_pasthousehold SELECT * FROM registry_pasthousehold")


def test_a_value_under_another_key_is_the_same_value_and_another_value_is_not(household: Household) -> None:
    phone = Phone.objects.filter(person__memberships__household=household).first()
    assert phone is not None
    number = phone.number
    Phone.objects.filter(pk=phone.pk).update(sealed=vault().seal("phone", number))
    assert not PastPhone.objects.filter(id=phone.pk).exists()
    assert Phone.objects.get(pk=phone.pk).recorded_at == phone.recorded_at
    phone.number = "76112233"
    phone.save()
    assert PastPhone.objects.get(id=phone.pk).number == number
