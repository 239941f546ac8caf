"""A mapping made by looking at the columns of a file: guessed, completed by a person, written as TOML, tried on rows.

What is made here is an ordinary mapping (mapping.py): the same text could have been written by hand.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

from jigi.foundation.cells import as_boolean
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import open_table, table_names
from jigi.intake.conversion import NULL, Doubt, column_of
from jigi.intake.mapping import FOLDER, Filling, parse_mapping
from jigi.intake.targets import INTERVIEW, LIVING, MEMBER, Target

SAMPLED_ROWS = 5_000
MOST_VALUES = 40
EXAMPLES = 3
UNKNOWN = "?"
"""A code of the file that says nothing: it is read as an empty cell."""
_LIKE_ENOUGH = 0.86
_USUAL = {
    "collected_on": "date enquête,date,today,date interview", "collector": "enquêteur,agent,username",
    "village": "village,code village", "commune": "commune,code commune", "latitude": "gps latitude",
    "longitude": "gps longitude", "household_size": "taille ménage,taille", "given_names": "prénom,prénoms",
    "surname": "nom,nom famille", "sex": "sexe,genre", "birth_date": "naissance,né le,date naissance",
    "relation": "lien,lien parenté,parenté,lien chef", "phone": "téléphone,tel,contact,numéro téléphone",
    "nina": "nina,numéro nina", "father_name": "père,nom père", "mother_name": "mère,nom mère",
    "education": "instruction,niveau instruction", "occupation": "occupation,profession,métier",
    "absent": "absent,migrant", "role": "allocataire,rôle",
}  # fmt: skip
"""What columns are usually called in the files of the country."""


@dataclass(frozen=True)
class Sample:
    """The header of a table and its first rows, as text; where its file holds several, which one, and their names."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    def values(self, column: str) -> list[str]:
        """The distinct values of a column, the most frequent first, empty cells left out."""
        place = self.header.index(column)
        counts: dict[str, int] = {}
        for _, cells in self.rows:
            if cells[place]:
                counts[cells[place]] = counts.get(cells[place], 0) + 1
        return sorted(counts, key=lambda value: (-counts[value], value))


