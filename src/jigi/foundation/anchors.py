"""The marks of the audit kept outside the database: a file, and a second one best kept on another machine.

A line a seal, written after the commit and flushed to the disk:

    sceau 42 2026-01-31T08:15:00.000Z 128 9f86d081…
    reprise 40 2026-02-01T09:00:00.000Z 0 2c26b46b… base restaurée du 31 janvier

that is kind, number of the seal, time, rows, digest, reason. A « reprise » says that the chain goes on from seal
40 after a restore: later seals of the lines before it are given up, in sight of everybody who verifies.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from jigi.foundation.errors import JigiError, Refused

SEAL, RESUMED = "sceau", "reprise"
START = "0" * 64
"""The digest before the first seal."""

_LINE = re.compile(r"(sceau|reprise) (\d{1,18}) (\S{20,32}) (\d{1,18}) ([0-9a-f]{64})(?: (.+))?")


@dataclass(frozen=True)
class Mark:
    """A line of an anchor."""

    kind: str
    number: int
    at: str
    rows: int
    digest: str
    reason: str = ""

    def __str__(self) -> str:
        words = [self.kind, str(self.number), self.at, str(self.rows), self.digest, self.reason]
        return " ".join(word for word in words if word)


def written(moment: datetime) -> str:
    """A time as the lines write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def places() -> Sequence[Path]:
    """The files of this server's anchors."""
    found: Sequence[Path] = settings.AUDIT_ANCHORS
    return found


def read(path: Path) -> Iterator[tuple[int, Mark | None]]:
    """The lines of an anchor with their numbers from 1; None for one that cannot be read.

    A line that a power cut left half written, and was written again below, is passed over.
    """
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for place, line in enumerate(lines, start=1):
        if place < len(lines) and lines[place].startswith(line) and lines[place] != line:
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            yield place, None
        else:
            kind, number, at, rows, digest, reason = found.groups()
            yield place, Mark(kind, int(number), at, int(rows), digest, reason or "")


def append(path: Path, mark: Mark) -> None:
    """Add a line and wait for the disk. Raises JigiError when the file cannot be written."""
    try:
        made = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(number, "r+b", buffering=0) as file:
            torn = file.seek(0, os.SEEK_END) > 0 and os.pread(number, 1, file.tell() - 1) != b"\n"
            file.write((b"\n" if torn else b"") + f"{mark}\n".encode())
            os.fsync(number)
        if made:
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
    except OSError as error:
        raise JigiError(
            f"L’ancre de l’audit ne peut être écrite : {path}", why=error.strerror or "",
            remedy="Rendez la place ou les droits de ce fichier : rien ne sera scellé d’ici là.",
        ) from error  # fmt: skip


def bring_up(path: Path, seals: Sequence[Mark]) -> None:
    """See that an anchor ends by the last seal of the database, of which `seals` are the last two.

    Writes the last line when a stop came between the commit and the file. Raises Refused when the anchor and
    the database have parted: sealing on would hide what happened.
    """
    marks = [mark for _, mark in read(path) if mark] if path.exists() else []
    head = seals[-1] if seals else None
    last = (marks[-1].number, marks[-1].digest) if marks else (0, START)
    if last == ((head.number, head.digest) if head else (0, START)):
        return
    before = (seals[-2].number, seals[-2].digest) if len(seals) > 1 else (0, START)
    if head and last == before and (marks or head.number == 1):
        append(path, head)
        return
    raise Refused(
        f"L’ancre de l’audit {path} et la base ne se suivent plus",
        why=f"L’ancre s’arrête au sceau {last[0]}, la base au sceau {head.number if head else 0}",
        remedy="Lancez jigi audit verify. Après une restauration ou pour une ancre neuve : jigi audit resume.",
    )


def set_aside(moment: datetime) -> None:
    """Keep the anchors of a database that is emptied under another name."""
    for path in places():
        if path.exists():
            path.rename(path.with_name(f"{path.name}.{moment:%Y%m%dT%H%M%S%f}"))
