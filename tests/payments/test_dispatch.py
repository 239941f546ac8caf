"""Orders given to an agency by machine: what leaves, what is heard, and how it moves orders, rights and money."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation import fence
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, User
from jigi.ledger.queries import prove
from jigi.payments import aliases, dispatch, dispatch_jobs, dispatch_rules
from jigi.payments.adapters.pispi import PiSpi
from jigi.payments.adapters.pispi_twin import Faults, Platform
from jigi.payments.dispatch_models import Attempt, Channel, Dispatch, Group
from jigi.payments.models import Entitlement, Instruction, ReturnLine
from tests.factories import make_user
from tests.payments.dispatch_scene import begun, open_channel, states, turned
from tests.payments.pispi_scene import ALIAS, Killed, TwinWire, access, faults
from tests.payments.scene import peopled, random_seed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions follow each other without waiting."""
    monkeypatch.setattr(dispatch_rules, "FIRST_WAIT_S", 0.0)


def replace_starter(one: Dispatch, by: User) -> Dispatch:
    Dispatch.objects.filter(pk=one.pk).update(started_by=by)
    one.refresh_from_db()
    return one


def test_groups_are_deposited_and_nothing_is_paid_before_another_hand_releases_them() -> None:
    scene, one = begun(5)
    turned(one, platform := Platform())
    assert states(one) == {"deposited": 5} and not platform.executed
    with pytest.raises(Refused, match="libérer un tour"):
        dispatch.release(one, by=scene.officer)
    with pytest.raises(Refused, match="commencé cet envoi"):
        dispatch.release(replace_starter(one, scene.treasurer), by=scene.treasurer)
    replace_starter(one, scene.officer)
    dispatch.release(one, by=scene.treasurer)
    turned(one, platform)
    assert states(one) == {"executed": 5} and sum(platform.executed.values()) == 5
    assert Dispatch.objects.get().status == "done"
    assert set(Instruction.objects.values_list("status", flat=True)) == {"paid"}
    assert set(Entitlement.objects.values_list("status", flat=True)) == {"paid"}
    assert scene.balance("paid") == 150_000 and prove().balanced


def test_a_rejection_is_owed_at_the_next_term_and_says_why() -> None:
    scene, one = begun(2)
    platform = Platform()
    first, second = Instruction.objects.order_by("id")
    platform.unknown_aliases.add(first.account)
    platform.refused[second.account] = "AC07"
    dispatch.release(one, by=scene.treasurer)
    turned(one, platform)
    assert states(one) == {"rejected": 2}
    assert set(ReturnLine.objects.values_list("reason_read", flat=True)) == {"alias inconnu", "compte clos"}
    assert set(Entitlement.objects.values_list("status", flat=True)) == {"owed"} and prove().balanced


def test_a_dispatch_that_is_withdrawn_pays_nobody_and_closes() -> None:
    scene, one = begun(3)
    turned(one, platform := Platform(), turns=1)
    dispatch.withdraw(one, by=scene.officer, reason="liste contestée")
    turned(one, platform)
    assert states(one) == {"rejected": 3} and not platform.executed
    with pytest.raises(Refused, match="déjà libéré, retiré"):
        dispatch.release(one, by=scene.treasurer)
    assert {one["statut"] for one in platform.groups.values()} <= {"ANNULE"}
    scene.close(one.payment_round)


