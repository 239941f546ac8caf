"""A line of an agency's list without a known number is compared by name and village; a person says who it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from jigi.foundation.errors import Refused
from jigi.registry.models import Household, Membership, Person
from jigi.response import arm_names, arms
from jigi.response.arm_agencies import take_agency_list
from jigi.response.models import AgencyLine, Arm
from jigi.targeting.models import ListedHousehold
from tests.factories import make_commune, make_user
from tests.response.arms_scene import ArmScene
from tests.schemes.giving import HEADER, line, make_scheme, write

pytestmark = pytest.mark.django_db

NAME = ("Sitan", "Diabaté")


@pytest.fixture
def named(arm_scene: ArmScene) -> list[int]:
    """Two households with a person of one name, one in each village."""
    chosen = [village[0] for village in arm_scene.world.households]
    for household in chosen:
        person = Membership.objects.filter(household=household).order_by("pk").values("person")[:1]
        Person.objects.filter(pk__in=person).update(given_names=NAME[0], surname=NAME[1])
    return chosen


@pytest.fixture
def arm(arm_scene: ArmScene, named: list[int], tmp_path: Path) -> Arm:
    """A new listing whose agency wrote « Sitane Diabate » in the second village, and somebody unknown."""
    made = arm_scene.planned("listing", formula=arm_scene.world.formula)
    village = Household.objects.select_related("village").get(pk=named[1]).village
    assert village
    told = [
        line("R1", arm_scene.world.all[3]),
        line("R2", Téléphone="70 00 00 01", Nom="DIABATE Sitan", Village=village.name.upper()),
        line("R3", Nom="Personne Inconnue", Village="Ailleurs"),
        line("R4", **{"Numéro RSU": "1111111111"}),
    ]
    path = write(tmp_path / "ong.csv", told, header=(*HEADER, "Village"))
    found = take_agency_list(made, make_scheme(), path, by=arm_scene.manager)
    assert (found.matched, found.to_tell) == (1, 2)
    made.refresh_from_db()
    return made


def test_the_village_says_who_of_two_of_one_name(arm_scene: ArmScene, arm: Arm, named: list[int]) -> None:
    waiting = arm_names.waiting(arm)
    assert waiting and waiting.name == "DIABATE Sitan"
    found = arm_names.suggestions(waiting, by=arm_scene.manager)
    assert [one.household.pk for one in found[:2]] == [named[1], named[0]]
    assert found[0].score > found[1].score and found[0].reasons == ("nom", "village")


def test_a_displaced_household_is_sought_where_it_stays(arm_scene: ArmScene, arm: Arm, named: list[int]) -> None:
    home = arm_scene.world.households[0][1]
    person = Membership.objects.filter(household=home).values("person")[:1]
    Person.objects.filter(pk__in=person).update(given_names=NAME[0], surname=NAME[1])
    far = make_commune("ML020101")
    rows = Household.objects.filter(pk=home)
    stay = {"stay_commune": arm_scene.world.commune, "stay_village": Household.objects.get(pk=named[1]).village}
    rows.update(commune=far, village=None, situation="displaced", stayed_since=date(2018, 1, 5), **stay)
    waiting = arm_names.waiting(arm)
    assert waiting
    found = {one.household.pk: one.reasons for one in arm_names.suggestions(waiting, by=arm_scene.manager)}
    assert found[home] == ("nom", "village")
    Arm.objects.filter(pk=arm.pk).update(follow_displaced=False)
    waiting = arm_names.waiting(arm)
    assert waiting and home not in {one.household.pk for one in arm_names.suggestions(waiting, by=arm_scene.manager)}


def test_a_person_confirms_and_the_name_is_forgotten(arm_scene: ArmScene, arm: Arm, named: list[int]) -> None:
    first = arm_names.waiting(arm)
    assert first
    with pytest.raises(Refused, match="pas de ceux que la ligne peut nommer"):
        arm_names.choose(first, arm_scene.world.all[3], by=arm_scene.manager)
    assert arm_names.choose(first, named[1], by=arm_scene.manager) is True
    with pytest.raises(Refused, match="déjà départagée"):
        arm_names.nobody(first, by=arm_scene.manager)
    second = arm_names.waiting(arm)
    assert second and arm_names.suggestions(second, by=arm_scene.manager) == []
    arm_names.nobody(second, by=arm_scene.manager)
    assert arm_names.waiting(arm) is None
    assert set(AgencyLine.objects.values_list("status", "name", "village")) == {("matched", "", ""), ("nobody", "", "")}
    listed = ListedHousehold.objects.filter(targeting_round=arm.targeting_round).values_list("household", flat=True)
    assert set(listed) == {arm_scene.world.all[3], named[1]}


def test_names_that_wait_are_forgotten_with_the_arm(arm_scene: ArmScene, arm: Arm) -> None:
    arms.cancel(arm, reason="essai", by=arm_scene.manager)
    assert not AgencyLine.objects.exists()


def test_who_does_not_prepare_tells_nothing_apart(arm: Arm) -> None:
    waiting = arm_names.waiting(arm)
    assert waiting
    with pytest.raises(Refused, match="ne permet pas"):
        arm_names.nobody(waiting, by=make_user("lit", "auditor"))


@pytest.mark.parametrize("lie", [{"name": ""}, {"status": "nobody"}, {"status": "matched", "name": "", "score": 50}])
def test_the_database_refuses_a_false_line(arm: Arm, lie: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="agency_line_decided_forgets_its_name"), transaction.atomic():
        AgencyLine.objects.filter(name="DIABATE Sitan").update(**lie)
