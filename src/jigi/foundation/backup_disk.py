"""What a disk refuses, said in French: no room, no right, read-only, unplugged."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jigi.foundation.errors import JigiError

_REASONS = {
    errno.EACCES: "ce compte n’a pas le droit d’y écrire",
    errno.EPERM: "ce compte n’a pas le droit d’y écrire",
    errno.ENOSPC: "il n’y a plus de place",
    errno.EDQUOT: "il n’y a plus de place",
    errno.EROFS: "le disque est en lecture seule",
    errno.EIO: "le disque ne répond plus",
    errno.ENODEV: "le disque a été débranché",
    errno.ENOENT: "il n’y a rien à cet endroit (un disque débranché ?)",
    errno.ENOTDIR: "ce n’est pas un dossier",
}


def reason(error: OSError) -> str:
    """Why, in French when it is known."""
    return _REASONS.get(error.errno or 0, error.strerror or "")


@contextmanager
def told(place: Path) -> Iterator[None]:
    """Say in French what a disk refuses."""
    try:
        yield
    except BlockingIOError:
        raise
    except OSError as error:
        if error.errno is None:
            raise
        raise JigiError(
            f"La sauvegarde ne peut pas se lire ou s’écrire dans {place}",
            why=reason(error),
            remedy="Réglez cela, puis relancez la même commande : une copie interrompue reprend où elle en était",
        ) from error


def refuse_no_room(place: Path, needed: int) -> None:
    """Refuse before anything is written when a disk has less than `needed` bytes free."""
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise JigiError(
            f"Il n’y a pas assez de place dans {existing}",
            why=f"il faut {needed / 1e6:.0f} Mo, il y en a {free / 1e6:.0f}",
            remedy="Libérez de la place, ou donnez un autre disque",
        )
