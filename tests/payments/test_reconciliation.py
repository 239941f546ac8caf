"""Returns matched by other keys than our reference, taken back, decided by people: nothing half-done, nothing twice."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import corrections, queries, returns
from jigi.payments.models import Entitlement, Instruction, ReturnFile, ReturnLine
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db
HEADER = ["reference_agence", "numero_rsu", "telephone", "allocataire", "village", "statut", "montant_fcfa", "date"]


def take(scene: Scene, path: Path, *rows: Sequence[object]) -> ReturnFile:
    """A return that names orders by anything but our reference; columns of HEADER."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *rows])
    return returns.reconcile(path, scene.agency, by=scene.officer).return_file


def orders(scene: Scene) -> list[Instruction]:
    found = Instruction.objects.select_related("household__village", "recipient").order_by("payment_round", "id")
    return list(found)


def line(
    by: Instruction, key: str, said: str = "PAYE", amount: object = 30_000, day: str = "2016-02-10", tx: str = ""
) -> list[object]:
    person = by.recipient
    told = {
        "rsu": ["", by.household.rsu_number, "", "", ""],
        "phone": ["", "", by.account.removeprefix("+223"), "", ""],
        "name": ["", "", "", f"{person.surname.upper()} {person.given_names}", by.household.village.name],
        "agency": [tx, "", "", "", ""],
    }[key]
    return [tx, *told[1:], said, amount, day]


@pytest.mark.parametrize("key", ["rsu", "phone", "name"])
def test_an_order_is_found_by_another_key(tmp_path: Path, key: str) -> None:
    scene = peopled(3)
    scene.released()
    first, second, _ = orders(scene)
    taken = take(scene, tmp_path / "r.csv", line(first, key), line(second, key, "ABSENT", ""))
    assert [(one.outcome, one.matched_by) for one in taken.return_lines.order_by("line")] == [
        ("paid", key), ("absent", key)
    ]  # fmt: skip
    assert [one.status for one in orders(scene)] == ["paid", "absent", "open"]
    assert scene.balance("paid") == 30_000 and prove().balanced


