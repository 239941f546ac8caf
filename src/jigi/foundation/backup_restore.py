"""Reading backups: checked without a database, restored into an empty one, tried in a second one.

A restore is done beside: a database is made, filled, compared with the manifest, and takes the name of the
empty one in one transaction. Until then nothing has changed, whatever fails or is killed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from jigi.foundation import backup_facts, backup_parts, backup_programs
from jigi.foundation.backup import (
    DUMP,
    FILES,
    MARGIN_BYTES,
    PROCESSES,
    Journal,
    alone,
    connected,
)
from jigi.foundation.backup_disk import refuse_no_room, told
from jigi.foundation.backup_facts import Fact
from jigi.foundation.backup_key import Keys, Secret
from jigi.foundation.backup_parts import Header, Manifest
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.server import drop_database

_CUT = "Cette exécution était en cours au moment de la sauvegarde ; elle s’est arrêtée là."


@dataclass(frozen=True)
class Backup:
    """A backup that was opened with its key."""

    folder: Path
    header: Header
    manifest: Manifest
    keys: Keys


def opened(folder: Path, secret: Secret) -> Backup:
    """Open a backup. Raises JigiError: not one, incomplete, another key, altered."""
    with told(folder):
        header = backup_parts.read_header(folder)
        manifest, keys = backup_parts.open_manifest(folder, header, secret)
    return Backup(folder, header, manifest, keys)


def verify(folder: Path, secret: Secret, journal: Journal) -> Backup:
    """Open and check every part and file of a backup, without a database. Raises JigiError at the first fault."""
    backup = opened(folder, secret)
    with journal.step("Vérification"), told(folder):
        backup_parts.read(folder, backup.header, backup.manifest, backup.keys, None, journal.progress)
    return backup


def restore(url: str, folder: Path, secret: Secret, *, home: Path, facts: Sequence[Fact], journal: Journal) -> Backup:
    """Restore a backup into the empty database of `url`, and its files into `home`.

    Raises Refused when the database or the files of `home` hold anything, JigiError when the backup or the
    machine is not fit. Whatever is raised, the database is as empty as it was.
    """
    with alone(home) as work, _maintenance(url) as server:
        _refuse_not_empty(url)
        backup = _taken_out(folder, secret, work, journal)
        try:
            _refuse_other_files(work / FILES, home)
            name = str(conninfo_to_dict(url)["dbname"])
            with _filled(server, url, backup, work, journal, template=name) as beside:
                _prove(beside, backup, facts, journal)
                _close_what_was_running(beside)
                # The files first: a database that is in place has its files.
                with _files_in_place(work / FILES, home):
                    _take_the_name(server, url)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return backup


def drill(url: str, folder: Path, secret: Secret, *, home: Path, facts: Sequence[Fact], journal: Journal) -> Backup:
    """Restore a backup into a second database beside that of `url`, compare it with the manifest, drop it."""
    with alone(home) as work, _maintenance(url) as server:
        backup = _taken_out(folder, secret, work, journal)
        try:
            with _filled(server, url, backup, work, journal, template="template0") as beside:
                _prove(beside, backup, facts, journal)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return backup


def _taken_out(folder: Path, secret: Secret, work: Path, journal: Journal) -> Backup:
    """The backup, every part checked, its files in the work folder."""
    backup = opened(folder, secret)
    shutil.rmtree(work, ignore_errors=True)
    with told(work):
        refuse_no_room(work, backup.header.size + MARGIN_BYTES)
        work.mkdir(mode=0o700, parents=True)
    try:
        with journal.step("Déchiffrement et vérification"), told(folder):
            backup_parts.read(folder, backup.header, backup.manifest, backup.keys, work, journal.progress)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return backup


@contextmanager
def _filled(
    server: psycopg.Connection[Any], url: str, backup: Backup, work: Path, journal: Journal, *, template: str
) -> Iterator[str]:
    """A database with the content of a backup; yields its URL. It is dropped on leaving, unless it was renamed."""
    major = server.info.server_version // 10000
    if backup.manifest.postgresql > major:
        raise JigiError(
            f"La sauvegarde vient de PostgreSQL {backup.manifest.postgresql}, cette base est un PostgreSQL {major}",
            remedy=f"Restaurez-la dans un PostgreSQL {backup.manifest.postgresql} ou plus récent",
        )
    backup_programs.folder_for(major)
    _provide_roles(server, backup.manifest.roles)
    name = _beside(url)
    owner = _owner(server, url)
    made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template)
    )
    if template == "template0":
        made += sql.SQL(" ENCODING 'UTF8'")
    drop_database(server, name)  # what a killed restore has left
    try:
        server.execute(made)
    except psycopg.Error as error:
        raise _unmade(error) from error
    beside = make_conninfo(url, dbname=name)
    try:
        with journal.step("Chargement dans une base à part"):
            backup_programs.restore(beside, work / DUMP, major=major, jobs=PROCESSES, owner=owner)
        yield beside
    finally:
        drop_database(server, name)


def _prove(url: str, backup: Backup, facts: Sequence[Fact], journal: Journal) -> None:
    """Count the copy and ask it the facts again. Raises JigiError when it says anything else than the manifest."""
    manifest = backup.manifest
    with journal.step("Comptes, grand livre et audit"), connected(url) as connection:
        connection.execute("ANALYZE")
        asked = [fact for fact in facts if fact.title in manifest.facts]
        wrong = backup_facts.differences(
            manifest.counts, backup_facts.counts(connection), {f.title: manifest.facts[f.title] for f in asked},
            backup_facts.answers(connection, asked),
        )  # fmt: skip
        if wrong:
            raise JigiError(
                "La base restaurée n’est pas celle qui a été sauvegardée",
                why=" ; ".join(wrong[:5]),
                remedy="Prenez une autre sauvegarde, et gardez celle-ci pour l’examiner",
            )


def _close_what_was_running(url: str) -> None:
    """Runs of processes that are not there, and sessions that may have been revoked since: nobody is signed in."""
    with connected(url) as connection:
        for table, statement in (
            ("foundation_run", "UPDATE foundation_run SET status = 'failed', finished_at = now(), message = %s"
                               " WHERE status = 'running'"),
            ("django_session", "DELETE FROM django_session WHERE %s <> ''"),
        ):  # fmt: skip
            row = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
            if row and row[0]:
                connection.execute(statement, [_CUT])


def _take_the_name(server: psycopg.Connection[Any], url: str) -> None:
    """The filled database takes the name of the empty one, in one transaction, and its settings."""
    name, new = str(conninfo_to_dict(url)["dbname"]), _beside(url)
    old = f"{new}_vide"
    _refuse_not_empty(url)
    drop_database(server, old)
    try:
        _hand_over_settings(server, name, new)
        with server.transaction():
            for one, other in ((name, old), (new, name)):
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                server.execute(rename.format(sql.Identifier(one), sql.Identifier(other)))
    except psycopg.Error as error:
        raise _unmade(error) from error
    drop_database(server, old)


def _hand_over_settings(server: psycopg.Connection[Any], name: str, new: str) -> None:
    """What ALTER DATABASE ... SET and GRANT ... ON DATABASE said of the empty database."""
    settings = server.execute(
        "SELECT unnest(setconfig) FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase"
        " WHERE datname = %s AND setrole = 0", [name],
    ).fetchall()  # fmt: skip
    for (setting,) in settings:
        key, _, value = setting.partition("=")
        change = sql.SQL("ALTER DATABASE {} SET {} TO {}")
        server.execute(change.format(sql.Identifier(new), sql.Identifier(key), sql.Literal(value)))
    rights = server.execute(
        "SELECT CASE WHEN grantee = 0 THEN NULL ELSE pg_get_userbyid(grantee) END, privilege_type"
        " FROM pg_database, aclexplode(datacl) WHERE datname = %s AND grantee <> datdba", [name],
    ).fetchall()  # fmt: skip
    if rights:
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(new)))
    for grantee, right in rights:
        whom = sql.Identifier(grantee) if grantee else sql.SQL("PUBLIC")
        server.execute(sql.SQL("GRANT {} ON DATABASE {} TO {}").format(sql.SQL(right), sql.Identifier(new), whom))


def _refuse_not_empty(url: str) -> None:
    with connected(url) as connection:
        found = backup_facts.tables(connection)
    if found:
        raise Refused(
            "La base n’est pas vide ; rien n’a été touché",
            why=f"elle contient {len(found)} tables, dont {found[0]}",
            remedy="Donnez par DATABASE_URL une base vide, ou par JIGI_HOME un dossier neuf",
        )


def _refuse_other_files(files: Path, home: Path) -> None:
    for path in files.rglob("*"):
        there = home / path.relative_to(files)
        if path.is_file() and there.exists() and _digest(there) != _digest(path):
            raise Refused(
                f"{there} existe déjà et n’est pas celui de la sauvegarde ; rien n’a été touché",
                remedy="Donnez par JIGI_HOME un dossier neuf, ou déplacez ce fichier",
            )


@contextmanager
def _files_in_place(files: Path, home: Path) -> Iterator[None]:
    """Put the files where they were; those that were not there leave again when the block fails."""
    new = []
    try:
        with told(home):
            for path in sorted(files.rglob("*")):
                there = home / path.relative_to(files)
                if path.is_file() and not there.exists():
                    there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    new.append(there)
                    shutil.copy2(path, there)
        yield
    except BaseException:
        for there in new:
            there.unlink(missing_ok=True)
        raise


def _provide_roles(server: psycopg.Connection[Any], wanted: Sequence[str]) -> None:
    """Make the roles that rights and policies name, without any right to connect, where this account may."""
    known = {name for (name,) in server.execute("SELECT rolname FROM pg_roles")}
    missing = [name for name in wanted if name not in known]
    for name in missing:
        try:
            server.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise JigiError(
                f"La base attend des rôles qui n’existent pas sur ce serveur : {', '.join(missing)}",
                remedy="Demandez à l’administrateur de PostgreSQL de les créer (CREATE ROLE), puis recommencez",
            ) from None


@contextmanager
def _maintenance(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the server, out of the database; holds off whoever else restores beside the same one."""
    with connected(make_conninfo(url, dbname="postgres")) as server:
        row = server.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if not row or not row[0]:
            raise JigiError(
                "Ce compte ne peut pas créer de base, et la restauration se fait d’abord dans une base à part",
                remedy="Donnez-lui ce droit (ALTER ROLE ... CREATEDB), ou un autre compte par JIGI_BACKUP_DATABASE_URL",
            )
        held = server.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_beside(url)]).fetchone()
        if not held or not held[0]:
            raise JigiError(
                "Une restauration à côté de cette base est déjà en cours", remedy="Attendez qu’elle finisse"
            )
        yield server


def _owner(server: psycopg.Connection[Any], url: str) -> str:
    """Who owns the database of a URL, and will own all that is restored, whichever account restores it."""
    name = str(conninfo_to_dict(url).get("dbname"))
    row = server.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [name]).fetchone()
    return str(row[0]) if row else server.info.user


def _beside(url: str) -> str:
    """The name of the database made beside that of a URL: always the same, so that a killed one is found."""
    name = str(conninfo_to_dict(url).get("dbname"))
    return "jigi_restauration_" + hashlib.sha256(name.encode()).hexdigest()[:10]


def _unmade(error: psycopg.Error) -> JigiError:
    if isinstance(error, psycopg.errors.ObjectInUse):
        return Refused(
            "La base est utilisée par un autre processus ; rien n’a été touché",
            remedy="Arrêtez le site et les travaux (jigi serve, jigi worker), puis recommencez",
        )
    return JigiError("La base à part n’a pas pu être faite", why=str(error).strip().splitlines()[0])


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else os.urandom(8)
