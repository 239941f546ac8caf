"""Links to father and mother, a second telephone and whose it is, the position of the home: asked, checked, undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from jigi.changes import actions, bulk
from jigi.foundation.errors import Refused
from jigi.registry import search
from jigi.registry.actions import start_membership
from jigi.registry.models import Household, Membership, Person, Phone
from tests.changes.ground import DAY, Scene, make_scene, register
from tests.factories import make_areas, make_user
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db


def _scene(folder: Path) -> Scene:
    return make_scene()


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def test_a_child_is_linked_to_their_parents_and_their_names_written(scene: Scene) -> None:
    child, before = scene.person("child"), register()
    typed = {"person.father": f"{scene.one.rsu}/1", "person.mother": f"{scene.one.rsu}/2"}
    request = actions.decide(scene.ask("identity", typed, person=child), by=scene.checker)
    child.refresh_from_db()
    assert (child.father, child.mother) == (scene.person("head"), scene.person("spouse"))
    assert child.father_name == str(child.father)
    actions.decide(actions.counter(request, reason="erreur", by=scene.maker), by=scene.checker)
    assert register() == before


@pytest.mark.parametrize(("code", "line"), [("father", 2), ("mother", 1), ("mother", 3)])
def test_a_father_is_a_man_and_a_mother_another_woman(scene: Scene, code: str, line: int) -> None:
    with pytest.raises(Refused, match="ne peut pas être"):
        scene.ask("identity", {f"person.{code}": f"{scene.one.rsu}/{line}"}, person=scene.person("child"))


def test_the_database_refuses_that_one_is_their_own_parent(scene: Scene) -> None:
    child = scene.person("child")
    with pytest.raises(IntegrityError, match="person_is_not_their_own_parent"), transaction.atomic():
        Person.objects.filter(pk=child.pk).update(mother=child)


def phones(person: Person) -> list[tuple[str, str]]:
    return [(one.number, one.owner) for one in Phone.objects.filter(person=person).order_by("pk")]


def test_a_second_telephone_is_the_neighbour_s(scene: Scene) -> None:
    spouse, before = scene.person("spouse"), register()
    first = phones(spouse)[0]
    typed = {"phone.second": "76 00 11 22", "phone.second_owner": "voisin"}
    request = actions.decide(scene.ask("contact", typed, person=spouse), by=scene.checker)
    assert phones(spouse) == [first, ("+22376001122", "neighbour")]
    assert search.find(search.Wanted("76001122"), by=scene.checker).matches[0].membership.person == spouse
    actions.decide(actions.counter(request, reason="erreur", by=scene.maker), by=scene.checker)
    assert register() == before


def test_whose_a_telephone_is_changes_alone_and_both_go_together(scene: Scene) -> None:
    spouse = scene.person("spouse")
    number = phones(spouse)[0][0]
    actions.decide(scene.ask("contact", {"phone.owner": "parent"}, person=spouse), by=scene.checker)
    assert phones(spouse) == [(number, "kin")]
    actions.decide(scene.ask("contact", {"phone.second": "76001122"}, person=spouse), by=scene.checker)
    both = scene.ask("contact", {"phone.number": "", "phone.second": ""}, person=spouse)
    actions.decide(both, by=scene.checker)
    assert phones(spouse) == []


def test_whose_a_telephone_is_says_nothing_where_there_is_none(scene: Scene) -> None:
    with pytest.raises(Refused, match="Rien ne change"):
        scene.ask("contact", {"phone.owner": "parent"}, person=scene.person("head"))


def test_two_telephones_by_file_are_those_one_by_one_would_give(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "telephones.csv"
    path.write_text(
        "numéro RSU;nature;membre;date d’effet;motif;téléphone;à qui est le téléphone;second téléphone\n"
        f"{scene.one.rsu};téléphone;1;01/05/2020;appel;76001122;conjoint;76001133\n",
        encoding="utf-8",
    )
    made = bulk.take(bulk.read(path, by=scene.maker), by=scene.maker)
    assert bulk.decide(list(made.requests.values_list("pk", flat=True)), by=scene.checker) == (1, [])
    assert phones(scene.person("head")) == [("+22376001122", "spouse"), ("+22376001133", "self")]


def test_the_position_is_asked_and_checked_by_who_may_know_it(scene: Scene) -> None:
    typed = {"household.latitude": "12,6392", "household.longitude": "-8,0029"}
    with pytest.raises(Refused, match="affectation"):
        scene.ask("position", typed)
    one, two = scene.health_officer(), scene.health_officer()
    actions.decide(scene.ask("position", typed, by=one), by=two)
    there = Household.objects.get(pk=scene.one.pk)
    assert (there.latitude, there.longitude) == (12.6392, -8.0029)


@pytest.mark.parametrize("latitude", ["48,85", "nord", "-12,6"])
def test_a_position_is_in_mali(scene: Scene, latitude: str) -> None:
    with pytest.raises(Refused, match="Latitude"):
        scene.ask("position", {"household.latitude": latitude, "household.longitude": "-8"}, by=scene.health_officer())


def test_who_is_linked_is_found_by_a_parent_s_name_and_a_nickname(scene: Scene) -> None:
    child = scene.person("child")
    typed = {"person.father": f"{scene.one.rsu}/1", "person.nickname": "Papou"}
    actions.decide(scene.ask("identity", typed, person=child), by=scene.checker)
    by_parent = search.Wanted(parent="Moussa", villages=frozenset({scene.one.village_id or 0}))
    for wanted in (by_parent, search.Wanted("Papou")):
        assert child in [match.membership.person for match in search.find(wanted, by=scene.checker).matches]


def test_a_name_from_elsewhere_is_told_neither_by_a_link_nor_by_its_refusal(scene: Scene) -> None:
    head = Membership.objects.get(household=scene.two, line=1).person
    elsewhere = make_areas(communes=3).communes[2]
    Person.objects.filter(pk=head.pk).update(commune=elsewhere, given_names="Zoumana", surname="Sidibé")
    local = make_user("locale", "social_officer", area=scene.commune)
    child = scene.person("child")
    with pytest.raises(Refused) as refused:
        scene.ask("identity", {"person.mother": f"{scene.two.rsu}/1"}, person=child, by=local)
    assert "Zoumana" not in str(refused.value)
    made = scene.ask("identity", {"person.father": f"{scene.two.rsu}/1"}, person=child, by=local)
    assert [item.code for item in made.items.all()] == ["person.father"]


def test_a_neighbour_s_number_corrected_stays_the_neighbour_s(scene: Scene) -> None:
    spouse = scene.person("spouse")
    actions.decide(scene.ask("contact", {"phone.owner": "voisin"}, person=spouse), by=scene.checker)
    actions.decide(scene.ask("contact", {"phone.number": "76001122"}, person=spouse), by=scene.checker)
    assert phones(spouse) == [("+22376001122", "neighbour")]


def test_a_member_s_two_telephones_are_two_numbers(scene: Scene) -> None:
    with pytest.raises(Refused, match="le même numéro"):
        scene.ask("contact", {"phone.number": "76001122", "phone.second": "76 00 11 22"}, person=scene.person("spouse"))


def test_the_dead_arrive_nowhere(scene: Scene) -> None:
    child = scene.person("child")
    actions.decide(scene.ask("death", person=child), by=scene.checker)
    with pytest.raises(Refused, match="est décédé"):
        start_membership(
            scene.two, Person.objects.get(pk=child.pk), relation="fostered", on=DAY, by=scene.checker, reason="essai"
        )
