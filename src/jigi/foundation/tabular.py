"""The one door by which a table enters: CSV (any usual encoding and delimiter, gzipped or in a ZIP) or Excel.

`open_table(path)` gives the header and then the rows, as text, with the line each one stands on in the file.
Whatever is wrong is an InputError in French with the file, the line, the column and the remedy.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType

from jigi.foundation.cells import as_boolean, as_date, as_decimal, as_integer, neutralise
from jigi.foundation.errors import InputError, JigiError
from jigi.foundation.tabular_csv import GZIP_MAGIC, Text, open_text
from jigi.foundation.tabular_source import Limits, Source
from jigi.foundation.tabular_xlsx import ZIP_MAGIC, open_workbook
from jigi.foundation.tabular_xlsx import sheet_names as _sheet_names
from jigi.foundation.tabular_zip import archived

__all__ = [
    "Limits",
    "Table",
    "as_boolean",
    "as_date",
    "as_decimal",
    "as_integer",
    "neutralise",
    "open_table",
    "sheet_names",
    "table_names",
    "write_rejects",
]

_FOREIGN = {
    b"%PDF": "un document PDF",
    b"\xd0\xcf\x11\xe0": "un ancien classeur Excel (.xls) ou un classeur protégé par mot de passe",
    b"\x89PNG": "une image",
    b"\xff\xd8\xff": "une photographie",
    b"PAR1": "un fichier Parquet",
    b"SQLite": "une base de données",
    b"{\\rtf": "un document de traitement de texte",
    b"<": "une page web ou un fichier XML, parfois nommé .xls",
    b"{": "un fichier JSON",
}

_MOST_SAID = 30


class Table:
    """An open table: `header`, then iterate once over `(line, cells)`; line 1 is the file's first line.

    Every row has as many cells as the header; an empty cell is ''. Rows that are blank are skipped.
    """

    def __init__(self, file: Path, source: Source, limits: Limits) -> None:
        self.file, self._source, self._limits = file, source, limits
        self.encoding, self.delimiter, self.sheet = source.encoding, source.delimiter, source.sheet
        self.rows_read = 0
        self.header_line, self.header = self._read_header()
        self._rows = self._checked()
        first = next(self._rows, None)
        self.header_only = first is None
        if first is not None:
            self._rows = chain([first], self._rows)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self._rows

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._source.close()

    @property
    def progress(self) -> tuple[int, int]:
        """How much was read, and of how much (bytes of the file, or lines of the sheet)."""
        return self._source.progress()

    def require(self, *columns: str) -> tuple[int, ...]:
        """The positions of these columns; InputError naming those missing and the closest ones found."""
        missing = [column for column in columns if column not in self.header]
        if not missing:
            return tuple(self.header.index(column) for column in columns)
        named = ", ".join(f"« {column} »" for column in missing)
        raise InputError(
            f"Colonne manquante : {named}" if len(missing) == 1 else f"Colonnes manquantes : {named}",
            file=self.file,
            line=self.header_line,
            why=f"Colonnes trouvées : {self.columns_said}",
            remedy=_closest(missing, self.header),
        )

    @property
    def columns_said(self) -> str:
        """The columns found, for a message: the first ones, none longer than a line."""
        said = ", ".join(f"« {name[:60]} »" for name in self.header[:_MOST_SAID])
        more = len(self.header) - _MOST_SAID
        return f"{said} et {more} autres" if more > 0 else said

    def _read_header(self) -> tuple[int, tuple[str, ...]]:
        for line, cells in self._source.rows:
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                self._check_header(line, cells)
                return line, tuple(cells)
        raise _empty(self.file)

    def _check_header(self, line: int, cells: list[str]) -> None:
        if len(cells) > self._limits.max_columns:
            raise InputError(
                f"Le tableau a {len(cells)} colonnes",
                file=self.file,
                line=line,
                remedy=f"Gardez-en moins de {self._limits.max_columns}",
            )
        seen: set[str] = set()
        for number, name in enumerate(cells, 1):
            if not name:
                raise InputError(
                    f"La colonne n° {number} n’a pas de nom",
                    file=self.file,
                    line=line,
                    remedy="Donnez un nom à chaque colonne, sur la première ligne du tableau",
                )
            if name in seen:
                raise InputError(
                    "Deux colonnes portent le même nom",
                    file=self.file,
                    line=line,
                    column=name,
                    remedy="Renommez ou supprimez l’une des deux",
                )
            seen.add(name)

    def _checked(self) -> Iterator[tuple[int, list[str]]]:
        width, most, count = len(self.header), self._limits.max_rows, 0
        for line, cells in self._named_cells():
            if not any(cells):
                continue
            if len(cells) != width:
                self._fit(line, cells, width)
            count += 1
            if count > most:
                raise InputError(
                    f"Le tableau dépasse {most} lignes",
                    file=self.file,
                    line=line,
                    remedy="Coupez-le en plusieurs fichiers",
                )
            self.rows_read = count
            yield line, cells

    def _named_cells(self) -> Iterator[tuple[int, list[str]]]:
        """The source's rows, its complaints about a cell naming the column as the header does."""
        try:
            yield from self._source.rows
        except InputError as error:
            if error.column.isdecimal() and int(error.column) <= len(self.header):
                error.column = self.header[int(error.column) - 1]
            raise

    def _fit(self, line: int, cells: list[str], width: int) -> None:
        """Pad a short row; drop empty cells beyond the header; refuse others."""
        if any(cells[width:]):
            extra = next(cell for cell in cells[width:] if cell)
            raise InputError(
                f"La ligne a {len(cells)} cellules pour {width} colonnes",
                file=self.file,
                line=line,
                why=f"« {extra[:60]} » n’est sous aucune colonne",
                remedy=f"Mettez entre guillemets un texte qui contient « {self.delimiter} »"
                if self.delimiter
                else "Donnez un nom à cette colonne, ou videz la cellule",
            )
        cells[width:] = [""] * (width - len(cells))


