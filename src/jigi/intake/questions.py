"""A questionnaire as people read it: its questions with their choices and conditions, from what pyxform understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Kind = Literal["question", "group", "repeat"]

NAMES = {
    "text": "texte",
    "integer": "nombre entier",
    "decimal": "nombre",
    "date": "date",
    "today": "jour de l’entretien",
    "start": "début",
    "end": "fin",
    "deviceid": "appareil",
    "time": "heure",
    "dateTime": "date et heure",
    "select one": "un choix",
    "select one external": "un choix",
    "select all that apply": "plusieurs choix",
    "rank": "ordre",
    "geopoint": "position GPS",
    "geotrace": "tracé",
    "geoshape": "contour",
    "photo": "photographie",
    "audio": "enregistrement",
    "video": "film",
    "file": "fichier",
    "barcode": "code-barres",
    "note": "à lire",
    "acknowledge": "à confirmer",
    "range": "échelle",
    "calculate": "calcul",
}
SELECT_ONE = frozenset({"select one", "select one external"})
SELECT_MANY = frozenset({"select all that apply", "rank"})
UNASKED = frozenset({"calculate", "today", "start", "end", "deviceid", "audit", "username", "phonenumber", "email"})
FILES = frozenset({"photo", "audio", "video", "file"})
_BESIDE = frozenset({"meta"})


@dataclass(frozen=True)
class Choice:
    name: str
    label: str


@dataclass(frozen=True)
class Item:
    """A question, or what holds some. `path` is its place under the root, `repeat` that of the repeat it stands in."""

    kind: Kind
    path: str
    type: str
    label: str
    hint: str
    relevant: str
    constraint: str
    constraint_message: str
    required: bool
    calculation: str
    choices: tuple[Choice, ...]
    from_file: str
    repeat: str
    depth: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def type_word(self) -> str:
        return NAMES.get(self.type, self.type)

    @property
    def is_asked(self) -> bool:
        return self.kind == "question" and self.type not in UNASKED


class Questionnaire:
    """The items of a definition, in order, found by path or by a name that only one bears."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self.definition = definition
        self.items = list(self._walk(definition.get("children", ()), "", "", 0))

    @cached_property
    def questions(self) -> dict[str, Item]:
        return {item.path: item for item in self.items if item.kind == "question"}

    @cached_property
    def repeats(self) -> dict[str, Item]:
        return {item.path: item for item in self.items if item.kind == "repeat"}

    @cached_property
    def repeated(self) -> frozenset[str]:
        """The paths under which an element may come several times."""
        return frozenset(self.repeats)

    def find(self, name: str) -> list[Item]:
        """The questions of this path, or of this name."""
        if name in self.questions:
            return [self.questions[name]]
        return [item for item in self.questions.values() if item.name == name]

    def find_repeat(self, name: str) -> list[Item]:
        return [item for item in self.repeats.values() if name in (item.path, item.name)]

    def in_words(self, expression: str) -> str:
        """A condition as a person reads it: names by their labels, choices by theirs."""
        return _in_words(self, expression)

    def _walk(self, children: Any, under: str, repeat: str, depth: int) -> Iterator[Item]:
        for child in children:
            if not isinstance(child, dict) or child.get("name") in _BESIDE:
                continue
            path = f"{under}/{child['name']}" if under else str(child["name"])
            item = self._item(child, path, repeat, depth)
            yield item
            inner = path if item.kind == "repeat" else repeat
            if item.kind != "question":
                yield from self._walk(child.get("children", ()), path, inner, depth + 1)

    def _item(self, child: Mapping[str, Any], path: str, repeat: str, depth: int) -> Item:
        bind = child.get("bind") or {}
        kind: Kind = child["type"] if child["type"] in ("group", "repeat") else "question"
        source = str(child.get("itemset") or child.get("list_name") or "")
        from_file = source if source.endswith((".csv", ".xml", ".geojson")) else ""
        if child["type"] == "select one external":
            from_file = "itemsets.csv"
        return Item(
            kind, path, str(child["type"]), said(child.get("label")), said(child.get("hint")),
            str(bind.get("relevant", "")), str(bind.get("constraint", "")), said(bind.get("jr:constraintMsg")),
            bind.get("required") in ("yes", "true()"), str(bind.get("calculate", "")),
            self._choices(child, source), from_file, repeat, depth,
        )  # fmt: skip

    def _choices(self, child: Mapping[str, Any], source: str) -> tuple[Choice, ...]:
        listed = child.get("choices") or (self.definition.get("choices") or {}).get(source) or ()
        return tuple(Choice(str(one["name"]).strip(), said(one.get("label"))) for one in listed)


