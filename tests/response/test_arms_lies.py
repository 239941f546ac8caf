"""What the database refuses of scenarios and of those left out of a list."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.response import arms, scenarios
from jigi.response.scenarios import Plan
from tests.factories import make_enrolments
from tests.response.arms_scene import ArmScene

pytestmark = pytest.mark.django_db

LIES = {
    "scenario_name_once": "UPDATE response_scenario SET name = 'Essai'",
    "scenario_amounts_are_positive": "UPDATE response_scenario SET daily_capacity = 0",
    "scenario_vertical_has_a_base": "UPDATE response_scenario SET vertical = true",
    "scenario_area_once": "INSERT INTO response_scenarioarea (scenario_id, area_id, registered, already_helped,"
    " vertical, horizontal, listing, persons, cost_xof)"
    " SELECT scenario_id, area_id, 0, 0, 0, 0, 0, 0, 0 FROM response_scenarioarea",
    "left_out_once": "INSERT INTO targeting_leftout (targeting_round_id, household_id, reason)"
    " SELECT targeting_round_id, household_id, 'helped' FROM targeting_leftout",
    "left_out_has_a_reason": "UPDATE targeting_leftout SET reason = 'autre'",
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_the_database_refuses_it(arm_scene: ArmScene, name: str) -> None:
    for title in ("Essai", "Autre"):
        scenarios.compute(arm_scene.activation, Plan(title, 30_000, 1, 5, horizontal_places=5), by=arm_scene.manager)
    make_enrolments(arm_scene.urgent, arm_scene.world.all[:1])
    arms.list_households(arm_scene.planned(), by=arm_scene.manager)
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LIES[name])
    assert refused.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]
