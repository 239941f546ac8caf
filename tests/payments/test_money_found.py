"""What playing money in any order, and reading beside, found: in its shortest form, so that it does not come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import corrections, parts, totals
from jigi.payments.models import Instruction, PaymentRound, ReturnLine
from tests.factories import make_households, make_village
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db
DAY = "2016-02-10"


def order_of(payment_round: PaymentRound) -> Instruction:
    return Instruction.objects.filter(payment_round=payment_round).order_by("id")[0]


def took(scene: Scene, path: Path, order: Instruction, said: str, xof: int) -> ReturnLine:
    """The one line of a return file about an order."""
    return scene.take(path, [(order.reference, said, xof, DAY)]).return_file.return_lines.get()


def test_an_answer_about_a_list_that_is_not_released_settles_nothing(tmp_path: Path) -> None:
    scene = peopled(2)
    elsewhere = make_households(2, make_village(scene.communes[0], 2))
    scene.released(1)  # the agency holds money enough
    scene.enrol(elsewhere)
    order = order_of(scene.prepared(2))
    line = took(scene, tmp_path / "retour.csv", order, "PAYE", 30_000)
    assert (line.outcome, order_of(order.payment_round).status) == ("conflict", "open")
    assert "pas libéré" in line.why
    with pytest.raises(Refused, match="n’est pas libéré"):
        corrections.assign(line, order, by=scene.officer)
    assert scene.balance("paid") == 0 and prove().balanced


def test_the_database_refuses_an_answer_before_the_release() -> None:
    order = order_of(peopled(1).prepared())
    with pytest.raises(IntegrityError, match="n'est pas libéré"), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_instruction SET status = 'absent' WHERE id = %s", [order.pk])


def test_a_part_is_accepted_of_an_order_whose_first_answer_was_undone(tmp_path: Path) -> None:
    scene = peopled(1)
    order = order_of(scene.released())
    corrections.undo_line(took(scene, tmp_path / "un.csv", order, "PAYE", 30_000), by=scene.officer, reason="erreur")
    less = took(scene, tmp_path / "deux.csv", order, "PAYE", 20_000)
    parts.accept(less, by=scene.officer, reason="caisse vide")
    assert scene.balance("paid") == 20_000 and prove().balanced and totals.prove().holds


def test_a_catch_up_lets_no_household_leave_before_its_last_term(tmp_path: Path) -> None:
    scene = peopled(2, terms=2)
    first = scene.released(1)
    scene.answer(first, tmp_path / "retour.csv", absent=1)
    scene.close(first)
    scene.close(scene.released(2, kind="catch_up"))
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"active"}
    assert scene.released(2).entitlements == 2


def test_households_leave_when_their_last_term_is_closed_and_late_ones_with_a_catch_up(tmp_path: Path) -> None:
    scene = peopled(2, terms=1)
    one = Enrolment.objects.order_by("pk")[0]
    first = scene.released(1)
    Enrolment.objects.filter(pk=one.pk).update(status="suspended")
    scene.close(first)
    assert sorted(Enrolment.objects.values_list("status", flat=True)) == ["exited", "suspended"]
    Enrolment.objects.filter(pk=one.pk).update(status="active")
    scene.close(scene.released(1, kind="catch_up"))
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"exited"}
