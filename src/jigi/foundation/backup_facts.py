"""What a database says of itself: the count of every table, and facts that a restored copy must repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from jigi.foundation.bulk import statement

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Fact:
    """A statement whose rows must be the same in the copy; `title` is its French name.

    It lives in `src/jigi/<package>/sql/<name>.sql`, and is asked only where `table` exists.
    """

    title: str
    package: str
    name: str
    table: str


AUDIT = Fact("tête de l’audit", "foundation", "audit_head", "foundation_auditevent")


def tables(connection: Connection) -> list[str]:
    """Every table that holds rows itself, as « schema.name »; a partitioned one holds none."""
    return [row[0] for row in connection.execute(statement("foundation", "own_tables")).fetchall()]


def counts(connection: Connection) -> dict[str, int]:
    """The number of rows of every table."""
    found = {}
    for name in tables(connection):
        schema, _, table = name.partition(".")
        query = sql.SQL("SELECT count(*) FROM {}.{}").format(sql.Identifier(schema), sql.Identifier(table))
        row = connection.execute(query).fetchone()
        found[name] = int(row[0]) if row else 0
    return found


def answers(connection: Connection, facts: Sequence[Fact]) -> dict[str, list[list[Any]]]:
    """The rows of each fact, by title, as JSON keeps them."""
    found = {}
    for fact in facts:
        row = connection.execute("SELECT to_regclass(%s)", [fact.table]).fetchone()
        if row and row[0]:
            rows = connection.execute(statement(fact.package, fact.name)).fetchall()
            found[fact.title] = [[_plain(value) for value in row] for row in rows]
    return found


def schema(connection: Connection) -> list[str]:
    """The migrations that were applied, as « app.name »."""
    row = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    if not row or not row[0]:
        return []
    return [f"{app}.{name}" for app, name in connection.execute("SELECT app, name FROM django_migrations ORDER BY id")]


def roles(connection: Connection) -> list[str]:
    """The roles that rights and policies of the database name: they must exist where it is restored."""
    return [row[0] for row in connection.execute(statement("foundation", "named_roles")).fetchall()]


def differences(
    wanted_counts: dict[str, int],
    found_counts: dict[str, int],
    wanted: dict[str, list[list[Any]]],
    found: dict[str, list[list[Any]]],
) -> list[str]:
    """What a copy says otherwise than the original, in French; empty when it says the same."""
    lines = [
        f"{name} : {found_counts.get(name, 0)} lignes au lieu de {wanted_counts.get(name, 0)}"
        for name in sorted(wanted_counts.keys() | found_counts.keys())
        if wanted_counts.get(name) != found_counts.get(name)
    ]
    for title in sorted(wanted.keys() | found.keys()):
        if wanted.get(title) != found.get(title):
            lines.append(f"{title} : {_shown(found.get(title))} au lieu de {_shown(wanted.get(title))}")
    return lines


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, int | str | float | bool | type(None)) else str(value)


def _shown(rows: list[list[Any]] | None) -> str:
    text = " ; ".join(" ".join(map(str, row)) for row in (rows or [])[:3])
    return text or "rien"
