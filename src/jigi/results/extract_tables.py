"""What an extract for analysts has: the tables, columns and views of data/extract.toml, checked as it is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text

FILE = Path(__file__).with_name("data") / "extract.toml"
STATEMENTS = {
    "lieux": "extract_lieux",
    "menages": "extract_menages",
    "personnes": "extract_personnes",
    "ciblage": "extract_ciblage",
    "inscriptions": "extract_inscriptions",
    "ordres": "extract_ordres",
    "reste": "extract_reste",
    "plaintes": "extract_plaintes",
}
"""The statement of sql/ that gives the rows of each table, in the order of its columns."""
TYPES = ("VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN")


@dataclass(frozen=True)
class Column:
    """A column: its DuckDB type, the field of the dictionary that it tells (« Model.field », or ""), what it means."""

    name: str
    type: str
    of: str
    says: str


@dataclass(frozen=True)
class Told:
    """A table, whose rows a statement of STATEMENTS gives."""

    name: str
    says: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class View:
    """A question that analysts ask often, as a statement of DuckDB over the tables."""

    name: str
    says: str
    sql: str


@dataclass(frozen=True)
class Contents:
    """All that an extract has."""

    title: str
    tables: tuple[Told, ...]
    views: tuple[View, ...]


@cache
def contents() -> Contents:
    return read_contents(FILE)


def read_contents(path: Path) -> Contents:
    """The contents that a file says. Raises InputError, with its line, where it is not as it should be."""
    top = parse(read_text(path), path)
    top.day("valid_from")
    found = Contents(
        top.text("title"),
        tuple(_table(one) for one in top.tables("table")),
        tuple(_view(one) for one in top.tables("view")),
    )
    top.refuse_others()
    return found


def _table(table: Table) -> Told:
    found = Told(
        table.choice("name", STATEMENTS),
        table.text("says"),
        tuple(_column(one) for one in table.tables("columns")),
    )
    table.refuse_others()
    return found


def _column(table: Table) -> Column:
    found = Column(
        table.text("name", pattern=r"[a-z][a-z0-9_]{1,30}"),
        table.choice("type", TYPES),
        table.text("of", default="", pattern=r"([A-Z]\w+\.\w+)?"),
        table.text("says"),
    )
    table.refuse_others()
    return found


def _view(table: Table) -> View:
    found = View(table.text("name", pattern=r"v_[a-z_]{3,30}"), table.text("says"), table.text("sql"))
    table.refuse_others()
    return found
