"""The files of an extract: each table as Parquet, all of them with their views in one DuckDB database, the dictionary.

PostgreSQL gives the rows (sql/extract_*.sql) as they are at one moment; DuckDB types them, sorts them by all their
columns, so that their order says nothing, and writes. A row that one gives and the other does not keep is an error.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path

import duckdb
from django.utils import timezone

from jigi.foundation.bulk import copy_out, fetch_sql, run_sql, statement
from jigi.foundation.runs import Work
from jigi.results.extract_tables import Contents, Told, contents

DATABASE, ARCHIVE = "jigi.duckdb", "extrait.zip"
# Nothing is fetched from anywhere: Parquet is part of the library.
_ALONE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_CSV = (
    "header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '',"
    " allow_quoted_nulls = false"
)
CONDITIONS = (
    "Ces données restent personnelles : un pseudonyme n’est pas un anonymat.",
    "Personne ne cherche à reconnaître quelqu’un, ni ne rapproche ces tables d’autres fichiers nominatifs.",
    "Rien ne se publie d’une case de moins de dix ménages ou personnes.",
    "Les fichiers ne sont pas cédés, et sont détruits quand le travail est fini.",
)


def write(place: Path, seen_at: datetime, work: Work) -> tuple[Path, dict[str, int], int]:
    """Write the archive in a private folder, within a transaction that sees one moment.

    Returns it, the lines of each table, and how many households of the register are in none.
    """
    what = contents()
    with work.step("Pseudonymes"):
        run_sql("results", "extract_secret")
        run_sql("results", "extract_households")
        run_sql("results", "extract_known")
        left_out = fetch_sql("results", "extract_left_out")[0]["households"]
    lines: dict[str, int] = {}
    with duckdb.connect(place / DATABASE, config=_ALONE) as database:
        database.execute("SET temp_directory = ?", [str(place / "duckdb.tmp")])
        database.execute("SET memory_limit = '1GiB'")
        for table in what.tables:
            with work.step(f"Table « {table.name} »") as step:
                lines[table.name] = step.rows_out = _table(database, table, place)
        run_sql("results", "extract_forget")
        for view in what.views:
            database.execute(f"CREATE VIEW {view.name} AS {view.sql}")
            database.execute(f"COMMENT ON VIEW {view.name} IS {_quoted(view.says)}")
    with work.step("Archive"):
        return _packed(place, what, seen_at, lines, left_out), lines, left_out


def _table(database: duckdb.DuckDBPyConnection, table: Told, place: Path) -> int:
    """One table, from the register to its two files; returns its rows."""
    given, kept = place / f"{table.name}.csv", place / f"{table.name}.parquet"
    with given.open("wb") as file:
        count = copy_out(statement("results", f"extract_{table.name}"), file)
    typed = ", ".join(f"'{column.name}': '{column.type}'" for column in table.columns)
    database.execute(
        f"CREATE TABLE {table.name} AS SELECT * FROM read_csv({_quoted(str(given))}, {_CSV},"  # nosec B608
        f" columns = {{{typed}}})"
        " ORDER BY ALL"
    )
    given.unlink()
    found = database.execute(f"SELECT count(*) FROM {table.name}").fetchone()  # nosec B608
    if found is None or found[0] != count:
        raise AssertionError(f"{table.name} : {count} lignes données, {found} gardées")
    database.execute(f"COMMENT ON TABLE {table.name} IS {_quoted(table.says)}")
    for column in table.columns:
        database.execute(f"COMMENT ON COLUMN {table.name}.{column.name} IS {_quoted(column.says)}")
    database.execute(f"COPY {table.name} TO {_quoted(str(kept))} (FORMAT parquet, COMPRESSION zstd)")
    return count


def _packed(place: Path, what: Contents, seen_at: datetime, lines: dict[str, int], left_out: int) -> Path:
    archive = place / ARCHIVE
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:  # Parquet is compressed already
        packed.writestr("LISEZMOI.txt", _readme(what, seen_at, lines, left_out))
        packed.writestr("dictionnaire.csv", dictionary(what))
        for table in what.tables:
            file = place / f"{table.name}.parquet"
            packed.write(file, file.name)
            file.unlink()
        packed.write(place / DATABASE, DATABASE, zipfile.ZIP_DEFLATED, 1)
        (place / DATABASE).unlink()
    return archive


def dictionary(what: Contents) -> bytes:
    """Each column and view with what it means, as a CSV that Excel opens in French."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["table", "colonne", "type", "sens"])
    for table in what.tables:
        writer.writerow([table.name, "", "", table.says])
        writer.writerows([table.name, column.name, column.type, column.says] for column in table.columns)
    writer.writerows([view.name, "", "vue de jigi.duckdb", view.says] for view in what.views)
    return text.getvalue().encode("utf-8-sig")


def _readme(what: Contents, seen_at: datetime, lines: dict[str, int], left_out: int) -> str:
    told = [
        f"{what.title}, vu le {timezone.localtime(seen_at):%d/%m/%Y à %H:%M}.",
        "",
        "Chaque table est un fichier Parquet (R : arrow::read_parquet ; Stata 19 ou pyarrow ; Power BI : Parquet ;",
        "Python : pandas.read_parquet). jigi.duckdb les tient toutes, avec les vues (duckdb jigi.duckdb, en lecture) :",
        "une requête « COPY … TO 'table.csv' (DELIMITER ';') » en fait un CSV pour Excel.",
        "dictionnaire.csv dit le sens de chaque colonne.",
        "",
        *(f"- {table.name} : {lines[table.name]} lignes. {table.says}" for table in what.tables),
        "",
        "Les pseudonymes sont propres à cet extrait : les mêmes dans ses tables, d’autres dans un autre extrait.",
        f"Ménages du registre qui n’y sont pas (effacés, ou opposés à tout partage) : {_few(left_out)}.",
        "",
        "Conditions :",
        *(f"- {condition}" for condition in CONDITIONS),
    ]
    return "\r\n".join(told) + "\r\n"


def _few(count: int) -> str:
    return "moins de 10" if 0 < count < 10 else str(count)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
