"""Which PostgreSQL this process talks to: the one DATABASE_URL names, or an embedded one kept in a folder.

The embedded server listens on a Unix socket in a private folder and nowhere else. It is for demonstration,
development and tests; production sets DATABASE_URL (PostgreSQL >= 15). Nothing here imports Django: the
settings ask this module where the database is.
"""

from __future__ import annotations

import atexit
import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from jigi.foundation import account, cluster, occupancy
from jigi.foundation.account import Account
from jigi.foundation.cluster import Cluster
from jigi.foundation.errors import JigiError

# A user without the server's powers, as in production: row-level security holds for it.
ROLE = DATABASE = "jigi"
START_SECONDS = 600  # a large write-ahead log takes minutes to replay after a power cut

_REASONS = {
    errno.EACCES: "accès refusé",
    errno.EPERM: "opération interdite à ce compte",
    errno.ENOSPC: "plus de place sur le disque",
    errno.EROFS: "disque en lecture seule",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.ENAMETOOLONG: "nom trop long",
}


@dataclass(frozen=True)
class Status:
    """What is known of an embedded server without starting it. Versions are PostgreSQL's major numbers."""

    running: bool
    pid: int | None
    data: Path
    data_version: int | None
    programs_version: int
    url: str


def default_home() -> Path:
    """JIGI_HOME, or `.jigi` in the current folder."""
    return Path(os.environ.get("JIGI_HOME") or ".jigi").expanduser().resolve()


def database_url() -> str:
    """The database of this process; starts the embedded server when DATABASE_URL is not set.

    A server started here is stopped when this process ends, unless somebody else is using it by then.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        return given
    home = default_home()
    was_running = status(home).running
    url = f"{ensure_started(home)}&application_name={_signature()}"
    if not was_running:
        atexit.register(_leave, home, os.getpid())
    return url


def as_django(url: str) -> dict[str, Any]:
    """The entry of DATABASES for a libpq URL, its other parameters (sslmode, options...) kept as OPTIONS."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise JigiError(
            "DATABASE_URL ne désigne pas une base PostgreSQL",
            remedy="Écrivez-la postgresql://compte:motdepasse@machine:5432/base",
        )
    try:
        parts = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError as error:
        raise JigiError("DATABASE_URL est mal écrite", why=str(error).strip()) from None
    keys = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    entry = {key: str(parts.pop(name, "")) for key, name in keys.items()}
    # Compiling a plan over fifty partitions takes longer than running it.
    parts["options"] = f"{parts.get('options') or ''} -c jit=off".strip()
    return {"ENGINE": "django.db.backends.postgresql", **entry, "OPTIONS": parts}


def ensure_started(home: Path, *, durable: bool = True) -> str:
    """Start the server of that folder unless it runs; returns the libpq URL of its database `jigi`.

    Creates what is absent (folder, data, user, database), repairs what a kill left, changes no data written
    by another major version. Safe to call from several processes at once.
    `durable=False` is for tests: a kill loses nothing, a power cut everything.
    """
    place = Cluster(home.expanduser().resolve())
    with _explained(place):
        _refuse_other_version(place)
        _prepare_home(place)
        owner = account.borrowed(place.data, place.home)
        occupancy.enter(place.home, owner)
        if not _answers(place, ROLE, DATABASE):
            with occupancy.alone(place.home, owner):
                _start(place, owner, durable=durable)
                _provide_database(place)
        return _url(place, ROLE, DATABASE)


def stop(home: Path, *, immediate: bool = False) -> bool:
    """Stop the server of that folder, disconnecting its users; False when it was not running.

    `immediate` skips the final checkpoint: the next start replays the write-ahead log.
    """
    place = Cluster(home.expanduser().resolve())
    if not place.home.is_dir():
        return False
    owner = account.borrowed(place.data, place.home)
    with _explained(place), occupancy.alone(place.home, owner):
        return _stop(place, immediate=immediate)


def stop_if_idle(home: Path) -> bool:
    """Leave the server, and stop it unless somebody else uses it; True when it was stopped."""
    place = Cluster(home.expanduser().resolve())
    if not place.home.is_dir():
        return False
    owner = account.borrowed(place.data, place.home)
    with _explained(place), occupancy.leaving(place.home, owner) as last:
        if not last:
            return False
        with occupancy.alone(place.home, owner):
            return _clients(place) == 0 and _stop(place, immediate=False)


def status(home: Path) -> Status:
    """What is known of the server of that folder, without starting anything."""
    place = Cluster(home.expanduser().resolve())
    with _explained(place):
        pid = cluster.postmaster(place)
        programs = cluster.programs_version(cluster.programs())
        url = _url(place, ROLE, DATABASE)
        return Status(pid is not None, pid, place.data, place.version(), programs, url)


def drop_database(server: psycopg.Connection[Any], name: str) -> None:
    """Drop a database if it is there, whoever is still connected. `server` is in autocommit, on another database.

    FORCE ends the clients, and is refused to an owner who is no superuser while the server's own vacuum is at work
    there; the plain form ends the vacuum, and waits five seconds for clients. Raises what the last try raised.
    """
    forced, plain = "DROP DATABASE IF EXISTS {} WITH (FORCE)", "DROP DATABASE IF EXISTS {}"
    for way in (forced, plain, forced):
        with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            server.execute(sql.SQL(way).format(sql.Identifier(name)))
            return
    server.execute(sql.SQL(plain).format(sql.Identifier(name)))


