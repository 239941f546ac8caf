"""Tables in Excel workbooks (.xlsx), weighed before they are opened.

A workbook is a ZIP: what it says of its sizes may be a lie, and two cells at the corners of a sheet make the
reader reserve the whole sheet. So every part is first unpacked into nothing, counted, and its cells located.
"""

from __future__ import annotations

import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any, TypeVar
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from jigi.foundation.cells import clean
from jigi.foundation.errors import InputError
from jigi.foundation.tabular_source import MIB, Limits, Source, bomb

ZIP_MAGIC = b"PK\x03\x04"

# Whatever its number of digits: a place beyond Excel's own last row is reserved by the reader all the same.
_CELL = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
_FAILED = re.compile(rb"<c r=\"([A-Z]+)(\d+)\"(?=[^>]*? t=\"e\")[^>]*>")
_UNCOMPUTED = re.compile(
    rb"<c r=\"([A-Z]+)(\d+)\"(?![^>]*? t=\"str\")[^>]*><f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>"
)
# How many texts a workbook says it shares: the reader reserves them all before it reads the first.
_ANNOUNCED = re.compile(rb"\suniqueCount(?:=[\"'](\d{1,18})[\"'])?")
_LONGEST_ANNOUNCE = 40
T = TypeVar("T")

_STORED, _DEFLATED = 0, 8
_DECLARATIONS = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
_READ_WHOLE = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def sheet_names(path: Path, limits: Limits) -> list[str]:
    """The names of a workbook's sheets that hold cells and are shown, in its order."""
    _weigh(path, limits)
    with _workbook(path) as workbook:
        return _tables(workbook)


def open_workbook(path: Path, *, sheet: str | None, limits: Limits) -> Source:
    """A sheet of a workbook (the first one shown, unless named) as a source of rows."""
    parts = _weigh(path, limits)
    workbook = _workbook(path)
    name = _chosen(path, _tables(workbook), sheet)
    if trouble := parts.get(_part_of(path, name), _Part()).trouble:
        raise _formula_error(path, *trouble)
    cells = _guarded(path, lambda: workbook.get_sheet_by_name(name))
    total = cells.total_height
    read = [0]

    def rows() -> Iterator[tuple[int, list[str]]]:
        # The reader starts its rows at the first line of the sheet, even when it is empty.
        for line, row in enumerate(cells.iter_rows(), 1):
            read[0] = line
            yield line, [_text(path, value, line, column) for column, value in enumerate(row, 1)]

    return Source(rows=rows(), progress=lambda: (read[0], total), close=workbook.close, sheet=name)


def _text(path: Path, value: Any, line: int, column: int) -> str:
    """A cell as it would be typed: 3.0 is « 3 », a date is ISO, a boolean « oui » or « non »."""
    if isinstance(value, str):
        try:
            return clean(value) if value else ""
        except ValueError as error:
            raise InputError(
                f"La cellule {error}", file=path, line=line, column=str(column), remedy="Ressaisissez cette cellule"
            ) from None
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return ""


def _number(value: float) -> str:
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    # Excel keeps 15 digits: a longer identifier typed as a number is lost. Shown with its power of ten, as
    # Excel does, it fails every check of shape instead of passing for another.
    shown = f"{value:.15g}"
    if "e" not in shown or abs(value) >= 1:
        return shown.upper()
    return f"{value:.20f}".rstrip("0")


@dataclass
class _Part:
    """What was seen of one part while it was unpacked: how far its cells go, its first formula in error."""

    rows: int = 0
    columns: int = 0
    trouble: tuple[str, int] | None = None

    def look(self, text: bytes) -> None:
        places = _CELL.findall(text)
        if places:
            self.rows = max(self.rows, max(int(digits) for _, digits in places))
            self.columns = max(self.columns, max(map(_column_number, {letters for letters, _ in places})))
        if self.trouble is None and (found := _FAILED.search(text) or _UNCOMPUTED.search(text)):
            self.trouble = (found[1].decode(), int(found[2]))


