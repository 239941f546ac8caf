"""Postings by the hundred thousand: a book filled beside the table, then attached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from jigi.foundation.partitions import new_partition
from jigi.ledger.models import Book


@contextmanager
def fill_book(book: Book) -> Iterator[str]:
    """Yield the bare table of a new book, to be filled by one INSERT; balances follow, then it is attached."""
    with new_partition("ledger_posting", book.pk) as table:
        yield table
