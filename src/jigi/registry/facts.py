"""The dictionary of facts as written: `data/kinds.toml`, and in each package `data/facts.toml`.

Kinds, laws and the fields of every entity stand in the first. The others say their package, its entities and every
field of them, by entity, kind and source; what they say is held to the models by dictionary.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.registry.freshness import HEALTH, HOUSEHOLD, LIVING, Kind, Life

DATA = Path(__file__).with_name("data")
KINDS = DATA / "kinds.toml"

SENSITIVITIES = {"ordinary": "ordinaire", "personal": "personnelle", "restricted": "restreinte"}
SOURCES = {"question": "question", "computed": "calculé", "decision": "décision"}


@dataclass(frozen=True)
class Law:
    """A text that facts rest on, and what it supports."""

    code: str
    short: str
    title: str
    supports: str


@dataclass(frozen=True)
class Reviewed:
    """What holds for every package: who reviewed it, the life of a visit, the laws, the kinds, the common fields."""

    author: str
    source: str
    valid_from: date
    visit: Life
    why: str
    laws: dict[str, Law]
    kinds: dict[str, Kind]
    common: dict[str, str]


@dataclass(frozen=True)
class Definition:
    """What a field is, of which kind of fact, and where its value comes from (a key of SOURCES)."""

    says: str
    kind: str
    source: str


@dataclass(frozen=True)
class Words:
    """What a package's file says of it: its entities by model, its fields by « Model.field », other French names."""

    title: str
    says: str
    entities: dict[str, str]
    names: dict[str, str]
    fields: dict[str, Definition]


@cache
def reviewed(path: Path = KINDS) -> Reviewed:
    """What holds for every package. Raises InputError with the line of what is wrong."""
    top = parse(read_text(path), path)
    visit = top.table("visit")
    laws = {one.text("code"): _law(one) for one in top.tables("law")}
    found = Reviewed(
        author=top.text("author"), source=top.text("source"), valid_from=top.day("valid_from"),
        visit=_life(visit), why=visit.text("why"), laws=laws,
        kinds=_kinds(top, laws), common=_texts(top, "common"),
    )  # fmt: skip
    visit.refuse_others()
    top.refuse_others()
    return found


@cache
def words(path: Path) -> Words:
    """What the file of a package says of its entities and fields. Raises InputError with the line."""
    top = parse(read_text(path), path)
    package = top.table("package")
    found = Words(
        title=package.text("title"), says=package.text("says"),
        entities=_texts(top, "entities"), names=_texts(top, "names", optional=True),
        fields=dict(_fields(top.table("fields"))),
    )  # fmt: skip
    package.refuse_others()
    top.refuse_others()
    return found


def kinds() -> tuple[Kind, ...]:
    """The kinds that a visit to a household dates, in the order of the file."""
    return tuple(kind for kind in reviewed().kinds.values() if kind.carrier)


def _kinds(top: Table, laws: dict[str, Law]) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for one in top.tables("kind"):
        kind = _kind(one, laws)
        if kind.code in found:
            raise one.error("code", f"Le type de fait « {kind.code} » est dit deux fois", remedy="Gardez-en un")
        found[kind.code] = kind
    return found


def _kind(one: Table, laws: dict[str, Law]) -> Kind:
    code = one.text("code", pattern="[a-z]+")
    based = one.codes("laws")
    if unknown := [law for law in based if law not in laws]:
        raise one.error("laws", f"La loi « {unknown[0]} » n’est pas dans ce fichier", remedy="Ajoutez un bloc [[law]]")
    kind = Kind(
        code, one.text("title"), one.choice("carrier", (HOUSEHOLD, LIVING, HEALTH), default=""), _life(one),
        one.choice("sensitivity", SENSITIVITIES), based, one.text("unsure", default=""),
    )  # fmt: skip
    if kind.life.months and not kind.carrier:
        raise one.error("months", "Un fait qui vieillit a une visite qui le date", remedy="Dites « carrier »")
    one.refuse_others()
    return kind


def _life(one: Table) -> Life:
    months = one.integer("months", default=0, minimum=1) or None
    soon = one.integer("soon", default=0)
    if soon and soon >= (months or 0):
        raise one.error("soon", "L’avertissement vient avant la fin de la validité", why="« soon » dépasse « months »")
    return Life(months, soon)


def _law(one: Table) -> Law:
    law = Law(one.text("code"), one.text("short"), one.text("title"), one.text("supports"))
    one.refuse_others()
    return law


def _texts(top: Table, name: str, *, optional: bool = False) -> dict[str, str]:
    if optional and name not in top.data:
        return {}
    table = top.table(name)
    return {key: table.text(key) for key in table.data}


def _fields(top: Table) -> Iterator[tuple[str, Definition]]:
    seen: set[str] = set()
    for model, kind, source, table in _sections(top):
        for name in table.data:
            field = f"{model}.{name}"
            if field in seen:
                raise table.error(name, f"Le champ « {field} » est défini deux fois", remedy="Gardez-en un")
            seen.add(field)
            yield field, Definition(table.text(name), kind, source)


def _sections(top: Table) -> Iterator[tuple[str, str, str, Table]]:
    """The blocks [fields.<model>.<kind>.<source>] of a file."""
    for model in top.data:
        of_model = top.table(model)
        for kind in of_model.data:
            _require(of_model, kind, "type de fait", reviewed().kinds)
            of_kind = of_model.table(kind)
            for source in of_kind.data:
                _require(of_kind, source, "source", SOURCES)
                yield model, kind, source, of_kind.table(source)


def _require(table: Table, key: str, what: str, known: Collection[str]) -> None:
    if key not in known:
        raise table.error(key, f"« {key} » est inconnu ici", why=f"Il faut : {what}", remedy=f"{', '.join(known)}.")
