"""The files of an extract: each table as Parquet, all of them with their views in one DuckDB database, the dictionary.

PostgreSQL gives the rows (sql/extract_*.sql) as they are at one moment; DuckDB types them, sorts them by all their
columns, so that their order says nothing, and writes. A row that one gives and the other does not keep is an error.
The names of tables, columns and views are those of the reviewed file, which allows letters alone.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from django.utils import timezone

from jigi.foundation.bulk import copy_out, fetch_sql, run_sql, statement
from jigi.foundation.cells import neutralise
from jigi.foundation.runs import Work
from jigi.results.extract_tables import STATEMENTS, Contents, Told, contents

DATABASE, ARCHIVE, PURPOSE = "jigi.duckdb", "extrait.zip", "extrait"
MOST_MEMORY = "1GiB"
# Nothing is fetched from anywhere: Parquet is part of the library.
_ALONE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False, "autoload_known_extensions": False,
}  # fmt: skip
_CSV = (
    "header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '',"
    " allow_quoted_nulls = false"
)
CONDITIONS = (
    "Ces données restent personnelles : un pseudonyme n’est pas un anonymat, et une ligne rare se reconnaît.",
    "Personne ne cherche à reconnaître quelqu’un, ni ne rapproche ces tables d’autres fichiers.",
    "Rien ne se publie d’une case de moins de dix ménages ou personnes.",
    "Les fichiers ne sont pas cédés, et sont détruits quand le travail est fini.",
)


def gather(place: Path, work: Work) -> tuple[dict[str, int], int]:
    """Write the rows of every table in a private folder, within a transaction that sees one moment.

    Returns how many each has, and how many households of the register are in none.
    """
    with work.step("Pseudonymes"):
        run_sql("results", "extract_secret")
        run_sql("results", "extract_households")
        run_sql("results", "extract_known")
        left_out = fetch_sql("results", "extract_left_out")[0]["households"]
    lines: dict[str, int] = {}
    for table in contents().tables:
        with work.step(f"Table « {table.name} »") as step, (place / f"{table.name}.csv").open("wb") as file:
            lines[table.name] = step.rows_out = copy_out(statement("results", STATEMENTS[table.name]), file)
    run_sql("results", "extract_forget")
    return lines, left_out


def pack(place: Path, lines: dict[str, int], left_out: int, seen_at: datetime) -> Path:
    """Make the archive of the rows that `gather` left in the folder; they go as it is made."""
    what = contents()
    with duckdb.connect(place / DATABASE, config=_ALONE) as database:
        database.execute("SET temp_directory = ?", [str(place / "duckdb.tmp")])
        database.execute("SET memory_limit = ?", [MOST_MEMORY])
        for table in what.tables:
            _keep(database, table, place, lines[table.name])
        for view in what.views:
            database.execute(f"CREATE VIEW {view.name} AS {view.sql}")
            database.execute(f"COMMENT ON VIEW {view.name} IS {_quoted(view.says)}")
        sheets = {f"{view.name}.csv": _sheet(database, view.name) for view in what.views}
    archive = place / ARCHIVE
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:  # Parquet is compressed already
        packed.writestr("LISEZMOI.txt", _readme(what, seen_at, lines, left_out))
        packed.writestr("dictionnaire.csv", dictionary(what))
        for name, sheet in sheets.items():
            packed.writestr(name, sheet, zipfile.ZIP_DEFLATED)
        for table in what.tables:
            _move(packed, place / f"{table.name}.parquet", zipfile.ZIP_STORED)
        _move(packed, place / DATABASE, zipfile.ZIP_DEFLATED)
    return archive


def _keep(database: duckdb.DuckDBPyConnection, table: Told, place: Path, count: int) -> None:
    """One table, from its rows to the database and to its file."""
    given, kept = place / f"{table.name}.csv", place / f"{table.name}.parquet"
    typed = ", ".join(f"'{column.name}': '{column.type}'" for column in table.columns)
    database.execute(
        f"CREATE TABLE {table.name} AS SELECT * FROM read_csv({_quoted(str(given))}, {_CSV},"  # nosec B608
        f" columns = {{{typed}}}) ORDER BY ALL"
    )
    given.unlink()
    found = database.execute(f"SELECT count(*) FROM {table.name}").fetchone()  # nosec B608
    if found is None or found[0] != count:
        raise AssertionError(f"{table.name} : {count} lignes données, {found} gardées")
    database.execute(f"COMMENT ON TABLE {table.name} IS {_quoted(table.says)}")
    for column in table.columns:
        database.execute(f"COMMENT ON COLUMN {table.name}.{column.name} IS {_quoted(column.says)}")
    database.execute(f"COPY {table.name} TO {_quoted(str(kept))} (FORMAT parquet, COMPRESSION zstd)")


def _sheet(database: duckdb.DuckDBPyConnection, view: str) -> bytes:
    """The lines of a view, as a CSV that Excel opens in French."""
    found = database.execute(f"SELECT * FROM {view} ORDER BY ALL")  # nosec B608
    return _table(([name for name, *_ in found.description or ()], *found.fetchall()))


def dictionary(what: Contents) -> bytes:
    """Each column and view with what it means, as a CSV that Excel opens in French."""
    lines: list[Sequence[Any]] = [("table", "colonne", "type", "sens")]
    for table in what.tables:
        lines.append((table.name, "", "", table.says))
        lines += [(table.name, column.name, column.type, column.says) for column in table.columns]
    lines += [(view.name, "", "vue de jigi.duckdb", view.says) for view in what.views]
    return _table(lines)


def _table(lines: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows(map(_cell, line) for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return neutralise(value) if isinstance(value, str) else value


def _move(packed: zipfile.ZipFile, file: Path, compression: int) -> None:
    packed.write(file, file.name, compression, 1)
    file.unlink()


def _readme(what: Contents, seen_at: datetime, lines: dict[str, int], left_out: int) -> str:
    told = [
        f"{what.title}, vu le {timezone.localtime(seen_at):%d/%m/%Y à %H:%M}.",
        "",
        "Chaque table est un fichier Parquet (R : arrow::read_parquet ; Python : pandas.read_parquet ; Power BI).",
        "jigi.duckdb les tient toutes, avec les vues. Chaque vue est aussi un CSV pour Excel (français) ou Stata.",
        "dictionnaire.csv dit le sens de chaque colonne.",
        "",
        *(f"- {table.name} : {lines[table.name]} lignes. {table.says}" for table in what.tables),
        "",
        "Les pseudonymes sont propres à cet extrait : les mêmes dans ses tables, d’autres dans un autre extrait.",
        f"Ménages du registre qui n’y sont pas (effacés, ou où quelqu’un s’oppose à tout partage) : {_few(left_out)}.",
        "",
        "Conditions :",
        *(f"- {condition}" for condition in CONDITIONS),
    ]
    return "\r\n".join(told) + "\r\n"


def _few(count: int) -> str:
    return "moins de 10" if 0 < count < 10 else str(count)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
