"""Tables in text files: encoding and delimiter found, rows streamed with their physical line numbers."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from jigi.foundation.cells import clean, needs_care
from jigi.foundation.errors import InputError
from jigi.foundation.tabular_source import MIB, Limits, Source, bomb

# In order of preference when a file can be read equally well with several.
DELIMITERS = (";", "\t", "|", ",")
GZIP_MAGIC = b"\x1f\x8b"

_BLOCK = 256 * 1024
_LONGEST_LINE = 16 * MIB
# Python's own limit is 131,072 letters: an answer beyond it would stop the file, where it is one row to correct.
csv.field_size_limit(_LONGEST_LINE)
_SAMPLE_ROWS = 100
_SEPARATOR_LINE = re.compile(r"sep=([;,\t|])\r?\n?", re.IGNORECASE)
_UNDECODED = re.compile("[\udc80-\udcff]")
_ACCENTED = re.compile("[^\x00-\x7f\udc80-\udcff]")


_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
"""What is raised where a compressed file is torn, or not what it says."""


@dataclass(frozen=True)
class Text:
    """Where a text stands: in a file, gzipped or not, or under the name of an `entry` of a ZIP."""

    path: Path
    gzipped: bool = False
    entry: str = ""

    @property
    def is_packed(self) -> bool:
        return self.gzipped or bool(self.entry)

    @property
    def size(self) -> int:
        """Bytes to read, as far as its file says."""
        if not self.entry:
            return self.path.stat().st_size
        with zipfile.ZipFile(self.path) as archive:
            return archive.getinfo(self.entry).file_size

    def open(self) -> IO[bytes]:
        """Its bytes, unpacked as they are read."""
        if self.entry:
            try:
                with zipfile.ZipFile(self.path) as archive:
                    return archive.open(self.entry)
            except (NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
                raise zipfile.BadZipFile from error
        return gzip.open(self.path, "rb") if self.gzipped else self.path.open("rb")  # type: ignore[return-value]


def open_text(text: Text, *, limits: Limits) -> Source:
    """A CSV file, packed or not, as a source of rows. Its text is decoded once to know its encoding."""
    path, encoding = text.path, _encoding(text, limits)
    size = text.size
    with ExitStack() as opened:
        raw = opened.enter_context(text.open() if text.entry else path.open("rb"))
        unpacked: IO[bytes] = gzip.GzipFile(fileobj=raw) if text.gzipped else raw  # type: ignore[assignment]
        letters = opened.enter_context(io.TextIOWrapper(unpacked, encoding=encoding, newline=""))
        lines = _Lines(path, letters)
        delimiter = lines.delimiter()
        return Source(
            rows=_rows(path, lines, delimiter),
            progress=lambda: (raw.tell(), size),
            close=opened.pop_all().close,
            encoding=encoding,
            delimiter=delimiter,
            sheet=text.entry,
        )


def _rows(path: Path, lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    first_line = lines.skipped + 1
    line = first_line
    try:
        for row in reader:
            if lines.care:
                yield line, [_cleaned(path, cell, line, column) for column, cell in enumerate(row, 1)]
            else:
                yield line, list(map(str.strip, row))
            line = first_line + reader.line_num
    except csv.Error as error:
        raise _misquoted(path, line, str(error)) from None
    except UnicodeDecodeError:
        raise _unreadable(path, line) from None
    except _BROKEN:
        raise _broken_gzip(path) from None


def _cleaned(path: Path, cell: str, line: int, column: int) -> str:
    try:
        return clean(cell)
    except ValueError as error:
        raise InputError(
            f"La cellule {error}",
            file=path,
            line=line,
            column=str(column),
            remedy="Ressaisissez cette cellule, ou exportez de nouveau le fichier",
        ) from None


class _Lines:
    """The physical lines of a text. `care` is set once a block with unusual characters has been entered."""

    def __init__(self, path: Path, text: io.TextIOWrapper) -> None:
        self.path, self.text, self.care, self.skipped = path, text, False, 0
        self._first = self._block()

    def delimiter(self) -> str:
        """The delimiter said by a first line « sep=; », or the one under which the first rows agree."""
        if said := _SEPARATOR_LINE.match(self._first):
            self._first, self.skipped = self._first[said.end() :], 1
            return said[1]
        return _best_delimiter(self._first)

    def __iter__(self) -> Iterator[str]:
        block = self._first
        while block:
            self.care = self.care or needs_care(block)
            yield from io.StringIO(block, newline="")
            block = self._block()

    def _block(self) -> str:
        """Some whole lines: a block, then the rest of the line it stopped in."""
        try:
            block = self.text.read(_BLOCK)
            rest = self.text.readline(_LONGEST_LINE) if block else ""
        except UnicodeDecodeError:
            raise _unreadable(self.path, None) from None
        if len(rest) == _LONGEST_LINE:
            raise InputError("Une ligne dépasse seize millions de caractères", file=self.path, remedy=_NOT_A_TABLE)
        return block + rest


def _best_delimiter(sample: str) -> str:
    """The delimiter under which most of the first rows have as many cells as the header."""
    scores = {delimiter: _agreement(sample, delimiter) for delimiter in DELIMITERS}
    several = [delimiter for delimiter in DELIMITERS if scores[delimiter][1] > 1]
    return max(several or DELIMITERS, key=scores.__getitem__)


def _agreement(sample: str, delimiter: str) -> tuple[float, int]:
    """The share of the first rows that have the header's width, and this width."""
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True):
            if any(row) or (row and widths):
                widths.append(len(row))
            if len(widths) > _SAMPLE_ROWS:
                break
    except csv.Error:
        # A misplaced quote is reported with its line when the rows are read; here it only ends the sample.
        if not widths:
            return (0.0, 0)
    if not widths:
        return (0.0, 0)
    return (sum(width == widths[0] for width in widths) / len(widths), widths[0])


