"""References for rows that are in tables: the same rows, copied by INSERT ... SELECT into identical tables."""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

from jigi.demo.bench.gauge import gauged


def make_twin(table: str, name: str, *, foreign_keys: bool, fillfactor: int = 100) -> None:
    """Create the empty table `name` with the columns, defaults, checks, keys and indexes of `table`."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(sql.Identifier(name), sql.Identifier(table))
        )
        cursor.execute(
            sql.SQL("ALTER TABLE {} SET (fillfactor = {})").format(sql.Identifier(name), sql.Literal(fillfactor))
        )
        if not foreign_keys:
            return
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'f' AND conparentid = 0",
            [table],
        )
        for (definition,) in cursor.fetchall():
            cursor.execute(sql.SQL("ALTER TABLE {} ADD {}").format(sql.Identifier(name), sql.SQL(definition)))


def copy_rows_across(rows: dict[str, str], *, foreign_keys: bool) -> tuple[float, int]:
    """Copy the rows of some tables (table -> condition in SQL) into twins, in one transaction: seconds, rows."""
    suffix = "with_keys" if foreign_keys else "bare"
    for table in rows:
        make_twin(table, f"{table}_{suffix}", foreign_keys=foreign_keys)
    count = 0
    with gauged() as gauge, transaction.atomic(), connection.cursor() as cursor:
        for table, condition in rows.items():
            cursor.execute(f'INSERT INTO "{table}_{suffix}" SELECT * FROM "{table}" WHERE {condition}')  # nosec B608
            count += cursor.rowcount
    return gauge.seconds, count