def open_table(path: str | Path, *, sheet: str | None = None, limits: Limits | None = None) -> Table:
    """Open a table file and read its header. Use it in a `with`. InputError when it is not a table.

    `sheet` names a sheet of a workbook, or a CSV file of a ZIP, which is opened in no other way.
    """
    file, limits = Path(path), limits or Limits()
    try:
        source = _open(file, sheet, limits)
        try:
            return Table(file, source, limits)
        except BaseException:
            source.close()
            raise
    except PermissionError:
        raise _forbidden(file) from None
    except OSError as error:
        raise InputError(
            "Le fichier ne peut pas être lu", file=file, why=error.strerror or "", remedy="Envoyez-le de nouveau"
        ) from None


def digest_of(path: Path) -> str:
    """SHA-256 (hexadecimal) of a file, a table or not. Raises InputError when it can't be read."""
    _refuse_no_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except PermissionError:
        raise _forbidden(path) from None


def sheet_names(path: str | Path, *, limits: Limits | None = None) -> list[str]:
    """The sheets of a workbook; an empty list for a CSV file."""
    file = Path(path)
    return _sheet_names(file, limits or Limits()) if _head(file).startswith(ZIP_MAGIC) else []


def table_names(path: str | Path, *, limits: Limits | None = None) -> list[str]:
    """The tables in a file that may hold several: sheets of a workbook, CSV files of a ZIP; none of a CSV file."""
    file, limits = Path(path), limits or Limits()
    if not _head(file).startswith(ZIP_MAGIC):
        return []
    return archived(file, limits) or _sheet_names(file, limits)


def write_rejects(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write rows to correct as a CSV that Excel opens (UTF-8 with mark, semicolons); returns how many.

    Cells that a spreadsheet would run are neutralised.
    """
    count = 0
    try:
        with Path(path).open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, delimiter=";")
            writer.writerow(map(neutralise, header))
            for row in rows:
                writer.writerow(map(neutralise, row))
                count += 1
    except OSError as error:
        raise JigiError(
            f"Le fichier « {Path(path).name} » ne peut pas être écrit",
            why=error.strerror or "",
            remedy="Choisissez un dossier où vous pouvez écrire",
        ) from None
    return count


def _open(file: Path, sheet: str | None, limits: Limits) -> Source:
    head = _head(file)
    if head.startswith(ZIP_MAGIC):
        if sheet is not None and (names := archived(file, limits)):
            return _open_archived(file, sheet, names, limits)
        return open_workbook(file, sheet=sheet, limits=limits)
    if sheet is not None:
        raise InputError("Un fichier CSV n’a pas de feuilles", file=file, remedy="Retirez le nom de feuille")
    return open_text(Text(file, gzipped=head.startswith(GZIP_MAGIC)), limits=limits)


def _open_archived(file: Path, name: str, names: Sequence[str], limits: Limits) -> Source:
    if name not in names:
        listed = ", ".join(f"« {one} »" for one in names[:_MOST_SAID])
        raise InputError(f"« {name} » n’est pas dans l’archive", file=file, remedy=f"Tableaux de l’archive : {listed}")
    return open_text(Text(file, entry=name), limits=limits)


def _head(file: Path) -> bytes:
    """The first bytes of a file that may be a table; InputError for everything that can't be one."""
    _refuse_no_file(file)
    try:
        with file.open("rb") as stream:
            head = stream.read(4096)
    except PermissionError:
        raise _forbidden(file) from None
    _check_not_foreign(file, head)
    return head


def _refuse_no_file(file: Path) -> None:
    try:
        mode = os.stat(file).st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("Fichier introuvable", file=file, remedy="Vérifiez le nom et le dossier") from None
    except PermissionError:
        raise _forbidden(file) from None
    if stat.S_ISDIR(mode):
        raise InputError("C’est un dossier, pas un fichier", file=file, remedy="Donnez le nom du tableau")
    if not stat.S_ISREG(mode):
        raise InputError("Ce n’est pas un fichier ordinaire", file=file, remedy="Copiez-le d’abord sur le disque")


def _check_not_foreign(file: Path, head: bytes) -> None:
    if not head:
        raise _empty(file)
    if head.startswith((ZIP_MAGIC, GZIP_MAGIC)):
        return
    remedy = "Enregistrez le tableau au format .xlsx ou CSV"
    for magic, kind in _FOREIGN.items():
        if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(magic):
            raise InputError(f"Ce fichier est {kind}, pas un tableau", file=file, remedy=remedy)
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff")) and not head.startswith(b"\xff\xfe\x00\x00")
    if b"\x00" in head and not marked:
        raise InputError("Ce fichier est binaire, pas un tableau", file=file, remedy=remedy)


def _closest(missing: Sequence[str], header: Sequence[str]) -> str:
    folded = {name.casefold(): name for name in header}
    pairs = [
        f"« {found} » est peut-être « {name} »"
        for name in missing
        for found in (folded[key] for key in difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6))
    ]
    hint = " ; ".join(pairs)
    return (
        f"{hint}. Renommez les colonnes du fichier" if hint else "Ajoutez les colonnes, ou choisissez un autre fichier"
    )


def _empty(file: Path) -> InputError:
    return InputError("Le fichier est vide", file=file, remedy="Il faut au moins une ligne d’en-tête")


def _forbidden(file: Path) -> InputError:
    return InputError(
        "La lecture de ce fichier n’est pas permise à ce compte",
        file=file,
        remedy="Demandez le droit de lecture, ou copiez le fichier dans un dossier à vous",
    )
