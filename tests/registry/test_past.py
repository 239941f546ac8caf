"""Every form a row of the register has had is kept by the database, and is not changed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from jigi.foundation.keyring import vault
from jigi.registry.models import Household, PastHousehold, PastPerson, PastPhone, Person, Phone
from jigi.registry.then import households_at
from tests.copies import address, copied
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


@contextmanager
def a_long_transaction() -> Iterator[psycopg.Connection[Any]]:
    """Another connection, in a transaction that began before what the test does next."""
    with psycopg.connect(**address(), dbname=connection.settings_dict["NAME"]) as other:
        other.execute("SELECT now()")
        yield other


def forms(household: Household) -> list[tuple[int, datetime, datetime]]:
    past = PastHousehold.objects.filter(id=household.pk).order_by("recorded_at")
    return [(form.size, form.recorded_at, form.recorded_to) for form in past]


def test_a_longer_transaction_that_writes_second_keeps_the_form_it_found(household: Household) -> None:
    with a_long_transaction() as long:
        Household.objects.filter(pk=household.pk).update(size=8)
        short = Household.objects.get(pk=household.pk).recorded_at
        for size in (9, 10):
            long.execute("UPDATE registry_household SET size = %s WHERE id = %s", [size, household.pk])
    now = Household.objects.get(pk=household.pk)
    assert forms(household) == [(household.size, household.recorded_at, short), (8, short, now.recorded_at)]
    assert [row["size"] for row in households_at([household.pk], short)] == [8]
    assert now.size == 10 and now.recorded_at > short


@pytest.mark.parametrize("touched", [False, True])
def test_a_longer_transaction_that_deletes_keeps_the_form_it_found(household: Household, touched: bool) -> None:
    phone = Phone.objects.filter(person__memberships__household=household).first()
    assert phone is not None
    with a_long_transaction() as long:
        Phone.objects.filter(pk=phone.pk).update(owner="neighbour")
        short = Phone.objects.get(pk=phone.pk).recorded_at
        if touched:
            long.execute("UPDATE registry_phone SET owner = 'self' WHERE id = %s", [phone.pk])
        long.execute("DELETE FROM registry_phone WHERE id = %s", [phone.pk])
    first, last = PastPhone.objects.filter(id=phone.pk).order_by("recorded_at")
    assert (first.recorded_to, last.owner, last.recorded_at) == (short, "neighbour", short)
    assert last.recorded_to > short


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
