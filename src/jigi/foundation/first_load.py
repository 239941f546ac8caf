"""The first load of empty tables, as `pg_restore` does it: rows first, then indexes and foreign keys at once.

Kept row by row, the secondary indexes and foreign keys of 1.6 million persons cost more than everything else;
made once over all rows they prove the same in a tenth of the time. Only for tables that are all empty, since
nobody else can use them until the transaction ends; otherwise nothing is set aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from jigi.foundation.bulk import statement


@contextmanager
def first_load(tables: Sequence[str]) -> Iterator[None]:
    """Load `tables` inside, in a transaction. What they may not hold is refused at the latest on leaving.

    Set aside when every table is empty and owned by this account: indexes that carry no constraint, and
    foreign keys from one of the tables to another. On leaving, all deferred constraints are checked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jigi.first_load', %s, true)", [",".join(tables)])
        cursor.execute(statement("foundation", "set_aside"))
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement("foundation", "restore"))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(f'ANALYZE "{table}"')
