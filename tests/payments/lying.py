"""What the tests that lie to the database share: which tables are whose, a lie told, and what lacks one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

EXCHANGES = "'^payments_(channel|dispatch|group|attempt|recall|notice|agencychannel|payingaccount|returnnotice)$'"
"""Tables of the exchanges with agencies: test_exchange_lies.py lies to them."""
BANKS = "'^(payments_bank|ledger_openingrequest$)'"
"""Tables of the accounts at banks, and of opening balances asked for: test_bank_lies.py lies to them."""
AGENCIES = "'^payments_(agencyreply|agencytoken|resultbatch|resultdraft)$'"
"""Tables of what agencies say by their own hand: test_agency_lies.py lies to them."""
SITES = "'^(payments_site|enrolment_card)'"
"""Tables of the pay points and of the cards: test_site_lies.py lies to them."""
EARNED = (
    "'^(payments_(duetaken|termwithheld)|delivery_(operator|contract|contractcommune|target|deliverable|due|reach"
    "|withholding))$'"
)
"""Tables of contracts, of what is earned and of what is withheld: test_earned_lies.py lies to them."""
OF_EARNED = {"round_pays_what_is_due", "round_of_a_component_that_pays"}
"""Guards of rounds to which it lies too."""
OF_RESPONSES = {"response_ceiling_is_kept"}
"""The guard of rounds of a response to a shock: tests/response/test_decision.py lies to it."""
OF_AGENCIES = {
    "dispatch_of_orders_not_taken", "total_is_eligible", "total_stays_eligible", "total_is_within_budget",
    "total_stays_within_budget",
}  # fmt: skip
"""Guards of other tables to which test_agency_lies.py lies too."""
FOREIGN_KEY_VIOLATION = "23503"


def refusal(lie: str) -> psycopg.errors.Diagnostic:
    """Tell a lie and return what PostgreSQL says of it, at once or at the end of the transaction."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(lie)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as refused:
        assert isinstance(refused.__cause__, psycopg.Error)
        return refused.__cause__.diag
    pytest.fail(f"PostgreSQL croit ce mensonge : {lie}")


def found(query: str, *params: str | None) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, params or None)
        return [row[0] for row in cursor.fetchall()]


def unguarded(table: str, lie: str) -> str:
    """A lie to the constraints of a table whose guards would see it first."""
    return f"ALTER TABLE {table} DISABLE TRIGGER USER; {lie}"


def again(columns: Mapping[str, str], table: str, where: str = "true", **lie: str) -> str:
    """The rows of a table once more, but for what the lie changes; `columns` says those of each table."""
    names = columns[table].split()
    said = ", ".join(lie.get(name, name) for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {said} FROM {table} WHERE {where}"


def each_constraint_refuses(lies: Sequence[tuple[str, str]]) -> None:
    """`lies` are (constraint, lie): the diagnostics name that constraint and no other."""
    for name, lie in lies:
        assert refusal(lie).constraint_name == name, lie


def each_guard_refuses(guards: Sequence[tuple[str, str, str, str]]) -> None:
    """`guards` are (table, trigger, name it raises or words of it, lie): its own function refuses, by that name."""
    for table, trigger, name, lie in guards:
        (function,) = found(
            "SELECT tgfoid::regproc::text FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass", trigger, table
        )
        refused = refusal(lie)
        assert f"function {function}" in (refused.context or ""), lie
        assert name in (refused.constraint_name or refused.message_primary or ""), lie


def constraints_of(tables: str) -> set[str]:
    """The named constraints and unique indexes of some tables (a pattern, quoted)."""
    return set(found(
        f"SELECT conname FROM pg_constraint WHERE conrelid::regclass::text ~ {tables}"
        " AND contype IN ('c', 'u', 'x', 'f') AND conname !~ '_fk(ey$|_)'"
        " UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND NOT indisprimary"
        f" AND indrelid::regclass::text ~ {tables}"
    ))  # fmt: skip


def guards_of(tables: str) -> list[str]:
    """« table trigger » of each trigger of some tables, sorted."""
    return sorted(found(
        "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger"
        f" WHERE NOT tgisinternal AND tgrelid::regclass::text ~ {tables}"
    ))  # fmt: skip


def each_reference_refuses(tables: str, signed: Mapping[str, str], before: Mapping[str, str] | None = None) -> None:
    """Every foreign key of one column is tried with no such row: its own name comes back.

    `signed`, by « table.column », stands beside a signature so that the key alone is false; `before`, by table, is
    done first.
    """
    keys = found(
        "SELECT format('%s %s %s', conrelid::regclass, attname, conname) FROM pg_constraint"
        " JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]"
        f" WHERE contype = 'f' AND cardinality(conkey) = 1 AND conrelid::regclass::text ~ {tables}"
    )
    assert len(keys) > 20
    for table, column, name in (key.split() for key in keys):
        lie = f"UPDATE {table} SET {column} = -7 WHERE id = (SELECT max(id) FROM {table})"
        if signature := signed.get(f"{table}.{column}"):
            lie = lie.replace(" WHERE", f", {signature} WHERE", 1)
        assert refusal(unguarded(table, (before or {}).get(table, "") + lie)).constraint_name == name, lie


def each_table_has_a_row(tables: str, expected: Collection[str]) -> None:
    names = found(f"SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relname ~ {tables}")
    assert sorted(names) == sorted(expected)
    for table in names:
        assert found(f"SELECT id FROM {table}"), table
