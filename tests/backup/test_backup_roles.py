"""Rights and row policies name roles of the server: they come back with the database, or what is missing is said."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from jigi.foundation.errors import JigiError
from tests.backup.shelf import CONTENT, Shelf, ask, database, left_beside

ROLE = f"jigi_essai_lecteur_{os.environ.get('PYTEST_XDIST_WORKER', 'seul')}"
"""A role is of the whole server: each process of tests has its own."""
FENCED = f"""{CONTENT};
ALTER TABLE household_a ENABLE ROW LEVEL SECURITY;
CREATE POLICY ses_lignes ON household_a TO {ROLE} USING (id < 10);
GRANT SELECT ON household TO {ROLE}
"""
POLICY = "SELECT roles::text FROM pg_policies WHERE policyname = 'ses_lignes'"


@pytest.fixture
def administrator() -> Iterator[str]:
    """The URL of an account that may make roles, on a server where the role of the test does not exist."""
    url = make_conninfo(os.environ["DATABASE_URL"], user="postgres", dbname="postgres")
    try:
        execute(url, f"DROP ROLE IF EXISTS {ROLE}")
    except psycopg.OperationalError:
        pytest.skip("aucun administrateur de ce PostgreSQL n’est connu")
    yield url
    execute(url, f"DROP ROLE IF EXISTS {ROLE}")


def test_roles_that_are_missing_are_made_or_named(shelf: Shelf, administrator: str) -> None:
    execute(administrator, f"CREATE ROLE {ROLE}")
    with database("cloture", FENCED) as url:
        made = Shelf(shelf.root, url).create()
        assert made.manifest.roles == [ROLE]
        assert made.manifest.counts["public.household_a"] == 499
    execute(administrator, f"DROP ROLE {ROLE}")
    with database("vide") as empty:
        with pytest.raises(JigiError, match=f"rôles qui n’existent pas sur ce serveur : {ROLE}"):
            shelf.restore(made.folder, empty, shelf.root / "ailleurs")
        assert ask(empty, "SELECT count(*) FROM pg_class WHERE relname = 'household'") == 0
        assert not left_beside(shelf.url, empty)
        allowed = make_conninfo(empty, user="postgres")
        shelf.restore(made.folder, allowed, shelf.root / "ailleurs")
        owners = "SELECT array_agg(DISTINCT tableowner::text) FROM pg_tables WHERE schemaname = 'public'"
        assert ask(allowed, owners) == [psycopg.conninfo.conninfo_to_dict(empty)["user"]]
        assert ask(allowed, POLICY) == f"{{{ROLE}}}"
        assert ask(allowed, f"SELECT has_table_privilege('{ROLE}', 'household', 'SELECT')")


def test_an_account_that_does_not_see_every_row_makes_no_backup(shelf: Shelf, administrator: str) -> None:
    """pg_dump refuses rather than leave rows out."""
    execute(administrator, f"CREATE ROLE {ROLE} LOGIN")
    grants = f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}"
    with database("cloture", f"{FENCED}; {grants}") as url:
        partial = Shelf(shelf.root, make_conninfo(url, user=ROLE))
        with pytest.raises(JigiError, match="JIGI_BACKUP_DATABASE_URL"):
            partial.create()
    assert not list(shelf.disk.glob("jigi-*"))


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(statement)  # type: ignore[call-overload]