@dataclass(frozen=True)
class Part:
    """What is said of one table: its key, and which column fills which fact, by which codes."""

    key: str = ""
    line: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By fact: value of the file -> stored value, or UNKNOWN."""
    sheet: str = ""
    """The sheet of a workbook, or the CSV of an archive; "" for the first, under whatever name it comes."""


@dataclass(frozen=True)
class Draft:
    """A mapping of a register, not yet written."""

    name: str
    source: str
    households: Part
    members: Part
    collected_on: str = ""
    """The day of every interview, where the file has no column for it (YYYY-MM-DD)."""


def sample(path: Path, sheet: str = "", *, place: int = 0) -> Sample:
    """The first rows of a file: of the table named `sheet`, else of the one at `place` where it holds several.

    InputError when it is not a table, or has none at that place.
    """
    names = table_names(path)
    if place >= max(len(names), 1):
        raise InputError(
            "Ce fichier ne contient qu’un tableau",
            file=path,
            why="Les ménages et leurs membres en sont deux",
            remedy="Donnez aussi le fichier des membres, ou un export entier : classeur de deux feuilles, zip de CSV",
        )
    named = sheet if sheet in names else names[place] if names else None
    with open_table(path, sheet=named) as table:
        several = (named or "", tuple(names)) if len(names) > 1 else ("", ())
        return Sample(tuple(table.header), tuple(islice(table, SAMPLED_ROWS)), *several)


def guess(found: Sample, targets: Iterable[str]) -> dict[str, str]:
    """Fact -> column, for the columns whose name is that of a fact, in English, in French or in a shipped mapping.

    A column fills one fact; exact names come before likenesses.
    """
    names = _known_names()
    wanted = [(target, names.get(target, {target})) for target in targets]
    folded = {column: _folded(column) for column in found.header}
    guessed: dict[str, str] = {}
    for likeness in (1.0, _LIKE_ENOUGH):
        for target, known in wanted:
            free = [column for column in found.header if column not in guessed.values()]
            if target not in guessed and (column := _closest(known, free, folded, likeness)):
                guessed[target] = column
    return guessed


def codes_to_say(found: Sample, columns: Mapping[str, str], targets: Mapping[str, Target]) -> dict[str, list[str]]:
    """By fact, the values of its column that nothing tells how to read: words of a category, of yes or no."""
    return {
        name: unread
        for name, column in columns.items()
        if column in found.header and (unread := _unread(targets[name], found.values(column)))
    }


def stored_values(target: Target) -> list[str]:
    """What a category or a yes-or-no may hold; none for the facts that are numbers, dates or texts."""
    if target.kind == "boolean":
        return ["true", "false"]
    return sorted(set(target.codes.values())) if target.codes and target.closed else []


def to_toml(draft: Draft) -> str:
    """The mapping as a reviewer reads it."""
    lines = [
        "# Correspondance faite sur la page « Imports ».",
        f"name = {_text(draft.name)}",
        f"source = {_text(draft.source)}",
        'destination = "register"',
        "",
        "[household]",
        *_sheet(draft.households),
        f"key = {_text(draft.households.key)}",
        *_interview(draft),
        "",
        "[household.columns]",
        *_columns(draft.households, LIVING),
        "",
        "[members]",
        *_sheet(draft.members),
        f"key = {_text(draft.members.key)}",
        *([f"line = {_text(draft.members.line)}"] if draft.members.line else []),
        "",
        "[members.columns]",
        *_columns(draft.members, MEMBER),
        "",
    ]
    return "\n".join(lines)


def preview(found: Sample, fillings: Sequence[Filling], rows: int) -> list[tuple[int, list[tuple[str, str, str]]]]:
    """The first rows as they would be stored: line, then (fact, value, what is wrong with it).

    Telephones, documents and answers on health are shown as a problem would show them.
    """
    columns = [(filling, column_of(filling)) for filling in fillings]
    shown = []
    for line, cells in found.rows[:rows]:
        row = []
        for filling, conversion in columns:
            cell = filling.value or cells[found.header.index(filling.column)]
            result = conversion[cell]
            wrong = result.message if isinstance(result, Doubt) else ""
            secret = filling.target.restricted or filling.target.kind in ("phone", "nina")
            stored = result.copied if isinstance(result, Doubt) else result
            value = conversion.shown(cell) if secret else stored.partition("\t")[0]
            row.append((filling.name, "" if value == NULL else value, wrong))
        shown.append((line, row))
    return shown


def checked(draft: Draft) -> str:
    """The text of a draft, read back as any mapping is. InputError says what is missing or wrong."""
    text = to_toml(draft)
    parse_mapping(text, "correspondance")
    return text


def _sheet(part: Part) -> list[str]:
    return [f"sheet = {_text(part.sheet)}"] if part.sheet else []


def _interview(draft: Draft) -> list[str]:
    lines = _columns(draft.households, INTERVIEW)
    if draft.collected_on and "collected_on" not in draft.households.columns:
        lines.append(f"collected_on = {{ value = {_text(draft.collected_on)} }}")
    return lines


def _columns(part: Part, targets: Mapping[str, Target]) -> list[str]:
    return [
        f"{name} = {_filling(part.columns[name], part.codes.get(name, {}), target)}"
        for name, target in targets.items()
        if part.columns.get(name)
    ]


def _filling(column: str, codes: Mapping[str, str], target: Target) -> str:
    if not codes:
        return _text(column)
    known = {value: code for value, code in codes.items() if code != UNKNOWN}
    if target.kind != "boolean" and target.codes:
        known = {**target.codes, **known}  # what was understood without being said still is
    pairs = ", ".join(f"{_text(value)} = {_stored(code, target)}" for value, code in known.items())
    unknown = ", ".join(_text(value) for value, code in codes.items() if code == UNKNOWN)
    said = f"column = {_text(column)}, codes = {{ {pairs} }}"
    return f"{{ {said}, unknown = [{unknown}] }}" if unknown else f"{{ {said} }}"


def _stored(code: str, target: Target) -> str:
    return code if target.kind == "boolean" else _text(code)


def _text(text: str) -> str:
    """A TOML string: JSON writes the same, but for the one control character that it leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _unread(target: Target, values: list[str]) -> list[str]:
    if target.kind == "boolean":
        unread = [value for value in values if not _is_boolean(value)]
    elif target.closed and target.codes:
        unread = [value for value in values if value.casefold() not in target.codes]
    else:
        return []
    return unread[:MOST_VALUES]


def _is_boolean(value: str) -> bool:
    try:
        as_boolean(value)
    except ValueError:
        return False
    return True


def _closest(known: set[str], free: list[str], folded: Mapping[str, str], likeness: float) -> str:
    found = [(_likeness(known, folded[column]), column) for column in free]
    best = max(found, default=(0.0, ""), key=lambda one: one[0])
    return best[1] if best[0] >= likeness else ""


def _likeness(known: set[str], name: str) -> float:
    return max((difflib.SequenceMatcher(None, one, name).ratio() for one in known), default=0.0)


@cache
def _known_names() -> dict[str, set[str]]:
    """Fact -> the folded names of columns that have meant it: its own, and those of the shipped mappings."""
    names = {
        target: {_folded(name) for name in [target, *_USUAL.get(target, "").split(",")] if name}
        for target in [*INTERVIEW, *LIVING, *MEMBER]
    }
    for path in sorted(FOLDER.glob("*.toml")):
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        for table in (said.get("household", {}), said.get("members", {})):
            for target, column in [*table.items(), *table.get("columns", {}).items()]:
                named = column.get("column", "") if isinstance(column, dict) else column
                if target in names and isinstance(named, str) and named:
                    names[target].add(_folded(named))
    return names


def _folded(name: str) -> str:
    """« Date d’enquête », « DATE_ENQUETE » and « enquete date » are one name."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c))
    words = [
        word for word in re.split(r"[^a-z0-9]+", bare) if word not in ("", "d", "de", "du", "des", "la", "le", "l")
    ]
    return "_".join(sorted(words))
