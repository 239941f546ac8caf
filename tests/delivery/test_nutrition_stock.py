"""Stock of flour: every gram is a movement, the balance is their sum, and is never negative."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.delivery.nutrition import stock
from jigi.delivery.nutrition.models import StockAct, StockBalance, StockMovement
from jigi.delivery.nutrition.rules import Held, first_expired_first_out
from jigi.delivery.nutrition.stock import Portion
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import AuditEvent
from tests.delivery.nutrition_scene import DAY, KG, ground, totals

pytestmark = pytest.mark.django_db


def test_flour_arrives_moves_is_lost_counted_and_returned() -> None:
    here = ground()
    lot, by = here.lot("L1"), here.scene.planner
    here.arrive(here.warehouse, lot, 1_000)
    stock.transfer(here.warehouse, here.sites[0], [Portion(lot, 300 * KG)], day=DAY, by=by)
    stock.lose(here.sites[0], [Portion(lot, 20 * KG)], day=DAY, reason="sacs mouillés", by=here.scene.agent)
    stock.count(here.sites[0], [Portion(lot, 279 * KG)], day=DAY, reason="inventaire", by=here.scene.agent)
    stock.give_back(here.sites[0], here.warehouse, [Portion(lot, 79 * KG)], day=DAY, by=here.scene.agent)
    assert here.held(here.warehouse, lot) == 779 * KG
    assert here.held(here.sites[0], lot) == 200 * KG
    assert totals() == (979 * KG, 979 * KG)
    assert AuditEvent.objects.filter(noun="stock").count() == 5


def test_more_than_is_there_does_not_leave() -> None:
    here = ground()
    lot = here.lot("L1")
    here.arrive(here.warehouse, lot, 10)
    with pytest.raises(Refused, match="Il en reste 10 kg, il en faudrait 11 kg"):
        stock.transfer(here.warehouse, here.sites[0], [Portion(lot, 11 * KG)], day=DAY, by=here.scene.planner)
    assert here.held(here.warehouse, lot) == 10 * KG
    assert StockAct.objects.count() == 1


def test_an_act_is_taken_back_whole_and_once() -> None:
    here = ground()
    lot, by = here.lot("L1"), here.scene.planner
    act = stock.arrive(here.warehouse, [Portion(lot, 5 * KG)], day=DAY, by=by)
    stock.correct(act, reason="saisie deux fois", by=by)
    assert here.held(here.warehouse, lot) == 0
    with pytest.raises(Raced, match="déjà corrigée"):
        stock.correct(act, reason="encore", by=by)
    again = stock.arrive(here.warehouse, [Portion(lot, 5 * KG)], day=DAY, by=by)
    stock.transfer(here.warehouse, here.sites[0], [Portion(lot, KG)], day=DAY, by=by)
    with pytest.raises(Refused, match="n’a pas assez"):
        stock.correct(again, reason="partie depuis", by=by)


def test_who_did_it_does_not_check_it() -> None:
    here = ground()
    act = stock.arrive(here.sites[0], [Portion(here.lot("L1"), KG)], day=DAY, by=here.scene.planner)
    with pytest.raises(Refused, match="ne la contrôle pas"):
        stock.check(act, by=here.scene.planner)
    stock.check(act, by=here.scene.controller)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM delivery_stockcheck")


def test_an_operator_handles_its_sites_and_no_warehouse_of_the_programme() -> None:
    here = ground()
    lot = here.lot("L1")
    stock.arrive(here.sites[0], [Portion(lot, KG)], day=DAY, by=here.scene.agent)
    with pytest.raises(Refused, match="ne permet pas"):
        stock.arrive(here.warehouse, [Portion(lot, KG)], day=DAY, by=here.scene.agent)


def test_a_lot_is_known_by_one_expiry() -> None:
    here = ground()
    here.lot("l 1")
    assert here.lot("L1").number == "L1"
    with pytest.raises(Refused, match="connu avec une autre date"):
        here.lot("L1", expires_on=date(2019, 1, 1))


LIES = {
    "stock_balance_never_negative": "INSERT INTO delivery_stockmovement (act_id, place_id, lot_id, grams)"
    " VALUES ({loss}, {place}, {lot}, -999999)",
    "stock_act_is_whole": "INSERT INTO delivery_stockmovement (act_id, place_id, lot_id, grams)"
    " VALUES ({act}, {place}, {lot}, 5)",
    "stock_movement_of_its_kind": "INSERT INTO delivery_stockmovement (act_id, place_id, lot_id, grams)"
    " VALUES ({loss}, {place}, {lot}, 5)",
    "stock_transfer_is_balanced": "INSERT INTO delivery_stockmovement (act_id, place_id, lot_id, grams)"
    " VALUES ({transfer}, {place}, {lot}, -5), ({transfer}, {site}, {lot}, 6)",
    "stock_correction_is_counter": "INSERT INTO delivery_stockmovement (act_id, place_id, lot_id, grams)"
    " VALUES ({correction}, {place}, {lot}, -5)",
    "stock_balance_of_movements": "UPDATE delivery_stockbalance SET grams = grams + 1",
    "ne se modifient ni": "UPDATE delivery_stockmovement SET grams = 1",
    "lot_stays": "UPDATE delivery_lot SET number = 'X'",
    "stock_movement_moves_something": "INSERT INTO delivery_stockmovement (act_id, place_id, lot_id, grams)"
    " VALUES ({count}, {place}, {lot}, 0)",
    "nutrition_of_its_contract": "UPDATE delivery_contract SET status = status; UPDATE delivery_stockplace SET"
    " contract_id = (SELECT id FROM delivery_contract WHERE sort = 'sessions')",
}  # fmt: skip


def test_the_database_refuses_each_lie_about_stock() -> None:
    here = ground()
    by, lot = here.scene.planner, here.lot("L1")
    act = stock.arrive(here.warehouse, [Portion(lot, KG)], day=DAY, by=by)
    acts = {
        kind: StockAct.objects.create(kind=kind, day=DAY, reason="essai", made_by=by,
                                      corrects=act if kind == "correction" else None).pk
        for kind in ("loss", "transfer", "correction", "count")
    }  # fmt: skip
    from tests.delivery.scene import make_contract

    make_contract("sessions", here.scene.components["MA"], here.scene.operator, here.scene.communes, by,
                  here.scene.decider)  # fmt: skip
    names = {"act": act.pk, "place": here.warehouse.pk, "site": here.sites[0].pk, "lot": lot.pk, **acts}
    for rule, lie in LIES.items():
        with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(lie.format(**names))


def test_a_balance_alone_moves_to_nothing() -> None:
    here = ground()
    with pytest.raises(Refused, match="Quelle quantité"):
        stock.arrive(here.warehouse, [], day=DAY, by=here.scene.planner)
    with pytest.raises(Refused, match="au-dessus de zéro"):
        stock.arrive(here.warehouse, [Portion(here.lot("L1"), -KG)], day=DAY, by=here.scene.planner)


def test_what_expires_first_leaves_first() -> None:
    held = [Held(1, date(2018, 9, 1), 500), Held(2, date(2018, 6, 1), 300), Held(3, date(2018, 1, 1), 900)]
    assert first_expired_first_out(held, 400, day=DAY) == [(2, 300), (1, 100)]
    assert first_expired_first_out(held, 801, day=DAY) == []


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(-60, 60)), max_size=14))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_nothing_is_negative_and_totals_are_sums(steps: list[tuple[int, int, int]]) -> None:
    with transaction.atomic():
        _play(steps)
        transaction.set_rollback(True)


def _play(steps: list[tuple[int, int, int]]) -> None:
    """Acts of every kind in the order drawn; what is refused changes nothing."""
    here = ground()
    lots, by = [here.lot("L1"), here.lot("L2")], here.scene.planner
    made: list[StockAct] = []
    expected = 0
    for kind, which, amount in steps:
        lot, site, before = lots[which], here.sites[0], totals()[0]
        portion = [Portion(lot, abs(amount) + 1)]
        try:
            if kind == 0:
                made.append(stock.arrive(here.warehouse, portion, day=DAY, by=by))
            elif kind == 1:
                ends = (here.warehouse, site) if amount > 0 else (site, here.warehouse)
                made.append(stock.transfer(*ends, portion, day=DAY, by=by))
            elif kind == 2:
                made.append(stock.lose(site, portion, day=DAY, reason="essai", by=by))
            elif kind == 3:
                stock.count(here.warehouse, portion, day=DAY, reason="essai", by=by)
            elif made:
                stock.correct(made[amount % len(made)], reason="essai", by=by)
        except Refused:
            assert totals()[0] == before
    assert totals()[0] == totals()[1]
    sums: dict[tuple[int, int], int] = {}
    for place, lot_id, grams in StockMovement.objects.values_list("place", "lot", "grams"):
        sums[place, lot_id] = sums.get((place, lot_id), expected) + grams
    assert sums == {(one.place_id, one.lot_id): one.grams for one in StockBalance.objects.all()}
    assert all(grams >= 0 for grams in sums.values())
