"""An order leaves by file or by machine, never by both; and what was given by machine is believed of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import corrections, dispatch, orders, parts
from jigi.payments.adapters.pispi_twin import Platform
from jigi.payments.dispatch_models import Attempt, Dispatch
from jigi.payments.models import Instruction, OrderFile, ReturnFile, ReturnLine
from tests.payments.dispatch_scene import begun, open_channel, states, turned
from tests.payments.scene import peopled

pytestmark = pytest.mark.django_db


def test_orders_that_left_by_file_do_not_leave_by_machine(tmp_path: Path) -> None:
    scene = peopled(1)
    shown = scene.released()
    scene.order_file(shown, tmp_path)
    open_channel(scene)
    with pytest.raises(Refused, match="déjà partis par fichier"):
        dispatch.start(shown, scene.agency, by=scene.officer)
    assert not Dispatch.objects.exists()


def test_after_a_dispatch_the_file_holds_only_orders_without_account(tmp_path: Path) -> None:
    scene = peopled(2)
    shown = scene.released()
    poor = Instruction.objects.order_by("id").first()
    assert poor
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_instruction DISABLE TRIGGER USER")
    Instruction.objects.filter(pk=poor.pk).update(account_sealed=b"", account_index=b"", pay_point="Mopti")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_instruction ENABLE TRIGGER USER")
    open_channel(scene)
    one = dispatch.start(shown, scene.agency, by=scene.officer)
    dispatch.release(one, by=scene.treasurer)
    turned(one, Platform())
    assert poor.reference in (text := scene.order_file(shown, tmp_path).read_text("utf-8-sig"))
    assert text.count(scene.agency.code) <= 1 and OrderFile.objects.get().lines == 1


def test_when_all_left_by_machine_there_is_no_file_to_write(tmp_path: Path) -> None:
    scene, one = begun(1)
    dispatch.release(one, by=scene.treasurer)
    turned(one, Platform())
    with pytest.raises(Refused, match="Aucun ordre de ce tour n’est à envoyer"):
        orders.write_orders(one.payment_round, scene.agency, tmp_path, format="csv", by=scene.officer)
    assert not OrderFile.objects.exists() and not list(tmp_path.iterdir())


def test_less_than_the_sum_is_not_accepted_for_an_order_given_by_machine(tmp_path: Path) -> None:
    scene, _ = begun(1)
    order = Instruction.objects.get()
    scene.take(tmp_path / "retour.csv", [(order.reference, "PAYE", 10_000, "2016-02-10")])
    line = ReturnLine.objects.get()
    assert line.outcome == "wrong_amount" and parts.part_of(line) is None
    for said in ("partial", "reversed", "absent"):
        with pytest.raises(IntegrityError, match="rien ne prouve"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE payments_instruction SET status = %s", [said])


def test_a_line_assigned_by_hand_does_not_make_unpaid_what_is_on_its_way(tmp_path: Path) -> None:
    scene, _ = begun(1)
    order = Instruction.objects.get()
    scene.take(tmp_path / "retour.csv", [("INCONNUE", "ABSENT", 30_000, "2016-02-10")])
    with pytest.raises(Refused, match="parti par machine"):
        corrections.assign(ReturnLine.objects.get(), order, by=scene.officer, reason="vu au guichet")


def test_paid_then_cancelled_by_file_is_no_proof_against_the_machine(tmp_path: Path) -> None:
    scene, _ = begun(1)
    order = Instruction.objects.get()
    paid_and_back = [(order.reference, said, 30_000, "2016-02-10") for said in ("PAYE", "ANNULE")]
    scene.take(tmp_path / "retour.csv", paid_and_back)
    assert "conflict" in set(ReturnLine.objects.values_list("outcome", flat=True))
    order.refresh_from_db()
    assert order.status in ("open", "paid") and prove().balanced


def test_what_the_agency_proved_by_machine_is_not_undone() -> None:
    scene, one = begun(1)
    dispatch.release(one, by=scene.treasurer)
    turned(one, Platform())
    with pytest.raises(Refused):
        corrections.undo_file(ReturnFile.objects.get(), by=scene.officer, reason="erreur")
    assert Instruction.objects.get().status == "paid" and scene.balance("paid") == 30_000 and prove().balanced


def test_orders_settled_otherwise_are_not_released_at_the_agency(tmp_path: Path) -> None:
    scene, one = begun(2)
    turned(one, platform := Platform())
    assert states(one) == {"deposited": 2}
    order = Instruction.objects.order_by("id").first()
    assert order
    scene.take(tmp_path / "retour.csv", [(order.reference, "PAYE", 30_000, "2016-02-10")])
    with pytest.raises(Refused, match=r"1 ordre\(s\) déposé\(s\)"):
        dispatch.release(one, by=scene.treasurer)
    dispatch.withdraw(one, by=scene.officer, reason="payé au guichet")
    turned(one, platform)
    assert not platform.executed and Attempt.objects.filter(status="rejected").count() == 2


def test_a_second_approver_does_not_release_the_dispatch() -> None:
    scene, one = begun(1)
    shown = one.payment_round
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_approval DISABLE TRIGGER USER")
        cursor.execute("UPDATE payments_approval SET by_id = %s", [scene.treasurer.pk])
        cursor.execute("ALTER TABLE payments_approval ENABLE TRIGGER USER")
    shown.refresh_from_db()
    assert shown.approved_by == scene.approver
    with pytest.raises(Refused, match="préparé ou approuvé"):
        dispatch.release(one, by=scene.treasurer)
    with pytest.raises(IntegrityError, match="ne libère pas son envoi"), transaction.atomic():
        Dispatch.objects.update(released_by=scene.treasurer, released_at="2016-02-10T00:00Z")