def test_a_round_does_not_close_over_orders_that_may_be_paid() -> None:
    scene, one = begun(2)
    turned(one, Platform())
    with pytest.raises(Refused, match="2 ordres sont chez leur agence"):
        scene.close(one.payment_round)
    with pytest.raises(IntegrityError, match="rien ne prouve"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_instruction SET status = 'unanswered'")


def test_a_return_file_does_not_make_unpaid_what_is_on_its_way(tmp_path: Any) -> None:
    scene, one = begun(1)
    scene.answer(one.payment_round, tmp_path / "retour.csv", absent=1)
    assert ReturnLine.objects.get().outcome == "conflict" and Instruction.objects.get().status == "open"


def test_a_duplicate_that_hides_the_first_payment_stays_to_verify() -> None:
    scene, one = begun(1)
    hiding = Faults(filters_ignored=True, last_attempt=True, newest_first=True, page_ignored=True)
    platform = Platform(hiding, page_most=1)
    turned(one, platform)
    order = Instruction.objects.get()
    platform._write({"txId": order.reference, "payeAlias": order.account, "montant": 30_000}, ALIAS.format(0))
    dispatch.release(one, by=scene.treasurer)
    turned(one, platform)
    assert states(one) == {"to_verify": 1} and platform.executed[order.reference] == 1
    assert Instruction.objects.get().status == "open"
    platform.faults = Faults()
    turned(one, platform)
    assert states(one) == {"executed": 1} and Instruction.objects.get().status == "paid"


def test_an_order_settled_otherwise_does_not_leave(tmp_path: Any) -> None:
    scene, one = begun(2)
    order = Instruction.objects.order_by("id").first()
    scene.take(tmp_path / "retour.csv", [(order.reference, "PAYE", 30_000, "2016-02-10")])
    dispatch.release(one, by=scene.treasurer)
    turned(one, platform := Platform())
    assert order.reference not in platform.executed and sum(platform.executed.values()) == 1
    assert scene.balance("paid") == 60_000 and prove().balanced


def test_a_paused_dispatch_sends_nothing_until_it_is_resumed() -> None:
    scene, one = begun(2)
    dispatch.pause(one, by=scene.officer)
    turned(one, platform := Platform())
    assert not platform.groups and states(one) == {"waiting": 2}
    dispatch.resume(one, by=scene.officer)
    turned(one, platform)
    assert len(platform.groups) == 1


def test_what_waits_for_its_hour_is_asked_again_at_once_and_never_sent_again() -> None:
    scene, one = begun(2)
    dispatch.run(one, talk=PiSpi(access(), TwinWire(Platform(Faults(cut=1)))), grace_s=600, seconds=1)
    assert dispatch.retry(one, by=scene.officer) == 0  # the request that was cut may still arrive
    turned(one, platform := Platform())
    Group.objects.update(next_at="2100-01-01T00:00Z")
    assert dispatch.retry(one, by=scene.officer) == 1
    turned(one, platform)
    assert len(platform.groups) == 1 and Group.objects.get().posts == 2 == Group.objects.get().denials + 1


def test_a_person_decides_of_what_stays_to_verify_with_a_proof() -> None:
    scene, one = begun(2)
    turned(one, Platform())
    dispatch.release(one, by=scene.treasurer)
    Attempt.objects.update(status="to_verify")
    first, second = Attempt.objects.select_related("group__dispatch").order_by("pk")
    with pytest.raises(Refused, match="libérer un tour"):
        dispatch.decide(first, "rejected", by=scene.officer, reason="lettre du 3 mars")
    with pytest.raises(Refused, match="et pourquoi"):
        dispatch.decide(first, "rejected", by=scene.treasurer, reason=" ")
    dispatch.decide(first, "executed", by=scene.treasurer, reason="lettre du 3 mars")
    dispatch.decide(second, "rejected", by=scene.treasurer, reason="lettre du 3 mars")
    with pytest.raises(Refused, match="n’est pas à vérifier"):
        dispatch.decide(first, "rejected", by=scene.treasurer, reason="lettre du 3 mars")
    dispatch.settle_answers(one)
    assert sorted(Instruction.objects.values_list("status", flat=True)) == ["paid", "refused"]
    assert scene.balance("paid") == 30_000 and prove().balanced


def test_the_worker_asks_for_its_next_turn_and_tells_what_stops_it() -> None:
    _, one = begun(1)
    Channel.objects.update(certificate="/nulle/part.pem")
    dispatch_jobs.go_on(one.pk)
    assert "Le certificat du canal" in Group.objects.get().problem
    assert ProcrastinateJob.objects.filter(task_name="payments.dispatch", status="todo").count() == 1
    assert not dispatch_jobs.enqueue(one.pk, after_s=60), "its next turn is already due"
    assert dispatch_jobs.enqueue(one.pk), "what is asked now does not wait for it"
    assert not dispatch_jobs.enqueue(one.pk)


def test_the_role_of_the_worker_may_dispatch(settings: Any) -> None:
    scene, one = begun(2)
    dispatch.release(one, by=scene.treasurer)
    settings.FENCED = True
    platform = Platform()
    with transaction.atomic():
        fence.assume(fence.WORKER)
        turned(one, platform)
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    assert set(Instruction.objects.values_list("status", flat=True)) == {"paid"}


def test_the_name_behind_an_account_is_asked_without_paying_and_without_a_trace_of_it() -> None:
    scene = peopled(1)
    platform = Platform()
    platform.unknown_aliases.add("+22370000000")
    talk = PiSpi(access(), TwinWire(platform))
    by = make_user("exploite", "operator")
    assert aliases.resolve(scene.agency, "+22376001122", by=by, talk=talk).name == "TITULAIRE DE COMPTE"
    with pytest.raises(Refused, match="ne connaît pas ce compte"):
        aliases.resolve(scene.agency, "+22370000000", by=by, talk=talk)
    kept = AuditEvent.objects.filter(verb="resolve").order_by("pk")
    assert [one.after["answer"] for one in kept] == ["holder", "unknown"] and not platform.executed
    assert "76001122" not in str([one.after for one in kept])


def test_the_same_round_is_not_given_twice_to_an_agency() -> None:
    scene, one = begun(1)
    with pytest.raises(Refused, match="déjà été donnés"):
        dispatch.start(one.payment_round, scene.agency, by=scene.officer)


def test_storing_takes_the_same_statements_whatever_the_number(django_assert_max_num_queries: Any) -> None:
    scene = peopled(40)
    open_channel(scene)
    shown = scene.released()
    with django_assert_max_num_queries(30):
        dispatch.start(shown, scene.agency, by=scene.officer)
    assert Group.objects.count() == 20 and Attempt.objects.count() == 40


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("UPDATE payments_group SET posts = 2", "group_leaves_again_only_if_denied"),
        ("UPDATE payments_attempt SET settled = true", "attempt_settled_is_proven"),
        ("UPDATE payments_attempt SET tx_id = 'autre'", "garde son ordre"),
        ("DELETE FROM payments_attempt", "ne s'efface pas"),
        ("UPDATE payments_dispatch SET released_by_id = started_by_id, released_at = now()", "did_not_begin_it"),
        ("UPDATE payments_dispatch SET released_at = now(), released_by_id ="
         " (SELECT approved_by_id FROM payments_paymentround)", "ne libère pas son envoi"),
        ("UPDATE payments_channel SET base_url = 'http://pispi.example/'", "channel_is_encrypted"),
    ],
)  # fmt: skip
def test_the_database_refuses_the_lie(lie: str, said: str) -> None:
    begun(1)
    with pytest.raises(IntegrityError, match=said), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lie)


