"""What is owed: cumulated up to a cap, the oldest first; paid in part, the rest is owed to the franc."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from jigi.foundation.errors import InputError, Refused
from jigi.ledger.queries import prove
from jigi.payments import caps, parts, pipeline, queries
from jigi.payments.models import Entitlement, Instruction, PaymentRound, ReturnLine
from tests.factories import ProvedClient
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


def all_absent(scene: Scene, folder: Path, terms: range) -> PaymentRound:
    for term in terms:
        it = scene.released(term)
        scene.answer(it, folder / f"retour-{term}.csv", absent=99)
        last = scene.close(it)
    return last


def test_arrears_are_asked_up_to_the_cap_and_the_rest_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "most_arrears", lambda programme: 2)
    scene = peopled(2)
    all_absent(scene, tmp_path, range(1, 4))
    fourth = scene.released(4)
    asked = Instruction.objects.filter(payment_round=fourth, kind="arrears")
    assert sorted(asked.values_list("origin_round__term", flat=True)) == [1, 1, 2, 2]
    assert queries.owed(scene.component.pk) == {"entitlements": 6, "amount_xof": 180_000}
    scene.answer(fourth, tmp_path / "tout-paye.csv")
    scene.close(fourth)
    fifth = scene.released(5)
    asked = Instruction.objects.filter(payment_round=fifth, kind="arrears")
    assert sorted(asked.values_list("origin_round__term", flat=True)) == [3, 3], "nothing is lost"
    assert prove().balanced


HEAD = 'author = "a"\nsource = "s"\nvalid_from = 2015-01-01\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[cap]]\nprogramme = ""\nmost_terms = 0\n', "plus petit que 1"),
        ("[[cap]]\nmost_terms = 1\n[[cap]]\nmost_terms = 2\n", "déjà un plafond"),
        ('[[cap]]\nprogramme = "KITA"\nmost_terms = 2\n', "plafond de tout programme"),
    ],
)
def test_a_cap_that_would_lose_a_right_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "arrears.toml"
    path.write_text(HEAD + text)
    with pytest.raises(InputError, match=said):
        caps.read_caps(path)
    assert caps.most_arrears("KITA") == 12


def a_part(scene: Scene, folder: Path, paid: int = 20_000) -> tuple[PaymentRound, ReturnLine]:
    """The first of two orders, of which the agency says that it paid less; the other is paid whole."""
    released = scene.released()
    one, other = Instruction.objects.filter(payment_round=released).order_by("id")
    rows = [(one.reference, "PAYE", paid, "2016-02-10"), (other.reference, "PAYE", 30_000, "2016-02-10")]
    scene.take(folder / "retour.csv", rows)
    return released, ReturnLine.objects.get(instruction_id=one.pk)


def test_what_was_paid_in_part_is_paid_and_the_rest_is_owed_to_the_franc(tmp_path: Path) -> None:
    scene = peopled(2)
    released, line = a_part(scene, tmp_path)
    order = parts.accept(line, by=scene.officer, reason="caisse vide, confirmé par téléphone")
    assert (order.status, order.paid_xof, str(order.settled_on)) == ("partial", 20_000, "2016-02-10")
    right = Entitlement.objects.get(pk=order.entitlement_id)
    assert (right.status, right.paid_xof) == ("owed", 20_000)
    assert (scene.balance("paid"), scene.balance("agency"), scene.balance("programme")) == (50_000, 0, 10_000)
    figures = queries.total(queries.by_commune(released))
    assert (figures.paid, figures.paid_xof, figures.unpaid_xof) == (1, 50_000, 10_000)
    assert queries.owed(scene.component.pk) == {"entitlements": 1, "amount_xof": 10_000}
    (rights,) = queries.rights_of(scene.agreement)
    assert (rights.paid_xof, rights.owed_xof) == (50_000, 10_000)
    assert prove().balanced


def test_the_rest_is_asked_at_the_next_term_and_no_more(tmp_path: Path) -> None:
    scene = peopled(2)
    released, line = a_part(scene, tmp_path)
    parts.accept(line, by=scene.officer, reason="caisse vide")
    scene.close(released)
    second = scene.released(2)
    rest = Instruction.objects.get(payment_round=second, kind="arrears")
    assert (rest.amount_xof, rest.attempt) == (10_000, 2)
    assert second.changes.get(movement="arrears").reason == "restes de paiements partiels"
    scene.answer(second, tmp_path / "second.csv")
    assert Entitlement.objects.get(pk=rest.entitlement_id).status == "paid"
    assert scene.balance("paid") == 30_000 * 4 and scene.balance("agency") == 0
    assert prove().balanced


def test_the_rest_of_a_household_that_left_goes_back_to_the_fund(tmp_path: Path) -> None:
    scene = peopled(2, terms=1)
    before = scene.balance("available")
    released, line = a_part(scene, tmp_path, paid=1)
    parts.accept(line, by=scene.officer, reason="erreur de caisse")
    scene.close(released)
    assert scene.give_back() == 1
    assert before - scene.balance("available") == scene.balance("paid") == 30_001
    assert prove().balanced


@pytest.mark.parametrize("paid", [30_000, 30_001])
def test_what_is_not_less_is_no_partial_payment(tmp_path: Path, paid: int) -> None:
    scene = peopled(2)
    _, line = a_part(scene, tmp_path, paid=paid)
    assert parts.part_of(line) is None
    with pytest.raises(Refused, match="n’est pas un paiement partiel"):
        parts.accept(line, by=scene.officer, reason="à voir")


def test_a_part_is_accepted_once_by_who_reconciles_with_a_reason(tmp_path: Path) -> None:
    scene = peopled(2)
    _, line = a_part(scene, tmp_path)
    with pytest.raises(Refused):
        parts.accept(line, by=scene.approver, reason="caisse vide")
    with pytest.raises(Refused, match="se motive"):
        parts.accept(line, by=scene.officer, reason="")
    parts.accept(line, by=scene.officer, reason="caisse vide")
    with pytest.raises(Refused, match="n’est pas un paiement partiel"):
        parts.accept(line, by=scene.officer, reason="encore")
    assert scene.balance("paid") == 50_000


def test_the_page_of_the_exception_accepts_the_part(tmp_path: Path) -> None:
    scene = peopled(2)
    _, line = a_part(scene, tmp_path)
    client = ProvedClient()
    client.force_login(scene.officer)
    page = client.get(f"/paiements/retours/exceptions/{line.pk}/").content.decode()
    assert "en partie</button>" in page
    sent = {"cle": str(uuid.uuid4()), "motif": "caisse vide"}
    for _ in range(2):
        said = client.post(f"/paiements/retours/exceptions/{line.pk}/partiel/", sent, follow=True).content.decode()
    assert "C’était déjà fait" in said and scene.balance("paid") == 50_000