def _weigh(path: Path, limits: Limits) -> dict[str, _Part]:
    """Unpack every part into nothing; InputError when the workbook is a bomb, a lie, or too large a sheet."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as stream:
            entries = archive.infolist()
            _check_kind(path, {entry.filename for entry in entries})
            _check_directory(path, entries, limits)
            return {entry.filename: _weigh_part(path, stream, entry, limits) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, struct.error, UnicodeDecodeError, NotImplementedError):
        raise _damaged(path) from None


def _check_kind(path: Path, names: set[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    kind, remedy = (
        "une archive ZIP, pas un classeur Excel",
        "Décompressez-la et donnez le tableau qu’elle contient",
    )
    if "xl/workbook.bin" in names:
        kind, remedy = "un classeur Excel binaire (.xlsb)", "Enregistrez-le au format .xlsx ou CSV"
    elif "content.xml" in names or "word/document.xml" in names:
        kind, remedy = "un document bureautique", "Enregistrez le tableau au format .xlsx ou CSV"
    raise InputError(f"Ce fichier est {kind}", file=path, remedy=remedy)


def _check_directory(path: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    packed, unpacked = path.stat().st_size, sum(entry.file_size for entry in entries)
    if len(entries) > limits.max_entries:
        raise bomb(path, f"Il contient {len(entries)} parties ; un classeur en a moins de {limits.max_entries}")
    if unpacked > limits.max_bytes or limits.swollen(packed, unpacked):
        raise bomb(path, f"Il passerait de {packed // 1024} Kio à {unpacked // MIB} Mio")


def _weigh_part(path: Path, stream: IO[bytes], entry: zipfile.ZipInfo, limits: Limits) -> _Part:
    part, size, tail, before, announced = _Part(), 0, b"", b"", 0
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    for block in _unpack(stream, entry):
        size += len(block)
        if is_xml and _declares(before + block):
            raise _declared(path)
        if is_xml:
            announced = max(announced, _texts_announced(before + block))
        before = (before + block)[-_LONGEST_ANNOUNCE:]
        if entry.filename in _READ_WHOLE and size > limits.max_index_bytes:
            raise bomb(path, f"Son sommaire dépasse {limits.max_index_bytes // MIB} Mio")
        if size > entry.file_size:
            raise bomb(path, "Il contient plus que ce que son sommaire annonce")
        # Any part may be a sheet: the workbook says which, under whatever name.
        text = tail + block
        cut = text.rfind(b"<c ") if len(text) > len(tail) + 4096 else len(text)
        part.look(text[:cut])
        tail = text[cut:][-MIB:]
    part.look(tail)
    if max(announced, _texts_announced(before + b" " * _LONGEST_ANNOUNCE)) > size:
        raise bomb(path, "Il annonce plus de textes qu’il n’en contient")
    if part.columns > limits.max_columns or part.rows * part.columns > limits.max_cells:
        raise InputError(
            f"La feuille est trop grande : {part.rows} lignes × {part.columns} colonnes",
            file=path,
            why="Une cellule isolée, très loin du tableau, suffit à l’agrandir",
            remedy="Supprimez les cellules hors du tableau, ou enregistrez la feuille en CSV",
        )
    return part


def _unpack(stream: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a part as any reader would unpack them, whatever the sizes the directory declares."""
    if entry.header_offset < 0:
        raise zipfile.BadZipFile
    stream.seek(entry.header_offset)
    _, name_length, extra_length = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    stream.seek(name_length + extra_length, 1)
    if entry.flag_bits & 1 or entry.compress_type not in (_STORED, _DEFLATED):
        raise zipfile.BadZipFile
    left, unpacker = entry.compress_size, zlib.decompressobj(-15)
    while left > 0 and (packed := stream.read(min(left, MIB // 4))):
        left -= len(packed)
        if entry.compress_type == _STORED:
            yield packed
            continue
        while packed:
            yield unpacker.decompress(packed, MIB)
            packed = unpacker.unconsumed_tail


def _workbook(path: Path) -> CalamineWorkbook:
    return _guarded(path, lambda: CalamineWorkbook.from_path(str(path)))


def _guarded(path: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except PasswordError:
        raise _damaged(path, "Il est protégé par un mot de passe") from None
    except (CalamineError, OSError, ValueError):
        # What the reader says is in English, and about XML: nobody who holds the file can act on it.
        raise _damaged(path) from None
    except BaseException as error:
        # The library's own panic is no Exception: it would go past everything that tells an error to a person.
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise _damaged(path) from None


def _tables(workbook: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def _chosen(path: Path, names: list[str], sheet: str | None) -> str:
    if not names:
        raise InputError("Le classeur ne montre aucune feuille", file=path, remedy="Affichez la feuille du tableau")
    if sheet is None or sheet in names:
        return sheet or names[0]
    listed = ", ".join(f"« {name} »" for name in names)
    raise InputError(f"La feuille « {sheet} » n’existe pas", file=path, remedy=f"Feuilles du classeur : {listed}")


def _part_of(path: Path, sheet: str) -> str:
    """The part of the ZIP that holds a sheet: « xl/worksheets/sheet1.xml »."""
    with zipfile.ZipFile(path) as archive:
        try:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        # ValueError: an encoding of several bytes, which this reader of XML knows by name only.
        except (LookupError, ValueError, ElementTree.ParseError, zipfile.BadZipFile, zlib.error):
            return ""
    wanted = [item.get(_RELATION) for item in book.iter() if item.get("name") == sheet]
    targets = [link.get("Target", "") for link in links if link.get("Id") in wanted]
    return f"xl/{targets[0]}".replace("xl//xl/", "xl/") if targets else ""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _formula_error(path: Path, column: str, line: int) -> InputError:
    return InputError(
        "Une formule est en erreur ou n’a jamais été calculée",
        file=path,
        line=line,
        column=column,
        remedy="Ouvrez le classeur, corrigez la formule ou remplacez-la par sa valeur, puis enregistrez",
    )


def _declares(text: bytes) -> bool:
    """Whether XML defines things of its own (entities that swell, or that read other files)."""
    return any(word in text for word in _DECLARATIONS)


def _texts_announced(text: bytes) -> int:
    """The largest number of shared texts that XML says it has; what may be cut at the end is left to the next look."""
    found = [one for one in _ANNOUNCED.finditer(text) if one.start() <= len(text) - _LONGEST_ANNOUNCE]
    return max((int(one[1]) if one[1] else sys.maxsize for one in found), default=0)


def _declared(path: Path) -> InputError:
    return InputError(
        "Ce classeur contient des définitions XML, qu’aucun tableur n’écrit",
        file=path,
        why="Elles peuvent lire d’autres fichiers ou remplir la mémoire",
        remedy="Il n’a pas été ouvert. Demandez à l’expéditeur le tableau en CSV",
    )


def _damaged(path: Path, why: str = "") -> InputError:
    return InputError(
        "Ce classeur Excel ne peut pas être lu",
        file=path,
        why=why or "Il est abîmé, tronqué ou chiffré",
        remedy="Ouvrez-le dans Excel et enregistrez-le de nouveau au format .xlsx, ou en CSV",
    )
