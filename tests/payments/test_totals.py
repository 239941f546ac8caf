"""Totals are kept beside the lines, equal to them whatever happens to a round, and a lie in them is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from jigi.foundation.bulk import counting_statements
from jigi.payments import corrections, queries, totals
from jigi.payments.models import Instruction, ReturnLine
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


def _scene(tmp_path: Path) -> Scene:
    """Ten households: a first term paid but for two, which the second, released, asks again."""
    made = peopled(10, money=1_000_000)
    first = made.released(1)
    made.answer(first, tmp_path / "retour.csv", absent=2)
    made.close(first)
    made.released(2)
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def lie(change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE payments_total SET {change}")


def test_totals_are_the_sum_of_their_lines_through_the_life_of_a_round(scene: Scene, tmp_path: Path) -> None:
    assert totals.prove().holds
    second = scene.component.rounds.get(term=2)
    taken = scene.answer(second, tmp_path / "retour-2.csv", absent=3).return_file
    assert totals.prove().holds
    line = ReturnLine.objects.filter(return_file=taken, outcome="paid").first()
    corrections.undo_line(line, by=scene.officer, reason="mauvais ménage")
    order = Instruction.objects.get(pk=line.instruction_id)
    line.refresh_from_db()
    corrections.assign(line, order, by=scene.officer)
    corrections.undo_file(taken, by=scene.officer, reason="mauvais fichier")
    assert totals.prove().holds
    scene.close(second)
    assert totals.prove().holds


def test_a_total_that_lies_is_named_by_the_proof(scene: Scene) -> None:
    lie("paid_xof = paid_xof + 1 WHERE kind = 'pay'")
    proof = totals.prove()
    assert not proof.holds
    assert [(row["agreement"], row["kind"]) for row in proof.wrong] == [(scene.agreement.code, "pay")]
    assert [(row["kind"], row["kept_xof"] - row["balance_xof"]) for row in proof.wrong_funds] == [("paid", 1)]
    assert not totals.agrees_with_accounts(scene.agreement.code)


def test_a_total_that_is_missing_is_named_by_the_proof(scene: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payments_total WHERE kind = 'unpaid'")
    assert [(row["kind"], row["kept_xof"], row["lines_xof"]) for row in totals.prove().wrong] == [("unpaid", 0, 60_000)]


def test_the_statement_of_an_agreement_reads_no_line(scene: Scene) -> None:
    with counting_statements() as counter:
        rights = {one.round_id: one for one in queries.rights_of(scene.agreement)}
    assert counter.count == 1
    first = rights[scene.component.rounds.get(term=1).pk]
    assert (first.rights, first.amount_xof, first.paid, first.paid_xof) == (10, 300_000, 8, 240_000)
    assert (first.owed_xof, first.returned_xof) == (60_000, 0)
