"""Making backups: one snapshot of the database and the files of JIGI_HOME, sealed, to a folder or a USB disk.

First everything is put in a private folder of JIGI_HOME, then copied to the disk part by part; a copy cut in
the middle is taken up where it stopped, from that folder. `backup_restore` reads what is made here.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.conninfo import conninfo_to_dict

from jigi import __version__
from jigi.foundation import backup_facts, backup_parts, backup_programs, server
from jigi.foundation.backup_disk import refuse_no_room, told
from jigi.foundation.backup_facts import Fact
from jigi.foundation.backup_key import Keys, Secret
from jigi.foundation.backup_parts import FileEntry, Header, Manifest
from jigi.foundation.errors import JigiError

WORK, LOCK, PLAN, DUMP, FILES = "sauvegarde-en-cours", "sauvegarde.verrou", "plan.json", "base", "fichiers"
KEPT = ("uploads",)
"""What is saved of JIGI_HOME. Keys are not: they must not be on the disk that they protect."""
NOT_SAVED = {"postgres", "postgres.nouveau", "socket", "sauvegardes", WORK}
PROCESSES = min(4, os.cpu_count() or 1)
MARGIN_BYTES = 64 * 1024 * 1024


class Journal(Protocol):
    """Where the work tells its steps; a run of `runs` is one."""

    def step(self, name: str) -> AbstractContextManager[Any]: ...
    def progress(self, done: int, total: int) -> None: ...


@dataclass(frozen=True)
class Made:
    """A backup that was made. `taken_up`: parts that an earlier, cut copy had already put there."""

    folder: Path
    header: Header
    manifest: Manifest
    taken_up: int


@dataclass(frozen=True)
class Kept:
    """A backup found in a folder. `size` in bytes, before it was sealed."""

    folder: Path
    made_at: datetime
    size: int
    complete: bool

    @property
    def megabytes(self) -> float:
        return self.size / 1e6


def destination() -> Path:
    """Where backups go when nothing else is said: JIGI_BACKUPS, or a folder of JIGI_HOME."""
    given = os.environ.get("JIGI_BACKUPS")
    return Path(given).expanduser().resolve() if given else server.default_home() / "sauvegardes"


def database_url() -> str:
    """JIGI_BACKUP_DATABASE_URL, an account that sees every row and may create databases; or the site's own."""
    return os.environ.get("JIGI_BACKUP_DATABASE_URL") or server.database_url()


def create(url: str, target: Path, secret: Secret, *, home: Path, facts: Sequence[Fact], journal: Journal) -> Made:
    """Back the database of `url` and the files of `home` up into a new folder of `target`.

    A copy to `target` that was cut is taken up instead: it is then of the day it was begun. Raises JigiError:
    no room, no right, no pg_dump, disk gone; what was copied stays, incomplete, for the next call.
    """
    with alone(home) as work, told(target):
        target.mkdir(parents=True, exist_ok=True)
        plan = _begun(work, target, secret)
        if plan is None:
            plan = _prepare(work, url, secret, home, facts, journal)
        header, manifest, keys = plan
        folder = target / header.folder_name
        with journal.step("Copie chiffrée"):
            _refuse_too_small(folder, header)
            kept = backup_parts.write(folder, header, manifest, keys, work, journal.progress)
        shutil.rmtree(work)
    return Made(folder, header, manifest, kept)


def found_in(target: Path) -> list[Kept]:
    """The backups of a folder, latest first, incomplete ones included."""
    with told(target):
        folders = target.glob("jigi-*/") if target.is_dir() else ()
        return sorted((one for one in map(_kept, folders) if one), key=lambda one: one.made_at, reverse=True)


def latest(target: Path) -> Kept:
    """The latest complete backup of a folder. Raises JigiError when there is none."""
    for one in found_in(target):
        if one.complete:
            return one
    raise JigiError(
        f"Il n’y a aucune sauvegarde complète dans {target}", remedy="Faites-en une par « jigi backup create »"
    )


def prune(target: Path, keep: int) -> list[Kept]:
    """Remove all but the latest `keep` complete backups, and the incomplete older than them; returns the removed.

    The manifest goes first, so that a removal cut in the middle leaves nothing that looks whole.
    """
    if keep < 1:
        raise JigiError("Il faut garder au moins une sauvegarde", remedy="Par exemple --keep 8")
    found = found_in(target)
    complete = [one for one in found if one.complete]
    kept = complete[:keep]
    if not kept:
        return []
    removed = complete[keep:] + [one for one in found if not one.complete and one.made_at < kept[0].made_at]
    with told(target):
        for one in removed:
            (one.folder / backup_parts.MANIFEST).unlink(missing_ok=True)
            shutil.rmtree(one.folder)
    return removed


