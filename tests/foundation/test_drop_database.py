"""A database is dropped whoever is still connected, the server's own vacuum included."""

from __future__ import annotations

import os
from threading import Timer

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from jigi.foundation.server import drop_database

NAME = f"a_supprimer_{os.getpid()}"


def test_a_connected_client_does_not_keep_it() -> None:
    with _server() as server:
        server.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")  # type: ignore[call-overload]
        with _server(dbname=NAME):
            drop_database(server, NAME)
        assert not _there(server)
        drop_database(server, NAME)  # and once more: nothing to drop


def test_a_process_of_the_server_s_own_is_waited_for() -> None:
    """As its vacuum, which runs as a superuser: PostgreSQL refuses FORCE to anybody else while it is there."""
    with _server() as server:
        server.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")  # type: ignore[call-overload]
        try:
            superuser = _server(user="postgres", dbname=NAME)
        except psycopg.OperationalError:
            drop_database(server, NAME)
            pytest.skip("aucun administrateur de ce PostgreSQL n’est connu")
        Timer(0.5, superuser.close).start()
        drop_database(server, NAME)
        assert not _there(server)


def _there(server: psycopg.Connection[tuple[int]]) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is not None


def _server(dbname: str = "postgres", **kwargs: str) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(make_conninfo(os.environ["DATABASE_URL"], dbname=dbname, **kwargs), autocommit=True)
