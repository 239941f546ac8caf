"""No payment goes to who died or left: before the list, between its freeze and its release, and after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from jigi.enrolment import actions as enrolments
from jigi.enrolment.models import Enrolment
from jigi.enrolment.queries import to_follow
from jigi.ledger.queries import prove
from jigi.payments import actions, queries
from jigi.payments.models import Entitlement, Instruction, PaymentRound, ReturnLine
from jigi.payments.rules import RecipientFacts, held, withheld
from jigi.registry.models import Household, Membership, Person
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db
DAY = date(2015, 2, 1)


def dies(enrolment: Enrolment) -> None:
    Person.objects.filter(pk=enrolment.recipient_id).update(died_on=DAY)
    leaves(enrolment)


def leaves(enrolment: Enrolment) -> None:
    Membership.objects.filter(person=enrolment.recipient_id).update(ended_on=DAY, role="", end_reason="departure")


def ends(enrolment: Enrolment) -> None:
    Household.objects.filter(pk=enrolment.household_id).update(status="dissolved")


def _scene(folder: Path) -> Scene:
    return peopled(3)


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


@pytest.fixture
def first(scene: Scene) -> Enrolment:
    return Enrolment.objects.order_by("pk")[0]


def replace(scene: Scene, enrolment: Enrolment) -> None:
    """The head of the household receives from now on."""
    head = Membership.objects.get(household=enrolment.household_id, relation="head").person
    enrolments.change_recipient(enrolment, head, reason="décès de l’allocataire", by=scene.maker)


def alone(enrolment: Enrolment) -> None:
    dies(enrolment)
    Membership.objects.filter(household=enrolment.household_id).update(ended_on=DAY, role="", end_reason="departure")


@pytest.mark.parametrize(("happens", "why"), [(alone, "died"), (ends, "dissolved")])
def test_before_the_list_a_household_that_ended_has_no_right(
    scene: Scene, first: Enrolment, happens: Callable[[Enrolment], None], why: str
) -> None:
    happens(first)
    prepared = scene.prepared()
    assert prepared.entitlements == 2
    assert not Entitlement.objects.filter(household=first.household_id).exists()
    assert queries.withheld(prepared) == {why: 1}


@pytest.mark.parametrize(("happens", "why"), [(dies, "died"), (leaves, "gone")])
def test_before_the_list_the_right_of_a_household_that_goes_on_is_written_and_held(
    scene: Scene, first: Enrolment, happens: Callable[[Enrolment], None], why: str
) -> None:
    happens(first)
    released = scene.released()
    line = Instruction.objects.get(household=first.household_id)
    assert (released.entitlements, queries.withheld(released)) == (3, {why: 1})
    assert (line.status, Entitlement.objects.get(pk=line.entitlement_id).status) == ("held", "owed")
    assert (scene.balance("agency"), scene.balance("programme"), prove().balanced) == (60_000, 30_000, True)
    replace(scene, first)
    scene.close(released)
    assert scene.prepared(2).arrears == 3


@pytest.mark.parametrize("happens", [dies, leaves])
@pytest.mark.parametrize("when", ["frozen", "absent"])
def test_at_the_last_term_what_is_owed_waits_for_the_heir(
    scene: Scene, first: Enrolment, happens: Callable[[Enrolment], None], when: str, tmp_path: Path
) -> None:
    Enrolment.objects.update(last_term=1)
    payment_round = approved(scene)
    if when == "frozen":
        happens(first)
    released = actions.release(payment_round, by=scene.treasurer)
    if when == "absent":
        scene.answer(released, tmp_path / "retour.csv", absent=1)
        happens(first)
    scene.close(released)
    assert [one.pk for one in to_follow(scene.maker)] == [first.pk]
    replace(scene, first)
    late = scene.released(1, kind="catch_up")
    assert Instruction.objects.filter(payment_round=late, recipient=first.recipient_id, status="open").exists()
    scene.close(late)
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"exited"}


def test_once_somebody_decided_the_list_made_again_pays_the_heir(scene: Scene, first: Enrolment) -> None:
    dies(first)
    prepared = scene.prepared()
    replace(scene, first)
    actions.send_back(prepared, by=scene.maker, reason="allocataire changé")
    assert actions.prepare(prepared, by=scene.maker).entitlements == 3
    assert (queries.withheld(prepared), first.alternate_id) == ({}, None)


def approved(scene: Scene) -> PaymentRound:
    return actions.approve(actions.freeze(scene.prepared(), by=scene.maker), by=scene.approver)


def test_between_freeze_and_release_the_order_is_held_and_owed(scene: Scene, first: Enrolment, tmp_path: Path) -> None:
    payment_round = approved(scene)
    dies(first)
    assert queries.unpayable(payment_round) == 1
    released = actions.release(payment_round, by=scene.treasurer)
    held = Instruction.objects.get(household=first.household_id)
    assert (held.status, Entitlement.objects.get(pk=held.entitlement_id).status) == ("held", "owed")
    assert scene.order_file(released, tmp_path).read_text(encoding="utf-8-sig").count("\n") == 3
    assert scene.balance("agency") == 60_000 and prove().balanced


def test_what_was_held_is_paid_to_the_heir_as_arrears(scene: Scene, first: Enrolment, tmp_path: Path) -> None:
    payment_round = approved(scene)
    dies(first)
    released = actions.release(payment_round, by=scene.treasurer)
    scene.take(tmp_path / "retour.csv", [
        (line.reference, "PAYE", line.amount_xof, "2016-02-10") for line in Instruction.objects.filter(status="open")
    ])  # fmt: skip
    scene.close(released)
    replace(scene, first)
    second = scene.prepared(2)
    arrears = Instruction.objects.get(payment_round=second, kind="arrears")
    assert (second.entitlements, arrears.household_id, arrears.recipient_id) == (
        3,
        first.household_id,
        first.recipient_id,
    )
    assert prove().balanced


def test_after_the_release_what_is_not_paid_waits_for_a_decision(
    scene: Scene, first: Enrolment, tmp_path: Path
) -> None:
    released = scene.released()
    dies(first)
    assert queries.unpayable(released) == 1
    scene.answer(released, tmp_path / "retour.csv", absent=1)
    scene.close(released)
    assert scene.prepared(2).arrears == 0
    actions.cancel(PaymentRound.objects.get(term=2), by=scene.maker, reason="à refaire")
    replace(scene, first)
    assert scene.prepared(2).arrears == 1


def test_a_return_about_a_held_order_is_left_to_a_person(scene: Scene, first: Enrolment, tmp_path: Path) -> None:
    payment_round = approved(scene)
    dies(first)
    actions.release(payment_round, by=scene.treasurer)
    held = Instruction.objects.get(status="held")
    scene.take(tmp_path / "retour.csv", [(held.reference, "PAYE", held.amount_xof, "2016-02-10")])
    assert ReturnLine.objects.get().outcome == "conflict" and Instruction.objects.get(pk=held.pk).status == "held"


@pytest.mark.parametrize("times", [1, 2])
def test_a_debt_follows_a_household_that_was_merged(scene: Scene, first: Enrolment, times: int, tmp_path: Path) -> None:
    released = scene.released()
    scene.answer(released, tmp_path / "retour.csv", absent=1)
    scene.close(released)
    into = Household.objects.get(pk=scene.households[-1])
    between = Household.objects.get(pk=scene.households[1])
    Household.objects.filter(pk=between.pk).update(status="merged", merged_into=into)
    Household.objects.filter(pk=first.household_id).update(status="merged", merged_into=into if times == 1 else between)
    Membership.objects.filter(person=first.recipient_id).update(household=into, line=9, role="")
    second = scene.prepared(2)
    assert (second.entitlements, second.arrears) == (1, 1)
    frozen = actions.freeze(second, by=scene.maker)
    assert queries.unpayable(frozen) == 0


@pytest.mark.parametrize("state", ["paid", "open"])
def test_a_held_order_stays_held(scene: Scene, first: Enrolment, state: str) -> None:
    payment_round = approved(scene)
    dies(first)
    actions.release(payment_round, by=scene.treasurer)
    with pytest.raises((DatabaseError, IntegrityError), match="ne peut passer"), transaction.atomic():
        Instruction.objects.filter(status="held").update(status=state, settled_on=DAY)


@pytest.mark.parametrize(
    ("household", "died", "present", "alone"),
    list(product(["active", "merged", "dissolved", "left"], [0, 1], [0, 1], [0, 1])),
)
def test_the_statement_withholds_as_the_rule_does(
    scene: Scene, first: Enrolment, household: str, died: int, present: int, alone: int
) -> None:
    into = scene.households[-1] if household == "merged" else None
    Household.objects.filter(pk=first.household_id).update(status=household, merged_into=into)
    Person.objects.filter(pk=first.recipient_id).update(died_on=DAY if died else None)
    if not present:
        leaves(first)
    if alone:
        others = Membership.objects.filter(household=first.household_id).exclude(person=first.recipient_id)
        others.update(ended_on=DAY, role="", end_reason="departure")
    facts = RecipientFacts(household, bool(died), bool(present), heirs=not alone)
    why, opened = withheld(facts), scene.open()
    assert queries.withheld(opened) == ({why: 1} if why else {})
    written = Entitlement.objects.filter(payment_round=actions.prepare(opened, by=scene.maker)).count()
    assert written == (3 if held(facts) or not why else 2)