def test_a_number_that_lost_its_zeros_is_the_same_number(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.released()
    (order,) = orders(scene)
    row = line(order, "rsu")
    row[1] = str(int(order.household.rsu_number))
    assert take(scene, tmp_path / "r.csv", row).paid == 1


def test_what_the_agency_calls_it_is_remembered(tmp_path: Path) -> None:
    scene = peopled(2)
    scene.released()
    (order, _) = orders(scene)
    take(scene, tmp_path / "un.csv", line(order, "rsu", tx="TX-77"))
    again = take(scene, tmp_path / "deux.csv", line(order, "agency", "ANNULE", tx="TX-77"))
    assert again.return_lines.get().matched_by == "agency"
    assert Instruction.objects.get(pk=order.pk).status == "reversed"


def test_two_households_of_one_telephone_are_told_apart_by_nobody_but_a_person(tmp_path: Path) -> None:
    scene = peopled(2)
    first, second = queries_enrolments(scene)
    second.account = first.account
    second.save()
    scene.released()
    taken = take(scene, tmp_path / "r.csv", line(orders(scene)[0], "phone"))
    waiting = taken.return_lines.get()
    assert (waiting.outcome, waiting.why) == ("unknown", "Plusieurs ménages répondent à ce que la ligne dit.")
    assert scene.balance("paid") == 0


def queries_enrolments(scene: Scene) -> list:
    from jigi.enrolment.models import Enrolment

    return list(Enrolment.objects.filter(component=scene.component).order_by("id"))


def test_a_repeated_file_pays_nothing_again_and_a_doubt_waits(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.close(scene.released())
    scene.released(2)
    old, *now = orders(scene)
    assert old.status == "unanswered" and [one.status for one in now] == ["open", "open"]
    take(scene, tmp_path / "un.csv", line(old, "rsu"))
    again = take(scene, tmp_path / "deux.csv", line(old, "rsu"), ["", "", "", "", "", "ABSENT", 1, ""])
    doubt = again.return_lines.get(line=2)
    assert doubt.outcome == "unknown" and "répétition ou second paiement" in doubt.why
    # With references of its own the agency says that it is another payment.
    assert sum(one.status == "paid" for one in orders(scene)) == 1
    both = peopled_with_both(scene, tmp_path)
    assert both.paid == 1 and scene.balance("paid") == 60_000


def peopled_with_both(scene: Scene, folder: Path) -> ReturnFile:
    """The doubt is lifted by a person; what follows carries the agency's reference."""
    order = next(one for one in orders(scene) if one.status == "open")
    return take(scene, folder / "trois.csv", line(order, "rsu", day="2016-02-11"))


def test_two_lines_about_one_household_take_its_two_orders(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.close(scene.released())
    scene.released(2)
    order = orders(scene)[-1]
    take(scene, tmp_path / "r.csv", line(order, "rsu"), line(order, "rsu"))
    assert sorted(one.status for one in orders(scene)) == ["paid", "paid", "unanswered"]
    assert scene.balance("paid") == 60_000


def test_the_totals_of_a_file_are_compared_with_its_lines(tmp_path: Path) -> None:
    scene = peopled(2)
    scene.released()
    rows = [line(order, "rsu") for order in orders(scene)]
    total = ["TOTAL", "3", "", "", "", "", "90 000", ""]
    taken = take(scene, tmp_path / "r.csv", *rows, total)
    assert (taken.lines, taken.exceptions, taken.paid) == (2, 0, 2)
    assert (taken.declared_lines, taken.declared_xof, taken.read_xof) == (3, 90_000, 60_000)
    assert taken.disagrees


def test_a_wrong_sign_is_no_payment(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.released()
    taken = take(scene, tmp_path / "r.csv", line(orders(scene)[0], "rsu", amount="-30 000"))
    assert "Montant négatif" in taken.return_lines.get().why and scene.balance("paid") == 0


def test_who_is_named_stays_written_only_while_a_person_decides(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.released()
    (order,) = orders(scene)
    taken = take(scene, tmp_path / "r.csv", line(order, "name", amount=29_000), line(order, "name"))
    waiting, settled = taken.return_lines.order_by("line")
    assert waiting.name_read and not settled.name_read
    returns.dismiss(waiting, by=scene.officer, reason="montant corrigé ensuite")
    waiting.refresh_from_db()
    assert (waiting.name_read, waiting.village_read) == ("", "")


# --- taking back ----------------------------------------------------------------------------------------------------


def test_a_file_is_taken_back_whole_and_may_come_again(tmp_path: Path) -> None:
    scene = peopled(3)
    payment_round = scene.released()
    first, second, _ = orders(scene)
    rows = [
        line(first, "rsu"),
        line(first, "rsu", "ANNULE"),
        line(second, "rsu", "ABSENT", ""),
        ["", "", "", "", "", "PAYE", 1, ""],
    ]
    for turn in range(3):
        taken = take(scene, tmp_path / "r.csv", *rows)
        assert [one.status for one in orders(scene)] == ["reversed", "absent", "open"], turn
        assert corrections.undo_file(taken, by=scene.officer, reason="mauvais fichier") == 3
        assert [one.status for one in orders(scene)] == ["open"] * 3
        assert set(Entitlement.objects.filter(payment_round=payment_round).values_list("status", flat=True)) == {"due"}
        assert (scene.balance("agency"), scene.balance("paid"), scene.balance("programme")) == (90_000, 0, 0)
        assert prove().balanced and not queries.exceptions(scene.officer).exists()


def test_a_line_is_taken_back_and_given_its_right_order(tmp_path: Path) -> None:
    scene = peopled(2)
    scene.released()
    wrong, right = orders(scene)
    taken = take(scene, tmp_path / "r.csv", line(wrong, "phone"))
    told = taken.return_lines.get()
    corrections.undo_line(told, by=scene.officer, reason="ce téléphone a changé de main")
    assert [one.status for one in orders(scene)] == ["open", "open"]
    assert list(queries.exceptions(scene.officer)) == [told]
    assert corrections.assign(told, right, by=scene.officer) == "paid"
    assert [one.status for one in orders(scene)] == ["open", "paid"]
    assert scene.balance("paid") == 30_000 and prove().balanced


def test_what_was_ordered_again_is_not_taken_back(tmp_path: Path) -> None:
    scene = peopled(1)
    first = scene.released()
    taken = take(scene, tmp_path / "r.csv", line(orders(scene)[0], "rsu", "ABSENT", ""))
    scene.close(first)
    scene.prepared(2)
    with pytest.raises(Refused, match="ne peuvent plus être défaites"):
        corrections.undo_file(taken, by=scene.officer, reason="erreur")
    with pytest.raises(Refused, match="ne peut pas être défaite"):
        corrections.undo_line(taken.return_lines.get(), by=scene.officer, reason="erreur")


def test_a_payment_of_a_closed_round_taken_back_is_owed(tmp_path: Path) -> None:
    scene = peopled(1)
    payment_round = scene.released()
    taken = take(scene, tmp_path / "r.csv", line(orders(scene)[0], "rsu"))
    scene.close(payment_round)
    corrections.undo_file(taken, by=scene.officer, reason="jamais remis")
    assert [one.status for one in orders(scene)] == ["unanswered"]
    assert queries.owed(scene.component.pk) == {"entitlements": 1, "amount_xof": 30_000}
    assert scene.balance("programme") == 30_000 and prove().balanced


# --- late -----------------------------------------------------------------------------------------------------------


def late(scene: Scene, path: Path, day: str = "2016-02-10") -> tuple[ReturnLine, Instruction]:
    """A payment that is told after its round was closed, waiting for a person."""
    scene.close(scene.released())
    (order,) = orders(scene)
    taken = scene.take(path, [(order.reference, "PAYE", 30_000, day)])
    return taken.return_file.return_lines.get(), order


def test_a_payment_told_late_is_taken_by_a_person_and_not_asked_again(tmp_path: Path) -> None:
    scene = peopled(1)
    waiting, order = late(scene, tmp_path / "r.csv")
    assert waiting.outcome == "conflict"
    assert corrections.assign(waiting, order, by=scene.officer, reason="reçu signé") == "paid"
    assert scene.balance("paid") == 30_000 and scene.balance("programme") == 0 and prove().balanced
    assert scene.prepared(2).arrears == 0


def test_a_payment_told_too_late_waits_for_the_order_that_asks_it_again(tmp_path: Path) -> None:
    scene = peopled(1)
    waiting, order = late(scene, tmp_path / "r.csv")
    scene.prepared(2)
    with pytest.raises(Refused, match="n’attend plus ce paiement"):
        corrections.assign(waiting, order, by=scene.officer)


def test_an_order_is_settled_by_one_line_only(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.released()
    (order,) = orders(scene)
    take(scene, tmp_path / "un.csv", line(order, "rsu"))
    taken = take(scene, tmp_path / "deux.csv", ["TX", "", "", "", "", "PAYE", 30_000, "2016-02-12"])
    with pytest.raises(Refused, match="déjà « payé »"):
        corrections.assign(taken.return_lines.get(), order, by=scene.officer)


# --- the database refuses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "status"),
    [("payments_instruction", "open"), ("payments_instruction", "unanswered"), ("payments_entitlement", "due")],
)
def test_a_paid_order_is_not_opened_again_by_writing_it(tmp_path: Path, table: str, status: str) -> None:
    scene = peopled(1)
    scene.released()
    take(scene, tmp_path / "r.csv", line(orders(scene)[0], "rsu"))
    with pytest.raises(IntegrityError, match="ne peut passer"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET status = %s", [status])


def test_an_absent_is_not_paid_by_writing_it(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.released()
    take(scene, tmp_path / "r.csv", line(orders(scene)[0], "rsu", "ABSENT", ""))
    with pytest.raises(IntegrityError, match="ne peut passer"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_instruction SET status = 'paid', settled_on = '2016-02-10'")
