"""What an agreement may share: the facts of data/fields.toml, each with its French and whether it is restricted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("data") / "fields.toml"


@dataclass(frozen=True)
class Fact:
    """A fact of the register that may be shared. `restricted`: it names or finds somebody."""

    code: str
    label: str
    restricted: bool


@cache
def facts() -> dict[str, Fact]:
    """Every fact, by its code, in the order of the file."""
    said = tomllib.loads(DATA.read_text(encoding="utf-8"))["fields"]
    return {code: Fact(code, one["label"], one.get("restricted", False)) for code, one in said.items()}
