"""How a file of a source is read: which columns say the place, the period, the day of publication and each signal.

A column is written « a|b » when sources name it in several ways, with « ? » at its end when a file may lack it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jigi.foundation.errors import InputError
from jigi.foundation.toml_table import Table, parse, read_text
from jigi.shocks.catalogue import signals

FOLDER = Path(__file__).with_name("data") / "layouts"
LEVELS = ("", "region", "cercle", "commune")
PERIODS = ("season", "month", "dekad", "days")
PUBLISHED = ("exercise", "column", "after")
GATHERS = ("", "sum", "mean", "count")
STATUSES, OUTLOOKS = ("provisional", "final"), ("observed", "projected")
PLACE_COLUMNS = ("code", "name", "region_code", "region", "cercle_code", "cercle", "longitude", "latitude")


@dataclass(frozen=True)
class PlaceColumns:
    """Where a line says its place, at one level ("": any); the first such block that a line fills is the one."""

    level: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class PeriodColumns:
    """`by` season (label and year, `spans`: said -> first and last month), month or dekad of a day, or two days."""

    by: str
    columns: tuple[str, ...]
    spans: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Publication:
    """The day a value was known: the last one of an exercise's month, that of a column, or days after its period."""

    by: str
    columns: tuple[str, ...]
    months: Mapping[str, int]
    days: int


@dataclass(frozen=True)
class Words:
    """A column of few words and what each means; `default` when the column or the cell is empty."""

    column: str
    default: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class ValueColumns:
    """A signal and its column. `gather`: the lines of a place and period are added, averaged or counted.

    `factors`: what the figure is multiplied by for each word of the column `unit`; other words are problems.
    """

    signal: str
    signal_column: str
    column: str
    gather: str
    unit: str
    factors: Mapping[str, float]
    words: Mapping[str, float]


@dataclass(frozen=True)
class Layout:
    """The reading of one source's file. `only` and `other_than`: columns and the words that keep or drop a line.

    `silence`: a place of this level that a file of events passes over had none, within the regions and the months from
    the first to the last that it speaks of; "" where silence says nothing.
    """

    code: str
    name: str
    source: str
    reason: str
    places: tuple[PlaceColumns, ...]
    period: PeriodColumns
    published: Publication
    status: Words
    outlook: Words
    only: tuple[tuple[str, frozenset[str]], ...]
    other_than: tuple[tuple[str, frozenset[str]], ...]
    values: tuple[ValueColumns, ...]
    silence: str = ""


@cache
def layouts() -> dict[str, Layout]:
    """The layouts shipped, by their code, in the order of their names."""
    found = [read_layout(path) for path in FOLDER.glob("*.toml")]
    return {one.code: one for one in sorted(found, key=lambda one: one.name)}


def layout(code: str) -> Layout:
    """The layout of a code; InputError naming those that exist."""
    if code not in layouts():
        known = ", ".join(sorted(layouts()))
        raise InputError(f"La forme de fichier « {code} » est inconnue", remedy=f"Formes connues : {known}")
    return layouts()[code]


def read_layout(path: str | Path) -> Layout:
    """The layout of a reviewed file. InputError with the line of the first mistake."""
    top = parse(read_text(path), path)
    values = tuple(_value(said) for said in top.tables("value"))
    places = tuple(_place(said) for said in top.tables("place"))
    for key, found in (("value", values), ("place", places)):
        if not found:
            raise top.error("", f"Il manque un bloc [[{key}]]")
    read = Layout(
        top.text("code", pattern=r"[a-z][a-z0-9_]{1,39}"), top.text("name"),
        top.text("source", pattern=r"[a-z][a-z0-9-]{1,39}"), top.text("reason"), places, _period(top.table("period")),
        _published(top.table("published")), _words(top, "status", STATUSES, "final"),
        _words(top, "outlook", OUTLOOKS, "observed"), _kept(top, "only"), _kept(top, "except"), values,
        top.choice("silence", LEVELS, default=""),
    )  # fmt: skip
    if read.silence and (read.period.by, read.published.by) != ("month", "after"):
        raise top.error("silence", "Le silence ne dit zéro que de mois publiés un nombre de jours après leur fin")
    top.refuse_others()
    return read


def folded(word: str) -> str:
    """A word of a cell as it is compared: without case and outer spaces."""
    return " ".join(word.casefold().split())


def _place(said: Table) -> PlaceColumns:
    level = said.choice("level", LEVELS)
    columns = {key: said.text(key) for key in PLACE_COLUMNS if key in said.data}
    if "code" not in columns and "name" not in columns:
        raise said.error("", "Il manque la colonne du code ou du nom du lieu")
    said.refuse_others()
    return PlaceColumns(level, columns)


def _period(said: Table) -> PeriodColumns:
    by, spans = said.choice("by", PERIODS), {}
    if by == "season":
        for one in said.tables("season"):
            first, last = one.integer("first", minimum=1), one.integer("last", minimum=1)
            if not first <= last <= 12:
                raise one.error("last", "La saison ne finit pas dans l’année, après son début")
            spans[folded(one.text("said"))] = first, last
            one.refuse_others()
    keys = {"season": ("label", "year"), "days": ("first", "last")}.get(by, ("column",))
    columns = tuple(said.text(key) for key in keys)
    said.refuse_others()
    return PeriodColumns(by, columns, spans)


def _published(said: Table) -> Publication:
    by, months = said.choice("by", PUBLISHED), {}
    if by == "exercise":
        for one in said.tables("exercise"):
            months[folded(one.text("said"))] = one.integer("month", minimum=1)
            one.refuse_others()
    keys = {"exercise": ("label", "year"), "column": ("column",)}.get(by, ())
    columns = tuple(said.text(key) for key in keys)
    days = 0 if by == "exercise" else said.integer("days")
    said.refuse_others()
    return Publication(by, columns, months, days)


def _words(top: Table, key: str, allowed: tuple[str, ...], default: str) -> Words:
    if key not in top.data:
        return Words("", default, {})
    said = top.table(key)
    words = said.table("words")
    read = {folded(word): words.choice(word, allowed) for word in words.data}
    found = Words(said.text("column"), said.choice("default", allowed), read)
    said.refuse_others()
    return found


def _kept(top: Table, key: str) -> tuple[tuple[str, frozenset[str]], ...]:
    kept = []
    for said in top.tables(key):
        kept.append((said.text("column"), frozenset(map(folded, said.codes("words")))))
        said.refuse_others()
    return tuple(kept)


def _value(said: Table) -> ValueColumns:
    signal = said.choice("signal", signals()) if "signal" in said.data else ""
    by_column = "" if signal else said.text("signal_column")
    gather = said.choice("gather", GATHERS, default="")
    column = "" if gather == "count" else said.text("column")
    unit = said.text("unit", default="")
    factors = _numbers(said, "factors") if unit else {}
    words = _numbers(said, "words")
    said.refuse_others()
    return ValueColumns(signal, by_column, column, gather, unit, factors, words)


def _numbers(said: Table, key: str) -> dict[str, float]:
    if key not in said.data:
        return {}
    table: Any = said.table(key)
    return {folded(word): table.number(word) for word in table.data}
