"""The return file of an agency for a whole round: read, matched, posted, orders and rights settled."""

from __future__ import annotations

from django.db import connection, transaction

from jigi.demo.bench.answers import write_answers
from jigi.demo.bench.gauge import gauged, peak_mb, steps_of_last_run
from jigi.demo.bench.ground import lay, release_round, settle_tables, staff
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.bench.twins import make_twin
from jigi.foundation.bulk import copy_lines, run_sql
from jigi.payments.models import ReturnLine
from jigi.payments.pipeline import ROOM
from jigi.payments.returns import reconcile
from jigi.programmes.models import Agency

FILE = "retour.csv"
LINES = "lignes.txt"


def _lay(trial: Trial) -> Figures:
    component = lay(trial.size, one_agency=True)
    released = release_round(component, 1)
    make_twin("payments_instruction", "orders_twin", foreign_keys=True, fillfactor=ROOM)
    make_twin("payments_returnline", "lines_twin", foreign_keys=True)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO orders_twin SELECT * FROM payments_instruction")
    settle_tables()
    return {"lines": write_answers(released, Agency.objects.get(), trial.path(FILE), faults=True)}


def _reconcile(trial: Trial) -> Figures:
    with gauged() as gauge:
        taken = reconcile(trial.path(FILE), Agency.objects.get(), by=staff().payment_officer).return_file
    return {
        "seconds": gauge.seconds,
        "statements": gauge.statements,
        "peak_mb": peak_mb(),
        "own_seconds": gauge.own_seconds,
        "seconds_by_step": steps_of_last_run(),
        "paid": taken.paid,
        "unpaid": taken.unpaid,
        "exceptions": taken.exceptions,
    }


def _reference(trial: Trial) -> Figures:
    """COPY of the lines as they were read, then one UPDATE of the orders they answer, matched by reference."""
    columns = [field.column for field in ReturnLine._meta.concrete_fields if field.column]
    path = trial.path(LINES)
    with path.open("wb") as file, connection.cursor() as cursor:
        listed = ", ".join(f'"{column}"' for column in columns)
        with cursor.copy(f"COPY (SELECT {listed} FROM payments_returnline ORDER BY line) TO STDOUT") as copy:  # nosec B608
            file.writelines(copy)
    with gauged() as gauge, transaction.atomic(), path.open("rb") as file:
        copy_lines("lines_twin", columns, iter(lambda: file.read(1 << 20), b""))
        run_sql("demo", "answer_orders")
    return {"reference_seconds": gauge.seconds}


BENCH = Bench(
    name="reconcile",
    size=71_000,
    unit="ordres",
    reference="COPY des mêmes lignes dans une table identique, puis un UPDATE des ordres par leur référence",
    phases={
        "Base, programme et tour libéré": _lay,
        "Rapprochement (mesuré)": _reconcile,
        "Référence": _reference,
    },
)
