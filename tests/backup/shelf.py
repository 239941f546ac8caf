"""A small database to back up, a key, a disk, and a second process that is killed while it copies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from jigi.foundation import backup, backup_key, backup_parts, backup_restore
from jigi.foundation.backup import Made
from jigi.foundation.backup_facts import AUDIT, Fact
from jigi.foundation.backup_restore import Backup
from jigi.foundation.server import drop_database

PART = 4_096
CONTENT = """
CREATE TABLE foundation_auditevent (id bigint PRIMARY KEY, verb text, at timestamptz DEFAULT now());
CREATE TABLE ledger_account (id bigint PRIMARY KEY, code text, balance_xof bigint);
CREATE TABLE ledger_posting (debit_id bigint, credit_id bigint, amount_xof bigint);
CREATE TABLE django_session (session_key text PRIMARY KEY);
CREATE TABLE household (id bigint PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE household_a PARTITION OF household FOR VALUES FROM (0) TO (500);
CREATE TABLE household_b PARTITION OF household FOR VALUES FROM (500) TO (5000);
INSERT INTO foundation_auditevent SELECT n, 'see' FROM generate_series(1, 40) AS n;
INSERT INTO ledger_account VALUES (1, 'DON', -700), (2, 'DISPO', 700);
INSERT INTO ledger_posting VALUES (2, 1, 700);
INSERT INTO django_session VALUES ('ouverte');
INSERT INTO household SELECT n, md5(n::text) || md5((n + 1)::text) FROM generate_series(1, 1000) AS n
"""
FACTS = (
    AUDIT,
    Fact("soldes", "ledger", "account_balances", "ledger_account"),
    Fact("désaccords", "ledger", "wrong_balances", "ledger_account"),
)

CUT = """
import os, signal, sys
from pathlib import Path
from tests.backup.shelf import Cut, Shelf
shelf = Shelf(Path(sys.argv[1]), sys.argv[2])
shelf.create(Cut(sys.argv[3], int(sys.argv[4])))
"""


class Quiet:
    """A journal that keeps the names of the steps."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.steps.append(name)
        yield

    def progress(self, done: int, total: int) -> None:
        """Nothing to show."""


class Cut(Quiet):
    """A journal by which the process dies: on entering a step, or in it once so many parts are done."""

    def __init__(self, step: str, parts: int = 0) -> None:
        super().__init__()
        self.fatal, self.parts = step, parts

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.steps.append(name)
        self._die_at(0)
        yield

    def progress(self, done: int, total: int) -> None:
        self._die_at(done)

    def _die_at(self, done: int) -> None:
        if self.steps[-1] == self.fatal and done == self.parts:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Shelf:
    """A home, a key and a disk in `root`, and the database of `url`."""

    root: Path
    url: str

    @property
    def home(self) -> Path:
        return self.root / "jigi"

    @property
    def disk(self) -> Path:
        return self.root / "disque"

    @property
    def secret(self) -> backup_key.Secret:
        path = self.root / "cle"
        if not path.exists():
            backup_key.make_key_file(path)
        os.environ[backup_key.VARIABLE] = str(path)
        return backup_key.read_secret()

    def create(self, journal: Quiet | None = None, target: Path | None = None) -> Made:
        backup_parts.PART_BYTES = PART
        return backup.create(
            self.url, target or self.disk, self.secret, home=self.home, facts=FACTS, journal=journal or Quiet()
        )

    def create_and_die(self, step: str, parts: int = 0) -> None:
        """kill -9 of a backup in a process of its own."""
        words = [sys.executable, "-c", CUT, str(self.root), self.url, step, str(parts)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=_with_path())
        assert done.returncode == -signal.SIGKILL, done.stderr

    def verify(self, folder: Path) -> Backup:
        return backup_restore.verify(folder, self.secret, Quiet())

    def restore(self, folder: Path, url: str, home: Path, facts: Sequence[Fact] = FACTS) -> Backup:
        return backup_restore.restore(url, folder, self.secret, home=home, facts=facts, journal=Quiet())

    def drill(self, folder: Path, facts: Sequence[Fact] = FACTS) -> Backup:
        return backup_restore.drill(self.url, folder, self.secret, home=self.home, facts=facts, journal=Quiet())


@contextmanager
def database(name: str, content: str = "") -> Iterator[str]:
    """A database of that name on the server of the tests, with some content; yields its URL."""
    given = os.environ["DATABASE_URL"]
    name = f"{name}_{os.getpid()}"
    with psycopg.connect(make_conninfo(given, dbname="postgres"), autocommit=True) as server:
        drop_database(server, name)
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")  # type: ignore[call-overload]
        url = make_conninfo(given, dbname=name)
        try:
            if content:
                with psycopg.connect(url) as connection:
                    connection.execute(content)  # type: ignore[call-overload]
            yield url
        finally:
            drop_database(server, name)


def ask(url: str, query: str) -> Any:
    """The first value of a query."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
        return row[0] if row else None


def left_beside(*urls: str) -> list[str]:
    """The databases that restores into these have left; other tests restore at the same moment, into theirs."""
    names = [backup_restore._beside(url) for url in urls]
    names += [f"{name}_vide" for name in names]
    with psycopg.connect(make_conninfo(os.environ["DATABASE_URL"], dbname="postgres")) as server:
        return [name for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname = ANY (%s)", [names])]


def _with_path() -> dict[str, str]:
    root = Path(__file__).resolve().parents[2]
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
