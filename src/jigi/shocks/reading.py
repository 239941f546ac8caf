"""The lines of a source's file as rows to stage: a figure of a signal, or what is wrong and what to do about it.

Nothing here asks the database but `places`; a million lines are read in a stream.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Table, as_date, as_decimal
from jigi.shocks.catalogue import Signal, signals
from jigi.shocks.layouts import Layout, PlaceColumns, ValueColumns, Words, folded
from jigi.shocks.places import Places, Said

STAGED = (
    "line", "signal", "gather", "area_id", "starts_on", "ends_on", "published_on", "outlook", "status", "value",
    "column_name", "said", "problem", "remedy",
)  # fmt: skip
NOTHING = frozenset({"", "na", "n/a", "nan", "nd", "-"})
FIRST_YEAR = 1980
Row = tuple[Any, ...]

_PLAIN = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_SPELT = re.compile(r"(\d{1,2})[ -]([A-Za-zûéÛÉ]+)\.?[ -](\d{4})")
_YEAR = re.compile(r"(\d{4})(?:\.0+)?", re.ASCII)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january janvier jan", "february février fevrier feb", "march mars mar", "april avril apr", "may mai",
         "june juin jun", "july juillet jul", "august août aout aug", "september septembre sep",
         "october octobre oct", "november novembre nov", "december décembre decembre dec"), 1,
    )
    for name in names.split()
}  # fmt: skip


class Wrong(Exception):
    """What is wrong with a line: column, cell, the French of it and of the remedy."""

    def __init__(self, column: str, said: str, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.column, self.said, self.problem, self.remedy = column, said, problem, remedy


class Columns:
    """Where the columns of a layout stand in a table. InputError naming every one that is missing."""

    def __init__(self, table: Table, layout: Layout) -> None:
        self.header = {name.casefold(): place for place, name in reversed(list(enumerate(table.header)))}
        self.names = table.header
        self.at: dict[str, int | None] = {}
        specs = dict.fromkeys(_specs(layout))
        if missing := [spec for spec in specs if self._find(spec) is None and not spec.endswith("?")]:
            named = ", ".join(f"« {spec.split('|')[0]} »" for spec in missing)
            raise InputError(
                f"Ce n’est pas un fichier de la forme « {layout.name} » : il manque {named}",
                file=table.file, line=table.header_line, why=f"Colonnes trouvées : {table.columns_said}",
                remedy="Choisissez une autre forme, ou renommez les colonnes",
            )  # fmt: skip
        self.at = {spec: self._find(spec) for spec in specs}

    def _find(self, spec: str) -> int | None:
        names = spec.removesuffix("?").split("|")
        return next((self.header[name.casefold()] for name in names if name.casefold() in self.header), None)

    def cell(self, cells: Sequence[str], spec: str) -> str:
        place = self.at[spec] if spec else None
        return "" if place is None else cells[place]

    def name(self, spec: str) -> str:
        place = self.at.get(spec)
        return spec.removesuffix("?").split("|")[0] if place is None else self.names[place]


def staged(table: Table, layout: Layout, places: Places) -> Iterator[Row]:
    """Every figure of the file as a row of STAGED, and every fault; a line of marks (HXL) is skipped."""
    columns = Columns(table, layout)
    read = _Reader(columns, layout, places)
    for line, cells in table:
        if all(cell.startswith("#") for cell in cells if cell) or not read.keeps(cells):
            continue
        try:
            yield from read.rows(line, cells)
        except Wrong as wrong:
            yield _fault(line, wrong)


class _Reader:
    def __init__(self, columns: Columns, layout: Layout, places: Places) -> None:
        self.columns, self.layout, self.places = columns, layout, places
        self.cell = columns.cell
        self.period: Callable[[Sequence[str]], tuple[date, date]] = getattr(self, f"_{layout.period.by}")
        self.catalogue = signals()

    def keeps(self, cells: Sequence[str]) -> bool:
        """Whether the line is one of those that the layout reads."""
        only = all(folded(self.cell(cells, column)) in words for column, words in self.layout.only)
        return only and not any(folded(self.cell(cells, column)) in words for column, words in self.layout.other_than)

    def rows(self, line: int, cells: Sequence[str]) -> Iterator[Row]:
        area = self._area(cells)
        starts, ends = self.period(cells)
        published = self._published(cells, starts, ends)
        outlook = self._word(cells, self.layout.outlook)
        status = self._word(cells, self.layout.status)
        for value in self.layout.values:
            try:
                if (found := self._value(cells, value)) is not None:
                    signal, number = found
                    yield (line, signal, value.gather, area, starts, ends, published, outlook, status, number,
                           self.columns.name(value.column) if value.column else "", "", None, "")  # fmt: skip
            except Wrong as wrong:
                yield _fault(line, wrong)

    def _area(self, cells: Sequence[str]) -> int:
        spec, said = self._said(cells)
        found = self.places.find(said)
        if found.area is None:
            column = spec.columns.get(found.part, spec.columns.get("name", spec.columns.get("code", "")))
            raise Wrong(self.columns.name(column), said.shown, found.why, found.remedy)
        return found.area

    def _said(self, cells: Sequence[str]) -> tuple[PlaceColumns, Said]:
        spec = self.layout.places[-1]
        for one in self.layout.places:
            if self._of(cells, one, "code") or self._of(cells, one, "name"):
                spec = one
                break
        texts = [
            self._of(cells, spec, key) for key in ("code", "name", "region_code", "region", "cercle_code", "cercle")
        ]
        code, name, region_code, region, cercle_code, cercle = texts
        point = self._point(cells, spec)
        return spec, Said(spec.level, code, name, region_code, region, cercle_code, cercle, point)

    def _of(self, cells: Sequence[str], spec: PlaceColumns, key: str) -> str:
        return self.cell(cells, spec.columns.get(key, ""))

    def _point(self, cells: Sequence[str], spec: PlaceColumns) -> tuple[float, float] | None:
        try:
            return float(self._of(cells, spec, "longitude")), float(self._of(cells, spec, "latitude"))
        except ValueError:
            return None

    def _season(self, cells: Sequence[str]) -> tuple[date, date]:
        label, year = self.layout.period.columns
        first, last = self._known(cells, label, self.layout.period.spans, "une période de cette source")
        return _months(self._year(cells, year), first, last)

    def _month(self, cells: Sequence[str]) -> tuple[date, date]:
        day = self._day(cells, self.layout.period.columns[0], month=True)
        return _months(day.year, day.month, day.month)

    def _dekad(self, cells: Sequence[str]) -> tuple[date, date]:
        day = self._day(cells, self.layout.period.columns[0])
        first = min((day.day - 1) // 10, 2) * 10 + 1
        last = first + 9 if first < 21 else calendar.monthrange(day.year, day.month)[1]
        return day.replace(day=first), day.replace(day=last)

    def _days(self, cells: Sequence[str]) -> tuple[date, date]:
        first, last = self.layout.period.columns
        starts = self._day(cells, first)
        ends = self._day(cells, last) if self.cell(cells, last) else starts
        if ends < starts:
            raise Wrong(self.columns.name(last), self.cell(cells, last), "La période finit avant de commencer",
                        "Corrigez l’une des deux dates")  # fmt: skip
        return starts, ends

    def _published(self, cells: Sequence[str], starts: date, ends: date) -> date:
        rule = self.layout.published
        if rule.by == "exercise":
            label, year = rule.columns
            month = self._known(cells, label, rule.months, "un exercice de cette source")
            return _months(self._year(cells, year), month, month)[1]
        if rule.by == "column" and self.cell(cells, rule.columns[0]):
            return self._day(cells, rule.columns[0])
        return ends + timedelta(days=rule.days)

    def _word(self, cells: Sequence[str], words: Words) -> str:
        if not words.column or not self.cell(cells, words.column):
            return words.default
        return str(self._known(cells, words.column, words.words, "un mot connu de cette colonne"))

    def _known(self, cells: Sequence[str], column: str, known: Mapping[str, Any], what: str) -> Any:
        said = self.cell(cells, column)
        if folded(said) not in known:
            raise Wrong(self.columns.name(column), said, f"n’est pas {what}", f"Mots lus : {', '.join(known)}")
        return known[folded(said)]

    def _year(self, cells: Sequence[str], column: str) -> int:
        said = self.cell(cells, column)
        found = _YEAR.fullmatch(said)
        if not found or not FIRST_YEAR <= int(found[1]) <= 2100:
            raise Wrong(self.columns.name(column), said, "n’est pas une année", "Écrivez-la avec quatre chiffres")
        return int(found[1])

    def _day(self, cells: Sequence[str], column: str, *, month: bool = False) -> date:
        said = self.cell(cells, column)
        day = _day_of(said, month)
        if isinstance(day, str):
            raise Wrong(self.columns.name(column), said, day, "Écrivez jj/mm/aaaa ou aaaa-mm-jj")
        return day

    def _value(self, cells: Sequence[str], value: ValueColumns) -> tuple[str, float] | None:
        """The signal and its figure; None for an empty cell, which is no value."""
        if value.gather == "count":
            return value.signal, 1.0
        said = self.cell(cells, value.column)
        if folded(said) in NOTHING:
            return None
        column = self.columns.name(value.column)
        signal = self._signal(cells, value)
        number = value.words.get(folded(said), _number(said))
        if number is None:
            what = f"n’est ni un nombre ni un mot de « {signal.name} »" if value.words else "n’est pas un nombre"
            raise Wrong(column, said, what, "Corrigez la cellule, ou videz-la si la figure n’est pas connue")
        if value.unit:
            number *= self._known(cells, value.unit, value.factors, "une unité lue ici")
        if wrong := signal.wrong(number):
            raise Wrong(column, said, wrong, "Vérifiez le chiffre dans la source")
        return signal.code, number

    def _signal(self, cells: Sequence[str], value: ValueColumns) -> Signal:
        code = value.signal or self.cell(cells, value.signal_column)
        if code not in self.catalogue:
            raise Wrong(self.columns.name(value.signal_column), code, "n’est pas un signal",
                        f"Signaux : {', '.join(self.catalogue)}")  # fmt: skip
        return self.catalogue[code]


def _fault(line: int, wrong: Wrong) -> Row:
    problem = wrong.problem
    if problem[0].islower():
        problem = f"« {wrong.said[:60]} » {problem}" if wrong.said else "La cellule est vide"
    return (line, None, "", None, None, None, None, None, None, None,
            wrong.column[:120], wrong.said[:120], problem[:300], wrong.remedy[:300])  # fmt: skip


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


@lru_cache(maxsize=20_000)
def _day_of(said: str, month: bool) -> date | str:
    """The day of a cell, « 05 March 2021 » too, or its `month`; a French fragment when there is none."""
    try:
        if found := _SPELT.fullmatch(said.strip()):
            return date(int(found[3]), _MONTHS[found[2].casefold()], int(found[1]))
        day, precision = as_date(said)
        if precision != "day" and not (month and precision == "month"):
            return "ne dit qu’une année" if precision in ("year", "about") else "ne dit qu’un mois : il faut un jour"
    except KeyError:
        return "n’a pas de mois connu"
    except ValueError as error:
        return (
            str(error) if str(error).startswith(("n’est", "a une", "est vide")) else "n’est pas une date du calendrier"
        )
    return day if FIRST_YEAR <= day.year <= 2100 else "est une date trop lointaine"


def _number(said: str) -> float | None:
    if _PLAIN.fullmatch(said) and len(said) < 40:
        return float(said)
    try:
        number = float(as_decimal(said))
    except ValueError:
        return None
    return number if abs(number) < 1e300 else None


def _specs(layout: Layout) -> Iterator[str]:
    for place in layout.places:
        yield from place.columns.values()
    yield from layout.period.columns
    yield from layout.published.columns
    yield from filter(None, (layout.status.column, layout.outlook.column))
    yield from (column for column, _ in (*layout.only, *layout.other_than))
    for value in layout.values:
        yield from filter(None, (value.signal_column, value.column, value.unit))