@contextmanager
def alone(home: Path) -> Iterator[Path]:
    """One backup or restore at a time in a home; yields the folder where it works, which is private."""
    with told(home):
        home.mkdir(parents=True, exist_ok=True)
        lock = os.open(home / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield home / WORK
    except BlockingIOError:
        raise JigiError(
            "Une autre sauvegarde ou restauration est en cours", remedy="Attendez qu’elle finisse, puis recommencez"
        ) from None
    finally:
        os.close(lock)


@contextmanager
def snapshot(url: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A connection that sees one moment of the database, and the name by which others see the same."""
    with connected(url) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        yield connection, row[0]
        connection.execute("COMMIT")


def connected(url: str) -> psycopg.Connection[Any]:
    """A connection for a backup: without limits of time, in UTC, so that facts are told alike everywhere."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=20)
    except psycopg.OperationalError as error:
        raise JigiError("La base n’a pas répondu", why=str(error).strip().splitlines()[-1]) from error
    connection.execute("SET timezone = 'UTC'; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
    # With it off, PostgreSQL refuses a query whose rows a policy would hide: nothing is counted in part.
    connection.execute("SET jit = off; SET row_security = off")
    return connection


def _prepare(
    work: Path, url: str, secret: Secret, home: Path, facts: Sequence[Fact], journal: Journal
) -> tuple[Header, Manifest, Keys]:
    """Put all that will be copied in the work folder, and the plan of the copy beside it, last."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        with snapshot(url) as (connection, name):
            made_at = datetime.now(UTC)
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
            refuse_no_room(work, (row[0] // 10 if row else 0) + MARGIN_BYTES)
            major = connection.info.server_version // 10000
            with journal.step("Copie de la base"):
                backup_programs.dump(url, work / DUMP, major=major, snapshot=name, jobs=PROCESSES)
            with journal.step("Comptes de la base"):
                counts = backup_facts.counts(connection)
                answers = backup_facts.answers(connection, facts)
                schema, roles = backup_facts.schema(connection), backup_facts.roles(connection)
        with journal.step("Fichiers et empreintes"):
            left_out = _take_files(home, work / FILES)
            files = [(path.relative_to(work).as_posix(), path) for path in sorted(work.rglob("*")) if path.is_file()]
            entries, parts, total = backup_parts.cut(files)
        number, described = secrets.token_hex(16), secret.described()
        keys = secret.keys(described, number)
        header = Header(number, made_at.isoformat(), described, keys.check.hex()[:32], len(parts), total)
        manifest = Manifest(
            __version__, str(conninfo_to_dict(url).get("dbname") or ""), major, schema, entries, parts, counts,
            answers, roles, left_out,
        )  # fmt: skip
        text = json.dumps({"header": asdict(header), "manifest": asdict(manifest)})
        backup_parts.place(work / PLAN, text.encode())
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return header, manifest, keys


def _begun(work: Path, target: Path, secret: Secret) -> tuple[Header, Manifest, Keys] | None:
    """The plan of a copy to `target` that was cut, when this key began it."""
    try:
        found = json.loads((work / PLAN).read_text())
        header = Header(**found["header"])
        files = [FileEntry(**entry) for entry in found["manifest"].pop("files")]
        manifest = Manifest(files=files, **found["manifest"])
        keys = secret.keys(header.key, header.number)
    except (FileNotFoundError, ValueError, TypeError, KeyError, JigiError):
        return None
    ours = keys.check.hex()[:32] == header.check
    return (header, manifest, keys) if ours and (target / header.folder_name).is_dir() else None


def _take_files(home: Path, into: Path) -> list[str]:
    """Copy what is kept of JIGI_HOME; returns the names that are left out."""
    for name in KEPT:
        if (home / name).is_dir():
            shutil.copytree(home / name, into / name)
    return sorted(
        path.name for path in home.iterdir() if path.name not in {*KEPT, *NOT_SAVED} and path.suffix != ".verrou"
    )


def _refuse_too_small(folder: Path, header: Header) -> None:
    there = sum(path.stat().st_size for path in folder.glob("*.morceau")) if folder.is_dir() else 0
    # A part that is written again stands beside itself for a moment.
    refuse_no_room(folder, max(0, header.size - there) + backup_parts.PART_BYTES + (1 << 20))


def _kept(folder: Path) -> Kept | None:
    try:
        header = backup_parts.read_header(folder)
        made_at = datetime.fromisoformat(header.made_at)
    except (JigiError, ValueError):
        return None
    return Kept(folder, made_at, header.size, backup_parts.is_complete(folder))
