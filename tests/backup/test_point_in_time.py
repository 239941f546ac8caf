"""Back to a moment, on a real server: PostgreSQL's log archived by pgBackRest, as docs/operating.md sets it up."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from jigi.foundation import account
from jigi.foundation.account import Account

PGBACKREST = shutil.which("pgbackrest")
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
DATABASE = "postgresql://postgres@/postgres"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(PGBACKREST is None, reason="pgbackrest n’est pas installé (Debian : apt install pgbackrest)"),
    pytest.mark.skipif(not PROGRAMS, reason="aucun PostgreSQL de Debian n’est installé"),
]


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of Debian in a private folder, and the repository where pgBackRest keeps its log."""

    place: Path
    owner: Account | None

    @property
    def data(self) -> Path:
        return self.place / "donnees"

    @property
    def url(self) -> str:
        return f"{DATABASE}?host={self.place}"

    def run(self, *words: object) -> str:
        done = account.run([str(word) for word in words], self.owner)
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def postgresql(self, program: str, *words: object) -> str:
        return self.run(PROGRAMS[-1].with_name(program), *words)

    def backrest(self, *words: object) -> str:
        return self.run(PGBACKREST, f"--config={self.place}/pgbackrest.conf", "--stanza=jigi", *words)

    def start(self) -> None:
        self.postgresql("pg_ctl", "start", "-w", "-t", "60", "-D", self.data, "-l", self.place / "journal.log", "-s")

    def stop(self) -> None:
        account.run(
            [str(PROGRAMS[-1].with_name("pg_ctl")), "stop", "-D", str(self.data), "-m", "immediate"], self.owner
        )

    def write(self, number: int) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute("INSERT INTO ecrits VALUES (%s)", [number])

    def now(self) -> str:
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT clock_timestamp()::text").fetchone()
            assert row is not None
            return str(row[0])

    def archive(self) -> None:
        """Close the segment being written, and wait until it is in the repository."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row is not None
        self.wait("SELECT last_archived_wal >= %s FROM pg_stat_archiver", row[0])

    def wait(self, query: str, *facts: object) -> None:
        limit = time.monotonic() + 60
        with psycopg.connect(self.url, autocommit=True) as connection:
            while True:
                row = connection.execute(query, facts).fetchone()  # type: ignore[call-overload]
                if row and row[0]:
                    return
                assert time.monotonic() < limit, query
                time.sleep(0.1)

    def written(self) -> list[int]:
        with psycopg.connect(self.url) as connection:
            return [number for (number,) in connection.execute("SELECT n FROM ecrits ORDER BY n")]


@pytest.fixture
def server() -> Iterator[Server]:
    place = Path(tempfile.mkdtemp(prefix="jigi-essai-"))
    owner = account.borrowed()
    place.chmod(0o711)
    private = place / "serveur"
    private.mkdir(mode=0o700)
    account.own(private, owner)
    made = Server(private, owner)
    made.postgresql("initdb", "-D", made.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")
    settings(made)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(place)


def settings(server: Server) -> None:
    """The lines of docs/operating.md."""
    key = os.urandom(24).hex()
    files = {
        "pgbackrest.conf": f"""
[global]
repo1-path={server.place}/depot
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass={key}
repo1-retention-full=2
log-path={server.place}
lock-path={server.place}/verrous
spool-path={server.place}/attente
start-fast=y
[jigi]
pg1-path={server.data}
pg1-socket-path={server.place}
pg1-user=postgres
""",
        "donnees/postgresql.conf": f"""
listen_addresses = ''
unix_socket_directories = '{server.place}'
wal_level = replica
archive_mode = on
archive_command = '{PGBACKREST} --config={server.place}/pgbackrest.conf --stanza=jigi archive-push %p'
archive_timeout = '60s'
""",
    }
    for name, text in files.items():
        path = server.place / name
        path.write_text(text)
        account.own(path, server.owner)


def test_exactly_what_was_written_before_the_moment_comes_back(server: Server) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE ecrits (n int PRIMARY KEY)")
    server.backrest("stanza-create")
    server.backrest("check")
    server.write(1)
    server.backrest("backup", "--type=full")
    time.sleep(2)  # pgBackRest keeps the end of a backup to the second, and takes one that ended before the moment
    for number in range(2, 12):
        server.write(number)
    moment = server.now()
    time.sleep(1)
    for number in range(12, 20):
        server.write(number)
    with psycopg.connect(server.url) as connection:
        connection.execute("DELETE FROM ecrits WHERE n < 5")  # the mistake one comes back from
    server.archive()
    server.stop()
    shutil.rmtree(server.data)  # the disk is lost
    server.data.mkdir(mode=0o700)
    account.own(server.data, server.owner)
    server.backrest("restore", "--type=time", f"--target={moment}", "--target-action=promote")
    server.start()
    server.wait("SELECT NOT pg_is_in_recovery()")
    assert server.written() == list(range(1, 12))
    server.write(99)
    assert server.written()[-1] == 99
