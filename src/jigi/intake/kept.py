"""The files of a batch under review: kept in the database, sealed, until the batch is merged or refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jigi.foundation.clear import clear_folder
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.keyring import vault
from jigi.intake.models import Batch, BatchFile

KIND = "answers"
MOST_BYTES = 20 * 1024 * 1024
Part = BatchFile.Part


def check(households: Path, members: Path | None) -> None:
    """Raise InputError for files that no person would read over: a survey's, or too large ones."""
    if members is None:
        raise InputError("Une enquête par sondage ne se relit pas : elle n’entre pas au registre", file=households,
                         remedy="Importez-la sans relecture")  # fmt: skip
    if sum(path.stat().st_size for path in {households, members}) > MOST_BYTES:
        raise InputError(f"Les fichiers à relire dépassent {MOST_BYTES >> 20} Mo", file=households,
                         remedy="Coupez-les par commune ou par semaine, ou importez-les sans relecture")  # fmt: skip


def keep(batch: Batch, households: Path, members: Path | None, mapping: str) -> None:
    """Seal the files and the text of the mapping ("" for a questionnaire's, which its version holds)."""
    BatchFile.objects.filter(batch=batch).delete()
    contents = {Part.HOUSEHOLDS: households, Part.MEMBERS: members}
    for part, path in contents.items():
        if path:
            _seal(batch, part, path.name[-200:], path.read_bytes())
    if mapping:
        _seal(batch, Part.MAPPING, "correspondance.toml", mapping.encode())


@contextmanager
def opened(batch: Batch) -> Iterator[dict[str, Path]]:
    """The files by their part, in a folder that goes away: they hold personal data."""
    with clear_folder("relecture") as folder:
        found = {}
        for one in BatchFile.objects.filter(batch=batch):
            (folder / one.part).mkdir()
            found[one.part] = folder / one.part / Path(one.file_name).name
            found[one.part].write_bytes(vault().unseal(KIND, bytes(one.sealed)).encode("latin-1"))
        if not found:
            raise Refused("Les fichiers de ce lot ne sont plus là", remedy="Envoyez-les de nouveau.")
        yield found


def forget(batch: Batch) -> None:
    """Erase the files, and the values that corrections gave: what was merged is in the register."""
    BatchFile.objects.filter(batch=batch).delete()
    batch.corrections.update(sealed=b"", before="")


def _seal(batch: Batch, part: str, name: str, content: bytes) -> None:
    # One letter a byte, so that any encoding comes back as it was.
    sealed = vault().seal(KIND, content.decode("latin-1"))
    BatchFile.objects.create(batch=batch, part=part, file_name=name, sealed=sealed)
