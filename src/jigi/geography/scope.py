"""A person's scope: what PostgreSQL shows of the fenced tables, worked out by the database from their postings.

`visible_to(user)` is the upper fence, in queries; this is the lower one, below every query. It lasts for one
transaction: code that runs outside a scope reads no row of a fenced table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

from jigi.foundation.fence import READER, assume
from jigi.foundation.models import User
from jigi.geography.access import postings_read_once


@contextmanager
def seen_by(user: User) -> Iterator[None]:
    """Run inside one transaction that reads what this person's postings of today open."""
    if not settings.FENCED:
        with transaction.atomic(), postings_read_once():
            yield
        return
    nested = connection.in_atomic_block
    with transaction.atomic(), postings_read_once(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, geography_enter(%s)", [user.pk])
        role = cursor.fetchone()[0]
        assume(READER)
        yield
        if nested:  # the caller's transaction goes on
            assume(role)
            cursor.execute("SELECT geography_enter(NULL)")
