"""What `jigi doctor` finds: what is missing, which database, which version, how much room."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import psutil
import psycopg

from jigi.foundation import backup_age, server
from jigi.foundation.cluster import OLDEST
from jigi.foundation.errors import JigiError

Level = Literal["bon", "attention", "erreur"]

PYTHON = (3, 11)
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist", "fuzzystrmatch")
GIGABYTE = 1024**3
ROOM_GB = 5  # the demonstration at the programme's real size, with its write-ahead log
MEMORY_GB = 2
CLOCK_SECONDS = 60


@dataclass(frozen=True)
class Finding:
    """One line of the examination; `remedy` is empty when there is nothing to do."""

    level: Level
    name: str
    value: str
    remedy: str = ""


def examine(home: Path, pending_migrations: Callable[[], Sequence[str]]) -> list[Finding]:
    """Examine the machine and the database, starting the embedded one if it is the one in use.

    `home` is where the embedded database and the files of Jigi are; `pending_migrations` names what the
    database has yet to receive (asked only when the database answers).
    """
    return [_python(), *_database(pending_migrations), _room(home), _memory(), _cores()]


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether Jigi can work here: no finding is an error."""
    return all(finding.level != "erreur" for finding in findings)


def _python() -> Finding:
    value = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info >= PYTHON:
        return Finding("bon", "Python", value)
    return Finding("erreur", "Python", value, "Installez Python 3.11 ou plus récent.")


def _database(pending_migrations: Callable[[], Sequence[str]]) -> list[Finding]:
    try:
        url = server.database_url()
        server.as_django(url)
        with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
            found = [
                _which(url),
                _version(connection),
                _extensions(connection),
                _size(connection),
                _clock(connection),
                *_backups(connection),
            ]
        return [*found, _migrations(pending_migrations())]
    except JigiError as error:
        return [Finding("erreur", "Base de données", _named(os.environ.get("DATABASE_URL", "")), str(error))]
    except psycopg.Error as error:
        remedy = "Vérifiez DATABASE_URL, et que PostgreSQL tourne et accepte ce compte."
        reason = str(error).strip().splitlines()[-1]
        return [Finding("erreur", "Base de données", f"{_named(url)} ne répond pas : {reason}", remedy)]


def _which(url: str) -> Finding:
    if os.environ.get("DATABASE_URL"):
        return Finding("bon", "Base de données", f"DATABASE_URL : {_named(url)}")
    remedy = "Pour la production, donnez un PostgreSQL par DATABASE_URL."
    data = server.status(server.default_home()).data
    return Finding("bon", "Base de données", f"PostgreSQL embarqué, données dans {data}", remedy)


def _version(connection: psycopg.Connection) -> Finding:
    number = connection.info.server_version
    value = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number // 10000 >= OLDEST:
        return Finding("bon", "Version de la base", value)
    return Finding("erreur", "Version de la base", value, f"Il faut PostgreSQL {OLDEST} ou plus récent.")


def _extensions(connection: psycopg.Connection) -> Finding:
    rows = connection.execute("SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [[*EXTENSIONS]])
    available = {name for (name,) in rows}
    missing = [name for name in EXTENSIONS if name not in available]
    if not missing:
        return Finding("bon", "Extensions", ", ".join(EXTENSIONS))
    remedy = "Installez les modules « contrib » de PostgreSQL sur la machine de la base."
    return Finding("erreur", "Extensions", f"absentes : {', '.join(missing)}", remedy)


def _size(connection: psycopg.Connection) -> Finding:
    row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return Finding("bon", "Taille de la base", _gigabytes(row[0] if row else 0))


def _clock(connection: psycopg.Connection) -> Finding:
    """Whether this machine and the database agree on the time, and whether time has gone backwards."""
    row = connection.execute("SELECT clock_timestamp(), to_regclass('foundation_auditevent')").fetchone()
    assert row is not None
    apart = abs((row[0] - datetime.now(UTC)).total_seconds())
    if apart > CLOCK_SECONDS:
        value = f"{apart:.0f} secondes entre cette machine et la base"
        return Finding("attention", "Horloge", value, "Mettez les deux à l’heure (chrony ou systemd-timesyncd).")
    last = (
        connection.execute("SELECT at FROM foundation_auditevent ORDER BY id DESC LIMIT 1").fetchone()
        if row[1]
        else None
    )
    if last and last[0] > row[0] + timedelta(seconds=CLOCK_SECONDS):
        remedy = (
            "L’horloge a reculé, ou était en avance : mettez-la à l’heure ; l’ordre de la trace est celui des numéros."
        )
        return Finding("attention", "Horloge", f"la dernière trace est datée du {last[0]:%d/%m/%Y %H:%M}", remedy)
    return Finding("bon", "Horloge", "à l’heure de la base")


def _backups(connection: psycopg.Connection) -> list[Finding]:
    """Whether a backup was made, and tried, lately; nothing in a database that holds no table yet."""
    names = {
        backup_age.CREATE: ("Dernière sauvegarde", "Lancez « jigi backup create » ; voyez docs/operating.md."),
        backup_age.DRILL: ("Dernier exercice réussi", "Lancez « jigi backup drill », qui essaie une restauration."),
    }
    found = []
    for kind, age in backup_age.ages(connection).items():
        name, remedy = names[kind]
        value = "jamais" if age is None else f"il y a {age.days} jour(s)"
        late = backup_age.is_late(kind, age)
        found.append(Finding("attention", name, value, remedy) if late else Finding("bon", name, value))
    return found


def _migrations(pending: Sequence[str]) -> Finding:
    if not pending:
        return Finding("bon", "Schéma de la base", "à jour")
    value = f"{len(pending)} migration(s) à appliquer, dont {pending[0]}"
    return Finding("attention", "Schéma de la base", value, "Lancez « jigi setup ».")


def _room(home: Path) -> Finding:
    existing = next(place for place in (home, *home.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    value = f"{_gigabytes(free)} libres dans {existing}"
    if free >= ROOM_GB * GIGABYTE:
        return Finding("bon", "Place sur le disque", value)
    remedy = f"Libérez-en au moins {ROOM_GB} Go, ou donnez un autre dossier par JIGI_HOME."
    return Finding("attention", "Place sur le disque", value, remedy)


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    value = f"{_gigabytes(memory.total)}, dont {_gigabytes(memory.available)} disponibles"
    if memory.total >= MEMORY_GB * GIGABYTE:
        return Finding("bon", "Mémoire", value)
    return Finding("attention", "Mémoire", value, f"Au moins {MEMORY_GB} Go sont conseillés.")


def _cores() -> Finding:
    return Finding("bon", "Processeurs", str(os.cpu_count()))


def _named(url: str) -> str:
    """The URL without its password, wherever it was written."""
    return re.sub(r"(://[^:/@]*:)[^@]*(?=@)|(\bpassword=)[^&]*", r"\1\2***", url)


def _gigabytes(size: int) -> str:
    return f"{size / GIGABYTE:.1f} Go".replace(".", ",")
