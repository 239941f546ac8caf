"""A household is helped once for one shock: whichever component of the response, whichever page enrols."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.programmes.models import Agreement, Component, FundingLine
from jigi.response import arms
from jigi.response.arm_agencies import take_agency_list
from jigi.response.models import Arm
from tests.factories import make_component, make_enrolments
from tests.response.arms_scene import ArmScene
from tests.response.scene import past, stage
from tests.schemes.giving import give, line, make_scheme, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(arm_scene: ArmScene) -> Component:
    """Another emergency component of the same programme, by the same agreement, of another purpose."""
    made = make_component([arm_scene.world.commune], programme="URG2", code="RELEVE", terms=1)
    agreement = arm_scene.activation.agreement
    FundingLine.objects.filter(component=made).update(agreement=agreement)
    Component.objects.filter(pk=made.pk).update(
        kind="emergency", purpose="relèvement", programme=arm_scene.urgent.programme
    )
    made.refresh_from_db()
    return made


def horizontal(scene: ArmScene, component: Component, places: int = 12) -> Arm:
    choices = arms.Choices(places, formula=scene.world.formula)
    return arms.plan(scene.activation, "horizontal", component, choices, by=scene.manager)


def test_whom_one_component_helps_the_other_leaves_out(arm_scene: ArmScene, second: Component) -> None:
    first = horizontal(arm_scene, arm_scene.urgent, places=4)
    arms.list_households(first, by=arm_scene.manager)
    arms.enrol(first, by=arm_scene.manager)
    assert arms.list_households(horizontal(arm_scene, second), by=arm_scene.manager) == {"taken": 8, "enrolled": 4}


def test_a_top_up_and_a_partner_look_at_the_other_component_too(arm_scene: ArmScene, second: Component) -> None:
    first = horizontal(arm_scene, arm_scene.urgent, places=12)
    arms.list_households(first, by=arm_scene.manager)
    arms.enrol(first, by=arm_scene.manager)
    for one in Enrolment.objects.filter(household__in=arm_scene.world.all[:3]):
        enrolment.exit(one, "parti", by=arm_scene.manager)
    make_enrolments(arm_scene.base, arm_scene.world.all[:5])
    choices = arms.Choices(12, base_component=arm_scene.base)
    arm = arms.plan(arm_scene.activation, "vertical", second, choices, by=arm_scene.manager)
    assert arms.list_households(arm, by=arm_scene.manager) == {"taken": 3, "enrolled": 2}


def test_a_list_that_grew_old_is_refused_and_made_again(arm_scene: ArmScene, second: Component) -> None:
    first, other = horizontal(arm_scene, arm_scene.urgent, places=4), horizontal(arm_scene, second)
    for arm in (first, other):
        arms.list_households(arm, by=arm_scene.manager)
    arms.enrol(first, by=arm_scene.manager)
    with pytest.raises(Refused, match=r"aide déjà, par une autre composante, 4 des ménages.*Refaites la liste"):
        arms.enrol(other, by=arm_scene.manager)
    arms.list_households(other, by=arm_scene.manager)
    assert arms.enrol(other, by=arm_scene.manager).enrolled == 8


def test_the_ordinary_page_of_enrolment_is_told_too(arm_scene: ArmScene, second: Component) -> None:
    horizontal(arm_scene, arm_scene.urgent), horizontal(arm_scene, second)
    chosen = arm_scene.world.all[:2]
    enrolment.enrol_households(arm_scene.urgent, chosen, cohort_name="un", by=arm_scene.manager)
    with pytest.raises(Refused, match="2 des ménages"), transaction.atomic():
        enrolment.enrol_households(second, chosen, cohort_name="deux", by=arm_scene.manager)


def test_who_left_with_a_right_is_still_helped_and_who_left_with_none_is_not() -> None:
    scene = stage()
    beside = make_component(scene.money.communes, programme="URG3", code="RELEVE", terms=1)
    FundingLine.objects.filter(component=beside).update(agreement=scene.money.agreement)
    Component.objects.filter(pk=beside.pk).update(kind="emergency", purpose="relèvement")
    beside.refresh_from_db()
    arms.plan(scene.activation, "listing", beside, arms.Choices(9), by=scene.manager)
    paid, other = scene.money.households[0], scene.money.households[1]
    enrolment.exit(Enrolment.objects.get(household=other), "parti", by=scene.manager)
    scene.money.close(scene.money.released(1))
    enrolment.exit(Enrolment.objects.get(household=paid), "parti", by=scene.manager)
    with pytest.raises(Refused, match="1 des ménages"), transaction.atomic():
        enrolment.enrol_households(beside, [paid, other], cohort_name="deux", by=scene.manager)
    assert enrolment.enrol_households(beside, [other], cohort_name="trois", by=scene.manager).enrolled == 1


def test_nobody_enters_after_the_sunset() -> None:
    scene = stage()
    assert scene.arm
    past(scene)
    for act in (
        lambda: arms.plan(scene.activation, "vertical", scene.component, arms.Choices(1), by=scene.manager),
        lambda: arms.list_households(scene.arm, by=scene.manager),
    ):
        with pytest.raises(Refused, match="personne n’y entre plus"):
            act()
    enrolment.exit_component(scene.component, "essai", by=scene.manager)
    with pytest.raises(Refused, match=r"personne n’y entre plus. Demandez une prolongation"):
        enrolment.enrol_households(scene.component, scene.money.households, cohort_name="tard", by=scene.manager)


def test_an_arm_keeps_its_component(arm_scene: ArmScene, second: Component) -> None:
    arm = horizontal(arm_scene, arm_scene.urgent)
    with pytest.raises(IntegrityError, match="ne change ni de réponse"), transaction.atomic():
        Arm.objects.filter(pk=arm.pk).update(component=second)


def test_an_arm_pays_by_the_agreement_of_the_decision_alone(arm_scene: ArmScene, second: Component) -> None:
    other = make_component([arm_scene.world.commune], programme="URG4", code="AUTRE", terms=1)
    elsewhere = Agreement.objects.create(
        code="AUTRE-1", donor="BAD", name="Autre convention", amount_xof=1_000_000, effective_on=date(2014, 1, 1),
        first_closes_on=date(2022, 6, 30), closes_on=date(2022, 6, 30),
    )  # fmt: skip
    FundingLine.objects.filter(component=other).update(agreement=elsewhere)
    Component.objects.filter(pk=other.pk).update(kind="emergency", purpose="urgence")
    other.refresh_from_db()
    with pytest.raises(Refused, match="seule convention de la décision"):
        horizontal(arm_scene, other)
    assert horizontal(arm_scene, second).component == second


def test_a_new_listing_leaves_out_whom_others_help(arm_scene: ArmScene, tmp_path: Path) -> None:
    scheme, households = make_scheme(), arm_scene.world.all
    give(scheme, households[0], "R1", arm_scene.manager)
    make_enrolments(arm_scene.urgent, [households[1]])
    arm = arm_scene.planned("listing", places=12, leave_out=("PAM-VIVRES",), helped_since=date(2016, 1, 1))
    told = write(tmp_path / "ong.csv", [line(f"L{n}", one) for n, one in enumerate(households[:6])])
    take_agency_list(arm, scheme, told, by=arm_scene.manager)
    found = arms.list_households(arm, by=arm_scene.manager)
    assert found == {"taken": 4, "enrolled": 1, "helped": 1, "not_listed": 6}
    assert arms.enrol(arm, by=arm_scene.manager).enrolled == 4
