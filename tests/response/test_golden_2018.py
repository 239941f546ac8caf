"""The two published emergencies through the whole chain: decision, arms, campaign, enrolment, rounds, ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jigi.enrolment.models import Cohort, Enrolment
from jigi.geography.models import Area
from jigi.ledger.queries import prove
from jigi.payments import queries
from jigi.programmes.actions import load
from jigi.programmes.definition_file import SHIPPED, read_definition
from jigi.programmes.models import Component
from jigi.response import arms
from jigi.response.arms import Choices
from jigi.response.models import Activation
from jigi.targeting import actions as targeting
from jigi.targeting.models import ScoringFormula
from tests.factories import (
    loader,
    make_commune,
    make_component,
    make_enrolments,
    make_households,
    make_user,
    make_village,
)
from tests.payments.scene import scene_of
from tests.response.arms_scene import activate
from tests.targeting.campaign import FORMULA, draw_survey

pytestmark = [pytest.mark.django_db, pytest.mark.long]

REGIONS_2018 = {"ML01": 120_000, "ML02": 150_000, "ML05": 400_000, "ML07": 90_000}
"""People in phases 3 to 5 as the test supposes them, by region: they only share out the places."""


@pytest.fixture
def formula(db: None, tmp_path: Path) -> ScoringFormula:
    path = tmp_path / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    make_commune("ML010501")
    draw_survey()
    return targeting.fit("ESSAI", path, by=make_user("ajuste"))


def test_2018_pays_60_000_in_two_payments_to_31_513_households(formula: ScoringFormula, tmp_path: Path) -> None:
    component, communes = shipped("urgence_2018")
    households = peopled(communes, 560)
    base = make_component(communes[:10], programme="TM1", code="TM")
    make_enrolments(base, [number for commune in communes[:10] for number in households[commune.pk]][:5_000])
    response = decided(component, REGIONS_2018)

    top_up = enrolled(response, "vertical", component, Choices(5_000, base_component=base))
    new = enrolled(response, "horizontal", component, Choices(26_513, formula, fresh_since=date(2014, 1, 1)))
    assert (top_up.enrolled, new.enrolled) == (5_000, 26_513)

    scene = scene_of(component, communes, code="urgence")
    for term in (1, 2):
        payment_round = scene.released(term)
        assert (payment_round.entitlements, payment_round.entitlements_xof) == (31_513, 945_390_000)
        scene.answer(payment_round, tmp_path / f"retour-{term}.csv")
        scene.close(payment_round)
    assert scene.balance("paid") == 1_890_780_000
    assert scene.balance("available") == scene.balance("agency") == scene.balance("programme") == 0
    assert Enrolment.objects.filter(component=component, status="exited").count() == 31_513
    assert prove().balanced


def test_covid_pays_90_000_once_and_the_absent_at_the_next_term(formula: ScoringFormula, tmp_path: Path) -> None:
    component, communes = shipped("urgence_covid")
    safo = next(one for one in communes if one.code == "ML020429")
    peopled([safo], 400)
    response = decided(component, {"ML020429": 2_000}, hazard="epidemic")
    assert enrolled(response, "horizontal", component, Choices(306, formula)).enrolled == 306

    scene = scene_of(component, [safo], code="covid")
    payment_round = scene.released()
    assert payment_round.entitlements_xof == 27_540_000
    taken = scene.answer(payment_round, tmp_path / "retour.csv", absent=44).return_file
    scene.close(payment_round)
    assert (taken.paid, taken.paid_xof, taken.unpaid) == (262, 23_580_000, 44)
    assert queries.owed(component.pk) == {"entitlements": 44, "amount_xof": 3_960_000}

    catch_up = scene.released(1, kind="catch_up")
    assert (catch_up.entitlements, catch_up.arrears, catch_up.arrears_xof) == (0, 44, 3_960_000)
    scene.answer(catch_up, tmp_path / "rattrapage.csv")
    scene.close(catch_up)
    assert scene.balance("paid") == 27_540_000
    assert prove().balanced


def shipped(name: str) -> tuple[Component, list[Area]]:
    """The component of a shipped programme file, loaded as it is, and its communes."""
    definition = read_definition(SHIPPED / f"{name}.toml")
    codes = sorted({code.value for block in definition.components[0].areas for code in block.selection.communes or ()})
    communes = [make_commune(code) for code in codes]
    load(definition, by=loader())
    return Component.objects.get(programme__code=definition.code), communes


def peopled(communes: list[Area], each: int) -> dict[int, list[int]]:
    """So many households with their conditions in a village of each commune, set-wise; by commune."""
    made = {one.pk: make_households(each, make_village(one), phones=False) for one in communes}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_livingconditions (household_id, household_size, roof, collected_on)"
            " SELECT id, 1 + id % 11, CASE id % 2 WHEN 0 THEN 'thatch' ELSE 'sheet' END, collected_on"
            " FROM registry_household"
        )
        cursor.execute("ANALYZE registry_household, registry_membership, registry_person, registry_livingconditions")
    return made


def decided(component: Component, in_need: dict[str, int], **facts: Any) -> Activation:
    """The response decided by two people: in regions or communes, whose cercles tell the people in need."""
    kept: dict[Area, int | None] = {}
    told: dict[Area, int | None] = {}
    for code, people in in_need.items():
        area = Area.objects.get(code=code)
        kept[area] = None
        cercles = Area.objects.filter(level="cercle", path__startswith=area.path)
        cercles.update(population=500_000)
        told |= dict.fromkeys(cercles, people)
    return activate(component, make_user("prepare"), make_user("decide", "coordinator"), kept, told, **facts)


def enrolled(response: Activation, kind: str, component: Component, choices: Choices) -> Cohort:
    arm = arms.plan(response, kind, component, choices, by=response.made_by)
    arms.list_households(arm, by=response.made_by)
    return arms.enrol(arm, by=response.made_by)
