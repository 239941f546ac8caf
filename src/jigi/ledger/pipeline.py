"""Postings by the hundred thousand: a book filled beside the table, then attached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import sql

from jigi.foundation.partitions import new_partition
from jigi.ledger.models import Book

# A statement trigger isn't inherited by partitions.
_TRIGGERS = (
    "CREATE TRIGGER posting_keeps_balances AFTER INSERT ON {} REFERENCING NEW TABLE AS posted"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_balances()",
    "CREATE TRIGGER posting_never_truncated BEFORE TRUNCATE ON {}"
    " FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change()",
)


@contextmanager
def fill_book(book: Book) -> Iterator[str]:
    """Yield the bare table of a new book, to be filled by one INSERT; balances follow, then it is attached."""
    with new_partition("ledger_posting", book.pk) as table:
        with connection.cursor() as cursor:
            for trigger in _TRIGGERS:
                cursor.execute(sql.SQL(trigger).format(sql.Identifier(table)))
        yield table
