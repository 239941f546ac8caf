"""Rotation: every sealed value under the current key, while the site serves.

Columns are found by their field (`SealedField`), partitions one by one. A batch is read, sealed anew and written back
in a transaction of its own, only where the value is still the one that was read; only rows of an older key are asked
for, so that a rotation that was stopped goes on where it was. Indexes are left alone: they have a key of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import sleep

from django.apps import apps
from django.db import OperationalError, ProgrammingError, connection, transaction
from psycopg.errors import LockNotAvailable, UndefinedTable

from jigi.foundation import audit, runs
from jigi.foundation.bulk import copy_lines, copying_out, fetch_sql, from_copy, run_sql, statement, to_copy
from jigi.foundation.errors import Raced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.sealed import SealedField
from jigi.foundation.vault import Unsealable, Vault

BATCH = 20_000
"""Rows read, sealed and written at once: their locks are held for about half a second."""
PASSES, TURNS = 3, 10
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
    unsealable: set[str] = field(default_factory=set)


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
        for _ in range(PASSES):
            for kept in kept_columns():
                _rotate_column(kept, keeper, done, work)
            left = {kept.title: _older(kept, keeper.current) for kept in kept_columns()}
            if sum(left.values()) == len(done.unsealable):
                break  # otherwise a list was made meanwhile from accounts that had not been rotated
        audit.record("rotate", "vault", keeper.current, by=by, after={"rows": done.rows, "left": sum(left.values())})
        said = [f"{title} : {rows}" for title, rows in left.items() if rows] + sorted(done.unsealable)[:5]
        work.check("toutes les valeurs sont sous la clé présente", not any(left.values()), ", ".join(said))
    return done


def _rotate_column(kept: KeptColumn, keeper: Vault, done: Rotated, work: runs.Work) -> None:
    with work.step(f"Chiffrer à nouveau · {kept.title}") as step:
        total, before = _older(kept, keeper.current), done.rows
        for table in kept.tables:
            after: int | None = None
            while (last := _patiently(kept, table, after, keeper, done)) is not None:
                after = last
                work.progress(min(done.rows - before, total), total)
        step.rows_out = done.rows - before


def _patiently(kept: KeptColumn, table: str, after: int | None, keeper: Vault, done: Rotated) -> int | None:
    """One batch. Where somebody works on its rows it gives way and tries again, then leaves them to the next pass.

    It gives way sooner than PostgreSQL looks for deadlocks (a second): an act of the site is never the one that fails.
    """
    for turn in range(TURNS):
        try:
            return _batch(kept, table, after, keeper, done)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            sleep(0.1 * (turn + 1))
        except ProgrammingError as error:
            if isinstance(error.__cause__, UndefinedTable):
                return None  # the list of a round sent back has gone with its partition
            raise
    rows = _read(kept, table, keeper.current, after)
    return rows[-1][0] if rows else None


def _batch(kept: KeptColumn, table: str, after: int | None, keeper: Vault, done: Rotated) -> int | None:
    """Rotate the rows that follow a key, in one transaction; the last key read, None when nothing is left."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
        read = _read(kept, table, keeper.current, after)
        written = _write(kept, table, _sealed_anew(kept, table, read, keeper, done)) if read else 0
    done.rows += written
    return read[-1][0] if read else None


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
                done.unsealable.add(f"{table} {key}")
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
