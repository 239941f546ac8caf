"""Direct beneficiaries over all components, each counted once, beside the distinct persons of each counted apart."""

from __future__ import annotations

from django.db import connection, transaction

from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import lay, release_round, settle_tables, staff
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.monitoring.beneficiaries import beneficiaries
from jigi.programmes import actions as programmes
from jigi.programmes.definition_file import SHIPPED

YEAR = 2016


def _lay(trial: Trial) -> Figures:
    """A round that paid a quarter of its households, and a year of the four components beside it."""
    component = lay(trial.size)
    programmes.load_file(SHIPPED / "accompagnement.toml", by=staff().operator)
    release_round(component, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_instruction DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE payments_instruction SET status = 'paid', settled_on = '2016-02-10' WHERE household_id % 4 = 0"
        )
        run_sql("demo", "reach", {"year": YEAR})
    settle_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM delivery_reach")
        return {"rows_reached": cursor.fetchone()[0]}


def _count(trial: Trial) -> Figures:
    with gauged() as gauge:
        found = {one.sort: one for one in beneficiaries(YEAR)}
    assert found[""].households < sum(one.households for sort, one in found.items() if sort)
    return {
        "seconds": gauge.seconds, "statements": gauge.statements, "peak_mb": peak_mb(),
        "served_persons": found[""].persons, "served_households": found[""].households,
    }  # fmt: skip


def _reference(trial: Trial) -> Figures:
    with gauged() as gauge:
        counted = {row["sort"]: row["persons"] for row in fetch_sql("demo", "counted_apart")}
    assert counted[None] == trial.facts["served_persons"]
    return {"reference_seconds": gauge.seconds}


BENCH = Bench(
    "served", 310_000, "ménages", "les personnes distinctes de chaque composante, comptées à part",
    {"Préparer une année": _lay, "Compter chacun une fois": _count, "Compter à part": _reference},
)  # fmt: skip
