"""The life of a round as the manual tells it: who may do what from where, what it changes, what it can't."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import AuditEvent
from jigi.ledger.queries import balances, prove
from jigi.payments import actions, queries
from jigi.payments.models import Entitlement, Instruction, PaymentRound
from jigi.payments.states import ROUND
from jigi.registry.models import Membership
from tests.factories import make_component, make_enrolments, make_households, make_village
from tests.payments.scene import Scene, peopled, scene_of, stage

pytestmark = pytest.mark.django_db

VERBS: dict[str, Callable[[Scene, PaymentRound], PaymentRound]] = {
    "prepare": lambda scene, it: actions.prepare(it, by=scene.maker),
    "freeze": lambda scene, it: actions.freeze(it, by=scene.maker),
    "send_back": lambda scene, it: actions.send_back(
        it, by=scene.approver if it.status == "frozen" else scene.maker, reason="à revoir"
    ),
    "approve": lambda scene, it: actions.approve(it, by=scene.approver),
    "release": lambda scene, it: actions.release(it, by=scene.treasurer),
    "close": lambda scene, it: actions.close(it, by=scene.maker),
    "cancel": lambda scene, it: actions.cancel(it, by=scene.maker, reason="doublon"),
}
WAY = {
    "draft": (), "prepared": ("prepare",), "frozen": ("prepare", "freeze"),
    "approved": ("prepare", "freeze", "approve"), "released": ("prepare", "freeze", "approve", "release"),
    "closed": ("prepare", "freeze", "approve", "release", "close"), "cancelled": ("cancel",),
}  # fmt: skip


def brought_to(scene: Scene, state: str, term: int = 1) -> PaymentRound:
    payment_round = scene.open(term)
    for verb in WAY[state]:
        payment_round = VERBS[verb](scene, payment_round)
    return payment_round


@pytest.mark.parametrize("state", list(ROUND.states))
def test_each_verb_goes_from_its_states_and_from_no_other(state: str) -> None:
    scene = peopled(1)
    payment_round = brought_to(scene, state)
    assert payment_round.status == state
    for verb, act in VERBS.items():
        step = ROUND.transition(verb)
        payment_round.refresh_from_db()
        if state in step.sources:
            with transaction.atomic():
                assert act(scene, payment_round).status == step.target
                transaction.set_rollback(True)
        else:
            with pytest.raises(Refused, match=f"« {step.label} » est impossible : l’état est") as refused:
                act(scene, payment_round)
            assert refused.value.remedy.startswith("Cette action part de l’état «")
    assert PaymentRound.objects.get().status == state and prove().balanced


def test_each_step_is_signed_and_told_in_the_audit() -> None:
    scene = peopled(1)
    closed = brought_to(scene, "closed")
    hands = (closed.made_by, closed.frozen_by, closed.approved_by, closed.released_by, closed.closed_by)
    assert hands == (scene.maker, scene.maker, scene.approver, scene.treasurer, scene.maker)
    told = AuditEvent.objects.filter(noun="payment_round", object_id=str(closed.pk)).order_by("id")
    assert list(told.values_list("verb", flat=True)) == [
        "open", "prepare", "freeze", "approve", "release", "close"
    ]  # fmt: skip


def test_a_step_needs_the_role_of_its_hand() -> None:
    scene = peopled(1)
    frozen = brought_to(scene, "frozen")
    with pytest.raises(Refused, match="approuver un tour de paiement"):
        actions.approve(frozen, by=scene.treasurer)
    with pytest.raises(Refused, match="préparer et geler un tour"):
        actions.open_round(scene.component, 2, scene.communes, by=scene.approver)


@pytest.mark.parametrize("state", ["prepared", "frozen"])
def test_a_list_sent_back_and_prepared_again_is_the_same(state: str) -> None:
    scene = peopled(5)
    first = brought_to(scene, state)
    before = the_list(first)
    again = VERBS["prepare"](scene, VERBS["send_back"](scene, first))
    assert the_list(again) == before and len(before) == 5
    assert (again.entitlements, again.frozen_by, again.list_hash) == (5, None, "")
    assert queries.verify_hash(VERBS["freeze"](scene, again))


def test_a_list_sent_back_gives_its_arrears_back(tmp_path: Path) -> None:
    scene = peopled(3)
    scene.answer(first := scene.released(), tmp_path / "retour.csv", absent=2)
    scene.close(first)
    second = brought_to(scene, "frozen", term=2)
    before = the_list(second)
    again = VERBS["prepare"](scene, VERBS["send_back"](scene, second))
    assert (again.arrears, again.arrears_xof) == (2, 60_000)
    assert the_list(again) == before


def the_list(payment_round: PaymentRound) -> list[tuple[object, ...]]:
    """What a list promises; its references are new, so that an order of a withdrawn list never pays."""
    lines = Instruction.objects.filter(payment_round=payment_round).order_by("kind", "household")
    return list(lines.values_list("kind", "household", "recipient", "agency", "account_index", "amount_xof", "attempt"))


def test_what_is_undone_has_a_reason() -> None:
    scene = peopled(1)
    prepared = brought_to(scene, "prepared")
    with pytest.raises(Refused, match="sans motif"):
        actions.send_back(prepared, by=scene.maker, reason=" ")
    with pytest.raises(Refused, match="se motive"):
        actions.cancel(prepared, by=scene.maker, reason="")


@pytest.mark.parametrize("state", ["draft", "prepared", "frozen"])
def test_a_cancelled_round_frees_its_communes(state: str) -> None:
    scene = peopled(2)
    VERBS["cancel"](scene, brought_to(scene, state))
    assert not Entitlement.objects.exists()
    assert scene.released(1).entitlements == 2


def test_a_list_that_was_touched_is_not_approved() -> None:
    scene = peopled(3)
    frozen = brought_to(scene, "frozen")
    assert queries.verify_hash(frozen)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payments_instruction DISABLE TRIGGER USER")
        cursor.execute("UPDATE payments_instruction SET account_index = '\\x07' WHERE id % 3 = 0")
        cursor.execute("ALTER TABLE payments_instruction ENABLE TRIGGER USER")
    assert not queries.verify_hash(frozen)
    with pytest.raises(JigiError, match="la liste est celle qui a été gelée"):
        actions.approve(frozen, by=scene.approver)
    assert PaymentRound.objects.get().status == "frozen"
    assert scene.balance("programme") == 0


def test_an_agreement_is_never_overdrawn() -> None:
    scene = peopled(3, money=150_000)
    scene.close(scene.released(1))
    frozen = brought_to(scene, "frozen", term=2)
    with pytest.raises(Refused, match="n’a pas assez d’argent") as refused:
        actions.approve(frozen, by=scene.approver)
    assert "convention" in refused.value.why + refused.value.remedy
    assert PaymentRound.objects.get(pk=frozen.pk).status == "frozen"
    assert scene.balance("available") == 60_000 and prove().balanced


# The difference from the last round


def changes(payment_round: PaymentRound) -> dict[tuple[str, str], tuple[int, int]]:
    lines = payment_round.changes.values_list("movement", "reason", "households", "amount_xof")
    return {(movement, reason): (households, xof) for movement, reason, households, xof in lines}


def test_the_first_list_only_enters() -> None:
    assert changes(peopled(3).prepared()) == {("enter", "inscription, cohorte 1"): (3, 90_000)}


def test_the_difference_says_who_enters_leaves_and_changes_and_why(tmp_path: Path) -> None:
    scene = peopled(6)
    scene.answer(first := scene.released(), tmp_path / "retour.csv", absent=1)
    scene.close(first)
    gone, paused, other, moved, _stays, _stays_too = Enrolment.objects.order_by("household")
    enrolment.exit(gone, "décès", by=scene.maker)
    enrolment.suspend(paused, reason="insécurité", by=scene.maker)
    head = Membership.objects.get(household=other.household, relation="head").person
    enrolment.change_recipient(other, head, reason="départ", by=scene.maker)
    moved.account = "+22377777777"
    moved.save()
    scene.enrol(make_households(2, make_village(scene.communes[0])), first_term=2)
    second = scene.prepared(2)
    assert changes(second) == {
        ("enter", "inscription, cohorte 2"): (2, 60_000),
        ("leave", "décès"): (1, -30_000),
        ("leave", "inscription suspendue"): (1, -30_000),
        ("recipient", "changement d’allocataire"): (1, 0),
        ("account", "changement de compte ou d’agence"): (1, 0),
        ("stay", "sans changement"): (2, 0),
        ("arrears", "absents"): (1, 30_000),
    }
    assert adds_up(first, second)


def test_a_suspended_household_comes_back_without_loss() -> None:
    scene = peopled(2)
    first = scene.close(scene.released(1))
    paused = Enrolment.objects.order_by("pk")[0]
    enrolment.suspend(paused, reason="insécurité", by=scene.maker)
    second = scene.released(2)
    assert (second.entitlements, second.arrears) == (1, 1)
    scene.close(second)
    enrolment.resume(paused, reason="retour au calme", by=scene.maker)
    third = scene.prepared(3)
    assert changes(third)["enter", "reprise du droit"] == (1, 30_000)
    assert (third.entitlements, third.arrears) == (2, 3)
    assert adds_up(second, third) and first.entitlements == 2


def adds_up(before: PaymentRound, after: PaymentRound) -> bool:
    """The lines of a difference lead from one list to the next, in households and in francs."""
    lines = [change for change in after.changes.all() if change.movement != "arrears"]
    entered = sum(c.households for c in lines if c.movement == "enter")
    left = sum(c.households for c in lines if c.movement == "leave")
    arrears = sum(c.amount_xof for c in after.changes.filter(movement="arrears"))
    return (
        before.entitlements + entered - left == after.entitlements
        and before.entitlements_xof + sum(c.amount_xof for c in lines) == after.entitlements_xof
        and arrears == after.arrears_xof
    )


# The end: exit after the last term, return to the funds


def test_households_leave_after_their_last_term() -> None:
    scene = peopled(2, terms=2)
    scene.close(scene.released(1))
    assert not Enrolment.objects.filter(status="exited").exists()
    scene.close(scene.released(2))
    assert Enrolment.objects.filter(status="exited").count() == 2
    with pytest.raises(Refused, match="L’échéance 3 n’existe pas") as refused:
        scene.open(3)
    assert "rattrapage" in refused.value.remedy
    assert scene.prepared(2, kind="catch_up").arrears == 4


def test_what_is_unpaid_at_the_end_goes_back_to_its_agreement(tmp_path: Path) -> None:
    communes = stage(communes=("ML010501", "ML010502")).communes
    component = make_component(communes, terms=1, fundings={"IDA": communes[:1], "DANIDA": communes[1:]})
    for number, area in enumerate(communes, start=3):
        make_enrolments(component, make_households(number, make_village(area)), cohort=area.code)
    scene = scene_of(component, communes)
    payment_round = scene.released()
    scene.answer(payment_round, tmp_path / "retour.csv", absent=2)
    left_open = Instruction.objects.filter(payment_round=payment_round, status="paid").count()
    assert left_open == 5
    scene.close(payment_round)
    assert scene.give_back() == 2
    kept = balances(["IDA", "DANIDA"])
    assert (kept["IDA"].paid_xof, kept["IDA"].returned_xof) == (30_000, 60_000)
    assert (kept["DANIDA"].paid_xof, kept["DANIDA"].returned_xof) == (120_000, 0)
    assert all(fund.adds_up and fund.reserved_xof == fund.agencies_xof == 0 for fund in kept.values())
    assert set(Entitlement.objects.values_list("status", flat=True)) == {"paid", "returned"}


def test_a_sum_goes_back_once_and_a_later_one_too() -> None:
    scene = peopled(3)
    scene.close(scene.released(1))
    for number, one in enumerate(Enrolment.objects.order_by("pk")[:2], start=1):
        enrolment.exit(one, "déménagement", by=scene.maker)
        given = [scene.give_back("sorties"), actions.return_to_funds(scene.component, by=scene.maker, reason="sorties")]
        assert given == [1, 0]
        assert balances([scene.agreement.code])[scene.agreement.code].returned_xof == number * 30_000
    assert scene.balance("programme") == 30_000 and prove().balanced


def test_money_asked_of_an_agency_is_not_free() -> None:
    scene = peopled(3)
    scene.released(1)
    with pytest.raises(Refused, match="en cours"):
        actions.return_to_funds(scene.component, by=scene.maker, reason="trop tôt")
