"""Return files as they really come: what each line does to an order, to a right and to the money."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import InputError, Refused
from jigi.ledger.queries import prove
from jigi.payments import queries, returns
from jigi.payments.models import Entitlement, Instruction, PaymentRound, ReturnFile, ReturnLine
from tests.factories import make_component, make_enrolments, make_households, make_user, make_village
from tests.payments.scene import Scene, peopled, scene_of, stage

pytestmark = pytest.mark.django_db


def answered(scene: Scene, folder: Path, *said: str) -> PaymentRound:
    """A released round whose first orders were answered so, one line each."""
    payment_round = scene.released()
    rows = [(line.reference, word, 30_000, "2016-02-10") for line, word in zip(orders_of(payment_round), said)]  # noqa: B905
    scene.take(folder / "retour.csv", rows)
    return payment_round


def orders_of(payment_round: PaymentRound) -> list[Instruction]:
    return list(Instruction.objects.filter(payment_round=payment_round).order_by("id"))


@pytest.mark.parametrize(
    ("said", "order", "right", "place"),
    [("Payé", "paid", "paid", "paid"), ("ABSENTE", "absent", "owed", "programme"),
     ("rejeté", "refused", "owed", "programme")],
)  # fmt: skip
def test_an_answer_moves_the_order_the_right_and_the_money(
    tmp_path: Path, said: str, order: str, right: str, place: str
) -> None:
    scene = peopled(2)
    first, second = orders_of(answered(scene, tmp_path, said))
    assert (first.status, second.status) == (order, "open")
    assert Entitlement.objects.get(pk=first.entitlement_id).status == right
    assert scene.balance(place) == scene.balance("agency") == 30_000
    assert prove().balanced


@pytest.mark.parametrize("together", [True, False])
def test_a_payment_taken_back_becomes_arrears(tmp_path: Path, together: bool) -> None:
    scene = peopled(1)
    (order,) = orders_of(first := scene.released())
    lines = [(order.reference, word, 30_000, "2016-02-10") for word in ("PAYE", "ANNULE")]
    for number, rows in enumerate([lines] if together else [lines[:1], lines[1:]]):
        scene.take(tmp_path / f"retour-{number}.csv", rows)
    assert (scene.balance("paid"), scene.balance("programme")) == (0, 30_000)
    scene.close(first)
    second = scene.prepared(2)
    assert second.changes.get(movement="arrears").reason == "versements annulés"
    assert (second.entitlements, second.arrears, second.total_xof) == (1, 1, 60_000)


def test_arrears_are_paid_at_the_next_term_as_a_second_attempt(tmp_path: Path) -> None:
    scene = peopled(3)
    scene.close(answered(scene, tmp_path, "PAYE", "ABSENT", "REFUSE"))
    second = scene.released(2)
    late = Instruction.objects.filter(payment_round=second, kind="arrears")
    assert [(order.attempt, order.reference.split("-")[2]) for order in late] == [(2, "2")] * 2
    scene.answer(second, tmp_path / "retour-2.csv")
    assert scene.balance("paid") == 180_000
    assert queries.owed(scene.component.pk)["entitlements"] == 0
    assert prove().balanced


def test_what_nobody_answered_is_owed_at_the_close(tmp_path: Path) -> None:
    scene = peopled(3)
    closed = scene.close(answered(scene, tmp_path, "PAYE"))
    assert queries.settlement(closed)["unanswered"] == {"orders": 2, "amount_xof": 60_000}
    assert queries.owed(scene.component.pk) == {"entitlements": 2, "amount_xof": 60_000}
    assert scene.balance("agency") == 0 and scene.balance("programme") == 60_000
    assert scene.prepared(2).changes.get(movement="arrears").reason == "sans réponse de l’agence"


def test_a_file_that_comes_after_the_close_waits_for_a_person(tmp_path: Path) -> None:
    scene = peopled(1)
    closed = scene.close(scene.released())
    (order,) = orders_of(closed)
    scene.take(tmp_path / "tard.csv", [(order.reference, "PAYE", 30_000, "2016-02-10")])
    (waiting,) = queries.exceptions(scene.officer)
    assert waiting.outcome == "conflict"
    assert scene.balance("paid") == 0 and prove().balanced


def test_an_exception_is_closed_once_and_with_a_reason(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.take(tmp_path / "retour.csv", [("1-2-3-44", "PAYE", 30_000, "")])
    (line,) = queries.exceptions(scene.officer)
    with pytest.raises(Refused, match="sans motif"):
        returns.dismiss(line, by=scene.officer, reason=" ")
    returns.dismiss(line, by=scene.officer, reason="erreur de l’agence")
    assert not queries.exceptions(scene.officer).exists()
    with pytest.raises(Refused, match="n’attend plus"):
        returns.dismiss(line, by=scene.officer, reason="encore")


def test_a_wrong_amount_pays_nothing_and_stays_open(tmp_path: Path) -> None:
    scene = peopled(1)
    (order,) = orders_of(scene.released())
    scene.take(tmp_path / "retour.csv", [(order.reference, "PAYE", "29 500", "")])
    assert ReturnLine.objects.get().outcome == "wrong_amount"
    assert Instruction.objects.get().status == "open" and scene.balance("paid") == 0
    scene.take(tmp_path / "juste.csv", [(order.reference, "PAYE", "30.000", "10/02/2016")])
    assert Instruction.objects.get().status == "paid"


def test_an_agency_answers_for_its_own_orders(tmp_path: Path) -> None:
    communes = stage(communes=("ML010501", "ML010502")).communes
    component = make_component(communes, agencies={"UN": communes[:1], "DEUX": communes[1:]})
    for area in communes:
        make_enrolments(component, make_households(1, make_village(area)), cohort=area.code)
    scene = scene_of(component, communes)
    rows = [(order.reference, "PAYE", 30_000, "") for order in orders_of(scene.released())]
    lines = scene.take(tmp_path / "retour.csv", rows).return_file.return_lines.order_by("line")
    assert scene.agency.code == "UN"
    assert list(lines.values_list("outcome", flat=True)) == ["paid", "other_agency"]
    assert prove().balanced


def test_a_suspended_household_is_not_asked_for_again_until_it_is_back(tmp_path: Path) -> None:
    scene = peopled(2)
    scene.close(answered(scene, tmp_path, "ABSENT", "PAYE"))
    Enrolment.objects.filter(household=scene.households[0]).update(status="suspended")
    second = scene.released(2)
    assert (second.entitlements, second.arrears) == (1, 0)
    scene.close(second)
    Enrolment.objects.update(status="active")
    assert scene.prepared(3).arrears == 2


# Files


def test_a_workbook_is_read_like_a_text_file(tmp_path: Path) -> None:
    scene = peopled(2)
    path = tmp_path / "retour.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Référence", "Statut", "Montant (FCFA)", "montant"])
        for n, order in enumerate(orders_of(scene.released()), start=1):
            sheet.write_row(n, 0, [order.reference, "payée", "", 30_000])
    assert returns.reconcile(path, scene.agency, by=scene.officer).return_file.paid == 2


def test_windows_letters_are_read(tmp_path: Path) -> None:
    scene = peopled(1)
    (order,) = orders_of(scene.released())
    path = tmp_path / "retour.csv"
    path.write_bytes(f"Référence;État;Somme;Motif\r\n{order.reference};refusé;30000;décédée\r\n".encode("cp1252"))
    returns.reconcile(path, scene.agency, by=scene.officer)
    assert ReturnLine.objects.get().reason_read == "décédée"
    assert Instruction.objects.get().status == "refused"


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "vide"), ("reference;statut;montant_fcfa\n", "que son en-tête"),
     ("reference;montant_fcfa\n1;2\n", "la colonne « status »|la colonne « statut »"),
     ("a;b;c\n1;2;3\n", "les colonnes")],
)  # fmt: skip
def test_a_file_that_is_no_return_changes_nothing(tmp_path: Path, text: str, said: str) -> None:
    scene = peopled(1)
    path = tmp_path / "retour.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        returns.reconcile(path, scene.agency, by=scene.officer)
    assert not ReturnFile.objects.exists()


def test_reconciling_is_a_right(tmp_path: Path) -> None:
    scene = peopled(1)
    scene.officer = make_user("curieux", "auditor")
    with pytest.raises(Refused, match="rapprocher les retours"):
        scene.take(tmp_path / "retour.csv", [("1", "PAYE", 1, "")])
