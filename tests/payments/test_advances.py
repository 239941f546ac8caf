"""Advances to agencies: within what is committed, cleared by what they paid, the balance due aged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.ledger import queries as ledger
from jigi.payments import advances, corrections, totals
from jigi.payments.advances import AdvanceBalance
from jigi.programmes.models import Advance
from tests.factories import make_user
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return peopled(10, money=1_000_000)


JANUARY = date(2026, 1, 15)


def advance(scene: Scene, xof: int, reference: str = "VIR-1", on: date = JANUARY, decision: str = "") -> Advance:
    keeper = make_user(f"finances-{reference}", "finance_officer")
    made = advances.propose(
        scene.agreement, scene.agency, xof, reference=reference, paid_on=on, document="Avis de débit",
        decision=decision, by=keeper,
    )  # fmt: skip
    advances.approve(made, by=scene.treasurer)
    return made


def balance(scene: Scene) -> AdvanceBalance:
    return advances.balances([scene.agreement.pk], date(2026, 3, 1))[0]


def test_an_advance_beyond_what_is_committed_is_refused_unless_a_decision_says_so(scene: Scene) -> None:
    scene.released()
    with pytest.raises(Refused, match="dépassent ce qui est engagé"):
        advance(scene, 300_001)
    advance(scene, 300_000, "VIR-2")
    advance(scene, 1, "VIR-3", decision="Lettre du coordinateur n° 12")
    assert (balance(scene).advanced_xof, balance(scene).committed_xof) == (300_001, 300_000)


def test_an_advance_is_cleared_by_what_the_agency_paid_the_oldest_first(scene: Scene, tmp_path: Path) -> None:
    first = scene.released()
    old, new = advance(scene, 100_000, on=date(2025, 11, 1)), advance(scene, 200_000, "VIR-2", on=date(2026, 2, 20))
    taken = scene.answer(first, tmp_path / "retour.csv", absent=5).return_file
    keeper = make_user("apure", "finance_officer")
    assert advances.clear(scene.agreement, scene.agency, by=keeper) == 150_000
    assert advances.clear(scene.agreement, scene.agency, by=keeper) == 0
    due = balance(scene)
    assert (due.open_xof, due.recent_xof, due.old_xof, due.owed_to_agency_xof) == (150_000, 150_000, 0, 0)
    corrections.undo_file(taken, by=scene.officer, reason="mauvais fichier")
    assert advances.clear(scene.agreement, scene.agency, by=keeper) == -150_000
    assert (balance(scene).recent_xof, balance(scene).old_xof) == (200_000, 100_000)
    held = {account.kind: account.balance_xof for account in ledger.accounts_of(scene.agreement.code)}
    assert (held["treasury"], held["advance"], held["cleared"]) == (-300_000, 300_000, 0)
    assert ledger.prove().balanced and totals.prove().holds
    assert [one.pk for one in Advance.objects.order_by("paid_on")] == [old.pk, new.pk]


def test_what_an_agency_paid_beyond_its_advances_is_due_to_it(scene: Scene, tmp_path: Path) -> None:
    first = scene.released()
    advance(scene, 100_000)
    scene.answer(first, tmp_path / "retour.csv")
    assert (balance(scene).owed_to_agency_xof, balance(scene).to_clear_xof) == (200_000, 100_000)


def test_an_advance_is_in_the_accounts_of_its_day_and_a_transfer_once(scene: Scene) -> None:
    scene.released()
    advance(scene, 1_000)
    lines = ledger.trial_balance([scene.agreement.code], date(2026, 1, 15), date(2026, 1, 15))
    assert [one.closing_xof for one in lines if one.kind == "advance"] == [1_000]
    with pytest.raises(Refused, match="porte déjà la référence"):
        advances.propose(
            scene.agreement, scene.agency, 5, reference="VIR-1", paid_on=date(2026, 1, 15), document="x",
            by=make_user("autre", "finance_officer"),
        )  # fmt: skip


@pytest.mark.parametrize("change", [{"amount_xof": 5}, {"cleared_xof": 1_001}])
def test_an_approved_advance_changes_by_clearing_only(scene: Scene, change: dict[str, int]) -> None:
    scene.released()
    with pytest.raises(IntegrityError, match=r"apurement|advance_cleared_within_amount"):
        Advance.objects.filter(pk=advance(scene, 1_000).pk).update(**change)


def test_an_advance_is_approved_by_another_than_its_maker(scene: Scene) -> None:
    scene.released()
    made = advances.propose(
        scene.agreement, scene.agency, 5, reference="A", paid_on=date(2026, 1, 15), document="x",
        by=make_user("autre", "finance_officer"),
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="advance_approver_is_not_its_maker"):
        Advance.objects.filter(pk=made.pk).update(approved_by=made.made_by, approved_at=made.made_at)


def test_an_advance_that_waits_is_withdrawn_by_who_entered_it_and_entered_again(scene: Scene) -> None:
    made = advances.propose(
        scene.agreement, scene.agency, 5_000, reference="VIR-9", paid_on=JANUARY, document="avis.pdf",
        by=make_user("saisit", "finance_officer"),
    )  # fmt: skip
    with pytest.raises(Refused, match="Une autre personne a saisi"):
        advances.withdraw(made, by=make_user("autre", "finance_officer"))
    advances.withdraw(made, by=made.made_by)
    with pytest.raises(Refused, match="déjà retirée"):
        advances.withdraw(made, by=made.made_by)
    (told,) = [one for one in audit.history("advance", str(made.pk)) if one.verb == "withdraw"]
    assert told.before["reference"] == "VIR-9" and not Advance.objects.exists()
    advance(scene, 5_000, "VIR-9", decision="avance de démarrage")
    assert ledger.prove().balanced


def test_an_approved_advance_is_not_withdrawn(scene: Scene) -> None:
    made = advance(scene, 5_000, decision="avance de démarrage")
    with pytest.raises(Refused, match="ne se retire plus"):
        advances.withdraw(made, by=made.made_by)
