"""The reviewed file of conditions (`data/conditions.toml`), read strictly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "conditions.toml"
CODE = r"[A-Z0-9][A-Z0-9-]{0,39}"


@dataclass(frozen=True)
class Definition:
    """One condition of a file; `line` is where it begins, for who finds that its components do not exist."""

    code: str
    name: str
    programme: str
    paid: str
    followed_programme: str
    followed: str
    hardness: str
    themes: tuple[str, ...]
    who: str
    least: int
    effect: str
    percent: int
    appeal_days: int
    valid_from: date
    valid_until: date | None
    author: str
    source: str
    line: int


def read_conditions(path: str | Path = SHIPPED) -> list[Definition]:
    """Every condition of a file, in its order. InputError with the line of the first mistake."""
    top = parse(read_text(path), path)
    author, source = top.text("author"), top.text("source")
    found = list(_read(top, author, source))
    if not found:
        raise top.error("", "Il manque des conditions", remedy="Écrivez chacune comme un bloc [[condition]]")
    top.refuse_others()
    return found


def _read(top: Table, author: str, source: str) -> Iterator[Definition]:
    seen: set[str] = set()
    for said in top.tables("condition"):
        code = said.text("code", pattern=CODE)
        if code in seen:
            raise said.error("code", f"La condition « {code} » est déjà plus haut", remedy="Gardez un seul des blocs")
        seen.add(code)
        yield _definition(code, said, author, source)
        said.refuse_others()


def _definition(code: str, said: Table, author: str, source: str) -> Definition:
    hardness = said.choice("hardness", ("soft", "hard"))
    effect, percent = _effect(said, hardness)
    starts, ends = said.day("valid_from"), said.day("valid_until") if "valid_until" in said.data else None
    if ends and ends < starts:
        raise said.error("valid_until", "La condition finit avant de commencer")
    programme = said.text("programme")
    return Definition(
        code, said.text("name"), programme, said.text("paid"), said.text("followed_programme", default=programme),
        said.text("followed"), hardness,
        said.codes("themes"), said.choice("who", ("household", "mother"), default="household"),
        _between(said, "least", 1, 60), effect, percent, _between(said, "appeal_days", 7, 120), starts, ends,
        said.text("author", default=author), said.text("source", default=source), said.line(),
    )  # fmt: skip


def _effect(said: Table, hardness: str) -> tuple[str, int]:
    if hardness == "soft":
        for key in ("effect", "percent"):
            if key in said.data:
                raise said.error(
                    key,
                    "Une condition suivie n’a pas d’effet",
                    remedy='Retirez cette ligne, ou écrivez hardness = "hard"',
                )
        return "", 0
    effect = said.choice("effect", ("block", "reduce"))
    if effect == "block":
        return effect, 100
    return effect, _between(said, "percent", 1, 99)


def _between(said: Table, key: str, least: int, most: int) -> int:
    value = said.integer(key, minimum=least)
    if value > most:
        raise said.error(key, f"{value} est plus grand que {most}")
    return value
