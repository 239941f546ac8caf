"""Tables in an archive: the CSV files of a ZIP, as ODK Central exports a questionnaire that has repeats."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path, PurePosixPath

from jigi.foundation.errors import InputError
from jigi.foundation.tabular_source import MIB, Limits, bomb

_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def archived(path: Path, limits: Limits) -> list[str]:
    """The names of the CSV files in a ZIP, in its order; none in a workbook, or in what is no ZIP.

    Pictures and other files beside them are left alone. What an entry says of its size may be a lie: its reader counts.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, struct.error, UnicodeDecodeError, NotImplementedError):
        return []
    if any(entry.filename.startswith("xl/workbook.") for entry in entries):
        return []
    tables = [entry for entry in entries if _is_table(entry)]
    if len(tables) > limits.max_entries:
        raise bomb(path, f"Il contient {len(tables)} tableaux ; on en lit au plus {limits.max_entries}")
    packed, unpacked = path.stat().st_size, sum(entry.file_size for entry in tables)
    if unpacked > limits.max_bytes or limits.swollen(packed, unpacked):
        raise bomb(path, f"Il passerait de {packed // 1024} Kio à {unpacked // MIB} Mio")
    if any(entry.flag_bits & 1 or entry.compress_type not in _READ for entry in tables):
        raise InputError(
            "Cette archive ne peut pas être lue", file=path, why="Elle est chiffrée, ou comprimée autrement qu’en ZIP",
            remedy="Décompressez-la et donnez les tableaux qu’elle contient",
        )  # fmt: skip
    return list(dict.fromkeys(entry.filename for entry in tables))


def _is_table(entry: zipfile.ZipInfo) -> bool:
    place = PurePosixPath(entry.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in place.parts)
    return place.suffix.casefold() == ".csv" and not hidden and not entry.is_dir()
