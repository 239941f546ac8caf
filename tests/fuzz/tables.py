"""Tables spoiled as tables, then as text: cells, rows, columns, quotes, separators, encodings, bytes."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.fuzz.cells import NASTY
from tests.fuzz.chance import some, spoiled


@dataclass
class Grid:
    """A table being spoiled: every row a list of texts, the header first."""

    rows: list[list[str]]

    def copy(self) -> Grid:
        return Grid([list(row) for row in self.rows])


Change = Callable[[Random, Grid], None]


def cell(chance: Random, grid: Grid) -> None:
    row = chance.choice(grid.rows[1:] or grid.rows)
    if row:
        row[chance.randrange(len(row))] = chance.choice(NASTY)


def spread(chance: Random, grid: Grid) -> None:
    """The same cell in a whole column."""
    column, text = chance.randrange(len(grid.rows[0]) or 1), chance.choice(NASTY)
    for row in grid.rows[1:]:
        row[column : column + 1] = [text]


def title(chance: Random, grid: Grid) -> None:
    if grid.rows[0]:
        at = chance.randrange(len(grid.rows[0]))
        old = grid.rows[0][at]
        grid.rows[0][at] = chance.choice((old.upper(), f" {old} ", old[::-1], old[:-1], f"{old}\n", *NASTY))


def without_column(chance: Random, grid: Grid) -> None:
    at = chance.randrange(len(grid.rows[0]) or 1)
    for row in grid.rows:
        del row[at : at + 1]


def column_twice(chance: Random, grid: Grid) -> None:
    at = chance.randrange(len(grid.rows[0]) or 1)
    for row in grid.rows:
        row += row[at : at + 1]


def other_order(chance: Random, grid: Grid) -> None:
    order = list(range(len(grid.rows[0])))
    chance.shuffle(order)
    grid.rows = [[row[at] for at in order if at < len(row)] for row in grid.rows]


def more_columns(chance: Random, grid: Grid) -> None:
    count = chance.choice((1, 2, 30, 699, 800))
    grid.rows = [[*row, *(f"c{n}" for n in range(count))] for row in grid.rows]


def shifted_row(chance: Random, grid: Grid) -> None:
    row = chance.choice(grid.rows)
    row.insert(0, "") if chance.random() < 0.5 else row.__delitem__(slice(0, 1))


def longer_row(chance: Random, grid: Grid) -> None:
    chance.choice(grid.rows).append(chance.choice(NASTY))


def row_twice(chance: Random, grid: Grid) -> None:
    grid.rows.insert(chance.randrange(len(grid.rows)) + 1, list(chance.choice(grid.rows)))


def without_row(chance: Random, grid: Grid) -> None:
    del grid.rows[chance.randrange(len(grid.rows))]
    grid.rows = grid.rows or [[]]


def blank_row(chance: Random, grid: Grid) -> None:
    grid.rows.insert(chance.randrange(len(grid.rows) + 1), [""] * chance.randrange(5))


def only_header(chance: Random, grid: Grid) -> None:
    del grid.rows[1:]


def zeros_lost(chance: Random, grid: Grid) -> None:
    grid.rows[1:] = [[text.lstrip("0") if text.isdigit() else text for text in row] for row in grid.rows[1:]]


def many_rows(chance: Random, grid: Grid) -> None:
    grid.rows += [list(row) for row in grid.rows[1:]] * chance.choice((2, 20))


CELLS: tuple[Change, ...] = (cell,)
CHANGES: tuple[Change, ...] = (
    cell, cell, cell, cell, cell, cell, spread, title, without_column, column_twice, other_order, more_columns,
    shifted_row, longer_row, row_twice, without_row, blank_row, only_header, zeros_lost, many_rows,
)  # fmt: skip
ENCODINGS = ("utf-8",) * 8 + ("utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp437", "mac-roman")
PIECES = (
    b"\x00", b'"', b";", b",", b"\t", b"\r", b"\n", b"\r\n", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"\xe2\x80\xae", b"\x1a", b"=1+1", b"\x85", b"\xff\xfe", b"'", b"\\", b"\xc3\xa9", b"\xe9", b"sep=,\n",
)  # fmt: skip


def changed(chance: Random, rows: list[list[str]]) -> Grid:
    """A table with up to four things wrong in it."""
    grid = Grid(rows).copy()
    for change in some(chance, CHANGES, 4):
        change(chance, grid)
    return grid


def as_csv(chance: Random, rows: list[list[str]]) -> bytes:
    """A table spoiled, written as some program would write it, sometimes spoiled again as bytes."""
    content = _written(chance, changed(chance, rows))
    if chance.random() < 0.4:
        content = spoiled(chance, content, PIECES)
    return _packed(chance, content) if chance.random() < 0.1 else content


def plain_csv(rows: list[list[str]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows(rows)
    return stream.getvalue().encode("utf-8", "surrogatepass")


def _written(chance: Random, grid: Grid) -> bytes:
    stream = io.StringIO()
    if chance.random() < 0.05:
        stream.write(chance.choice(("sep=;\n", "sep=,\r\n", "SEP=|\n", "sep=\n")))
    delimiter, end = chance.choice(";;;;,\t|:"), chance.choice(("\n", "\n", "\r\n", "\r"))
    if chance.random() < 0.15:  # as a program that knows nothing of quotes
        stream.write(end.join(delimiter.join(row) for row in grid.rows))
    else:
        quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
        csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(grid.rows)
    text, encoding = stream.getvalue(), chance.choice(ENCODINGS)
    if chance.random() < 0.05:  # the encoding changes on the way
        middle = len(text) // 2
        return text[:middle].encode("utf-8", "replace") + text[middle:].encode("cp1252", "replace")
    return text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


def _packed(chance: Random, content: bytes) -> bytes:
    packed = gzip.compress(content, 1, mtime=0)
    return chance.choice((
        packed, gzip.compress(packed, 1, mtime=0), packed[:-4], packed[: len(packed) // 2], packed + b"reste",
        packed + packed, packed[:20] + b"\x00" + packed[21:],
    ))  # fmt: skip
