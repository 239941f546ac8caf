"""pg_dump and pg_restore: which ones, and how they are run.

The password of a URL goes by the environment: it never shows in a list of processes.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from jigi.foundation import cluster
from jigi.foundation.errors import JigiError

DEBIAN = Path("/usr/lib/postgresql")
COMPRESSION = "gzip:1"
"""Every build of PostgreSQL has it; level 1 keeps up with a disk on one core."""


def folder_for(major: int) -> Path:
    """Where the pg_dump and pg_restore of that major version are.

    Looked for in JIGI_POSTGRES_BIN, then beside the embedded server, Debian's folders, the PATH. Raises
    JigiError when none of them has that version: another one may write what the server does not read.
    """
    for folder in _candidates():
        if (folder / "pg_restore").exists() and _version(folder / "pg_dump") == major:
            return folder
    raise JigiError(
        f"Le pg_dump de PostgreSQL {major} n’est pas sur cette machine",
        why="il doit être de la même version majeure que la base",
        remedy=f"Installez-le (sous Debian : apt install postgresql-client-{major}),"
        " ou donnez le dossier de ses programmes par JIGI_POSTGRES_BIN",
    )


def dump(url: str, folder: Path, *, major: int, snapshot: str, jobs: int) -> None:
    """Dump a database into a new folder, as it stands in a snapshot exported by another session."""
    program = folder_for(major) / "pg_dump"
    level = COMPRESSION if major >= 16 else COMPRESSION.rpartition(":")[2]
    words = ["--format=directory", f"--jobs={jobs}", f"--compress={level}", f"--snapshot={snapshot}"]
    _run([str(program), *words, "--no-sync", f"--file={folder}"], url, "La base n’a pas pu être copiée")


def restore(url: str, folder: Path, *, major: int, jobs: int, owner: str = "") -> None:
    """Restore a dump into an empty database, as `owner`; stops at the first error, leaving what it had done."""
    program = folder_for(major) / "pg_restore"
    words = ["--exit-on-error", "--no-owner", f"--jobs={jobs}", str(folder)]
    words += [f"--role={owner}"] if owner and owner != conninfo_to_dict(url).get("user") else []
    # Rows that a crash would lose are lost with the whole database, which is dropped unless all of it is there.
    eager = "-c maintenance_work_mem=256MB -c synchronous_commit=off -c jit=off"
    _run([str(program), *words], url, "La sauvegarde n’a pas pu être chargée", {"PGOPTIONS": eager})


def _run(words: Sequence[str], url: str, what: str, more: dict[str, str] | None = None) -> None:
    given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    password = given.pop("password", None)
    given.pop("application_name", None)
    # The environment of the person may name another server.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {"LC_ALL": "C.UTF-8", **(more or {})} | ({"PGPASSWORD": password} if password else {})
    if more and "options" in given:
        environment["PGOPTIONS"] = f"{given.pop('options')} {more.get('PGOPTIONS', '')}"
    command = [*words, f"--dbname={make_conninfo('', **given)}"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=environment)
    if done.returncode:
        raise JigiError(what, why=_reason(done.stderr), remedy=_remedy(done.stderr))


def _reason(said: str) -> str:
    lines = [line for line in said.strip().splitlines() if "error" in line.lower() or "FATAL" in line]
    return " / ".join((lines or said.strip().splitlines())[:3])


def _remedy(said: str) -> str:
    if "No space left" in said:
        return "Libérez de la place sur le disque, puis recommencez"
    if "row-level security" in said:
        return "Donnez par JIGI_BACKUP_DATABASE_URL un compte qui voit tout : le propriétaire des tables"
    if "ermission denied" in said:
        return "Donnez par JIGI_BACKUP_DATABASE_URL un compte qui en a le droit : le propriétaire des tables"
    return ""


def _candidates() -> list[Path]:
    found = []
    if chosen := os.environ.get("JIGI_POSTGRES_BIN"):
        found.append(Path(chosen).expanduser())
    with suppress(JigiError):  # the wheel is not there: a real server does without
        found.append(cluster.programs())
    found += [folder / "bin" for folder in sorted(DEBIAN.glob("*"), reverse=True)]
    return found + [Path(folder) for folder in os.get_exec_path()]


@cache
def _version(program: Path) -> int | None:
    try:
        said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else None