def test_executed_is_not_taken_back() -> None:
    scene, one = begun(1)
    dispatch.release(one, by=scene.treasurer)
    turned(one, Platform())
    with pytest.raises(IntegrityError, match="ne peut passer"), transaction.atomic():
        Attempt.objects.update(status="to_verify")


def test_faults_and_kills_over_the_tables_never_hide_a_payment() -> None:
    """The stories of test_dispatch_schedules, over the tables: a few, since each costs a round."""
    scene, one = begun(4)
    accounts = list(Instruction.objects.order_by("id"))
    before = transaction.savepoint()
    for seed in range(random_seed(), random_seed() + 8):
        draw = random.Random(seed)
        platform = Platform(faults(draw), seed=seed)
        platform.refused[accounts[0].account] = "AC07"
        dispatch.release(one, by=scene.treasurer)

        def dies(_: str, draw: random.Random = draw) -> None:
            if draw.random() < 0.15:
                raise Killed

        for turn in range(40):
            if turn == 25:
                platform.faults = replace(platform.faults, busy=0, broken=0, cut=0, half=0, slow=0, late=0)
            try:
                turned(one, platform, turns=1, line=dies if turn < 25 else lambda _: None)
            except Killed:
                continue
        for attempt in Attempt.objects.all():
            done = platform.executed[attempt.tx_id]
            order = Instruction.objects.get(pk=attempt.instruction_id)
            assert done <= 1 and (done == 0 or order.status in ("paid", "open")), (seed, attempt.tx_id)
            assert order.status != "paid" or done == 1, (seed, attempt.tx_id)
        assert prove().balanced
        transaction.savepoint_rollback(before)
        one.refresh_from_db()
        before = transaction.savepoint()
