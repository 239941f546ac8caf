"""A merge undone once it was committed: the past goes too, a correction holds it, and of two people one was first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.intake.models import Batch
from jigi.intake.undoing import undo
from jigi.registry.models import Household, Person
from tests.copies import at_once, copied, one_was_first
from tests.factories import make_areas, make_user
from tests.intake.forms import Desk, snapshot
from tests.intake.test_undo import REGISTER, WHY

pytestmark = pytest.mark.django_db
PAST = tuple(table.replace("registry_", "registry_past") for table in REGISTER)
FIRST = count(100, step=100)


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests commit, in a copy of the database."""


@pytest.fixture(scope="module")
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), copied("defaits"):
        make_areas(communes=2, villages_per_commune=1)
        make_user("awa")
        yield


@pytest.fixture
def desk(copy: None, tmp_path: Path) -> Desk:
    return Desk(tmp_path, User.objects.get(username="awa")).fill(3, next(FIRST))


def test_the_past_goes_with_the_rows(desk: Desk) -> None:
    before, past = snapshot(REGISTER), snapshot(PAST)
    undo(desk.send(), by=desk.by, reason=WHY)
    assert (snapshot(REGISTER), snapshot(PAST)) == (before, past)


def test_a_household_corrected_since_holds_the_batch(desk: Desk) -> None:
    batch = desk.send()
    person = Person.objects.filter(memberships__household__batch_id=batch.pk).latest("pk")
    Person.objects.filter(pk=person.pk).update(nickname="Ba")
    with pytest.raises(Refused) as refused:
        undo(batch, by=desk.by, reason=WHY)
    assert "ménage modifié (1)" in refused.value.why


def test_of_two_who_undo_at_once_one_was_first(desk: Desk) -> None:
    batch = desk.send()
    results = at_once(*[lambda: undo(Batch.objects.get(pk=batch.pk), by=desk.by, reason=WHY)] * 2)
    assert one_was_first(results)
    assert not Household.objects.filter(batch_id=batch.pk).exists()
