"""So many of a kind at once, over every process and machine of the site; the next one is told to come back.

A place is an advisory lock of a connection of its own: a process that dies gives it back at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from zlib import crc32

import psycopg

from jigi.foundation.errors import Busy
from jigi.foundation.runs import side_connection


def take(what: str, most: int, *, busy: str) -> Callable[[], None]:
    """Take one of the `most` places of `what` (0: as many as one likes); returns what gives it back.

    Raises Busy with the sentence `busy` when all are taken.
    """
    held = ExitStack()
    if not most:
        return held.close
    journal = held.enter_context(side_connection())
    held.callback(_let_go, journal)
    family = crc32(what.encode()) - 2**31
    for place in range(most):
        found = journal.execute("SELECT pg_try_advisory_lock(%s, %s)", (family, place)).fetchone()
        if found and found[0]:
            return held.close
    held.close()
    raise Busy(busy, why=f"{most} se font déjà en même temps.", remedy="Recommencez dans une minute.")


def _let_go(journal: psycopg.Connection[Any]) -> None:
    """Now, rather than when the server finds the connection closed."""
    with suppress(psycopg.Error):
        journal.execute("SELECT pg_advisory_unlock_all()")


@contextmanager
def slot(what: str, most: int, *, busy: str) -> Iterator[None]:
    """Hold a place while the block lasts."""
    give_back = take(what, most, busy=busy)
    try:
        yield
    finally:
        give_back()
