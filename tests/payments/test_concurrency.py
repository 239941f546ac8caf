"""Many people, workers and pages at once: each act has its effect once, and the ledger stays proven.

The acts run on connections of their own, in a copy of the test database that the test throws away: what they
commit can't be rolled back, nor emptied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.ledger.queries import prove
from jigi.payments import actions, advances, corrections, dispatch, losses, orders, pipeline, returns
from jigi.payments.dispatch_models import Dispatch
from jigi.payments.models import Entitlement, Instruction, OrderFile, PaymentRound, ReturnLine
from tests.copies import at_once, copied, one_was_first
from tests.factories import make_households, make_user, make_village
from tests.payments.dispatch_scene import open_channel
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db
HANDS = 8
MY_TURN = """SELECT EXISTS (SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objid = %s)"""


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture(scope="module")
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The worker's database, copied under another name for the time of this module."""
    with django_db_blocker.unblock(), copied("copie"):
        yield


def rows_of(payment_round: PaymentRound, said: str = "PAYE") -> list[tuple[str, str, int, str]]:
    lines = Instruction.objects.filter(payment_round=payment_round).order_by("id")
    return [(reference, said, 30_000, "2016-02-10") for reference in lines.values_list("reference", flat=True)]


def test_an_old_page_finds_the_act_done(copy: None) -> None:
    scene = peopled(1, code="page")
    old_page = scene.open()
    actions.prepare(PaymentRound.objects.get(pk=old_page.pk), by=scene.maker)
    with pytest.raises(Refused, match="« Préparer » est impossible"):
        actions.prepare(old_page, by=scene.maker)


def test_a_round_opened_eight_times_is_one_round(copy: None) -> None:
    scene = peopled(3, code="ouvrir")
    assert one_was_first(at_once(*[scene.open] * HANDS))
    assert scene.component.rounds.count() == 1


def test_a_list_prepared_eight_times_is_one_list(copy: None) -> None:
    scene = peopled(30, code="preparer")
    payment_round = scene.open()
    assert one_was_first(at_once(*[lambda: actions.prepare(payment_round, by=scene.maker)] * HANDS))
    owed = Entitlement.objects.filter(payment_round=payment_round).values_list("household", flat=True)
    assert sorted(owed) == sorted(scene.households)
    assert Instruction.objects.filter(payment_round=payment_round).count() == 30


def test_an_approval_given_eight_times_reserves_once(copy: None) -> None:
    scene = peopled(30, code="approuver")
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    assert one_was_first(at_once(*[lambda: actions.approve(frozen, by=scene.approver)] * HANDS))
    assert scene.balance("programme") == 900_000
    assert prove().balanced


def test_a_release_given_eight_times_hands_the_money_once(copy: None) -> None:
    scene = peopled(30, code="liberer")
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    approved = actions.approve(frozen, by=scene.approver)
    assert one_was_first(at_once(*[lambda: actions.release(approved, by=scene.treasurer)] * HANDS))
    assert (scene.balance("programme"), scene.balance("agency")) == (0, 900_000)
    assert prove().balanced


def test_a_file_taken_eight_times_pays_once(copy: None, tmp_path: Path) -> None:
    scene = peopled(30, code="rapprocher")
    rows = rows_of(scene.released())
    taken = at_once(*[lambda n=n: scene.take(tmp_path / f"retour-{n}.csv", rows) for n in range(HANDS)])
    assert sorted(one.known for one in taken) == [False] + [True] * (HANDS - 1)
    assert len({one.return_file.pk for one in taken}) == 1
    assert (scene.balance("paid"), scene.balance("agency")) == (900_000, 0)
    assert prove().balanced


def test_two_files_that_answer_the_same_orders_pay_once(copy: None, tmp_path: Path) -> None:
    scene = peopled(30, code="deux-fichiers")
    rows = rows_of(scene.released())
    taken = at_once(
        lambda: scene.take(tmp_path / "un.csv", rows[:20]), lambda: scene.take(tmp_path / "deux.csv", rows[10:])
    )
    files = [one.return_file for one in taken]
    assert sorted(file.paid for file in files) == [10, 20]
    assert ReturnLine.objects.filter(return_file__in=files, outcome="repeated").count() == 10
    assert scene.balance("paid") == 900_000 and prove().balanced


def test_a_round_closed_while_its_return_comes_loses_no_franc(copy: None, tmp_path: Path) -> None:
    scene = peopled(30, code="clore")
    for term in (1, 2, 3):
        payment_round = scene.released(term, communes=scene.communes)
        rows = [row for row in rows_of(payment_round) if row[0].startswith(f"{payment_round.pk}-")]
        paid_before = scene.balance("paid")
        results = at_once(
            lambda at=payment_round: scene.close(at),
            lambda rows=rows, term=term: scene.take(tmp_path / f"retour-{term}.csv", rows),
        )
        assert not [result for result in results if isinstance(result, Exception)]
        mine = Instruction.objects.filter(payment_round=payment_round, kind="right")
        assert set(mine.values_list("status", flat=True)) in ({"paid"}, {"unanswered"})
        assert scene.balance("paid") - paid_before == 30_000 * mine.filter(status="paid").count()
        assert scene.balance("agency") == 0 and prove().balanced


