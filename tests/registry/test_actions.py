"""The verbs that change the register: what each leaves, who may, and that each is undone exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent
from jigi.registry import actions
from jigi.registry.models import Household, LivingConditions, Membership, Person
from jigi.registry.rows import TABLES, Written, state
from jigi.registry.rules import Member, composed, followed
from tests.factories import make_areas, make_households, make_user
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db
DAY = date(2020, 5, 1)
BABY = {"given_names": "Sira", "surname": "Essai", "sex": "F", "birth_date": DAY, "birth_precision": "day"}


class Ground:
    """Two villages of two communes, three households of the first, and who may change them."""

    def __init__(self) -> None:
        self.areas = make_areas(communes=2)
        self.one, self.two, self.three = (
            Household.objects.get(pk=pk) for pk in make_households(3, self.areas.villages[0])
        )
        for household in (self.one, self.two, self.three):
            LivingConditions.objects.create(
                household=household, collected_on=date(2014, 6, 1), household_size=3, children_under_5=1,
                children_under_15=1, wives=1, head_age=44, head_sex="M",
            )  # fmt: skip
        self.checker = make_user("sira", "social_officer", self.areas.cercle)

    def person(self, relation: str, household: Household | None = None) -> Person:
        members = Membership.objects.filter(household=household or self.one, relation=relation)
        return members.get(ended_on__isnull=True).person


def _ground(folder: Path) -> Ground:
    return Ground()


ground_once = once("ground", _ground)


@pytest.fixture
def ground(ground_once: Kept[Ground], db: None) -> Ground:
    return ground_once.copy()


def facts_of_the_register() -> dict[str, dict[int, dict[str, Any]]]:
    """Every row of the register but when it was written."""
    return {name: {row.pk: state(row) for row in model._default_manager.all()} for name, model in TABLES.items()}


def test_a_birth_moves_what_counts_the_members(ground: Ground) -> None:
    actions.add_person(ground.one, BABY, relation="child", on=DAY, by=ground.checker)
    one = Household.objects.get(pk=ground.one.pk)
    living = LivingConditions.objects.get(household=one)
    assert (one.size, living.household_size, living.children_under_5) == (4, 4, 2)
    assert Person.objects.get(given_names="Sira").commune_id == one.commune_id


def test_a_head_who_dies_is_succeeded_and_the_household_takes_their_name(ground: Ground) -> None:
    head, wife = ground.person("head"), ground.person("spouse")
    with pytest.raises(Refused, match="qui lui succède"):
        actions.end_membership(ground.one, head, why="death", on=DAY, by=ground.checker)
    actions.end_membership(ground.one, head, why="death", on=DAY, head=wife, by=ground.checker)
    one = Household.objects.get(pk=ground.one.pk)
    assert (one.head_name, one.size) == (str(wife), 2)
    assert Person.objects.get(pk=head.pk).died_on == DAY


def test_a_death_ends_a_life_shared_with_another_household_and_is_undone_whole(ground: Ground) -> None:
    child = ground.person("child")
    actions.start_membership(ground.two, child, relation="fostered", on=DAY, shared=True, by=ground.checker)
    before = facts_of_the_register()
    done = actions.end_membership(ground.one, child, why="death", on=DAY, by=ground.checker)
    assert not Membership.objects.filter(person=child, ended_on__isnull=True).exists()
    assert [Household.objects.get(pk=one.pk).size for one in (ground.one, ground.two)] == [2, 3]
    actions.undo([ground.one, ground.two], done, by=ground.checker)
    assert facts_of_the_register() == before


def test_a_household_that_moves_takes_its_members_along(ground: Ground) -> None:
    actions.move(ground.one, ground.areas.communes[1], ground.areas.villages[2], by=ground.checker)
    communes = set(ground.one.memberships.values_list("person__commune", flat=True))
    assert communes == {ground.areas.communes[1].pk}


def test_a_split_makes_a_household_with_a_number_of_its_own(ground: Ground) -> None:
    wife, child = ground.person("spouse"), ground.person("child")
    Person.objects.filter(pk=child.pk).update(mother=wife)
    actions.split(ground.one, [wife, child], wife, on=DAY, by=ground.checker)
    new = Household.objects.get(split_from=ground.one)
    assert (new.size, new.head_name) == (2, str(wife))
    assert list(new.memberships.order_by("line").values_list("relation", flat=True)) == ["head", "child"]
    assert Household.objects.get(pk=ground.one.pk).size == 1


def test_a_merged_household_keeps_its_number_and_leads_to_the_other(ground: Ground) -> None:
    actions.merge(ground.one, ground.two, on=DAY, by=ground.checker)
    one, two = Household.objects.get(pk=ground.one.pk), Household.objects.get(pk=ground.two.pk)
    assert (one.status, one.merged_into_id, two.size) == ("merged", two.pk, 6)
    assert Membership.objects.filter(household=two, role="recipient", ended_on__isnull=True).count() == 2


def test_a_dissolved_household_comes_back_with_its_last_members(ground: Ground) -> None:
    actions.dissolve(ground.one, on=DAY, by=ground.checker)
    actions.reopen(Household.objects.get(pk=ground.one.pk), on=date(2021, 1, 1), by=ground.checker)
    assert Household.objects.get(pk=ground.one.pk).status == "active"
    assert Membership.objects.filter(household=ground.one, ended_on__isnull=True).count() == 3


def test_who_comes_back_is_absent_or_shares_a_life_as_before(ground: Ground) -> None:
    child, spouse = ground.person("child"), ground.person("spouse")
    actions.start_membership(ground.two, child, relation="fostered", on=DAY, shared=True, by=ground.checker)
    Membership.objects.filter(household=ground.one, person=spouse).update(absent=True, absent_since=date(2019, 10, 1))
    Membership.objects.filter(household=ground.one, person=child).update(shared=True)
    actions.dissolve(ground.one, on=DAY, by=ground.checker)
    actions.reopen(Household.objects.get(pk=ground.one.pk), on=date(2021, 1, 1), by=ground.checker)
    back = Membership.objects.filter(household=ground.one, ended_on__isnull=True)
    assert back.get(person=spouse).absent and back.get(person=child).shared
    assert back.get(person=spouse).absent_since == date(2019, 10, 1)


def test_who_left_between_two_dissolutions_of_a_day_does_not_come_back(ground: Ground) -> None:
    def dissolve_and_reopen() -> None:
        for act in (actions.dissolve, actions.reopen):
            act(Household.objects.get(pk=ground.one.pk), on=DAY, by=ground.checker)

    dissolve_and_reopen()
    gone = ground.person("child")
    actions.end_membership(ground.one, gone, why="departure", on=DAY, by=ground.checker)
    dissolve_and_reopen()
    present = Membership.objects.filter(household=ground.one, ended_on__isnull=True)
    assert set(present.values_list("relation", flat=True)) == {"head", "spouse"}


def test_a_household_that_left_comes_back_as_it_left_and_no_more(ground: Ground) -> None:
    actions.dissolve(ground.one, on=DAY, by=ground.checker)
    actions.reopen(Household.objects.get(pk=ground.one.pk), on=date(2021, 1, 1), by=ground.checker)
    gone = ground.person("child")
    actions.end_membership(ground.one, gone, why="departure", on=date(2021, 2, 1), by=ground.checker)
    actions.exit(Household.objects.get(pk=ground.one.pk), by=ground.checker)
    actions.reopen(Household.objects.get(pk=ground.one.pk), on=date(2021, 3, 1), by=ground.checker)
    assert not Membership.objects.filter(household=ground.one, person=gone, ended_on__isnull=True).exists()
    assert Household.objects.get(pk=ground.one.pk).size == 2


def test_a_bride_leaves_her_household_the_day_she_joins_another(ground: Ground) -> None:
    child = ground.person("child")
    actions.start_membership(ground.two, child, relation="spouse", spouse_rank=2, on=DAY, by=ground.checker)
    assert Membership.objects.get(household=ground.one, person=child).end_reason == "marriage"
    sizes = Household.objects.filter(pk__in=(ground.one.pk, ground.two.pk)).order_by("pk")
    assert list(sizes.values_list("size", flat=True)) == [2, 4]


def test_a_household_is_not_emptied_member_by_member(ground: Ground) -> None:
    for relation in ("child", "spouse"):
        actions.end_membership(ground.one, ground.person(relation), why="departure", on=DAY, by=ground.checker)
    with pytest.raises(Refused, match="aucun membre"):
        actions.end_membership(ground.one, ground.person("head"), why="departure", on=DAY, by=ground.checker)


def test_the_right_is_asked_where_the_household_is_and_where_it_goes(ground: Ground) -> None:
    agent = make_user("agent", "social_officer", ground.areas.communes[0])
    with pytest.raises(Refused, match="affectation"):
        actions.move(ground.one, ground.areas.communes[1], None, by=agent)
    with pytest.raises(Refused, match="affectation"):
        actions.exit(ground.one, by=make_user("commune", "commune_agent", ground.areas.communes[0]))


def test_each_act_leaves_a_row_that_names_the_household_and_no_value(ground: Ground) -> None:
    actions.set_phone(ground.one, ground.person("spouse"), "+22370001122", by=ground.checker)
    event = AuditEvent.objects.filter(verb="change_phone").get()
    assert (event.subjects, event.after) == ([ground.one.pk], {"tables": ["phone"]})


def test_what_changed_since_is_not_undone(ground: Ground) -> None:
    child = ground.person("child")
    done = actions.set_person(ground.one, child, {"nickname": "Ba"}, by=ground.checker)
    actions.set_person(ground.one, child, {"nickname": "Bâ"}, by=ground.checker)
    with pytest.raises(Refused, match="a changé depuis"):
        actions.undo([ground.one], done, by=ground.checker)


Act = Callable[[Ground], list[Written]]
ACTS: dict[str, Act] = {
    "naissance": lambda g: actions.add_person(g.one, BABY, relation="child", on=DAY, by=g.checker),
    "nom": lambda g: actions.set_person(g.one, g.person("head"), {"surname": "Keïta"}, by=g.checker),
    "naissance corrigée": lambda g: actions.set_person(
        g.two, g.person("child", g.two), {"birth_date": date(2004, 1, 1), "birth_precision": "year"}, by=g.checker
    ),
    "chef": lambda g: actions.change_head(g.one, g.person("spouse"), former_relation="spouse", by=g.checker),
    "décès": lambda g: actions.end_membership(
        g.two, g.person("head", g.two), why="death", on=DAY, head=g.person("spouse", g.two), by=g.checker
    ),
    "départ": lambda g: actions.end_membership(g.one, g.person("child"), why="departure", on=DAY, by=g.checker),
    "mariage": lambda g: actions.start_membership(
        g.two, g.person("child"), relation="spouse", spouse_rank=3, on=DAY, by=g.checker
    ),
    "scission": lambda g: actions.split(g.one, [g.person("spouse")], g.person("spouse"), on=DAY, by=g.checker),
    "fusion": lambda g: actions.merge(g.one, g.two, on=DAY, by=g.checker),
    "déménagement": lambda g: actions.move(g.one, g.areas.communes[1], None, by=g.checker),
    "dissolution": lambda g: actions.dissolve(g.two, on=DAY, by=g.checker),
    "retour": lambda g: actions.reopen(Household.objects.get(pk=g.two.pk), on=DAY, by=g.checker),
    "téléphone": lambda g: actions.set_phone(g.three, g.person("spouse", g.three), "+22376001122", by=g.checker),
    "document": lambda g: actions.set_document(g.three, g.person("head", g.three), "card", "AB12", by=g.checker),
    "santé": lambda g: actions.set_health(
        g.three, g.person("head", g.three), {"walking": 3}, seen_on=DAY, by=g.checker
    ),
    "logement": lambda g: actions.set_living(g.three, {"roof": "sheet", "rooms": 2}, by=g.checker),
    "séjour": lambda g: actions.set_household(
        g.three, {"situation": "displaced", "stay_commune_id": g.areas.communes[1].pk}, by=g.checker
    ),
    "sortie": lambda g: actions.exit(Household.objects.get(pk=g.three.pk), by=g.checker),
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=6))
def test_what_is_done_and_undone_leaves_the_register_as_it_was(ground: Ground, names: list[str]) -> None:
    households = [ground.one, ground.two, ground.three]
    with transaction.atomic():
        forms, done = [facts_of_the_register()], []
        for name in names:
            if written := attempted(ACTS[name], ground):
                done.append(written)
                forms.append(facts_of_the_register())
        for written in reversed(done):
            assert facts_of_the_register() == forms.pop()
            actions.undo(households, written, by=ground.checker)
        assert facts_of_the_register() == forms.pop()
        transaction.set_rollback(True)


def attempted(act: Act, ground: Ground) -> list[Written]:
    """What an act wrote; nothing where the state of the register forbids it."""
    for one in (ground.one, ground.two, ground.three):
        one.refresh_from_db()
    try:
        return act(ground)
    except (Refused, Membership.DoesNotExist, Membership.MultipleObjectsReturned):
        return []


members = st.lists(
    st.builds(
        Member, st.just("A"), st.sampled_from("MF"), st.none() | st.dates(date(1950, 1, 1), date(2024, 1, 1)),
        st.sampled_from(["spouse", "child"]),
    ),
    max_size=6,
)  # fmt: skip


@given(before=members, after=members, said=st.integers(10, 20))
def test_a_declared_count_keeps_its_distance_from_the_roster(
    before: list[Member], after: list[Member], said: int
) -> None:
    seen = date(2020, 1, 1)
    was, now = composed(before, seen), composed(after, seen)
    there = followed(said, was.children_under_5, now.children_under_5)
    assert followed(there, now.children_under_5, was.children_under_5) == said
