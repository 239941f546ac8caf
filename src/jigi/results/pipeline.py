"""Counting: each indicator is one set-based statement over its rows, however many they are and in however many sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db import connection

from jigi.foundation.bulk import fetch_sql, statement
from jigi.geography.models import Area
from jigi.results.framework import framework
from jigi.results.models import Figure
from jigi.results.rules import Cell, Counted, Indicator, Key, measured

SETS = {
    "": "()", "region": "(region_id)", "commune": "(commune_id)", "kind": "(kind)", "agreement": "(agreement)",
    "sex": "(sex)", "band": "(band)", "quarter": "(quarter)", "commune_quarter": "(commune_id, quarter)",
    "region_kind": "(region_id, kind)", "kind_agreement": "(kind, agreement)",
}  # fmt: skip
COLUMNS = ("region_id", "commune_id", "kind", "agreement", "sex", "band", "quarter")
"""Of sql/measure.sql. grouping() reads those in use: the first is the highest bit."""


@dataclass(frozen=True)
class Row:
    """One unit behind a figure: a household, a person, an order... with what of it was counted."""

    unit: int
    rsu_number: str | None
    household_id: int | None
    commune: str | None
    kinds: str | None
    rows: int
    amount: int
    good: bool
    good_amount: int
    on_day: date | None


def count(indicator: Indicator, since: date, until: date, codes: dict[int, str]) -> list[Cell]:
    """The cells of an indicator over some days, from the rows; `codes` names the areas."""
    sets = [SETS[one] for one in indicator.by]
    columns = [name for name in COLUMNS if any(name in _names(said) for said in sets)]
    places = {
        "sets": ", ".join(sets), "columns": "".join(f"{name}, " for name in columns),
        "mask": f"grouping({', '.join(columns)})" if columns else "0",
    }  # fmt: skip
    found = _run("measure", indicator, {"since": since, "until": until}, places)
    return [cell for row in found if (cell := _cell(indicator, row, columns, codes)) is not None]


def loaded(year: int) -> dict[str, list[Cell]]:
    """The figures of a year that files gave and nobody withdrew, by indicator; of one given twice, the later's.

    When the later is withdrawn there is none: what it had corrected does not come back.
    """
    taken: dict[tuple[str, Key], Cell] = {}
    figures = Figure.objects.filter(year=year).select_related("area", "withdrawal").order_by("file_id", "line")
    for one in figures:
        key = Key(one.dimension, one.area.code if one.area else "", one.kind, one.agreement, one.sex, one.band,
                  one.quarter)  # fmt: skip
        if hasattr(one, "withdrawal"):
            taken.pop((one.indicator, key), None)
            continue
        taken[one.indicator, key] = Cell(
            one.indicator,
            key,
            one.numerator,
            one.denominator,
            0,
            None,
            loaded=True,
            source=one.source,
            area_id=one.area_id,
        )
    by_indicator: dict[str, list[Cell]] = {}
    for (code, _), cell in taken.items():
        by_indicator.setdefault(code, []).append(cell)
    return by_indicator


def cells(since: date, until: date, told: Callable[[int, int], None] = lambda done, total: None) -> list[Cell]:
    """Every cell of the framework. An indicator without a row takes what a file says of that year, and says so.

    `told` hears how many indicators are counted, of how many.
    """
    codes = dict(Area.objects.exclude(level=Area.Level.VILLAGE).values_list("pk", "code"))
    given = loaded(until.year)
    found: list[Cell] = []
    indicators = list(framework().indicators.values())
    for done, indicator in enumerate(indicators):
        told(done, len(indicators))
        own = count(indicator, since, until, codes)
        seen = any(cell.rows for cell in own)
        found += own if seen or indicator.code not in given else given[indicator.code]
    told(len(indicators), len(indicators))
    return found


def listed(
    indicator: Indicator, since: date, until: date, *, communes: Sequence[int] | None, after: int, most: int
) -> list[Row]:
    """The units behind a figure, `most` of them after a number, as far as the scope of who asks shows them."""
    facts = {
        "since": since, "until": until, "communes": None if communes is None else list(communes), "after": after,
        "most": most,
    }  # fmt: skip
    return [Row(**row) for row in _run("listed", indicator, facts)]


def counted_in(indicator: Indicator, since: date, until: date, communes: Sequence[int] | None) -> Counted:
    """The same rows, counted: what the list amounts to."""
    facts = {"since": since, "until": until, "communes": None if communes is None else list(communes)}
    (row,) = _run("counted", indicator, facts)
    return Counted(**row)


def _run(
    name: str, indicator: Indicator, facts: dict[str, Any], places: Mapping[str, str] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """A statement of this package around the rows of the indicator's formula; `places` are made of constants."""
    text = statement("results", name).replace("{rows}", statement("results", indicator.formula))
    for place, said in places.items():
        text = text.replace("{" + place + "}", said)
    settings = {
        "kinds": list(indicator.kinds), "oldest": indicator.oldest, "poor_per_mille": framework().poor_per_mille,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(text, {**settings, **facts})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _cell(indicator: Indicator, row: dict[str, Any], columns: Sequence[str], codes: dict[int, str]) -> Cell | None:
    grouped = {name for place, name in enumerate(reversed(columns)) if not row["mask"] >> place & 1}
    dimension = next(name for name, said in SETS.items() if set(_names(said)) == grouped)
    area = row["commune_id"] if "commune_id" in grouped else row["region_id"] if "region_id" in grouped else None
    if grouped & {"commune_id", "region_id"} and area is None:
        return None  # what happened nowhere in particular is in the other sets
    told = {name: row[name] for name in ("kind", "agreement", "sex", "band", "quarter") if name in grouped}
    counted = Counted(row["rows"], row["units"], row["good_units"], row["amount"], row["good_amount"])
    numerator, denominator = measured(indicator, counted)
    key = Key(dimension, codes.get(area, "") if area else "", **told)
    return Cell(indicator.code, key, numerator, denominator, counted.rows, row["latest_on"], area_id=area)


def _names(said: str) -> list[str]:
    return [name for name in said.strip("()").split(", ") if name]


def digest_in_database(snapshot: int) -> str:
    """The digest of a snapshot, computed anew from its values by the database."""
    return str(fetch_sql("results", "prove", {"snapshot": snapshot})[0]["digest"])
