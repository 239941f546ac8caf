"""Two hands at once on one list, on one lot: one ration each, nothing negative, totals are sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jigi.delivery.nutrition import giving, stock
from jigi.delivery.nutrition.giving import Said
from jigi.delivery.nutrition.models import Handout, StockAct
from jigi.delivery.nutrition.stock import Portion
from jigi.foundation.errors import Refused
from tests.copies import at_once, copied, one_was_first
from tests.delivery.nutrition_scene import DAY, KG, Ground, ground, totals

pytestmark = pytest.mark.django_db


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture(scope="module")
def here(django_db_setup: None, django_db_blocker: Any) -> Iterator[Ground]:
    """The worker's database, copied under another name; six children, and 30 kg in each of two lots at the site."""
    with django_db_blocker.unblock(), copied("rations"):
        made = ground(children=6)
        for number in ("L1", "L2"):
            made.arrive(made.sites[0], made.lot(number), 30)
        yield made


def test_a_line_that_four_hands_note_is_served_once(here: Ground) -> None:
    made = here.plan()

    def hand(name: str) -> Callable[[], Any]:
        said = [Said(rank, DAY, "proxy", name) for rank in (1, 2, 3)]
        return lambda: [one.outcome for one in giving.give(made, said, by=here.scene.agent)]

    results = at_once(*(hand(f"Main {n}") for n in range(4)))
    assert sorted(results) == [["double"] * 3] * 3 + [["given"] * 3]
    assert Handout.objects.filter(distribution=made).count() == 3
    assert totals()[0] == totals()[1] == 42 * KG


def test_of_two_hands_one_takes_a_ration_back(here: Ground) -> None:
    made = here.plan()
    here.give(made, 1)
    one = Handout.objects.get(distribution=made)
    back = lambda: giving.take_back(one, reason="essai", by=here.scene.agent)  # noqa: E731
    assert one_was_first(at_once(back, back, back))
    assert totals()[0] == totals()[1]


def test_two_lots_moved_in_opposite_orders_never_deadlock(here: Ground) -> None:
    lots, by, site, other = [here.lot("L1"), here.lot("L2")], here.scene.planner, here.sites[0], here.sites[1]
    before = totals()

    def move(order: int) -> Callable[[], StockAct]:
        portions = [Portion(lot, KG) for lot in lots[::order]]
        return lambda: stock.transfer(site, other, portions, day=DAY, by=by)

    results = at_once(*(move(order) for order in (1, -1, 1, -1)))
    assert not [one for one in results if isinstance(one, Exception)], results
    assert totals() == before and here.held(other, lots[0]) == 4 * KG


def test_what_two_hands_take_at_once_is_never_more_than_there_is(here: Ground) -> None:
    lot, by = here.lot("SEUL"), here.scene.planner
    here.arrive(here.sites[1], lot, 10)
    take = lambda: stock.lose(here.sites[1], [Portion(lot, 4 * KG)], day=DAY, reason="essai", by=by)  # noqa: E731
    results = at_once(take, take, take, take)
    assert [isinstance(one, Refused) for one in results].count(True) == 2, results
    assert here.held(here.sites[1], lot) == 2 * KG
    assert totals()[0] == totals()[1]
