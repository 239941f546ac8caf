"""Reviewed TOML files read strictly: every mistake is said with its line, every unknown key refused.

top = parse(read_text(path), path)
name = top.text("name")
terms = [term.integer("version") for term in top.tables("term")]
top.refuse_others()
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jigi.foundation.errors import InputError

HEADER = re.compile(r"\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(#.*)?$")
KEY = re.compile(r"""(?:"([^"]*)"|'([^']*)'|([\w.-]+))\s*=""")
AT_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
MAX_BYTES = 10_000_000
_NONE: Any = object()


def read_text(path: str | Path) -> str:
    """The text of a small UTF-8 file; InputError when it is missing, a folder, too large or not text."""
    path = Path(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise InputError("C’est un dossier", file=path, remedy="Donnez le chemin d’un fichier TOML")
        content = path.read_bytes() if found.st_size <= MAX_BYTES else None
    except OSError as error:
        why = {FileNotFoundError: "il n’existe pas", PermissionError: "la lecture n’est pas permise"}
        reason = why.get(type(error), error.strerror or "")
        raise InputError(
            "Le fichier ne peut pas être lu", file=path, why=reason, remedy="Vérifiez le nom et les droits"
        ) from error
    if content is None:
        raise InputError(
            "Le fichier est trop grand pour un fichier TOML relu par des personnes", file=path,
            remedy="Donnez la définition, pas un fichier de données",
        )  # fmt: skip
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            "Le fichier n’est pas en UTF-8", file=path, line=line, remedy="Enregistrez-le en UTF-8"
        ) from error
    if not text.strip():
        raise InputError("Le fichier est vide", file=path, remedy="Partez d’un des fichiers livrés avec Jigi")
    return text


