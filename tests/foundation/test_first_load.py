"""The first load of empty tables: faster, and the same truths hold before, after and on failure."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.foundation.first_load import first_load
from jigi.registry.models import Person, Phone
from tests.factories import make_commune

pytestmark = pytest.mark.django_db

TABLES = ("registry_person", "registry_phone")


def guards():
    """The indexes and constraints of the tables, as the database describes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = ANY (%s) UNION ALL SELECT conname ||"
            " pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = ANY (%s::regclass[])",
            [list(TABLES), list(TABLES)],
        )
        return sorted(row[0] for row in cursor.fetchall())


def person():
    return Person.objects.create(commune=make_commune("ML010501"), given_names="Awa", surname="Keïta", sex="F")


def test_indexes_and_foreign_keys_are_set_aside_and_made_again():
    before = guards()
    with first_load(TABLES):
        assert len(guards()) < len(before)
        Phone.objects.create(person=person(), number="+22376000001")
    assert guards() == before


def test_tables_in_use_keep_everything():
    person()
    before = guards()
    with first_load(TABLES):
        assert guards() == before


def test_a_row_that_may_not_be_is_refused_on_leaving():
    before = guards()
    with pytest.raises(IntegrityError), transaction.atomic(), first_load(TABLES):
        Phone.objects.create(person_id=12345, number="+22376000001")
    assert guards() == before and not Phone.objects.exists()


def test_a_failure_inside_leaves_everything_as_it_was():
    before = guards()
    with pytest.raises(ZeroDivisionError), transaction.atomic(), first_load(TABLES):
        person()
        raise ZeroDivisionError
    assert guards() == before and not Person.objects.exists()
