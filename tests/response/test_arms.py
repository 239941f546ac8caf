"""Arms of a response: who enters, who is left out and why, and what the database refuses."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.enrolment.models import Enrolment
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.payments import actions as payments
from jigi.registry.models import Household, LivingConditions
from jigi.response import after, arm_lists, arms
from jigi.response.models import Arm
from jigi.targeting.models import LeftOut, Quota
from tests.factories import make_enrolments, make_households, make_village
from tests.payments.scene import beside
from tests.response.arms_scene import ArmScene
from tests.response.scene import past, stage

pytestmark = pytest.mark.django_db


def test_a_horizontal_arm_lists_ranks_and_enrols_the_poorest(arm_scene: ArmScene) -> None:
    arm = arm_scene.planned(places=4)
    assert arms.list_households(arm, by=arm_scene.manager) == {"taken": 4, "beyond_quota": 8}
    cohort = arms.enrol(arm, by=arm_scene.manager)
    arm.refresh_from_db()
    assert (arm.status, arm.cohort_id, cohort.enrolled) == ("enrolled", cohort.pk, 4)
    assert arm.targeting_round.status == "frozen"
    poorest = {village[position] for village in arm_scene.world.households for position in (2, 4)}
    assert set(cohort.enrolments.values_list("household", flat=True)) == poorest


def test_everybody_who_is_left_out_has_a_reason(arm_scene: ArmScene) -> None:
    first, second = arm_scene.world.households
    make_enrolments(arm_scene.urgent, [first[0]])
    LivingConditions.objects.filter(household=first[1]).update(collected_on=date(2010, 1, 1))
    LivingConditions.objects.filter(household__in=second).update(livelihood="fishing")
    LivingConditions.objects.filter(household__in=first).update(livelihood="farming")
    LivingConditions.objects.filter(household=first[2]).delete()
    Household.objects.filter(pk=second[0]).update(village=None)
    arm = arm_scene.planned(places=2, fresh_since=date(2014, 1, 1), livelihoods=("farming",))
    found = arms.list_households(arm, by=arm_scene.manager)
    assert found == {
        "taken": 2, "beyond_quota": 1, "no_score": 1, "enrolled": 1, "too_old": 1, "other_means": 5, "no_village": 1,
    }  # fmt: skip
    assert sum(found.values()) == len(arm_scene.world.all)


def test_who_is_enrolled_for_the_same_purpose_elsewhere_is_left_out(arm_scene: ArmScene) -> None:
    arm_scene.base.purpose = "urgence"
    arm_scene.base.save(update_fields=["purpose"])
    make_enrolments(arm_scene.base, arm_scene.world.households[0])
    assert arms.list_households(arm_scene.planned(), by=arm_scene.manager)["enrolled"] == 6


def test_a_list_made_again_forgets_the_first(arm_scene: ArmScene) -> None:
    arm = arm_scene.planned(places=12)
    arms.list_households(arm, by=arm_scene.manager)
    make_enrolments(arm_scene.urgent, arm_scene.world.households[0])
    assert arms.list_households(arm, by=arm_scene.manager) == {"taken": 6, "enrolled": 6}
    assert LeftOut.objects.count() == 6


def test_places_follow_people_in_need(arm_scene: ArmScene) -> None:
    village = make_village(arm_scene.world.commune, 3)
    village.population = 2_000
    village.save()
    made = make_households(6, village)
    LivingConditions.objects.bulk_create(
        LivingConditions(household_id=n, household_size=5, roof="thatch", collected_on=date(2014, 6, 1)) for n in made
    )
    arm = arm_scene.planned(places=4)
    arms.list_households(arm, by=arm_scene.manager)
    shares = list(Quota.objects.order_by("village").values_list("places", flat=True))
    assert shares == [1, 1, 2]


def test_a_vertical_arm_tops_up_those_enrolled_in_the_base(arm_scene: ArmScene) -> None:
    households = arm_scene.world.all
    make_enrolments(arm_scene.base, households[:5])
    make_enrolments(arm_scene.urgent, households[:1])
    Enrolment.objects.filter(household=households[1]).update(status="suspended")
    arm = arm_scene.planned("vertical")
    assert arms.list_households(arm, by=arm_scene.manager) == {"taken": 3, "enrolled": 1, "suspended": 1}
    assert arms.enrol(arm, by=arm_scene.manager).enrolled == 3
    assert arm_lists.collision(arm) == 0


def test_a_collision_of_purposes_is_said_before(arm_scene: ArmScene) -> None:
    make_enrolments(arm_scene.base, arm_scene.world.all[:5])
    arm = arm_scene.planned("vertical")
    arm_scene.base.purpose = "urgence"
    arm_scene.base.save(update_fields=["purpose"])
    assert arm_lists.collision(arm) == 5


def test_displaced_households_are_paid_where_they_stay(arm_scene: ArmScene) -> None:
    away = make_households(1, make_village(_other_commune(arm_scene), 1))[0]
    make_enrolments(arm_scene.base, arm_scene.world.all[:1])
    Household.objects.filter(pk=away).update(situation="displaced", stay_commune=arm_scene.world.commune)
    Enrolment.objects.filter(component=arm_scene.base).update(household=away)
    arm = arm_scene.planned("vertical")
    arms.list_households(arm, by=arm_scene.manager)
    cohort = arms.enrol(arm, by=arm_scene.manager)
    assert [one.commune for one in cohort.enrolments.all()] == [arm_scene.world.commune]


def test_displaced_households_that_are_not_followed_stay_out(arm_scene: ArmScene) -> None:
    away = make_households(1, make_village(_other_commune(arm_scene), 1))[0]
    make_enrolments(arm_scene.base, arm_scene.world.all[:1])
    Household.objects.filter(pk=away).update(situation="displaced", stay_commune=arm_scene.world.commune)
    Enrolment.objects.filter(component=arm_scene.base).update(household=away)
    with pytest.raises(Refused, match="Personne ne resterait"):
        arms.list_households(arm_scene.planned("vertical", follow_displaced=False), by=arm_scene.manager)


def test_more_households_than_places_are_refused(arm_scene: ArmScene) -> None:
    make_enrolments(arm_scene.base, arm_scene.world.all)
    arm = arm_scene.planned("vertical", places=11)
    arms.list_households(arm, by=arm_scene.manager)
    with pytest.raises(Refused, match="12 ménages, le volet 11 places"):
        arms.enrol(arm, by=arm_scene.manager)
    assert Enrolment.objects.filter(component=arm_scene.urgent).count() == 0


def test_the_statements_of_a_list_are_as_many_for_any_number(arm_scene: ArmScene) -> None:
    counts = []
    for extra in (0, 40):
        made = make_households(extra, arm_scene.world.villages[0]) if extra else []
        LivingConditions.objects.bulk_create(
            LivingConditions(household_id=n, household_size=5, roof="thatch", collected_on=date(2014, 6, 1))
            for n in made
        )
        arm = arm_scene.planned(places=3)
        with counting_statements() as counter:
            arms.list_households(arm, by=arm_scene.manager)
        arms.cancel(arm, reason="essai", by=arm_scene.manager)
        counts.append(counter.count)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("status", ["draft", "asked"])
def test_no_arm_before_the_decision(status: str) -> None:
    scene = stage(upto=status)
    with pytest.raises(Refused, match="n’est pas en cours"):
        arms.plan(scene.activation, "listing", scene.component, arms.Choices(3), by=scene.manager)


def test_an_arm_given_up_leaves_room_for_another(arm_scene: ArmScene) -> None:
    first = arm_scene.planned()
    with pytest.raises(Refused, match="déjà un tel volet"), transaction.atomic():
        arm_scene.planned()
    arms.cancel(first, reason="erreur de formule", by=arm_scene.manager)
    assert arm_scene.planned().pk != first.pk


def test_only_who_prepares_plans_and_only_who_decides_enrols(arm_scene: ArmScene) -> None:
    with pytest.raises(Refused, match="affectation"):
        arms.plan(
            arm_scene.activation, "vertical", arm_scene.urgent, arms.Choices(1, base_component=arm_scene.base),
            by=arm_scene.decider,
        )  # fmt: skip


COPY = (
    "INSERT INTO response_arm (activation_id, kind, component_id, places, formula_id, livelihoods, leave_out,"
    " follow_displaced, status, made_by_id) SELECT activation_id, 'listing', component_id, places, formula_id,"
    " livelihoods, leave_out, follow_displaced, '{}', made_by_id FROM response_arm"
)
CLOSE = "UPDATE response_activation SET status = 'closed', closed_by_id = decided_by_id, closed_at = now()"
LIES = {
    "arm_of_an_active_response": f"UPDATE response_arm SET status = 'ended'; {CLOSE}; {COPY.format('planned')}",
    "arm_begins_planned": COPY.format("listed"),
    "arm_is_not_deleted": "DELETE FROM response_arm",
    "activation_closed_with_its_arms": CLOSE,
    "arm_finished_stays": "UPDATE response_arm SET status = 'cancelled'; UPDATE response_arm SET places = 9",
    "arm_has_places": "UPDATE response_arm SET places = 5000001",
    "arm_horizontal_has_a_formula": "UPDATE response_arm SET formula_id = NULL",
    "arm_help_since_a_day": "UPDATE response_arm SET leave_out = '{PAM}'",
    "arm_tops_up_another_component": "UPDATE response_arm SET base_component_id = component_id",
    "arm_vertical_has_a_base": "UPDATE response_arm SET kind = 'vertical'",
    "arm_partner_is_named": "UPDATE response_arm SET kind = 'partner', helped_since = '2018-01-01'",
    "arm_enrolled_has_a_cohort": "UPDATE response_arm SET status = 'enrolled'",
}


@pytest.mark.parametrize("name", LIES)
def test_the_database_refuses_a_false_arm(arm_scene: ArmScene, name: str) -> None:
    arm_scene.planned()
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LIES[name])
    assert refused.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def test_the_database_refuses_the_cohort_of_another_component(arm_scene: ArmScene) -> None:
    arm = arm_scene.planned()
    cohort = make_enrolments(arm_scene.base, arm_scene.world.all[:1])
    with pytest.raises(IntegrityError, match="autre composante"), transaction.atomic():
        Arm.objects.filter(pk=arm.pk).update(status="enrolled", cohort=cohort)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"places": 5_000_001}, "pas tant de ménages"), ({"places": 0}, "une place au moins")],
)
def test_places_that_no_country_has_are_refused(arm_scene: ArmScene, change: dict[str, int], said: str) -> None:
    with pytest.raises(Refused, match=said):
        arm_scene.planned(**change)


def test_an_arm_pays_by_an_emergency_component(arm_scene: ArmScene) -> None:
    choices = arms.Choices(5, formula=arm_scene.world.formula)
    with pytest.raises(Refused, match="pas un transfert d’urgence"):
        arms.plan(arm_scene.activation, "horizontal", arm_scene.base, choices, by=arm_scene.manager)


def test_the_last_arm_of_a_component_that_pays_is_not_given_up() -> None:
    scene = stage()
    assert scene.arm
    payment_round = scene.money.prepared(1)
    with pytest.raises(Refused, match=r"lui seul les tient sous le plafond. Annulez ces tours"), transaction.atomic():
        arms.cancel(scene.arm, reason="essai", by=scene.manager)
    scene.arm.refresh_from_db()
    payments.cancel(payment_round, by=scene.manager, reason="essai")
    arms.cancel(scene.arm, reason="essai", by=scene.manager)
    assert scene.arm.status == "cancelled"


def test_another_arm_of_the_component_keeps_it_under_the_ceiling() -> None:
    scene = stage()
    assert scene.arm
    scene.money.prepared(1)
    choices = arms.Choices(9, base_component=beside(scene.money, "TM2").component)
    other = arms.plan(scene.activation, "vertical", scene.component, choices, by=scene.manager)
    arms.cancel(scene.arm, reason="essai", by=scene.manager)
    with pytest.raises(Refused, match="lui seul"), transaction.atomic():
        arms.cancel(other, reason="essai", by=scene.manager)


def test_arms_that_enrolled_nobody_finish_with_their_response() -> None:
    scene = stage()
    past(scene)
    after.sunset(scene.activation, by=scene.manager)
    after.sunset(scene.activation, by=scene.decider)
    assert scene.activation.status == "closed"
    assert scene.activation.arms.get().status == "ended"


def test_displaced_households_registered_elsewhere_are_chosen_where_they_stay(arm_scene: ArmScene) -> None:
    there, gone = make_households(2, make_village(_other_commune(arm_scene), 1)), arm_scene.world.households[0][0]
    LivingConditions.objects.bulk_create(
        LivingConditions(household_id=n, household_size=12, roof="thatch", collected_on=date(2014, 6, 1)) for n in there
    )
    Household.objects.filter(pk=there[0]).update(
        situation="displaced", stay_commune=arm_scene.world.commune, stay_village=arm_scene.world.villages[0]
    )
    Household.objects.filter(pk=gone).update(situation="displaced", stay_commune=_other_commune(arm_scene))
    arm = arm_scene.planned(places=12)
    assert sum(arms.list_households(arm, by=arm_scene.manager).values()) == 12
    cohort = arms.enrol(arm, by=arm_scene.manager)
    enrolled = {one.household_id: one.commune for one in cohort.enrolments.select_related("commune")}
    assert enrolled[there[0]] == arm_scene.world.commune
    assert there[1] not in enrolled and gone not in enrolled


def test_the_database_refuses_two_arms_of_one_kind(arm_scene: ArmScene) -> None:
    arm = arm_scene.planned()
    arm.pk = None
    with pytest.raises(IntegrityError, match="arm_once_per_component"), transaction.atomic():
        arm.save(force_insert=True)


def test_who_is_left_out_of_a_frozen_list_stays_so(arm_scene: ArmScene) -> None:
    make_enrolments(arm_scene.urgent, arm_scene.world.households[0])
    arm = arm_scene.planned(places=2)
    arms.list_households(arm, by=arm_scene.manager)
    arms.enrol(arm, by=arm_scene.manager)
    with pytest.raises(IntegrityError, match="gelée"), transaction.atomic():
        LeftOut.objects.update(reason="helped")
    assert Arm.objects.get(pk=arm.pk).status == "enrolled"


def _other_commune(scene: ArmScene):  # type: ignore[no-untyped-def]
    from tests.factories import make_commune

    return make_commune("ML010502")
