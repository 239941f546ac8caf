"""Scenarios: who would be reached, at what cost, in how many days; two of them side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.registry.models import Household, LivingConditions
from jigi.response import actions, scenarios
from jigi.response.models import Scenario
from jigi.response.scenario_rules import Cercle, coverage, days_to_pay, reach, share
from jigi.response.scenarios import Plan
from tests.factories import make_enrolments
from tests.response.arms_scene import ArmScene
from tests.response.scene import stage
from tests.schemes.giving import give, make_scheme

CERCLE = Cercle(1, 100, 700, 0, 20, 160, 50, 300, 1_000)


def test_a_cercle_takes_no_more_than_it_has() -> None:
    found = reach([CERCLE], vertical=True, horizontal_places=80, listing_places=10, cost_xof=60_000)[1]
    assert (found.vertical, found.horizontal, found.listing) == (20, 50, 10)
    assert (found.persons, found.cost_xof) == (160 + 300 + 70, 80 * 60_000)
    assert coverage(found.persons, CERCLE.in_need) == 0.53


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 30)), min_size=1, max_size=5),
    st.integers(0, 200),
)
def test_places_are_all_given_where_they_fit(cercles: list[tuple[int, int]], total: int) -> None:
    weights = {number: weight for number, (weight, _) in enumerate(cercles)}
    limits = {number: limit for number, (_, limit) in enumerate(cercles)}
    given_ = share(total, weights, limits)
    room = sum(limit for weight, limit in cercles if weight)
    assert sum(given_.values()) == min(total, room)
    assert all(count <= limits[number] for number, count in given_.items())


@pytest.mark.parametrize(
    ("households", "payments", "found"),
    [(1, 1, (16, 16)), (1_000, 1, (16, 25)), (1_000, 2, (16, 55)), (5_000, 2, (16, 115))],
)
def test_days_follow_the_pace_of_agencies(households: int, payments: int, found: tuple[int, int]) -> None:
    assert days_to_pay(households, 100, payments, preparing=15, between_payments=30) == found


@pytest.mark.django_db
def test_a_scenario_is_computed_from_the_register(arm_scene: ArmScene) -> None:
    households = arm_scene.world.all
    make_enrolments(arm_scene.base, households[:4])
    give(make_scheme(), households[4], "R1", arm_scene.manager)
    LivingConditions.objects.filter(household=households[5]).update(collected_on=date(2010, 1, 1))
    plan = Plan(
        "Large", 30_000, 2, 5, arm_scene.base, horizontal_places=50, listing_places=3, fresh_since=date(2014, 1, 1),
        leave_out=("PAM-VIVRES",), helped_since=date(2016, 1, 1),
    )  # fmt: skip
    made = scenarios.compute(arm_scene.activation, plan, by=arm_scene.manager)
    area = made.areas.get()
    assert (area.registered, area.already_helped, area.vertical, area.horizontal, area.listing) == (12, 1, 4, 6, 3)
    assert (made.households, made.persons, made.cost_xof) == (13, 13 * 3, 13 * 60_000)
    assert (made.days_to_first_payment, made.days_to_last_payment) == (16, 48)
    assert scenarios.in_need_of(made) == 300


@pytest.mark.django_db
def test_the_arm_lists_as_many_as_the_scenario_said(arm_scene: ArmScene) -> None:
    from jigi.response import arms

    Household.objects.filter(pk=arm_scene.world.all[0]).update(village=None)
    made = scenarios.compute(
        arm_scene.activation, Plan("Essai", 30_000, 1, 5, horizontal_places=50), by=arm_scene.manager
    )
    listed = arms.list_households(arm_scene.planned(places=50), by=arm_scene.manager)
    assert made.households == listed["taken"] == 11


@pytest.mark.django_db
def test_the_same_name_replaces_and_statements_are_few(arm_scene: ArmScene) -> None:
    for places in (5, 7):
        with counting_statements() as counter:
            scenarios.compute(
                arm_scene.activation, Plan("Essai", 30_000, 1, 5, horizontal_places=places), by=arm_scene.manager
            )
    assert Scenario.objects.get().households == 7
    assert counter.count < 25


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"horizontal_places": 0}, "rien à personne"),
        ({"amount_xof": 0}, "au moins 1"),
        ({"name": " "}, "un nom"),
        ({"livelihoods": ("fishing",)}, "n’atteindrait personne"),
        ({"leave_out": ("PAM",)}, "depuis quel jour"),
    ],
)
def test_a_scenario_of_nothing_is_refused(arm_scene: ArmScene, changes: dict[str, object], said: str) -> None:
    facts = {"name": "Essai", "amount_xof": 30_000, "payments": 1, "daily_capacity": 5, "horizontal_places": 5}
    with pytest.raises(Refused, match=said):
        scenarios.compute(arm_scene.activation, Plan(**facts | changes), by=arm_scene.manager)  # type: ignore[arg-type]
    assert not Scenario.objects.exists()


@pytest.mark.django_db
def test_nothing_is_planned_once_the_response_is_over() -> None:
    scene = stage(upto="asked")
    actions.refuse(scene.activation, decision="Le plan national suffit.", by=scene.decider)
    with pytest.raises(Refused, match="finie"):
        scenarios.compute(scene.activation, Plan("Essai", 30_000, 1, 5, horizontal_places=5), by=scene.manager)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"payments": 40_000}, "pas un transfert"), ({"amount_xof": 10**14}, "pas un transfert"),
        ({"horizontal_places": 10**9}, "pas tant de ménages"), ({"days": {"list": 10**6}}, "pas tant de jours"),
    ],
)  # fmt: skip
def test_figures_beyond_reason_are_refused(arm_scene: ArmScene, change: dict[str, object], words: str) -> None:
    plan = replace(Plan("Essai", 30_000, 1, 5, horizontal_places=5), **change)  # type: ignore[arg-type]
    with pytest.raises(Refused, match=words):
        scenarios.compute(arm_scene.activation, plan, by=arm_scene.manager)


@pytest.mark.django_db
def test_a_slow_agency_takes_years_and_the_scenario_says_so(arm_scene: ArmScene) -> None:
    plan = Plan("Lente", 30_000, 60, 1, listing_places=40_000)
    made = scenarios.compute(arm_scene.activation, plan, by=arm_scene.manager)
    assert made.days_to_last_payment > 60 * 40_000
