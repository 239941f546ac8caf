"""Whoever several components serve is counted once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jigi.delivery.models import Reach
from jigi.monitoring.beneficiaries import beneficiaries
from jigi.programmes.models import Component
from jigi.registry.models import Household, Membership
from tests.factories import make_households, make_village
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


def reach(scene: Scene, sort: str, household: int, *, person: int | None = None, year: int = 2016) -> None:
    Reach.objects.create(
        component=Component.objects.get(), commune=scene.communes[0], household_id=household, person_id=person,
        sort=sort, year=year, events=2,
    )  # fmt: skip


def counted(year: int = 2016, communes: list[int] | None = None) -> dict[str, tuple[int, int, int]]:
    found = beneficiaries(year, communes)
    return {one.sort: (one.households, one.persons, one.women) for one in found if one.households}


def child_of(household: int) -> int:
    return Membership.objects.get(household_id=household, relation="child").person_id


def test_whoever_several_components_serve_is_counted_once(tmp_path: Path) -> None:
    scene = peopled(3)
    scene.answer(scene.released(1), tmp_path / "retour.csv", absent=1)  # two of three are paid, on 2016-02-10
    absent, paid, _ = scene.households
    (outside,) = make_households(1, make_village(scene.communes[0], 2), prefix="autre")
    reach(scene, "sessions", paid)
    reach(scene, "sessions", absent)
    reach(scene, "nutrition", paid, person=child_of(paid))
    reach(scene, "nutrition", outside, person=child_of(outside))
    reach(scene, "nutrition", outside, person=child_of(outside), year=2017)
    members = {3}
    assert {Household.objects.get(pk=paid).memberships.count()} == members
    found = counted()
    assert found["regular"][:2] == (2, 6) and found["sessions"][:2] == (2, 6) and found["nutrition"][:2] == (2, 2)
    assert found[""][:2] == (4, 10)  # three households of three, and the one child of a fourth
    assert counted(2017) == {
        "nutrition": found["nutrition"] and (1, 1, found_women(outside)),
        "": (1, 1, found_women(outside)),
    }


def found_women(household: int) -> int:
    return Membership.objects.filter(person_id=child_of(household), person__sex="F").count()


def test_a_member_who_left_before_the_end_of_the_year_is_not_counted() -> None:
    scene = peopled(1)
    reach(scene, "sessions", scene.households[0])
    Membership.objects.filter(relation="child").update(ended_on=date(2016, 6, 1), end_reason="left")
    assert counted()["sessions"][:2] == (1, 2)


def test_a_merged_household_is_counted_as_what_it_became() -> None:
    scene = peopled(2)
    first, second = scene.households
    reach(scene, "sessions", first)
    reach(scene, "works", second)
    Household.objects.filter(pk=second).update(status="merged", merged_into_id=first)
    assert counted()[""][0] == 1


def test_no_commune_is_nobody() -> None:
    scene = peopled(1)
    reach(scene, "sessions", scene.households[0])
    assert counted(communes=[]) == {} and counted(communes=[scene.communes[0].pk])[""][0] == 1
