"""The catalogue of bad files, and the state of the database before and after."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.db import connection, transaction

from tests.command.doors import Door, table

# The journal of long work is kept whatever becomes of the work.
JOURNAL = ("foundation_run", "foundation_runstep", "foundation_runcheck")


def counts() -> dict[str, int]:
    """Rows of every table, the journal of runs apart."""
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if name not in JOURNAL]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names))
        return dict(cursor.fetchall())


def written(name: str, content: Callable[[Door], bytes]) -> Callable[[Door, Path], Path]:
    def make(door: Door, folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content(door))
        return path

    return make


@cache
def bomb() -> bytes:
    """A workbook of some kilobytes that unpacks to a hundred megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (100 << 20))
    return packed.getvalue()


def header_twice(door: Door) -> bytes:
    return table([[*door.header, door.header[0]], *([*row, "x"] for row in door.rows)]).encode()


def unclosed(door: Door) -> bytes:
    return door.content() + b'"jamais'


# What the catalogue calls it, the file, words that the refusal says.
BAD: dict[str, tuple[Callable[[Door, Path], Path], str]] = {
    "empty": (written("vide.csv", lambda door: b""), "vide"),
    "header only": (written("titres.csv", lambda door: table([door.header]).encode()), "titres.csv"),
    "wrong columns": (written("autre.csv", lambda door: b"a;b;c\n1;2;3\n"), "olonne"),
    "duplicate header": (written("double.csv", header_twice), "même nom"),
    "unclosed quote": (written("guillemet.csv", unclosed), "ligne"),
    "a PDF": (written("liste.pdf", lambda door: b"%PDF-1.4"), "PDF"),
    "binary": (written("binaire.csv", lambda door: bytes(range(256)) * 20), "binaire"),
    "a broken workbook": (written("abime.xlsx", lambda door: b"PK\x03\x04 rien"), "ne peut pas être lu"),
    "a ZIP bomb": (written("bombe.xlsx", lambda door: bomb()), "enfle"),
    "a folder": (lambda door, folder: folder, "dossier"),
    "missing": (lambda door, folder: folder / "absent.csv", "introuvable"),
}

# Odd but honest: they go in like the plain one.
ODD: dict[str, Callable[[Door, Path], Path]] = {
    "commas": written("virgules.csv", lambda door: door.content(",")),
    "semicolons": written("points-virgules.csv", lambda door: door.content(";")),
    "tabs": written("tabulations.tsv", lambda door: door.content("\t")),
    "BOM": written("marque.csv", lambda door: door.content(";", "utf-8-sig")),
    "cp1252": written("windows.csv", lambda door: door.content(";", "cp1252")),
}


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is taken back, so that the next file finds the same database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def as_nobody() -> Iterator[None]:
    """The super-user reads everything: become somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