def parse(text: str, file: str | Path) -> Table:
    """The top table of a TOML text; InputError with the line where it is no TOML."""
    try:
        data = tomllib.loads(text)
    except (
        ValueError,
        RecursionError,
    ) as error:  # a number of 5,000 digits, lists 1,000 deep: no TOML either
        place = AT_LINE.search(str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        raise InputError(
            "Ce n’est pas du TOML", file=file, line=line,
            remedy="Corrigez la ligne : un texte s’écrit entre guillemets, une date 2015-03-01.",
        ) from error  # fmt: skip
    return Table(data, _Lines(text), str(file))


class Table:
    """One table of the file. Each reader names its key; `refuse_others` refuses what nobody has read."""

    def __init__(self, data: dict[str, Any], lines: _Lines, file: str, place: tuple[str | int, ...] = ()) -> None:
        self.data, self.file = data, file
        self._lines, self._place = lines, place
        self._read: set[str] = set()

    def error(self, key: str, what: str, *, why: str = "", remedy: str = "") -> InputError:
        """The error of a key of this table (of the whole table when the key is "")."""
        remedy = remedy or "Corrigez cette ligne de la définition, puis recommencez"
        return InputError(what, file=self.file, line=self.line(key), column=key, why=why, remedy=remedy)

    def line(self, key: str = "") -> int:
        """The line of a key, of the table itself when it has none (or the key is "")."""
        return self._lines.of(self._place, key)

    def item_lines(self, key: str) -> list[int]:
        """The line of each text of a list, which may be spread over many."""
        return self._lines.of_items(self.line(key), self.data.get(key, []))

    def text(self, key: str, *, default: str = _NONE, pattern: str = "") -> str:
        value = self._value(key, str, "un texte entre guillemets", default)
        if default is _NONE and not value.strip():
            raise self.error(key, "La valeur est vide")
        if "\0" in value:
            raise self.error(key, "Le texte contient un caractère nul", remedy="Retirez-le")
        if pattern and not re.fullmatch(pattern, value):
            raise self.error(key, f"« {value} » n’a pas la forme attendue", why=f"Forme : {pattern}")
        return value

    def choice(self, key: str, options: Collection[str], *, default: str = _NONE) -> str:
        value = self._value(key, str, "un texte entre guillemets", default)
        if value not in options and value != default:
            listed = ", ".join(sorted(options))
            raise self.error(key, f"« {value} » est inconnu ici", remedy=f"Valeurs possibles : {listed}.")
        return value

    def integer(self, key: str, *, default: int = _NONE, minimum: int = 0) -> int:
        value = self._value(key, int, "un nombre entier", default)
        if value is not default and value < minimum:
            raise self.error(key, f"{value} est plus petit que {minimum}")
        return value

    def number(self, key: str, *, default: float = _NONE) -> float:
        return float(self._value(key, (int, float), "un nombre", default))

    def flag(self, key: str, *, default: bool = _NONE) -> bool:
        return self._value(key, bool, "true ou false", default)

    def day(self, key: str, *, default: date = _NONE) -> date:
        return self._value(key, date, "une date, comme 2015-03-01", default)

    def codes(self, key: str) -> tuple[str, ...]:
        """A list of codes, empty when absent; true and false are codes too."""
        values = self._value(key, list, 'une liste, comme ["1", "2"]', [])
        if any(not isinstance(value, str | bool) for value in values):
            raise self.error(key, "Chaque code est un texte entre guillemets", remedy='Écrivez ["1", "2"].')
        return tuple(str(value).lower() if isinstance(value, bool) else value for value in values)

    def items(self, key: str) -> list[object]:
        """A list of anything, empty when absent; the caller looks at what is in it."""
        return self._value(key, list, "une liste, comme [1, 2]", [])

    def table(self, key: str) -> Table:
        """The table `[key]` under this one."""
        data = self._value(key, dict, f"un bloc [{self._under(key)}]", _NONE)
        return Table(data, self._lines, self.file, (*self._place, key))

    def tables(self, key: str) -> list[Table]:
        """The tables `[[key]]` under this one, in the order of the file; none when there is none."""
        found = self._value(key, list, f"des blocs [[{self._under(key)}]]", [])
        if any(not isinstance(data, dict) for data in found):
            raise self.error(key, f"Écrivez « {key} » comme des blocs [[{self._under(key)}]]")
        return [
            Table(data, self._lines, self.file, (*self._place, key, position)) for position, data in enumerate(found)
        ]

    def refuse_others(self, *allowed: str) -> None:
        """Refuse the first key that was neither read nor allowed: a misspelt key must not be ignored."""
        for key in self.data:
            if key not in self._read and key not in allowed:
                known = ", ".join(sorted(self._read | set(allowed)))
                raise self.error(key, f"La clef « {key} » est inconnue ici", remedy=f"Clefs possibles : {known}.")

    def _value(self, key: str, kind: Any, expected: str, default: Any) -> Any:
        self._read.add(key)
        if key not in self.data:
            if default is _NONE:
                raise self.error("", f"Il manque « {key} »", remedy=f"Ajoutez {key} : il faut {expected}")
            return default
        value = self.data[key]
        # A boolean is an int and a date-time a date in Python: neither is meant by the person who wrote it.
        odd = isinstance(value, bool | datetime) and kind is not bool
        if odd or not isinstance(value, kind):
            raise self.error(key, f"« {key} » n’est pas du bon type", why=f"Il faut {expected}")
        return value

    def _under(self, key: str) -> str:
        return ".".join([part for part in self._place if isinstance(part, str)] + [key])


class _Lines:
    """Where each table and key of a TOML text stands, by its path: ("component", 1, "funding", 0, "rank")."""

    def __init__(self, text: str) -> None:
        self._text = text.splitlines()
        self._found: dict[tuple[str | int, ...], int] = {(): 1}
        self._latest: dict[str, int] = {}
        place: tuple[str | int, ...] = ()
        quotes = False
        for number, line in enumerate(map(str.strip, self._text), start=1):
            inside, quotes = quotes, quotes ^ bool((line.count('"""') + line.count("'''")) % 2)
            if inside:
                continue
            if match := HEADER.match(line):
                place = self._entered(match[1], repeated=line.startswith("[["))
                self._found.setdefault(place, number)
            elif match := KEY.match(line):
                self._found.setdefault((*place, match[1] or match[2] or match[3] or ""), number)

    def of(self, place: tuple[str | int, ...], key: str) -> int:
        """The line of the key, else of the table it is missing from, the first line for the whole file."""
        named = (*place, key) if key else place
        if (*named, 0) in self._found:
            return self._found[*named, 0]
        while named not in self._found:
            named = named[:-1]
        return self._found[named]

    def of_items(self, start: int, items: list[Any]) -> list[int]:
        """The line of each text of a list whose key stands at the line `start`, in the order of the list."""
        found: list[int] = []
        row, column = start - 1, 0
        for item in items:
            while row < len(self._text):
                match = re.compile(rf"""(["']){re.escape(str(item))}\1""").search(self._text[row], column)
                if match:
                    column = match.end()
                    break
                row, column = row + 1, 0
            found.append(row + 1 if row < len(self._text) else start)
        return found

    def _entered(self, header: str, *, repeated: bool) -> tuple[str | int, ...]:
        """The path of a header: the blocks under an earlier block of the same name are counted anew."""
        if repeated:
            self._latest[header] = self._latest.get(header, -1) + 1
        for other in [known for known in self._latest if known.startswith(f"{header}.")]:
            del self._latest[other]
        place: list[str | int] = []
        parts = header.split(".")
        for length, part in enumerate(parts, start=1):
            place.append(part)
            if (name := ".".join(parts[:length])) in self._latest:
                place.append(self._latest[name])
        return tuple(place)
