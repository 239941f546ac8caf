"""A version of a questionnaire laid out to be filled by hand: sections, questions, boxes to tick, grids of members."""

from __future__ import annotations

import re
from typing import Any

from jigi.intake.models import FormVersion
from jigi.intake.questions import SELECT_MANY, SELECT_ONE, Item, Questionnaire
from jigi.registry.models import Household
from jigi.registry.rsu import card_text
from jigi.sheets.models import Printing
from jigi.sheets.rules import LEAST_COLUMNS
from jigi.web.forms.reading import Line, lines_of
from jigi.web.sheets.squares import drawn, numbered

MOST_TICKED = 24
"""Choices that are printed each with its box; a longer list is written in."""
_SIZES = {"text": "long", "integer": "short", "decimal": "short", "date": "date"}
_COMPUTED = re.compile(r"\$\{[^}]*\}")


def document(printing: Printing, version: FormVersion, *, pages: int) -> dict[str, Any]:
    """The data of questionnaire.typ. With no pages, the squares are left out: how many there are is then counted."""
    numbers = list(printing.sheets.order_by("pk").values_list("number", flat=True)) if printing.pk else [""]
    return {
        "title": version.form.title,
        "version": f"version {version.version}",
        "pages": pages,
        "sheets": [numbered(number, pages) for number in numbers],
        "place": " · ".join(str(area) for area in (printing.village, printing.commune) if area),
        "household": _begun(printing.household) if printing.household else None,
        "blocks": blocks(Questionnaire(version.definition)),
        "columns": [
            list(range(first, min(first + LEAST_COLUMNS, printing.columns + 1)))
            for first in range(1, printing.columns + 1, LEAST_COLUMNS)
        ],
    }


def blocks(form: Questionnaire) -> list[dict[str, Any]]:
    """What is printed, in order; the questions of a repeat make one grid, a row each."""
    found: list[dict[str, Any]] = []
    grid: dict[str, Any] | None = None
    for line in lines_of(form, None):
        item = line.item
        if item.kind == "repeat" and not item.repeat:
            grid = {"kind": "grid", "title": item.label or item.name, "when": line.when, "rows": []}
            found.append(grid)
        elif item.repeat and grid is not None:
            if row := _row(line):
                grid["rows"].append(row)
        elif block := _block(line):
            found.append(block)
    return found


def _block(line: Line) -> dict[str, Any] | None:
    item = line.item
    if item.kind != "question":
        return {"kind": "part" if item.depth else "section", "title": item.label or item.name, "when": line.when}
    if item.type == "note":
        return {"kind": "note", "text": _plain(item.label), "when": line.when}
    if not line.number:
        return None
    return {"kind": "question", **_asked(line), "hint": _plain(item.hint), "choices": _choices(item),
            "many": item.type in SELECT_MANY, "room": _SIZES.get(item.type, "long")}  # fmt: skip


def _row(line: Line) -> dict[str, Any] | None:
    item = line.item
    if item.kind != "question":
        return {"kind": "part", "title": item.label or item.name, "when": line.when}
    if not line.number:
        return None
    return {"kind": "question", **_asked(line), "tall": item.type == "text",
            "codes": " · ".join(f"{n}\u00a0{text}" for n, text in enumerate(_choices(item), 1))}  # fmt: skip


def _asked(line: Line) -> dict[str, Any]:
    return {
        "n": line.number, "label": _plain(line.item.label or line.item.name), "when": line.when,
        "required": line.item.required,
    }  # fmt: skip


def _choices(item: Item) -> list[str]:
    if item.type not in SELECT_ONE | SELECT_MANY or len(item.choices) > MOST_TICKED:
        return []
    return [choice.label or choice.name for choice in item.choices]


def _plain(text: str) -> str:
    """A label on paper: what a device would compute there is a blank to fill."""
    return _COMPUTED.sub("……", text)


def _begun(household: Household) -> dict[str, str]:
    return {"rsu": household.rsu, "head": household.head_name, "square": drawn(card_text(household.rsu_number))}
