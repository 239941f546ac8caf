"""Folders where personal data stands in clear while a work lasts: private, gone with it, swept if it was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection


@contextmanager
def clear_folder(purpose: str) -> Iterator[Path]:
    """A folder under JIGI_HOME, named `purpose-DATABASE-…`, that this work alone reads.

    What a killed work of the same purpose left is removed first: it holds its folder's lock no more.
    """
    home = Path(settings.HOME)
    home.mkdir(parents=True, exist_ok=True)
    prefix = f"{purpose}-{connection.settings_dict['NAME']}-"
    with _locked(home):  # a folder is never seen between its making and its lock
        _sweep(home, prefix)
        folder = TemporaryDirectory(prefix=prefix, dir=home)
        held = _lock(Path(folder.name))
    try:
        yield Path(folder.name)
    finally:
        folder.cleanup()
        if held is not None:
            os.close(held)


def sweep(purpose: str) -> None:
    """Remove what killed works of a purpose left, without beginning another."""
    home = Path(settings.HOME)
    if home.is_dir():
        with _locked(home):
            _sweep(home, f"{purpose}-{connection.settings_dict['NAME']}-")


def _sweep(home: Path, prefix: str) -> None:
    for left in home.glob(f"{prefix}*"):
        if (held := _lock(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(held)


def _lock(folder: Path) -> int | None:
    """Take the lock of a folder until its number is closed; None when a living work holds it, or it is gone."""
    try:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        return None
    return number


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    number = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