def said(label: Any) -> str:
    """A label in French where it comes in several languages, without the marks of HTML."""
    if isinstance(label, dict):
        french = [text for language, text in label.items() if "fr" in str(language).casefold()]
        label = next(iter([*french, *label.values()]), "")
    text = re.sub(r"<br\s*/?>", "\n", str(label or ""))
    return re.sub(r"</?[a-zA-Z][^<>]{0,200}>", "", text).strip()


_UPWARDS = re.compile(r"(?:\.\./)+([\w.-]+)")
_REFERENCE = re.compile(r"\$\{\s*([\w.-]+)\s*\}")
_SELECTED = re.compile(r"selected\(\s*(\$\{[\w.-]+\}|\.)\s*,\s*['\"]([^'\"]*)['\"]\s*\)")
_COMPARED = re.compile(r"(\$\{[\w.-]+\}|(?<![\w.)])\.(?![\w.]))\s*(!=|=)\s*['\"]([^'\"]*)['\"]")
_WORDS = (
    (re.compile(r"\bnot\(([^()]*)\)"), r"sauf si \1"),
    (re.compile(r"\band\b"), "et"),
    (re.compile(r"\bor\b"), "ou"),
    (re.compile(r"int\(format-date\(today\(\), ['\"]%Y['\"]\)\)"), "l’année présente"),
    (re.compile(r"\btoday\(\)"), "aujourd’hui"),
    (re.compile(r"\btrue\(\)"), "toujours"),
    (re.compile(r"\bfalse\(\)"), "jamais"),
    (re.compile(r"\s*>=\s*"), " ≥ "),
    (re.compile(r"\s*<=\s*"), " ≤ "),
    (re.compile(r"\s*!=\s*"), " ≠ "),
    (re.compile(r"(?<![\w.)»])\.(?![\w.])"), "la réponse"),
)


def _in_words(form: Questionnaire, expression: str) -> str:
    def named(reference: str) -> Item | None:
        found = _REFERENCE.fullmatch(reference)
        return next(iter(form.find(found[1])), None) if found else None

    def label(reference: str) -> str:
        item = named(reference)
        if item is None:
            return "la réponse" if reference == "." else reference
        return f"« {_short(item.label) or item.name} »"

    def answer(reference: str, name: str) -> str:
        item = named(reference)
        chosen = next((one.label for one in item.choices if one.name == name), name) if item else name
        return f"« {chosen} »"

    def compared(found: re.Match[str]) -> str:
        reference, sign, name = found[1], found[2], found[3]
        if not name:
            return f"{label(reference)} est {'remplie' if sign == '!=' else 'vide'}"
        return f"{label(reference)} {'est' if sign == '=' else 'n’est pas'} {answer(reference, name)}"

    def selected(found: re.Match[str]) -> str:
        return f"{label(found[1])} comprend {answer(found[1], found[2])}"

    text = _UPWARDS.sub(r"${\1}", expression)
    text = _SELECTED.sub(selected, text)
    text = _COMPARED.sub(compared, text)
    text = _REFERENCE.sub(lambda found: label(found[0]), text)
    for pattern, words in _WORDS:
        text = pattern.sub(words, text)
    return re.sub(r"\s+", " ", text).strip()


def _short(label: str) -> str:
    first = label.splitlines()[0] if label else ""
    return first if len(first) <= 60 else f"{first[:57]}…"
