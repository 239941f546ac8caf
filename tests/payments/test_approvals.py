"""Approvals by amount band: counted at the freeze, each by another hand, all there before the money is reserved."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.errors import InputError, Refused
from jigi.ledger.queries import prove
from jigi.payments import actions, approvals, bands, fees, queries
from jigi.payments.bands import Band
from jigi.payments.models import Approval, ApprovalNeed, PaymentRound
from tests.factories import ProvedClient, make_user
from tests.payments.scene import Scene, peopled

TWO = (Band("", 0, ("",)), Band("", 60_000, ("regional_coordinator", "")), Band("tm9", 0, ("coordinator",)))


@pytest.fixture
def scene(db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Two households, 60,000 francs: two approvals, one of a regional coordinator."""
    monkeypatch.setattr(approvals, "bands", lambda: TWO)
    return peopled(2)


def frozen(scene: Scene, term: int = 1) -> PaymentRound:
    return actions.freeze(scene.prepared(term), by=scene.maker)


def test_the_round_is_approved_at_the_last_approval(scene: Scene) -> None:
    it = actions.approve(frozen(scene), by=scene.approver)
    assert it.status == "frozen" and scene.balance("programme") == 0
    regional = make_user("regional", "regional_coordinator", scene.communes[0].parent.parent)
    it = actions.approve(it, by=regional)
    assert (it.status, it.approved_by, scene.balance("programme")) == ("approved", regional, 60_000)
    assert [slot.given.by for slot in approvals.slots(it) if slot.given] == [regional, scene.approver]
    assert prove().balanced


def test_one_person_approves_once_and_a_role_that_is_not_awaited_does_not(scene: Scene) -> None:
    it = actions.approve(frozen(scene), by=scene.approver)
    with pytest.raises(Refused, match="déjà approuvé"):
        actions.approve(it, by=scene.approver)
    second = make_user("autre", "coordinator")
    with pytest.raises(Refused, match="attend encore : Coordinat"):
        actions.approve(it, by=second)
    for person in (scene.approver, second):
        assert not queries.awaiting(person)["approve"].exists()
    regional = make_user("regional", "regional_coordinator")
    assert queries.awaiting(regional)["approve"].get() == it


def test_an_approver_of_the_list_does_not_release_it(scene: Scene) -> None:
    it = actions.approve(frozen(scene), by=scene.approver)
    it = actions.approve(it, by=make_user("regional", "regional_coordinator"))
    for person in (scene.approver, it.approved_by):
        with pytest.raises(IntegrityError, match=r"round_releaser|une main y agit deux fois"), transaction.atomic():
            _as_sql(it, f"status = 'released', released_by_id = {person.pk}, released_at = now(), book_id = 1")
    assert actions.release(it, by=scene.treasurer).status == "released"


def test_the_database_refuses_a_round_with_an_approval_missing(scene: Scene) -> None:
    it = actions.approve(frozen(scene), by=scene.approver)
    fees.rule(it)
    with pytest.raises(IntegrityError, match="Il manque des approbations"), transaction.atomic():
        _as_sql(it, f"status = 'approved', approved_by_id = {scene.approver.pk}, approved_at = now()")


@pytest.mark.parametrize("hand", ["maker", "approver"])
def test_the_database_refuses_the_approval_of_the_maker_and_a_second_one(scene: Scene, hand: str) -> None:
    it = actions.approve(frozen(scene), by=scene.approver)
    (awaited,) = [slot.need for slot in approvals.slots(it) if slot.given is None]
    with pytest.raises(IntegrityError, match="une autre main"), transaction.atomic():
        Approval.objects.create(need=awaited, payment_round=it, list_hash=it.list_hash, by=getattr(scene, hand))


def test_counts_are_those_of_the_freeze(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    it = frozen(scene)
    monkeypatch.setattr(approvals, "bands", lambda: (Band("", 0, ("",)),))
    assert actions.approve(it, by=scene.approver).status == "frozen"
    with pytest.raises(IntegrityError, match="se fixe au gel"), transaction.atomic():
        ApprovalNeed.objects.create(payment_round=it, frozen_at=it.frozen_at, position=3)


def test_a_list_sent_back_asks_for_its_approvals_again(scene: Scene) -> None:
    it = actions.approve(frozen(scene), by=scene.approver)
    it = actions.send_back(it, by=scene.approver, reason="à revoir")
    it = actions.freeze(actions.prepare(it, by=scene.maker), by=scene.maker)
    assert [slot.given for slot in approvals.slots(it)] == [None, None]
    assert Approval.objects.count() == 1
    assert actions.approve(it, by=scene.approver).status == "frozen"


def test_the_page_says_who_approved_and_who_is_awaited(scene: Scene) -> None:
    it = frozen(scene)
    client: Client = ProvedClient()
    client.force_login(scene.approver)
    page = client.get(f"/paiements/{it.pk}/").content.decode()
    assert page.count("attendue") == 2
    actions.approve(it, by=scene.approver)
    page = client.get(f"/paiements/{it.pk}/").content.decode()
    assert page.count("attendue") == 1 and "Vous avez déjà approuvé ce tour" in page


@given(st.integers(0, 10**12))
def test_the_band_at_or_below_the_total_holds(total: int) -> None:
    assert len(bands.approvers(TWO, "tm", total)) == (2 if total >= 60_000 else 1)
    assert bands.approvers(TWO, "tm9", total) == ("coordinator",)


def test_the_shipped_bands_are_read() -> None:
    assert bands.approvers(bands.bands(), "TM1", 2_130_000_000) == ("",)
    assert len(bands.approvers(bands.bands(), "TM1", 50_000_000_000)) == 2


HEAD = 'author = "a"\nsource = "s"\nvalid_from = 2015-01-01\n'
ZERO = '[[band]]\nprogramme = ""\nfrom_xof = 0\napprovers = [""]\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (ZERO.replace('[""]', '["treasurer"]'), 7, "n’approuve pas"),
        (ZERO.replace('[""]', "[]"), 7, "Personne n’approuverait"),
        (ZERO + ZERO, 6, "du même montant"),
        (ZERO + ZERO.replace('""\n', '"KITA"\n').replace("= 0", "= 5"), 10, "Aucune tranche ne part de 0"),
        (ZERO.replace('""\n', '"KITA"\n'), 1, "tranches de tout programme"),
    ],
)
def test_a_file_that_would_let_money_leave_unapproved_is_refused(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    path = tmp_path / "approvals.toml"
    path.write_text(HEAD + text)
    with pytest.raises(InputError, match=said) as refused:
        bands.read_bands(path)
    assert refused.value.line == line


def _as_sql(it: PaymentRound, change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE payments_paymentround SET {change} WHERE id = %s", [it.pk])
