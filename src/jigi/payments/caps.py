"""The cap of arrears, as reviewed data: how many a household is asked to receive at once (data/arrears.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import parse, read_text

SHIPPED = Path(__file__).with_name("data") / "arrears.toml"


def most_arrears(programme: str) -> int:
    """How many arrears of one household a round of a programme asks for."""
    found = caps()
    return found.get(programme, found[""])


@cache
def caps() -> Mapping[str, int]:
    """The caps in force, by programme ("": any other)."""
    return read_caps(SHIPPED)


def read_caps(path: Path) -> Mapping[str, int]:
    """The caps of a reviewed file. Raises InputError: a cap below one (it would lose a right), a programme twice."""
    top = parse(read_text(path), path)
    top.text("author"), top.text("source"), top.day("valid_from")
    found: dict[str, int] = {}
    for table in top.tables("cap"):
        programme = table.text("programme", default="")
        if programme in found:
            raise table.error("programme", "Ce programme a déjà un plafond")
        found[programme] = table.integer("most_terms", minimum=1)
        table.refuse_others()
    top.refuse_others()
    if "" not in found:
        raise top.error("", "Il manque le plafond de tout programme", remedy='Écrivez programme = "".')
    return found
