"""Between the parts of payments: what is not released, a false reversal, a part taken back or told late."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import actions, corrections, parts, returns, suspensions, totals
from jigi.payments.models import Entitlement, Instruction, ReturnFile, ReturnLine
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db
PAID = "2016-02-10"


def sound(scene: Scene) -> bool:
    """The ledger balances, and the totals kept of it are those of its lines."""
    return prove().balanced and totals.prove().holds


def orders(scene: Scene) -> list[Instruction]:
    return list(Instruction.objects.order_by("id"))


def last_line() -> ReturnLine:
    return ReturnLine.objects.latest("pk")


# What was not released


def test_a_line_about_a_list_that_is_not_released_pays_nobody(tmp_path: Path) -> None:
    scene = peopled(1)
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    (order,) = orders(scene)
    scene.take(tmp_path / "retour.csv", [(order.reference, "PAYE", 30_000, PAID)])
    assert last_line().outcome == "conflict" and "pas libéré" in last_line().why
    assert orders(scene)[0].status == "open"
    with pytest.raises(Refused, match="n’est pas libéré"):
        corrections.assign(last_line(), order, by=scene.officer)
    with pytest.raises(IntegrityError, match="n'est pas libéré"), transaction.atomic():
        Instruction.objects.update(status="paid", settled_on=PAID, return_line_id=last_line().pk)
    assert frozen.status == "frozen" and sound(scene)


# What comes back


@pytest.mark.parametrize("written", [5_000, -5_000])
def test_a_reversal_of_another_sum_waits_for_a_person(tmp_path: Path, written: int) -> None:
    scene = peopled(1)
    scene.answer(scene.released(), tmp_path / "retour.csv")
    (order,) = orders(scene)
    scene.take(tmp_path / "annule.csv", [(order.reference, "ANNULE", written, PAID)])
    assert last_line().outcome == "wrong_amount" and orders(scene)[0].status == "paid"
    assert parts.part_of(last_line()) is None, "what comes back is no payment"
    with pytest.raises(Refused, match="n’est pas celui de l’ordre"):
        corrections.assign(last_line(), order, by=scene.officer)
    assert scene.balance("paid") == 30_000 and sound(scene)


def test_a_false_reversal_is_undone_once_the_round_is_closed_too(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.answer(released := scene.released(), tmp_path / "retour.csv")
    scene.close(released)
    (order,) = orders(scene)
    scene.take(tmp_path / "annule.csv", [(order.reference, "ANNULE", 30_000, PAID)])
    assert Entitlement.objects.get().status == "owed"
    corrections.undo_line(last_line(), by=scene.officer, reason="mauvaise ligne de l’agence")
    assert (orders(scene)[0].status, Entitlement.objects.get().status) == ("paid", "paid")
    assert scene.balance("paid") == 30_000 and sound(scene)


# A part


def a_part(scene: Scene, path: Path, paid: int = 20_000) -> ReturnLine:
    (order,) = orders(scene)
    scene.take(path, [(order.reference, "PAYE", paid, PAID)])
    return last_line()


def test_a_part_is_taken_back_whole_and_may_be_accepted_again(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.released()
    line = a_part(scene, tmp_path / "retour.csv")
    for _ in range(3):
        parts.accept(line, by=scene.officer, reason="caisse vide")
        assert (scene.balance("paid"), scene.balance("programme")) == (20_000, 10_000) and sound(scene)
        corrections.undo_line(line, by=scene.officer, reason="erreur de saisie")
        line.refresh_from_db()
        (order,) = orders(scene)
        right = Entitlement.objects.get()
        assert (order.status, order.paid_xof, right.status, right.paid_xof) == ("open", 0, "due", 0)
        assert (scene.balance("paid"), scene.balance("agency"), line.resolved_at) == (0, 30_000, None) and sound(scene)
    scene.take(tmp_path / "entier.csv", [(order.reference, "PAYE", 30_000, PAID)])
    assert scene.balance("paid") == 30_000 and sound(scene)


def test_a_part_after_an_answer_that_was_undone(tmp_path: Path) -> None:
    scene = peopled(1)
    released = scene.released()
    scene.answer(released, tmp_path / "retour.csv")
    corrections.undo_file(ReturnFile.objects.get(), by=scene.officer, reason="mauvais fichier")
    parts.accept(a_part(scene, tmp_path / "second.csv"), by=scene.officer, reason="caisse vide")
    assert scene.balance("paid") == 20_000 and sound(scene)


def test_a_file_is_undone_with_the_parts_that_were_accepted_of_it(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.released()
    parts.accept(a_part(scene, tmp_path / "retour.csv"), by=scene.officer, reason="caisse vide")
    assert corrections.undo_file(ReturnFile.objects.get(), by=scene.officer, reason="mauvais fichier") == 1
    assert orders(scene)[0].status == "open" and scene.balance("paid") == 0 and sound(scene)


def test_a_part_whose_rest_was_asked_again_is_not_taken_back(tmp_path: Path) -> None:
    scene = peopled(1)
    released = scene.released()
    line = a_part(scene, tmp_path / "retour.csv")
    parts.accept(line, by=scene.officer, reason="caisse vide")
    scene.close(released)
    scene.released(2)
    with pytest.raises(Refused, match="ne peut plus être défait"):
        corrections.undo_line(line, by=scene.officer, reason="erreur")
    with pytest.raises(Refused, match="ne peut plus être défait"):
        corrections.undo_file(line.return_file, by=scene.officer, reason="erreur")
    assert scene.balance("paid") == 20_000 and sound(scene)


def test_a_part_in_a_closed_round_taken_back_is_owed_whole(tmp_path: Path) -> None:
    scene = peopled(1)
    released = scene.released()
    line = a_part(scene, tmp_path / "retour.csv")
    parts.accept(line, by=scene.officer, reason="caisse vide")
    scene.close(released)
    corrections.undo_line(line, by=scene.officer, reason="erreur")
    right = Entitlement.objects.get()
    assert (orders(scene)[0].status, right.status, right.paid_xof) == ("unanswered", "owed", 0)
    assert (scene.balance("paid"), scene.balance("programme")) == (0, 30_000) and sound(scene)


def test_a_part_told_after_the_round_is_closed_is_taken_and_the_rest_alone_is_asked(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.close(scene.released())
    line = a_part(scene, tmp_path / "retour.csv")
    assert line.outcome == "conflict"
    (order,) = orders(scene)
    assert corrections.assign(line, order, by=scene.officer) == "wrong_amount" and scene.balance("paid") == 0
    line.refresh_from_db()
    parts.accept(line, by=scene.officer, reason="reçu signé du 10 février")
    assert (scene.balance("paid"), scene.balance("programme")) == (20_000, 10_000) and sound(scene)
    scene.released(2)
    assert Instruction.objects.get(kind="arrears").amount_xof == 10_000


def test_a_part_that_names_the_household_alone_is_found_by_a_person(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.released()
    (order,) = orders(scene)
    (path := tmp_path / "retour.csv").write_text(
        f"numero_rsu;statut;montant_fcfa;date\n{order.household.rsu_number};PAYE;20000;{PAID}\n", "utf-8"
    )
    returns.reconcile(path, scene.agency, by=scene.officer)
    assert last_line().outcome == "unknown"
    corrections.assign(last_line(), order, by=scene.officer)
    parts.accept(last_line(), by=scene.officer, reason="caisse vide")
    assert scene.balance("paid") == 20_000 and last_line().rsu_read == "" and sound(scene)


# Terms missed


def test_nobody_leaves_a_commune_before_the_terms_that_its_suspension_made_it_miss(tmp_path: Path) -> None:
    scene = peopled(1, terms=2)
    today = timezone.localdate()
    asked = suspensions.ask(scene.component, scene.communes[0], starts_on=today, reason="attaque", by=scene.maker)
    suspensions.confirm(asked, by=scene.approver)
    asked.refresh_from_db()
    suspensions.lift(asked, ends_on=today, reason="calme", by=scene.approver)
    scene.answer(second := scene.released(2), tmp_path / "second.csv")
    scene.close(second)
    assert Enrolment.objects.get().status == "active", "the first term is to be paid still"
    scene.answer(first := scene.released(1), tmp_path / "premier.csv")
    scene.close(first)
    assert Enrolment.objects.get().status == "exited" and scene.balance("paid") == 60_000


def test_a_suspension_with_a_wrong_date_is_lifted_before_it_begins() -> None:
    scene = peopled(1)
    far = timezone.localdate() + timedelta(days=30_000)
    asked = suspensions.ask(scene.component, scene.communes[0], starts_on=far, reason="attaque", by=scene.maker)
    suspensions.confirm(asked, by=scene.approver)
    asked.refresh_from_db()
    suspensions.lift(asked, ends_on=timezone.localdate(), reason="faute de frappe", by=scene.approver)
    suspensions.ask(
        scene.component, scene.communes[0], starts_on=timezone.localdate(), reason="attaque", by=scene.maker
    )
