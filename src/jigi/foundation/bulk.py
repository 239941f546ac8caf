"""SQL for many: statements kept in files, COPY in, and a count of what was executed.

A statement lives in `src/jigi/<package>/sql/<name>.sql`; its first line says what it reads and writes.
Parameters are psycopg's `%(name)s`; the names of tables built at run time are passed as identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection
from django.db.models.expressions import RawSQL
from psycopg import sql

PACKAGES = Path(__file__).resolve().parent.parent


_INCLUDED = re.compile(r"\{sql:(\w+)\}")


@cache
def statement(package: str, name: str) -> str:
    """The text of `src/jigi/<package>/sql/<name>.sql`; `{sql:other}` stands for the text of other.sql."""
    text = (PACKAGES / package / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return _INCLUDED.sub(lambda found: statement(package, found[1]), text)


def run_sql(
    package: str,
    name: str,
    params: Mapping[str, Any] | None = None,
    *,
    tables: Mapping[str, str] | None = None,
) -> int:
    """Execute a named statement in the current transaction; returns the rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(_composed(package, name, tables), dict(params or {}))
        return cursor.rowcount


def fetch_sql(
    package: str,
    name: str,
    params: Mapping[str, Any] | None = None,
    *,
    tables: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Execute a named query and return its rows as dictionaries."""
    with connection.cursor() as cursor:
        cursor.execute(_composed(package, name, tables), dict(params or {}))
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows into a table within the current transaction; returns how many."""
    count = 0
    _count_copy()
    with connection.cursor() as cursor, cursor.copy(_copy_in(table, columns)) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_lines(table: str, columns: Sequence[str], chunks: Iterable[bytes]) -> None:
    """COPY text-format chunks (tab-separated, `\\N` for NULL) made by the caller: faster than rows."""
    _count_copy()
    with connection.cursor() as cursor, cursor.copy(_copy_in(table, columns)) as copy:
        for chunk in chunks:
            copy.write(chunk)


@contextmanager
def copying_out(query: str, params: Mapping[str, Any] | None = None) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Stream the rows of a query through COPY TO, in constant memory; values come as text or None.

    A generator that yields from these rows is read under `contextlib.closing`: left half read, it holds the connection,
    and what its reader's error would undo waits for ever.
    """
    _count_copy()
    command = sql.SQL("COPY ({}) TO STDOUT").format(sql.SQL(query))
    with connection.cursor() as cursor, cursor.copy(command, dict(params or {})) as copy:
        yield iter(copy.rows())


def copy_out(query: str, file: BinaryIO) -> int:
    """Write the rows of a query as CSV (RFC 4180, without a header: nothing for NULL, "" for an empty text).

    Returns how many.
    """
    _count_copy()
    command = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(sql.SQL(query))
    with connection.cursor() as cursor:
        with cursor.copy(command) as copy:
            for chunk in copy:
                file.write(chunk)
        return cursor.rowcount


def from_copy(cell: str | None) -> bytes:
    """The bytes of a `bytea` that came through COPY as text; none for NULL."""
    return bytes.fromhex(cell[2:]) if cell else b""


def to_copy(content: bytes) -> str:
    """Bytes as the text format of COPY reads them."""
    return f"\\\\x{content.hex()}"


class StatementCount:
    """How many statements were executed while it was open; COPY counts as one."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], statement: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(statement, params, many, context)


@contextmanager
def counting_statements() -> Iterator[StatementCount]:
    """Count the statements of a bulk operation, to prove that their number is constant."""
    counter = StatementCount()
    with connection.execute_wrapper(counter):
        yield counter


def among(numbers: Iterable[int]) -> RawSQL:
    """The rows of these numbers, for `pk__in`: one parameter however many, where a list has one for each."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(numbers)])


def give_memory() -> None:
    """Let the statements of the open transaction sort and index in memory what else they would write to disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', '64MB', true), set_config('maintenance_work_mem', '256MB', true)")


def _count_copy() -> None:
    """COPY goes past Django's wrappers."""
    for wrapper in connection.execute_wrappers:
        if isinstance(wrapper, StatementCount):
            wrapper.count += 1


def _composed(package: str, name: str, tables: Mapping[str, str] | None) -> Any:
    text = statement(package, name)
    if not tables:
        return text
    for placeholder, table in tables.items():
        text = text.replace("{" + placeholder + "}", f'"{table}"')
    return text


def _copy_in(table: str, columns: Sequence[str]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
