"""A small table that a form sent, kept in a folder of its own while it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import UploadedFile

from jigi.foundation.errors import InputError, Refused

MOST_BYTES = 5 * 1024 * 1024


@contextmanager
def sent_table(sent: object, *, what: str, most_bytes: int = MOST_BYTES) -> Iterator[Path]:
    """The path of a file that was sent, under the name it came with. Raises Refused when there is none."""
    if not isinstance(sent, UploadedFile):
        raise Refused(f"Il manque {what}", remedy="Joignez le fichier, CSV ou XLSX.")
    name = PurePath(sent.name or "tableau.csv").name
    if (sent.size or 0) > most_bytes:
        raise InputError(
            f"Le fichier dépasse {most_bytes >> 20} Mo", file=name,
            remedy="Retirez les colonnes et feuilles inutiles, ou envoyez-le en plusieurs.",
        )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as kept:
            for chunk in sent.chunks():
                kept.write(chunk)
        yield path
