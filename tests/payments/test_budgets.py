"""Rounds against budget lines: charged to the year of the term, refused or told when a line would be overspent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from jigi.foundation.errors import Refused
from jigi.payments import actions
from jigi.payments import budgets as execution
from jigi.payments.models import PaymentRound
from jigi.programmes import budgets
from jigi.programmes.amendments import Asked
from jigi.programmes.budget_models import Budget
from jigi.programmes.budget_rules import Purpose, SaidBudget, SaidLine
from jigi.programmes.tariffs import Fee
from tests.payments.scene import Scene, peopled
from tests.payments.test_fees import ruled, unruled
from tests.programmes.test_budgets import amended

pytestmark = pytest.mark.django_db
AMOUNT = 30_000


def budget(scene: Scene, *lines: tuple[str, str, int | None, int], strict: bool = False) -> Budget:
    """A budget of lines, each a code, a purpose, a year and an amount."""
    said = tuple(SaidLine(code, f"Ligne {code}", Purpose(what), "", year, xof) for code, what, year, xof in lines)
    return budgets.write(scene.agreement, SaidBudget(said, strict))


def figures(scene: Scene, made: Budget) -> dict[str, tuple[Any, ...]]:
    return {
        one.code or f"{execution.OUTSIDE} ({one.purpose})": (
            one.budget_xof, one.reserved_xof, one.committed_xof, one.spent_xof, one.returned_xof, one.left_xof,
        )
        for one in execution.execution(scene.agreement, made)
    }  # fmt: skip


def frozen(scene: Scene, term: int = 1) -> PaymentRound:
    return actions.freeze(scene.prepared(term), by=scene.maker)


def test_each_term_is_charged_to_the_line_of_its_year(tmp_path: Path) -> None:
    scene = peopled(3)
    made = budget(
        scene, ("A", "transfers", 2015, 400_000), ("B", "transfers", 2016, 200_000), ("G", "management", None, 9)
    )
    for term in (1, 2, 3, 4, 5):
        payment_round = scene.released(term)
        if term == 1:
            scene.answer(payment_round, tmp_path / "retour.csv", absent=1)
        scene.close(payment_round)
    found = figures(scene, made)
    assert found["A"] == (400_000, 12 * AMOUNT, 2 * AMOUNT, 2 * AMOUNT, 0, 400_000 - 12 * AMOUNT)
    assert found["B"] == (200_000, 3 * AMOUNT, 0, 0, 0, 200_000 - 3 * AMOUNT)
    assert found["G"] == (9, 0, None, None, 0, 9)


def test_what_an_agency_holds_is_committed() -> None:
    scene = peopled(3)
    made = budget(scene, ("A", "transfers", 2015, 400_000))
    scene.released()
    assert figures(scene, made)["A"] == (400_000, 90_000, 90_000, 0, 0, 310_000)
    (charge,) = execution.rounds(scene.agreement, made, execution.execution(scene.agreement, made)[0])
    assert (charge.reserved_xof, charge.committed_xof) == (90_000, 90_000)


def test_what_goes_back_to_the_fund_is_left_in_its_line(tmp_path: Path) -> None:
    scene = peopled(2, terms=1)
    made = budget(scene, ("A", "transfers", None, 100_000))
    payment_round = scene.released()
    scene.answer(payment_round, tmp_path / "retour.csv", absent=1)
    scene.close(payment_round)
    assert scene.give_back() == 1
    assert figures(scene, made)["A"] == (100_000, 60_000, 30_000, 30_000, 30_000, 70_000)


def test_a_strict_budget_refuses_the_approval_that_overspends_a_line() -> None:
    scene = peopled(3)
    budget(scene, ("A", "transfers", 2015, 5 * AMOUNT), strict=True)
    scene.close(scene.released(1))
    second = frozen(scene, 2)
    with pytest.raises(Refused, match=r"« A » du budget .* dépassée de 30") as refused:
        actions.approve(second, by=scene.approver)
    assert "avenant de budget" in refused.value.remedy
    second.refresh_from_db()
    assert second.status == "frozen" and scene.balance("programme") == 3 * AMOUNT


def test_a_budget_that_is_not_strict_only_tells_it() -> None:
    scene = peopled(3)
    made = budget(scene, ("A", "transfers", 2015, AMOUNT))
    payment_round = frozen(scene)
    (told,) = execution.overspent(payment_round)
    assert (told.name, told.over_xof) == ("A", 2 * AMOUNT)
    actions.approve(payment_round, by=scene.approver)
    assert figures(scene, made)["A"][-1] == -2 * AMOUNT


def test_what_no_line_pays_is_outside_of_a_strict_budget() -> None:
    scene = peopled(1)
    budget(scene, ("A", "transfers", 2016, 10 * AMOUNT), strict=True)
    with pytest.raises(Refused, match="hors budget"):
        actions.approve(frozen(scene), by=scene.approver)


def test_the_database_refuses_to_overspend_a_strict_line(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = peopled(2)
    budget(scene, ("A", "transfers", 2015, AMOUNT), strict=True)
    payment_round = frozen(scene)
    monkeypatch.setattr("jigi.payments.budgets.refuse_overspent", lambda _: None)
    with pytest.raises(DatabaseError, match=r"« A » du budget de la convention IDA-tm"), transaction.atomic():
        actions.approve(payment_round, by=scene.approver)


def test_a_line_that_is_over_already_blocks_no_other() -> None:
    scene = peopled(2)
    made = budget(scene, ("A", "transfers", 2015, AMOUNT), ("B", "transfers", 2016, 2 * AMOUNT), strict=False)
    for term in (1, 2, 3, 4):
        scene.close(scene.released(term))
    lines = budgets.said_by(made).lines
    amended(scene, Asked("budget", budget=SaidBudget(lines, strict=True)))  # the same lines, strict from now on
    actions.approve(frozen(scene, 5), by=scene.approver)


def on_top(scene: Scene) -> None:
    """The agency takes 250 francs on top of each payment."""
    unruled(scene)
    ruled(scene, Fee("on_top", fixed_xof=250))


def test_fees_on_top_are_charged_to_their_own_line(tmp_path: Path) -> None:
    scene = peopled(2)
    on_top(scene)
    made = budget(scene, ("T", "transfers", None, 100_000), ("F", "fees", None, 1_000))
    actions.approve(frozen(scene), by=scene.approver)
    assert figures(scene, made)["F"] == (1_000, 500, None, None, 0, 500)


def test_a_strict_budget_without_a_line_for_fees_refuses_them() -> None:
    scene = peopled(2)
    on_top(scene)
    budget(scene, ("T", "transfers", None, 100_000), strict=True)
    with pytest.raises(Refused, match="hors budget"):
        actions.approve(frozen(scene), by=scene.approver)
