"""The published case: 13,994 children and 5,730 women of one commune, four distributions, 2,067 t of flour.

1,267 t of CSB++ and 800 t of CSB+ came. The published total is no multiple of a ration: the scale of this test gives
22.5 kg and 34.8 kg a quarter, the nearest below; what is over is written off and sent back, and the stock closes at
zero, to the kilogram.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from jigi.delivery.nutrition import catalogue, giving, lists, queries, stock
from jigi.delivery.nutrition.giving import Said
from jigi.delivery.nutrition.models import CensusEntry, Handout, RationScale, StockBalance
from jigi.delivery.nutrition.stock import Portion
from jigi.foundation.bulk import counting_statements
from tests.delivery.nutrition_scene import KG, Ground, ground, totals

pytestmark = [pytest.mark.django_db, pytest.mark.long]
CHILDREN, WOMEN = 13_994, 5_730
CAME = {"CSB++": 1_267_000, "CSB+": 800_000}
QUARTERS = [date(2018, 1, 20), date(2018, 4, 20), date(2018, 7, 20), date(2018, 10, 20)]
PEOPLE = """
INSERT INTO delivery_censusentry (contract_id, commune_id, village_id, category, name, guardian, birth_date,
    birth_precision, consent_on, made_by_id, left_why)
SELECT %(contract)s, %(commune)s, %(village)s, %(category)s, %(category)s || ' ' || n, '', %(birth)s, %(precision)s,
    '2018-01-01', %(by)s, ''
FROM generate_series(1, %(count)s) AS n
"""
MOTHERS = """
INSERT INTO delivery_censushealth (entry_id, due_on, centre, made_by_id)
SELECT id, '2018-06-30', 'CSCom', made_by_id FROM delivery_censusentry WHERE category = 'woman'
"""


def counted_in(here: Ground, category: str, count: int, birth: date | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {
            "contract": here.contract.pk, "commune": here.scene.commune.pk, "village": here.scene.village.pk,
            "category": category, "birth": birth, "precision": birth and "month", "by": here.scene.agent.pk,
            "count": count,
        })  # fmt: skip


def scale_of_the_case(tmp_path: Path, here: Ground) -> RationScale:
    text = catalogue.SHIPPED.read_text(encoding="utf-8").replace("PNP-2018", "CAS")
    for shipped, ours in (
        (" = 7500", " = 11_600"),
        (" = 6000", " = 7_500"),
        (" = 280", " = 300"),
        (" = 28\n", " = 200\n"),
    ):
        text = text.replace(shipped, ours)
    path = tmp_path / "cas.toml"
    path.write_text(text, encoding="utf-8")
    catalogue.load(path, by=here.scene.planner)
    return RationScale.objects.get(code="CAS")


def test_four_distributions_to_a_commune_close_the_stock_to_the_kilogram(tmp_path: Path) -> None:
    here = ground()
    site, by = here.sites[0], here.scene.planner
    here.scale = scale_of_the_case(tmp_path, here)
    assert {one.product.code: one.grams_per_month for one in here.scale.rations.all()} == {
        "CSB++": 7_500,
        "CSB+": 11_600,
    }
    counted_in(here, "child", CHILDREN, date(2016, 1, 1))
    counted_in(here, "woman", WOMEN, None)
    with connection.cursor() as cursor:
        cursor.execute(MOTHERS)
    lots = {"CSB++": here.lot("A"), "CSB+": here.lot("B", product=here.women)}
    for code, kg in CAME.items():
        stock.arrive(here.warehouse, [Portion(lots[code], kg * KG)], day=date(2018, 1, 5), by=by)
        stock.transfer(here.warehouse, site, [Portion(lots[code], kg * KG)], day=date(2018, 1, 10), by=by)
    statements = {_distributed(here, day) for day in QUARTERS}
    assert len(statements) == 1  # whatever their number

    assert Handout.objects.count() == 4 * (CHILDREN + WOMEN) == 78_896
    given = dict(Handout.objects.values_list("line__product__code").annotate(Sum("line__grams")))
    assert given == {"CSB++": 1_259_460 * KG, "CSB+": 797_616 * KG}
    left = {
        one.lot.product.code: one.grams
        for one in StockBalance.objects.filter(place=site).select_related("lot__product")
    }
    assert left == {"CSB++": 7_540 * KG, "CSB+": 2_384 * KG}
    stock.lose(site, [Portion(lots["CSB++"], 540 * KG)], day=date(2018, 12, 1), reason="sacs éventrés", by=by)
    stock.give_back(site, here.warehouse, [Portion(lots["CSB++"], 7_000 * KG), Portion(lots["CSB+"], 2_384 * KG)],
                    day=date(2018, 12, 1), by=by)  # fmt: skip
    _closed(here)


def _distributed(here: Ground, day: date) -> int:
    made = here.plan(months=3, day=day)
    said = [Said(rank, day) for rank in range(1, CHILDREN + WOMEN + 1)]
    with counting_statements() as counter:
        results = giving.give(made, said, by=here.scene.agent)
    assert {one.outcome for one in results} == {"given"}
    lists.close(made, by=here.scene.controller)
    return counter.count


def _closed(here: Ground) -> None:
    """What came is what was given, lost and is back at the warehouse; each line ties, and the books say the same."""
    found = queries.stock_of([here.warehouse, *here.sites], date(2018, 1, 1), date(2018, 12, 31))
    assert all(one.ties and one.closing == one.books for one in found)
    assert sum(one.arrivals for one in found) == 2_067_000 * KG == (1_267_000 + 800_000) * KG
    assert -sum(one.given for one in found) == 2_057_076 * KG
    assert -sum(one.losses for one in found) == 540 * KG
    assert sum(one.closing for one in found) == 9_384 * KG
    assert {one.place for one in found if one.closing} == {here.warehouse}
    assert [one.closing for one in found if one.place == here.sites[0]] == [0, 0]
    assert totals() == (9_384 * KG, 9_384 * KG)
    assert CensusEntry.objects.count() == CHILDREN + WOMEN