def test_two_approvals_that_overdraw_an_agreement_together_are_one(copy: None) -> None:
    scene = peopled(2, code="depasser", communes=("ML010501", "ML010502"), money=90_000)
    scene.enrol(make_households(2, make_village(scene.communes[1])))
    frozen = [actions.freeze(scene.prepared(communes=[area]), by=scene.maker) for area in scene.communes]
    results = at_once(*[lambda at=at: actions.approve(at, by=scene.approver) for at in frozen])
    assert one_was_first(results)
    assert "n’a pas assez d’argent" in str(next(r for r in results if isinstance(r, Refused)))
    assert (scene.balance("available"), scene.balance("programme")) == (30_000, 60_000)
    assert sorted(r.status for r in scene.component.rounds.all()) == ["approved", "frozen"]
    assert prove().balanced


def in_a_page(act: Callable[[], PaymentRound]) -> PaymentRound:
    """A page does its act inside the transaction that remembers its form."""
    with transaction.atomic():
        return act()


def at_the_terminal(act: Callable[[], PaymentRound]) -> PaymentRound:
    return act()


@pytest.mark.parametrize("page", [in_a_page, at_the_terminal])
@pytest.mark.parametrize("turn", range(2))
def test_approving_and_sending_back_at_once_is_one_of_them(
    copy: None, page: Callable[..., PaymentRound], turn: int
) -> None:
    scene = peopled(10, code=f"{turn}-{page.__name__}"[:12])
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    results = at_once(
        lambda: page(lambda: actions.approve(frozen, by=scene.approver)),
        lambda: page(lambda: actions.send_back(frozen, by=scene.approver, reason="à revoir")),
    )
    assert one_was_first(results)
    kept = PaymentRound.objects.get(pk=frozen.pk)
    expected = {"approved": (10, 300_000), "draft": (0, 0)}[kept.status]
    assert (Entitlement.objects.filter(payment_round=kept).count(), scene.balance("programme")) == expected


def test_what_goes_back_to_the_funds_goes_once(copy: None) -> None:
    scene = peopled(5, code="rendre")
    scene.close(scene.released())
    for one in Enrolment.objects.filter(component=scene.component):
        enrolment.exit(one, "fin", by=scene.maker)
    losses.decide(scene.component, by=scene.approver, reason="fin")
    given = at_once(*[lambda: actions.return_to_funds(scene.component, by=scene.maker, reason="fin")] * HANDS)
    assert sorted(given) == [0] * (HANDS - 1) + [5]
    assert scene.balance("programme") == 0 and prove().balanced


def test_lists_returns_and_closings_of_different_rounds_do_not_wait_for_each_other_for_ever(
    copy: None, tmp_path: Path
) -> None:
    scenes = [peopled(20, code=f"ensemble-{n}") for n in range(4)]
    first = [scene.released() for scene in scenes]
    second = [scene.open(2) for scene in scenes]
    results = at_once(
        *[lambda s=s, r=r: scene_takes(s, r, tmp_path) for s, r in zip(scenes[:2], first[:2], strict=True)],
        *[lambda s=s, r=r: s.close(r) for s, r in zip(scenes[2:], first[2:], strict=True)],
        *[lambda s=s, r=r: actions.prepare(r, by=s.maker) for s, r in zip(scenes, second, strict=True)],
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert prove().balanced


def scene_takes(scene: Scene, payment_round: PaymentRound, folder: Path) -> returns.Reconciliation:
    return scene.take(folder / f"retour-{payment_round.pk}.csv", rows_of(payment_round))


def test_file_and_machine_asked_at_once_only_one_leaves(copy: None, tmp_path: Path) -> None:
    scene = peopled(2, code="voies")
    open_channel(scene)
    shown = scene.released()
    done = at_once(
        lambda: orders.write_orders(shown, scene.agency, tmp_path, format="csv", by=scene.officer),
        lambda: dispatch.start(shown, scene.agency, by=scene.officer),
    )
    assert one_was_first(done)
    left = [OrderFile.objects.filter(payment_round=shown).count(), Dispatch.objects.filter(payment_round=shown).count()]
    assert sorted(left) == [0, 1]


def held_its_turn(act: Callable[[], Any]) -> bool:
    """Whether an act that opens its own transaction holds the turn in it, at every statement but those that begin."""
    held: list[bool] = []

    def look(execute: Callable[..., Any], *args: Any) -> Any:
        done = execute(*args)
        if connection.in_atomic_block:
            held.append(connection.connection.execute(MY_TURN, [pipeline.TURN]).fetchone()[0])
        return done

    with connection.execute_wrapper(look):
        act()
    return len(held) > 5 and all(held[2:])


def test_what_a_person_takes_back_or_clears_waits_for_its_turn(copy: None, tmp_path: Path) -> None:
    scene = peopled(3, code="tour")
    file = scene.take(tmp_path / "retour.csv", rows_of(scene.released())).return_file
    keeper = make_user("tour-finances", "finance_officer")
    advance = advances.propose(
        scene.agreement, scene.agency, 30_000, reference="VIR", paid_on=date(2026, 1, 15), document="avis", by=keeper
    )
    line = file.return_lines.order_by("line")[0]
    order = Instruction.objects.get(pk=line.instruction_id)
    assert held_its_turn(lambda: advances.approve(advance, by=scene.treasurer))
    assert held_its_turn(lambda: advances.clear(scene.agreement, scene.agency, by=keeper))
    assert held_its_turn(lambda: corrections.undo_line(line, by=scene.officer, reason="erreur"))
    assert held_its_turn(lambda: corrections.assign(line, order, by=scene.officer))
    assert held_its_turn(lambda: corrections.undo_file(file, by=scene.officer, reason="erreur"))
