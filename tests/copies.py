"""A copy of the database a test worker has: for tests that want several connections, or tables of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from jigi.foundation.errors import Refused
from jigi.foundation.server import drop_database


@contextmanager
def copied(suffix: str, *, empty: bool = False) -> Iterator[str]:
    """Be connected to a copy of the present database, or to an empty one; yields the name of the present one."""
    name = str(connection.settings_dict["NAME"])
    other, template = f"{name}_{suffix}", "template0" if empty else name
    connection.close()
    with beside() as server:
        drop_database(server, other)
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
        server.execute(create.format(sql.Identifier(other), sql.Identifier(template)))
    connection.settings_dict["NAME"] = other
    try:
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        with beside() as server:
            drop_database(server, other)


def beside() -> psycopg.Connection[Any]:
    """A connection to the server's maintenance database, in autocommit."""
    return psycopg.connect(**address(), dbname="postgres", autocommit=True)


def address() -> dict[str, Any]:
    """Where the server of the tests is, and as whom."""
    given = connection.get_connection_params()
    return {key: given[key] for key in ("user", "password", "host", "port") if key in given}


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned, or the error it raised; they start together, each on its own connection."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as hands:
        return list(hands.map(run, acts))


def one_was_first(results: list[Any]) -> bool:
    """One act was done; every other was refused with a sentence, never with a raw error of the database."""
    others = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(other, Refused) for other in others), others
    return len(results) - len(others) == 1
