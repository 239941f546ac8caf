"""Rations handed out to so many persons, beside the same rows copied into identical tables that nothing guards."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from jigi.delivery.contracts.models import Contract, ContractCommune, Operator
from jigi.delivery.nutrition import catalogue, giving, lists, recalls, stock
from jigi.delivery.nutrition.giving import GIVEN, Said
from jigi.delivery.nutrition.models import (
    Distribution,
    DistributionLine,
    Handout,
    Lot,
    Product,
    RationScale,
    StockBalance,
)
from jigi.delivery.nutrition.stock import Portion
from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import settle_tables
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.bench.twins import copy_rows_across
from jigi.demo.ground import people
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.programmes import actions as programmes
from jigi.programmes.definition_file import SHIPPED, read_definition
from jigi.programmes.models import Agreement, Component

ROUNDS = 4
DAY = date(2018, 3, 15)
SITES = 20
WRITTEN = {"delivery_handout": "true", "delivery_stockmovement": "handout_id IS NOT NULL"}
VILLAGES = """
INSERT INTO geography_area (version_id, code, name, level, parent_id, path, source)
SELECT commune.version_id, commune.code || '-B' || n, 'Village ' || n, 'village', commune.id,
    commune.path || commune.code || '-B' || n || '/', 'mesure'
FROM geography_area AS commune CROSS JOIN generate_series(1, %(villages)s) AS n WHERE commune.id = %(commune)s
"""
CHILDREN = """
INSERT INTO delivery_censusentry (contract_id, commune_id, village_id, category, name, guardian, birth_date,
    birth_precision, consent_on, made_by_id, left_why)
SELECT %(contract)s, %(commune)s, (%(villages)s::bigint[])[1 + n %% %(count)s], 'child', 'Enfant ' || n, '',
    '2016-01-01', 'month', '2018-01-01', %(by)s, ''
FROM generate_series(1, %(size)s) AS n
"""


def _lay(trial: Trial) -> Figures:
    """A contract, twenty sites with stock enough, and so many children in its census."""
    staff = people()
    programme = programmes.load(read_definition(SHIPPED / "accompagnement.toml"), by=staff.operator).programme
    catalogue.load(by=staff.operator)
    component = Component.objects.get(programme=programme, code="PNP")
    commune = Area.objects.get(pk=component.communes.order_by("commune__code").values("commune")[:1])
    contract = Contract.objects.create(
        number="MESURE", title="Mesure", operator=Operator.objects.create(code="ONG-M", name="ONG", kind="ngo"),
        component=component, agreement=Agreement.objects.get(code="ACC-IDA"), sort="nutrition",
        starts_on=date(2018, 1, 1), ends_on=date(2018, 12, 31), amount_xof=0, status="active", made_by=staff.manager,
        signed_by=staff.coordinator, signed_at=timezone.now(),
    )  # fmt: skip
    ContractCommune.objects.create(contract=contract, commune=commune)
    with connection.cursor() as cursor:
        cursor.execute(VILLAGES, {"villages": SITES, "commune": commune.pk})
        villages = list(Area.objects.filter(parent=commune, source="mesure").values_list("pk", flat=True))
        facts: dict[str, Any] = {
            "contract": contract.pk, "commune": commune.pk, "villages": villages, "count": len(villages),
            "by": staff.manager.pk, "size": trial.size,
        }  # fmt: skip
        cursor.execute(CHILDREN, facts)
    _stocked(contract, commune, trial.size, staff.manager)
    settle_tables()
    return {"contract": contract.pk, "by": staff.manager.pk, "checker": staff.coordinator.pk}


def _stocked(contract: Contract, commune: Area, size: int, by: User) -> None:
    product = Product.objects.get(code="CSB++")
    for number in range(SITES):
        site = stock.open_place(contract.component, "site", f"Site {number}", commune, contract=contract, by=by)
        for lot in ("A", "B"):
            named = stock.name_lot(site, product, lot, date(2018, 9 if lot == "A" else 12, 1), by=by)
            kilograms = (size // SITES + 1) * 6 * ROUNDS
            stock.arrive(site, [Portion(named, kilograms * 1_000)], day=date(2018, 1, 2), by=by)


def _planned(trial: Trial) -> Figures:
    """The four lists; drawing one is timed."""
    contract, by = Contract.objects.get(pk=trial.facts["contract"]), User.objects.get(pk=trial.facts["by"])
    sites = list(contract.stock_places.order_by("pk"))
    villages = list(Area.objects.filter(source="mesure").select_related("parent").order_by("pk"))
    spent = []
    for _ in range(ROUNDS):
        stops = [lists.Stop(village, sites[n % SITES], DAY) for n, village in enumerate(villages)]
        made = lists.plan(contract, RationScale.objects.get(), months=1, stops=stops, by=by)
        began = time.monotonic()
        lists.draw(made, by=by)
        spent.append(time.monotonic() - began)
        Distribution.objects.filter(pk=made.pk).update(
            status="approved", approved_by=trial.facts["checker"], approved_at=timezone.now()
        )
    settle_tables()
    return {"drawing_seconds": round(sum(spent) / len(spent), 3)}


def _given(trial: Trial) -> Figures:
    """Each distribution handed out whole, in four transactions."""
    by = User.objects.get(pk=trial.facts["by"])
    asked = [
        (made, _said(made)) for made in Distribution.objects.select_related("contract__operator").order_by("number")
    ]
    with gauged() as gauge:
        for made, said in asked:
            results = giving.give(made, said, by=by)
            assert {one.outcome for one in results} == {GIVEN}, results[:3]
    assert Handout.objects.count() == ROUNDS * trial.size
    return {
        "seconds": gauge.seconds,
        "statements": gauge.statements,
        "peak_mb": peak_mb(),
        "rations": ROUNDS * trial.size,
    }


def _said(made: Distribution) -> list[Said]:
    ranks = DistributionLine.objects.filter(distribution=made).values_list("rank", flat=True)
    return [Said(rank, DAY) for rank in ranks]


def _reference(trial: Trial) -> Figures:
    seconds, _ = copy_rows_across(WRITTEN, foreign_keys=True)
    return {"reference_seconds": seconds}


def _traced(trial: Trial) -> Figures:
    """Who received the lot given most; stock is what its movements say."""
    lot, by = Lot.objects.get(number="A"), User.objects.get(pk=trial.facts["by"])
    began = time.monotonic()
    with transaction.atomic():
        found: list[dict[str, Any]] = recalls.received(lot, by=by)
    seconds = round(time.monotonic() - began, 3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(grams) FROM delivery_stockmovement")
        moved = cursor.fetchone()[0]
    assert moved == sum(StockBalance.objects.values_list("grams", flat=True))
    return {"recall_seconds": seconds, "received": len(found)}


BENCH = Bench(
    name="nutrition",
    size=105_000,
    unit="personnes à quatre distributions",
    reference="INSERT ... SELECT des mêmes remises et mouvements dans des tables identiques, clés étrangères comprises,"
    " que rien d’autre ne garde",
    phases={
        "Contrat, recensement, stock": _lay,
        "Quatre listes": _planned,
        "Quatre distributions remises (mesuré)": _given,
        "Référence": _reference,
        "Rappel d’un lot": _traced,
    },
)
