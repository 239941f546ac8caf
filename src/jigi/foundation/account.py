"""The account PostgreSQL runs under when this process is root, which PostgreSQL refuses.

An ordinary user runs it as himself. Root lends it to the owner of the data, or to a system account without a
shell or a home, and lets that account walk through (never read) the folders on the way to its files.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jigi.foundation.errors import JigiError

SYSTEM_ACCOUNT = "jigi-postgres"


@dataclass(frozen=True)
class Account:
    """Somebody else than root, by system name and numbers."""

    name: str
    uid: int
    gid: int


def borrowed(*places: Path) -> Account | None:
    """The account to lend to PostgreSQL: None for an ordinary user, who needs no other.

    For root: the owner of the first of `places` that exists and is not root's, so that data made by a person
    stays that person's; otherwise the system account, made when it is absent.
    """
    if os.geteuid() != 0:
        return None
    for place in places:
        if place.exists() and (owner := place.stat()).st_uid != 0:
            return Account(_name(owner.st_uid), owner.st_uid, owner.st_gid)
    return _known(SYSTEM_ACCOUNT) or _made() or _known("nobody") or _no_account()


def run(arguments: Sequence[str], account: Account | None) -> subprocess.CompletedProcess[str]:
    """Run a program as that account, in a session of its own so that a Ctrl-C here does not reach it."""
    # PG* variables of the person's shell (PGDATA, PGPORT...) would lead the programs elsewhere.
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return subprocess.run(
        arguments,
        cwd="/",
        env=environment | {"LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        start_new_session=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def own(path: Path | int, account: Account | None) -> None:
    """Hand a file or folder that this process has made (a path or a descriptor) to the account."""
    if account:
        os.chown(path, account.uid, account.gid)


def let_through(account: Account | None, *folders: Path) -> None:
    """Give the search bit (o+x, not o+r) to the parents of `folders` that the account cannot cross."""
    if account is None:
        return
    parents = {parent for folder in folders for parent in folder.parents}
    opened = [parent for parent in sorted(parents) if _opened(parent, account)]
    if opened:
        print(
            f"PostgreSQL refuse de tourner sous root : il tourne sous le compte « {account.name} ». "
            f"Droit de passage, sans lecture, ajouté à : {', '.join(map(str, opened))}",
            file=sys.stderr,
        )


def let_read(account: Account | None, program: Path, installation: Sequence[Path]) -> None:
    """Let the account read the installed programs, when they were installed for root alone."""
    if account is None or program.stat().st_mode & stat.S_IROTH:
        return
    for path in [found for folder in installation for found in (folder, *folder.rglob("*"))]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _opened(folder: Path, account: Account) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        search = stat.S_IXUSR
    elif found.st_gid == account.gid:
        search = stat.S_IXGRP
    else:
        search = stat.S_IXOTH
    if found.st_mode & search:
        return False
    folder.chmod(found.st_mode | search)
    return True


def _known(name: str) -> Account | None:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def _made() -> Account | None:
    program = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if program is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent"]
    command = [program, *options, "--shell=/usr/sbin/nologin", SYSTEM_ACCOUNT]
    made = subprocess.run(command, capture_output=True, check=False)
    if made.returncode == 0:
        print(f"Compte système « {SYSTEM_ACCOUNT} » créé pour PostgreSQL.", file=sys.stderr)
    return _known(SYSTEM_ACCOUNT)


def _no_account() -> Account:
    raise JigiError(
        "Aucun compte ne peut faire tourner PostgreSQL, qui refuse root",
        remedy=f"Créez le compte système « {SYSTEM_ACCOUNT} », ou donnez une base par DATABASE_URL",
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
