"""Two people check at the same time, each on a connection of their own: the register changes once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jigi.changes import actions
from jigi.changes.models import ChangeRequest
from jigi.registry.models import Household, Person
from tests.changes.ground import make_scene
from tests.copies import at_once, copied, one_was_first

pytestmark = pytest.mark.django_db
HANDS = 4


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture(scope="module")
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The worker's database, copied under another name for the time of this module."""
    with django_db_blocker.unblock(), copied("changements"):
        yield


def test_a_request_approved_four_times_is_applied_once(copy: None) -> None:
    scene = make_scene("quatre")
    said = {"person.given_names": "Sira", "person.surname": "E", "person.sex": "F", "person.birth": "2020"}
    request = scene.ask("birth", said)
    assert one_was_first(at_once(*[lambda: actions.decide(request, by=scene.checker)] * HANDS))
    assert Household.objects.get(pk=scene.one.pk).size == 4


def test_of_two_requests_on_one_fact_the_second_finds_it_changed(copy: None) -> None:
    scene = make_scene("deux")
    child = scene.person("child")
    asked = [scene.ask("identity", {"person.nickname": name}, person=child) for name in ("Ba", "Bâ")]
    results = at_once(*[lambda one=one: actions.decide(one, by=scene.checker) for one in asked])
    assert one_was_first(results)
    done = ChangeRequest.objects.get(pk__in=[one.pk for one in asked], status="approved")
    assert Person.objects.get(pk=child.pk).nickname == done.items.get().after
    assert "a changé depuis" in str(next(one for one in results if isinstance(one, Exception)))


def test_two_requests_on_two_facts_are_both_applied(copy: None) -> None:
    scene = make_scene("paire")
    child, head = scene.person("child"), scene.person("head")
    one = scene.ask("identity", {"person.nickname": "Ba"}, person=child)
    two = scene.ask("death", {"op.head": str(scene.person("spouse").pk)}, person=head)
    results = at_once(*[lambda r=r: actions.decide(r, by=scene.checker) for r in (one, two)])
    assert [result.status for result in results] == ["approved", "approved"]