def _start(place: Cluster, owner: Account | None, *, durable: bool) -> None:
    running = cluster.postmaster(place)
    if running is not None and _wait_for(place, running):
        return
    bin_folder = cluster.programs()
    account.let_through(owner, place.data, place.socket_folder(), bin_folder / "postgres")
    account.let_read(owner, bin_folder / "postgres", cluster.installation())
    if place.version() is None:
        cluster.create(place, owner, durable=durable)
    cluster.clear_wreck(place)
    cluster.prepare_socket(place, owner)
    cluster.write_settings(place, owner, durable=durable)
    if not _wait_for(place, cluster.launch(place, owner)):
        raise JigiError(
            f"PostgreSQL n'a pas démarré sur {place.data}",
            why=cluster.last_words(place),
            remedy="Corrigez la cause, ou donnez une autre base par DATABASE_URL",
        )


def _wait_for(place: Cluster, pid: int) -> bool:
    """True once the server answers, False when it is gone."""
    began, said = time.monotonic(), False
    while time.monotonic() - began < START_SECONDS:
        if _answers(place, "postgres", "postgres"):
            return True
        if not cluster.alive(pid):
            return False
        if not said and time.monotonic() - began > 10:
            print("PostgreSQL relit ses journaux après un arrêt brutal, patientez...", file=sys.stderr)
            said = True
        time.sleep(0.05)
    raise JigiError(f"PostgreSQL ne répond pas sur {place.data}", why=cluster.last_words(place))


def _stop(place: Cluster, *, immediate: bool) -> bool:
    pid, folder = cluster.postmaster(place), place.socket_folder()
    if pid is None:
        return False
    if not cluster.end(pid, immediate=immediate):
        raise JigiError(f"PostgreSQL (processus {pid}) ne s'arrête pas", remedy="Réessayez dans une minute")
    cluster.leave_socket(place, folder)
    return True


def _provide_database(place: Cluster) -> None:
    with psycopg.connect(_url(place, "postgres", "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        for fenced in ("jigi_web", "jigi_worker", "jigi_act"):  # of foundation.fence
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [fenced]).fetchone():
                connection.execute(f"CREATE ROLE {fenced} NOLOGIN NOINHERIT")
            connection.execute(f"GRANT {fenced} TO {ROLE}")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")


def _answers(place: Cluster, user: str, database: str) -> bool:
    try:
        psycopg.connect(_url(place, user, database), connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _clients(place: Cluster) -> int:
    """Connections that are neither this process's nor the server's own."""
    if not _answers(place, "postgres", "postgres"):
        return 0
    with psycopg.connect(_url(place, "postgres", "postgres")) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            " AND pid <> pg_backend_pid() AND application_name <> %s",
            [_signature()],
        ).fetchone()
    return found[0] if found else 0


def _url(place: Cluster, user: str, database: str) -> str:
    folder = quote(str(place.socket_folder()), safe="")
    return f"postgresql://{user}@/{database}?host={folder}&port={cluster.PORT}"


def _signature() -> str:
    return f"jigi-{os.getpid()}"


def _leave(home: Path, pid: int) -> None:
    """At exit. A forked child inherits the call but did not start the server."""
    if os.getpid() != pid:
        return
    try:
        stop_if_idle(home)
    except JigiError as error:
        print(error, file=sys.stderr)


def _refuse_other_version(place: Cluster) -> None:
    written, programs = place.version(), cluster.programs_version(cluster.programs())
    if written is not None and written != programs:
        raise JigiError(
            f"Les données de {place.data} ont été écrites par PostgreSQL {written},"
            f" celui de Jigi est le {programs} ; rien n'a été touché",
            remedy=f"Exportez-les avec le pg_dump d'un PostgreSQL {written}, dont JIGI_POSTGRES_BIN donne"
            " le dossier, et rechargez-les dans un JIGI_HOME neuf",
        )


def _prepare_home(place: Cluster) -> None:
    if not place.home.exists():
        place.home.mkdir(parents=True)
        place.home.chmod(0o700)
        if os.geteuid() == 0:
            # Made by root in a person's folder, it is that person's; the account lent by root crosses it.
            parent = place.home.parent.stat()
            os.chown(place.home, parent.st_uid, parent.st_gid)
            place.home.chmod(0o711)
    if place.version() is None and place.data.exists() and any(place.data.iterdir()):
        raise JigiError(f"Le dossier {place.data} contient autre chose qu'une base", remedy="Changez JIGI_HOME")


@contextmanager
def _explained(place: Cluster) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise JigiError(
            f"Le dossier {place.home} ne peut pas servir à la base",
            why=f"{_REASONS.get(error.errno or 0, error.strerror)} ({error.filename})",
            remedy="Donnez par JIGI_HOME un dossier où vous pouvez écrire, ou une base par DATABASE_URL",
        ) from error
