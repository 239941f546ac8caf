"""The reviewed files: categories with their deadlines, and the days on which nobody works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.grievances.rules import SHORT_NAME
from jigi.grievances.states import LEVELS, LIVE
from jigi.messaging.rules import is_gsm

FOLDER = Path(__file__).with_name("data")
CATEGORIES, HOLIDAYS = FOLDER / "categories.toml", FOLDER / "holidays.toml"
ACTS = ("block", "reissue", "change", "appeal", "visit", "investigation")
MOST_DAYS = 250


@dataclass(frozen=True)
class CategoryFile:
    """A category; `short` is its name on the screen of a telephone, "" when it is not offered there; `deadlines` are
    working days by (state, level), `acts` what an examiner may ask."""

    code: str
    name: str
    short: str
    severity: int
    sensitive: bool
    acts: tuple[str, ...]
    deadlines: dict[tuple[str, str], int]


def read_categories(path: str | Path = CATEGORIES) -> list[CategoryFile]:
    """The categories of a file; InputError with the line of the first mistake."""
    top = _top(path)
    whole = top.table("category")
    found = [_category(code, whole.table(code)) for code in whole.data]
    whole.refuse_others()
    top.refuse_others()
    return found


def read_holidays(path: str | Path = HOLIDAYS) -> dict[date, tuple[str, bool]]:
    """Each day with its name and whether it is confirmed; the fixed ones in each year that the file names."""
    top = _top(path)
    years, fixed = top.table("years"), top.table("fixed")
    span = range(years.integer("first", minimum=2000), years.integer("last", minimum=2000) + 1)
    found = {_fixed(fixed, key, year): (fixed.text(key), True) for key in fixed.data for year in span}
    for one in top.tables("movable"):
        found[one.day("day")] = (one.text("name"), one.flag("confirmed"))
        one.refuse_others()
    for table in (years, fixed, top):
        table.refuse_others()
    return found


def _top(path: str | Path) -> Table:
    top = parse(read_text(path), path)
    top.text("author"), top.text("source"), top.day("valid_from")
    return top


def _category(code: str, table: Table) -> CategoryFile:
    days = _days(table.table("days"))
    if missing := [state for state in LIVE if state not in days]:
        raise table.error("days", f"Il manque un délai pour {', '.join(missing)}", remedy="Donnez des jours ouvrés.")
    levels = table.table("level") if "level" in table.data else None
    other = {level: _days(levels.table(level)) for level in LEVELS if levels and level in levels.data}
    if levels:
        levels.refuse_others()
    acts = tuple(table.codes("acts"))
    if wrong := set(acts) - set(ACTS):
        raise table.error("acts", f"« {wrong.pop()} » n’est pas un acte", remedy=f"Choisissez parmi {', '.join(ACTS)}.")
    made = CategoryFile(
        code=code, name=table.text("name"), short=_short(table), severity=table.integer("severity", minimum=1),
        sensitive=table.flag("sensitive") if "sensitive" in table.data else False, acts=acts,
        deadlines={(state, level): other.get(level, {}).get(state, days[state]) for state in LIVE for level in LEVELS},
    )  # fmt: skip
    if made.severity > 3:
        raise table.error("severity", "La gravité va de 1 à 3", remedy="1 ordinaire, 2 sérieuse, 3 urgente.")
    table.refuse_others()
    return made


def _short(table: Table) -> str:
    text = table.text("short", default="")
    if len(text) > SHORT_NAME or not is_gsm(text):
        raise table.error(
            "short", f"« {text} » ne va pas sur l’écran d’un téléphone",
            remedy=f"{SHORT_NAME} lettres au plus, sans ê, ô, ç ni apostrophe courbe.",
        )  # fmt: skip
    return text


def _days(table: Table) -> dict[str, int]:
    found = {state: table.integer(state, minimum=1) for state in LIVE if state in table.data}
    for state, days in found.items():
        if days > MOST_DAYS:
            raise table.error(state, f"{days} jours ouvrés font plus d’un an", remedy="Donnez un délai plus court.")
    table.refuse_others()
    return found


def _fixed(table: Table, key: str, year: int) -> date:
    try:
        return date.fromisoformat(f"{year}-{key}")
    except ValueError:
        raise table.error(key, f"« {key} » n’est pas un jour de chaque année", remedy="Écrivez 09-22.") from None
