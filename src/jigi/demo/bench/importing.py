"""An import of questionnaires: households and members from CSV, every check, the merge into the register."""

from __future__ import annotations

from django.db import connection, transaction

from jigi.demo.bench.gauge import gauged, peak_mb, steps_of_last_run
from jigi.demo.bench.ground import TM1, communes_of, empty_tables, settle_tables, staff
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.ground import people
from jigi.demo.population import CommuneSpot, make_population
from jigi.foundation.bulk import copy_lines
from jigi.geography.actions import load_file as load_places
from jigi.intake.pipeline import import_file
from jigi.programmes.actions import load_file as load_programme
from jigi.programmes.models import Component

SEED = 2016
REGISTER = ("household", "livingconditions", "person", "membership", "phone", "identifier", "health")


def lay(trial: Trial) -> Figures:
    operator = people().operator
    load_programme(TM1, by=operator)
    communes = communes_of(Component.objects.get(programme__code="TM1"))
    spots = [
        CommuneSpot(area.code, area.longitude or 0.0, area.latitude or 0.0, urban=area.code.startswith("ML09"))
        for area in communes
    ]
    made = make_population(trial.path("population"), trial.size, SEED, spots)
    load_places(made.folder / "villages.csv", by=operator)
    settle_tables()
    return {"persons": made.members}


def bring_in(trial: Trial) -> Figures:
    folder = trial.path("population")
    with gauged() as gauge:
        batch = import_file(
            folder / "menages.csv", "population_fictive", members=folder / "membres.csv", by=staff().operator
        )
    return {
        "seconds": gauge.seconds,
        "statements": gauge.statements,
        "peak_mb": peak_mb(),
        "own_seconds": gauge.own_seconds,
        "seconds_by_step": steps_of_last_run(),
        "households_merged": batch.households_merged,
        "persons_merged": batch.members_merged,
        "persons_per_second": round(batch.members_merged / gauge.seconds),
        "households_held": batch.households_held,
    }


def _reference(trial: Trial) -> Figures:
    """The register's rows out to files, the register emptied, and the same rows back by COPY alone."""
    columns = {f"registry_{name}": columns_of(f"registry_{name}") for name in REGISTER}
    with connection.cursor() as cursor:
        for table, listed in columns.items():
            with (
                trial.path(table).open("wb") as file,
                cursor.copy(f"COPY {table} ({','.join(listed)}) TO STDOUT") as copy,
            ):
                file.writelines(copy)
    empty_tables(columns)
    with gauged() as gauge, transaction.atomic():
        for table, listed in columns.items():
            with trial.path(table).open("rb") as file:
                copy_lines(table, listed, iter(lambda: file.read(1 << 20), b""))
    return {"reference_seconds": gauge.seconds}


def columns_of(table: str) -> list[str]:
    """The columns of a table that one may write, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' ORDER BY attnum",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]


BENCH = Bench(
    name="import",
    size=200_000,
    unit="ménages",
    reference="COPY des mêmes lignes dans les mêmes tables du registre, avec leurs contrôles, clés et index",
    phases={
        "Base, villages et fichiers fictifs": lay,
        "Import (mesuré)": bring_in,
        "Référence": _reference,
    },
)
