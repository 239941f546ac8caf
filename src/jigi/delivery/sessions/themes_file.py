"""The reviewed file of themes, modules and materials (`data/themes.toml`), read strictly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "themes.toml"
CODE = r"[a-z0-9][a-z0-9-]{0,39}"


@dataclass(frozen=True)
class Module:
    """A module of the file, field by field as its table holds it, under the code of its theme."""

    theme: str
    code: str
    name: str
    rank: int
    minutes: int
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True)
class Catalogue:
    """What a file says: themes (code and name, in order), their modules, materials (code -> name)."""

    themes: dict[str, str]
    modules: tuple[Module, ...]
    materials: dict[str, str]


@cache
def materials() -> dict[str, str]:
    """The materials of the shipped file: code -> name."""
    return read_themes(SHIPPED).materials


def read_themes(path: str | Path = SHIPPED) -> Catalogue:
    """What a file says. InputError with the line of the first mistake."""
    top = parse(read_text(path), path)
    top.text("author")
    source, starts = top.text("source"), top.day("valid_from")
    seen: set[str] = set()
    themes: dict[str, str] = {}
    modules: list[Module] = []
    for block in top.tables("theme"):
        code = _new_code(block, seen)
        themes[code] = block.text("name")
        modules += _modules(block, code, seen, source, starts, len(modules))
        block.refuse_others()
    if not modules:
        raise top.error("", "Il manque des modules", remedy="Écrivez des blocs [[theme]] et [[theme.module]]")
    found = {_new_code(block, seen): block.text("name") for block in top.tables("material")}
    top.refuse_others()
    return Catalogue(themes, tuple(modules), found)


def _modules(
    block: Table, theme: str, seen: set[str], source: str, starts: date, before: int
) -> Iterator[Module]:  # fmt: skip
    blocks = block.tables("module")
    if not blocks:
        raise block.error("", f"Le thème « {theme} » n’a pas de module", remedy="Ajoutez un bloc [[theme.module]]")
    for rank, said in enumerate(blocks, before + 1):
        first = said.day("valid_from", default=starts)
        last = said.day("valid_until") if "valid_until" in said.data else None
        if last and last < first:
            raise said.error("valid_until", "Le module finit avant de commencer")
        minutes = said.integer("minutes", minimum=10)
        if minutes > 480:
            raise said.error("minutes", "Un module dure au plus 480 minutes", remedy="Coupez-le en deux modules")
        yield Module(
            theme, _new_code(said, seen), said.text("name"), rank, minutes, first, last,
            said.text("source", default=source),
        )  # fmt: skip
        said.refuse_others()


def _new_code(said: Table, seen: set[str]) -> str:
    code = said.text("code", pattern=CODE)
    if code in seen:
        raise said.error("code", f"Le code « {code} » est déjà plus haut", remedy="Donnez à chacun son code")
    seen.add(code)
    return code
