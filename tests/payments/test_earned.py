"""What is earned is paid once by a round; what a decision withholds is not, and is given back when it is lifted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from jigi.delivery.dues import actions as dues
from jigi.delivery.models import Due, Withholding
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import actions
from jigi.payments.models import DueTaken, Entitlement, Instruction, PaymentRound, TermWithheld
from jigi.programmes.models import Component
from jigi.registry.models import Household
from tests.factories import make_households, make_village
from tests.payments.scene import Scene, peopled, stage

pytestmark = pytest.mark.django_db


def working(households: int = 3) -> Scene:
    """A scene whose component is paid as it is earned."""
    scene = stage(amount_xof=2_000)
    Component.objects.update(kind="works")
    scene.component.refresh_from_db()
    scene.enrol(make_households(households, make_village(scene.communes[0])))
    return scene


def earn(scene: Scene, *amounts: int, first_cause: int = 1) -> list[Due]:
    """One due of each amount, for the enrolments in their order; 0 for none."""
    made = [
        Due(
            component=scene.component, household_id=one.household_id, enrolment=one, person_id=one.recipient_id,
            amount_xof=amount, label="14 jours", earned_on=date(2015, 2, 14), sort="works", cause=first_cause + rank,
            made_by=scene.maker, approved_by=scene.approver,
        )
        for rank, (one, amount) in enumerate(zip(Enrolment.objects.order_by("id"), amounts, strict=False))
        if amount
    ]  # fmt: skip
    return Due.objects.bulk_create(made)


def withhold(scene: Scene, rank: int, percent: int, term: int = 1, *, rule: str = "assiduite") -> Withholding:
    enrolment = Enrolment.objects.order_by("id")[rank]
    return Withholding.objects.create(
        component=scene.component, household_id=enrolment.household_id, enrolment=enrolment,
        commune=scene.communes[0], term=term, effect="block" if percent == 100 else "reduce", percent=percent,
        rule=rule, reason="moins de 3 séances suivies", made_by=scene.maker, decided_by=scene.approver,
        decided_at=timezone.now(),
    )  # fmt: skip


def lift(held: Withholding, by: object) -> None:
    Withholding.objects.filter(pk=held.pk).update(lifted_by=by, lifted_at=timezone.now(), lifted_why="recours admis")


def amounts(payment_round: PaymentRound) -> list[int]:
    found = Entitlement.objects.filter(payment_round=payment_round).order_by("enrolment_id")
    return list(found.values_list("amount_xof", flat=True))


def why(payment_round: PaymentRound) -> dict[str, str]:
    return {change.movement: change.reason for change in payment_round.changes.all()}


def test_a_round_pays_what_was_earned_and_only_once(tmp_path: Path) -> None:
    scene = working()
    earn(scene, 28_000, 14_000)
    earn(scene, 2_000, first_cause=10)
    first = scene.released(1)
    assert amounts(first) == [30_000, 14_000] and first.entitlements == 2
    scene.answer(first, tmp_path / "retour.csv")
    scene.close(first)
    with pytest.raises(Refused, match="ne paierait personne"):
        scene.prepared(2)
    earn(scene, 0, 6_000, 4_000, first_cause=20)
    second = scene.prepared(3)
    assert amounts(second) == [6_000, 4_000] and scene.balance("paid") == 44_000 and prove().balanced
    assert why(second) == {
        "amount": "montant acquis", "enter": "acquis depuis le dernier tour",
        "leave": "rien d’acquis depuis le dernier tour",
    }  # fmt: skip


def test_what_is_earned_is_paid_after_the_exit_too() -> None:
    scene = working(2)
    earn(scene, 28_000, 14_000)
    Enrolment.objects.filter(household_id=scene.households[0]).update(
        status="exited", exit_reason="fin du chantier", exited_at=timezone.now()
    )
    assert amounts(scene.released(2)) == [28_000, 14_000]


def test_what_is_earned_after_the_last_term_is_paid_by_a_catch_up() -> None:
    scene = working(2)
    earn(scene, 4_000)
    Component.objects.update(terms=1)
    scene.component.communes.update(terms=1)
    scene.component.refresh_from_db()
    scene.close(scene.released(1))
    earn(scene, 0, 6_000, first_cause=50)
    assert amounts(scene.released(1, kind="catch_up")) == [6_000]


def test_a_term_withheld_whole_is_not_paid_again_where_the_household_went() -> None:
    scene = stage(communes=("ML010501", "ML010502"))
    scene.enrol(make_households(2, make_village(scene.communes[0])))
    withhold(scene, 0, 100)
    scene.released(1, communes=scene.communes[:1])
    Enrolment.objects.filter(household_id=scene.households[0]).update(commune=scene.communes[1])
    elsewhere = make_households(1, make_village(scene.communes[1]), prefix="autre")
    scene.enrol(elsewhere)
    assert amounts(scene.prepared(1, communes=scene.communes[1:])) == [30_000]


def test_a_due_in_a_round_stays_until_the_round_lets_it_go() -> None:
    scene = working()
    taken, other = earn(scene, 28_000, 14_000)
    prepared = scene.prepared(1)
    with pytest.raises(Refused, match="porte déjà ce droit"), transaction.atomic():
        dues.cancel(taken, reason="mauvaise feuille", by=scene.approver)
    actions.send_back(prepared, reason="une feuille à revoir", by=scene.maker)
    dues.cancel(taken, reason="mauvaise feuille", by=scene.approver)
    assert amounts(actions.prepare(prepared, by=scene.maker)) == [14_000]
    assert DueTaken.objects.get().due == other


def test_an_absent_worker_is_owed_and_paid_at_the_next_round(tmp_path: Path) -> None:
    scene = working(2)
    earn(scene, 28_000, 14_000)
    first = scene.released(1)
    scene.answer(first, tmp_path / "retour.csv", absent=1)
    scene.close(first)
    second = scene.released(2)
    assert (second.entitlements, second.arrears, second.arrears_xof) == (0, 1, 28_000)


def test_a_term_is_blocked_or_reduced_and_the_difference_says_why() -> None:
    scene = peopled(3)
    withhold(scene, 0, 100)
    withhold(scene, 1, 20)
    released = scene.released(1)
    assert amounts(released) == [24_000, 30_000]
    assert why(released)["left_out"] == "échéance retenue : moins de 3 séances suivies"
    assert sorted(TermWithheld.objects.values_list("amount_xof", flat=True)) == [6_000, 30_000]


def test_two_rules_never_take_more_than_the_term() -> None:
    scene = peopled(2)
    withhold(scene, 0, 80, rule="a")
    withhold(scene, 0, 80, rule="b")
    assert amounts(scene.released(1)) == [30_000]
    assert sorted(TermWithheld.objects.values_list("amount_xof", flat=True)) == [6_000, 24_000]


def test_what_was_withheld_is_given_back_once_when_it_is_lifted() -> None:
    scene = peopled(3)
    blocked, reduced = withhold(scene, 0, 100), withhold(scene, 1, 20)
    first = scene.close(scene.released(1))
    lift(blocked, scene.approver)
    lift(reduced, scene.approver)
    second = scene.close(scene.released(2))
    assert amounts(second) == [60_000, 36_000, 30_000]
    assert why(second)["amount"] == "retenue levée, rendue"
    assert amounts(scene.released(3)) == [30_000] * 3
    assert set(TermWithheld.objects.values_list("payment_round", "restored_round")) == {(first.pk, second.pk)}


def test_what_is_lifted_after_the_last_term_is_given_back_by_a_catch_up() -> None:
    scene = peopled(2, terms=1)
    held = withhold(scene, 0, 100)
    scene.close(scene.released(1))
    lift(held, scene.approver)
    Enrolment.objects.update(status="exited", exit_reason="dernière échéance", exited_at=timezone.now())
    late = scene.released(1, kind="catch_up")
    assert amounts(late) == [30_000] and TermWithheld.objects.get().restored_round == late
    assert late.arrears == 1  # whom nobody answered for at the last term


def test_what_a_merged_household_had_earned_stays_a_right_whose_order_is_held() -> None:
    scene = working(2)
    earn(scene, 4_000, 6_000)
    first, second = scene.households
    Household.objects.filter(pk=first).update(status="merged", merged_into_id=second)
    released = scene.released(1)
    assert amounts(released) == [4_000, 6_000]
    assert Instruction.objects.get(payment_round=released, status="held").household_id == first


def test_a_withholding_of_who_has_no_right_takes_nothing() -> None:
    scene = peopled(2)
    held = withhold(scene, 0, 100)
    Enrolment.objects.filter(household_id=scene.households[0]).update(status="suspended")
    scene.close(scene.released(1))
    lift(held, scene.approver)
    Enrolment.objects.update(status="active")
    assert amounts(scene.released(2)) == [30_000, 30_000]


def test_what_is_decided_after_the_preparation_asks_for_a_new_list() -> None:
    scene = peopled(2)
    prepared = scene.prepared(1)
    held = withhold(scene, 0, 100)
    with pytest.raises(Refused, match="depuis"), transaction.atomic():
        actions.freeze(prepared, by=scene.maker)
    actions.send_back(prepared, reason="retenue décidée", by=scene.maker)
    prepared = actions.prepare(prepared, by=scene.maker)
    lift(held, scene.approver)
    with pytest.raises(Refused, match="depuis"):
        actions.freeze(prepared, by=scene.maker)


def test_a_component_without_money_has_no_round() -> None:
    scene = peopled(1)
    Component.objects.update(kind="sessions", amount_xof=0)
    scene.component.refresh_from_db()
    with pytest.raises(Refused, match="ne donne pas d’argent"):
        scene.open(1)


def test_a_regular_term_and_what_was_earned_add_up() -> None:
    scene = peopled(2)
    earn(scene, 5_000)
    assert amounts(scene.released(1)) == [35_000, 30_000]
