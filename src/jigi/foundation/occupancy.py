"""Who starts or stops the embedded server, and who is using it: two lock files beside its data.

The kernel releases a lock when its process ends, however it ends, so nothing is ever left locked.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jigi.foundation import account
from jigi.foundation.account import Account

_entered: dict[Path, int] = {}


def enter(home: Path, owner: Account | None) -> None:
    """Declare this process a user of the server of that folder, until it leaves or ends."""
    lock = _open(home / "utilisateurs.verrou", owner)
    fcntl.flock(lock, fcntl.LOCK_SH)
    if home in _entered:
        os.close(_entered[home])
    _entered[home] = lock


@contextmanager
def leaving(home: Path, owner: Account | None) -> Iterator[bool]:
    """Leave the server. Yields True when no other process uses it; none can enter until the block ends."""
    lock = _entered.pop(home, None) or _open(home / "utilisateurs.verrou", owner)
    try:
        yield _locked_now(lock)
    finally:
        os.close(lock)


@contextmanager
def alone(home: Path, owner: Account | None) -> Iterator[None]:
    """One process at a time starts or stops the server."""
    lock = _open(home / "demarrage.verrou", owner)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _locked_now(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(path: Path, owner: Account | None) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    account.own(lock, owner)
    return lock
