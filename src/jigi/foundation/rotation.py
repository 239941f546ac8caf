"""Rotation: every sealed value under the current key, while the site serves.

Columns are found by their field (`SealedField`), partitions one by one. A batch is read, sealed anew and written back
in a transaction of its own, only where the value is still the one that was read; only rows of an older key are asked
for, so that a rotation that was stopped goes on where it was. Indexes are left alone: they have a key of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection, transaction

from jigi.foundation import audit, runs
from jigi.foundation.bulk import copy_lines, copying_out, fetch_sql, from_copy, run_sql, statement, to_copy
from jigi.foundation.errors import Raced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.sealed import SealedField
from jigi.foundation.vault import Unsealable, Vault

BATCH = 20_000
"""Rows read, sealed and written at once: their locks are held for about half a second."""
_LOCK = 0x7661756C74  # « vault »
_READ = 13
"""Version and nonce: enough to know that a value is the one that was read."""


@dataclass(frozen=True)
class KeptColumn:
    """A sealed column: its tables (the partitions when it has some), and what the values are."""

    title: str
    tables: tuple[str, ...]
    key: str
    column: str
    kind: str


@dataclass
class Rotated:
    """What a rotation did. `unsealable`: « table numéro » of the values that no key opens, left as they were."""

    version: int
    rows: int = 0
    unsealable: list[str] = field(default_factory=list)


def kept_columns() -> list[KeptColumn]:
    """Every sealed column of the database."""
    return [
        KeptColumn(
            str(model._meta.verbose_name), _leaves(model._meta.db_table), str(model._meta.pk.column), str(found.column),
            found.kind,
        )
        for model in apps.get_models()
        for found in model._meta.local_fields
        if isinstance(found, SealedField)
    ]  # fmt: skip


def rows_by_version(kept: KeptColumn) -> dict[int, int]:
    """How many values of a column each version of key has sealed."""
    found: dict[int, int] = {}
    for table in kept.tables:
        for row in fetch_sql("foundation", "sealed_by_version", tables=_names(kept, table)):
            found[row["version"]] = found.get(row["version"], 0) + row["rows"]
    return found


def rotate(*, by: User) -> Rotated:
    """Seal under the current key all that older ones have sealed; each batch stays when a later one fails.

    Raises Raced when another rotation runs; JigiError at the end when values are left under an older key, because
    no key opens them or because a process still seals with it.
    """
    keeper = vault()
    done = Rotated(keeper.current)
    with _only_one(), runs.start("vault.rotate", "Rotation des clés du coffre", by=by, subject="vault") as work:
        for kept in kept_columns():
            with work.step(f"Chiffrer à nouveau · {kept.title}") as step:
                total = sum(rows for version, rows in rows_by_version(kept).items() if version != keeper.current)
                before = done.rows
                for table in kept.tables:
                    for rows in _batches(kept, table, keeper, done):
                        done.rows += rows
                        work.progress(min(done.rows - before, total), total)
                step.rows_out = done.rows - before
        left = {kept.title: _older(kept, keeper.current) for kept in kept_columns()}
        audit.record("rotate", "vault", keeper.current, by=by, after={"rows": done.rows, "left": sum(left.values())})
        said = ", ".join([f"{title} : {rows}" for title, rows in left.items() if rows] + done.unsealable[:5])
        work.check("toutes les valeurs sont sous la clé présente", not any(left.values()), said)
    return done


def _batches(kept: KeptColumn, table: str, keeper: Vault, done: Rotated) -> Iterator[int]:
    """Rotate a table by ranges of its key; yields the rows of each batch once it is committed."""
    after: int | None = None
    while True:
        with transaction.atomic():
            read = _read(kept, table, keeper.current, after)
            if read:
                after = read[-1][0]
                yielded = _write(kept, table, _sealed_anew(kept, table, read, keeper, done))
        if not read:
            return
        yield yielded


def _read(kept: KeptColumn, table: str, current: int, after: int | None) -> list[tuple[int, bytes]]:
    query = statement("foundation", "sealed_before")
    for name, identifier in _names(kept, table).items():
        query = query.replace("{" + name + "}", f'"{identifier}"')
    facts = {"current": bytes([current]), "after": after, "batch": BATCH}
    with copying_out(query, facts) as rows:
        return [(int(key), from_copy(sealed)) for key, sealed in rows]


def _sealed_anew(
    kept: KeptColumn, table: str, read: list[tuple[int, bytes]], keeper: Vault, done: Rotated
) -> list[tuple[int, bytes, bytes]]:
    """Rows with what they held and what they will hold; those that do not open are set aside."""
    try:
        anew = list(keeper.reseal_many(kept.kind, (sealed for _, sealed in read)))
        return [(key, old, new) for (key, old), new in zip(read, anew, strict=True)]
    except Unsealable:
        good = []
        for key, old in read:
            try:
                good.append((key, old, keeper.seal(kept.kind, keeper.unseal(kept.kind, old))))
            except Unsealable:
                done.unsealable.append(f"{table} {key}")
        return good


def _write(kept: KeptColumn, table: str, rows: list[tuple[int, bytes, bytes]]) -> int:
    run_sql("foundation", "create_resealed")
    lines = "".join(f"{key}\t{to_copy(old[:_READ])}\t{to_copy(new)}\n" for key, old, new in rows)
    copy_lines("resealed", ("key", "old_start", "sealed"), [lines.encode()])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE resealed")
    facts = {"first": rows[0][0], "last": rows[-1][0]} if rows else {"first": 0, "last": -1}
    return run_sql("foundation", "reseal", facts, tables=_names(kept, table))


def _older(kept: KeptColumn, current: int) -> int:
    return sum(rows for version, rows in rows_by_version(kept).items() if version != current)


def _names(kept: KeptColumn, table: str) -> dict[str, str]:
    return {"table": table, "key": kept.key, "column": kept.column}


def _leaves(table: str) -> tuple[str, ...]:
    """The tables that hold the rows: the partitions of a partitioned one, otherwise itself."""
    return tuple(row["name"] for row in fetch_sql("foundation", "leaves", {"table": table}))


@contextmanager
def _only_one() -> Iterator[None]:
    """One rotation at a time, whatever the machine: the lock goes with its connection."""
    with runs.side_connection() as beside:
        taken = beside.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if not (taken and taken[0]):
            raise Raced("Une rotation est en cours", remedy="Suivez-la dans les exécutions, ou attendez sa fin.")
        yield
