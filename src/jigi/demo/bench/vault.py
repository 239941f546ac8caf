"""A rotation of the vault's keys: documents, telephones and accounts sealed anew, committed batch by batch."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from jigi.demo.bench.gauge import gauged, peak_mb, steps_of_last_run
from jigi.demo.bench.ground import give_phones, lay, settle_tables, staff
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.foundation import keyring
from jigi.foundation.bulk import copy_lines, to_copy
from jigi.foundation.rotation import kept_columns, rotate, rows_by_version
from jigi.registry.models import Identifier, Person, Phone

NATIONAL = 5_700_000
FIRST_PHONE = 70_000_001


def _lay(trial: Trial) -> Figures:
    """A third of accounts (those of wallets), a third of documents, and telephones for the rest."""
    _use_own_keys(trial)
    lay(max(trial.size // 3, 1))
    persons = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    _give_documents(persons)
    accounts = sum(sum(rows_by_version(kept).values()) for kept in kept_columns() if kept.kind == "account")
    missing = trial.size - accounts - Identifier.objects.count() - Phone.objects.count()
    for turn in range(0, missing, len(persons)):
        give_phones(persons[: missing - turn], FIRST_PHONE + turn)
    settle_tables()
    return {}


def _rotate(trial: Trial) -> Figures:
    _use_own_keys(trial)
    keyring.add_key()
    with gauged() as gauge:
        done = rotate(by=staff().operator)
    return {
        "seconds": gauge.seconds,
        "statements": gauge.statements,
        "peak_mb": peak_mb(),
        "own_seconds": gauge.own_seconds,
        "seconds_by_step": steps_of_last_run(),
        "rows": done.rows,
        "national_seconds": round(gauge.seconds * NATIONAL / done.rows),
    }


def _reference(trial: Trial) -> Figures:
    """Every sealed value written over by another of the same length, one UPDATE a table, in one transaction."""
    settle_tables()
    with gauged() as gauge, transaction.atomic(), connection.cursor() as cursor:
        for kept in kept_columns():
            for table in kept.tables:
                overwrite = "UPDATE {table} SET {column} = set_byte({column}, 0, 1) WHERE {column} <> ''"
                names = {"table": sql.Identifier(table), "column": sql.Identifier(kept.column)}
                cursor.execute(sql.SQL(overwrite).format(**names))
    return {"reference_seconds": gauge.seconds}


def _use_own_keys(trial: Trial) -> None:
    """Keys that go away with the bench: the site's are not given one more."""
    settings.VAULT_KEYS = trial.path("vault.keys")


def _give_documents(persons: list[int]) -> None:
    numbers = [f"178{number:011}K" for number in range(len(persons))]
    keeper = keyring.vault()
    sealed, indexes = keeper.seal_many("document", numbers), keeper.index_many("document", numbers)
    lines = (
        f"{person}\tnina\t{to_copy(value)}\t{to_copy(index)}\n".encode()
        for person, value, index in zip(persons, sealed, indexes, strict=True)
    )
    copy_lines("registry_identifier", ("person_id", "kind", "sealed", "value_index"), lines)


BENCH = Bench(
    name="vault",
    size=500_000,
    unit="valeurs",
    reference="UPDATE des mêmes valeurs par d’autres de même longueur, une instruction par table",
    phases={
        "Base, ménages, documents et comptes": _lay,
        "Rotation (mesurée)": _rotate,
        "Référence": _reference,
    },
)