def _encoding(text: Text, limits: Limits) -> str:
    """utf-8-sig, utf-16, utf-8 or cp1252, by its mark or by trying the whole file. Size is checked too."""
    try:
        with text.open() as stream:
            head = stream.read(4)
        invalid = _first_invalid(text, limits)
    except _BROKEN:
        raise _broken_gzip(text.path) from None
    marked = None
    if head.startswith(codecs.BOM_UTF8):
        marked = "utf-8-sig"
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and head != codecs.BOM_UTF32_LE:
        marked = "utf-16"
    if marked == "utf-16" or invalid is None:
        return marked or "utf-8"
    if marked or _mostly_utf8(text):
        raise _unreadable(text.path, invalid)
    return "cp1252"


def _first_invalid(text: Text, limits: Limits) -> int | None:
    """The line of the first byte that is not UTF-8, or None. Stops a file that is or becomes too big."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    packed, size, line = text.path.stat().st_size, 0, 1
    invalid: int | None = None
    for block in _blocks(text):
        size += len(block)
        if size > limits.max_bytes or (text.is_packed and limits.swollen(packed, size)):
            raise _too_big(text, limits)
        if invalid is not None:
            continue
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            invalid = line + block.count(b"\n", 0, error.start)
        line += block.count(b"\n")
    if invalid is None and decoder.getstate()[0]:
        return line
    return invalid


def _mostly_utf8(text: Text) -> bool:
    """Whether the accents of a file are UTF-8 more often than not: then it is damaged, not in cp1252."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    good = bad = 0
    for block in _blocks(text):
        letters = decoder.decode(block)
        if not letters.isascii():
            bad += len(_UNDECODED.findall(letters))
            good += len(_ACCENTED.findall(letters))
    return good > bad


def _blocks(text: Text) -> Iterator[bytes]:
    with text.open() as stream:
        while block := stream.read(MIB):
            yield block


_NOT_A_TABLE = "Vérifiez que ce fichier est un tableau : un en-tête, puis une ligne par fiche"


def _misquoted(path: Path, line: int, message: str) -> InputError:
    if "unexpected end" in message or "field larger" in message:
        return InputError(
            "Un guillemet ouvert sur cette ligne n’est jamais refermé",
            file=path,
            line=line,
            remedy="Fermez-le, ou retirez-le ; un guillemet dans un texte s’écrit deux fois",
        )
    return InputError(
        "Un guillemet fermant est suivi d’autre chose qu’un séparateur",
        file=path,
        line=line,
        remedy="Un guillemet dans un texte s’écrit deux fois ; exportez de nouveau le fichier",
    )


def _unreadable(path: Path, line: int | None) -> InputError:
    return InputError(
        "Des caractères sont illisibles",
        file=path,
        line=line,
        why="L’encodage change au milieu du fichier, ou le fichier est tronqué ou abîmé",
        remedy="Exportez de nouveau le fichier en CSV UTF-8",
    )


def _broken_gzip(path: Path) -> InputError:
    return InputError("Le fichier compressé est abîmé ou tronqué", file=path, remedy="Envoyez-le de nouveau")


def _too_big(text: Text, limits: Limits) -> InputError:
    path, size = text.path, f"{limits.max_bytes // MIB} Mio"
    if text.is_packed:
        return bomb(path, f"Décompressé, il dépasse {size} ou {limits.max_ratio} fois sa taille")
    return InputError(f"Le fichier dépasse {size}", file=path, remedy="Coupez-le en plusieurs fichiers")
