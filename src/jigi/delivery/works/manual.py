"""The reviewed file of the works (data/works.toml): kinds, screening, criteria, tools, terms by default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jigi.delivery.works.rules import LEAST_CAP, MOST_CAP
from jigi.foundation.toml_table import Table, parse, read_text

FILE = Path(__file__).resolve().parent.parent / "data" / "works.toml"
CODE = r"[a-z][a-z0-9_]{1,19}"
MEASURES = {"m": "mètres", "m3": "mètres cubes", "ha": "hectares", "trees": "arbres"}
"""What physical progress is counted in; always whole."""


@dataclass(frozen=True)
class Kind:
    """A kind of work, and what its progress is counted in."""

    label: str
    measure: str


@dataclass(frozen=True)
class Risk:
    """A question of the screening, and the mitigation proposed when the answer is yes."""

    question: str
    measure: str


@dataclass(frozen=True)
class Criterion:
    """What gives points in a ranking."""

    label: str
    points: int


@dataclass(frozen=True)
class Manual:
    """The whole file. `terms`: day_rate_xof, cap_half_days, wage_percent, women_percent."""

    author: str
    source: str
    valid_from: date
    terms: dict[str, int]
    kinds: dict[str, Kind]
    forbidden: dict[str, str]
    risks: dict[str, Risk]
    criteria: dict[str, Criterion]
    tools: dict[str, str]


@cache
def manual() -> Manual:
    """The file that is shipped. Raises InputError with the line of what is wrong."""
    return read(FILE)


def read(path: Path) -> Manual:
    """A file of the works, checked. Raises InputError with the line of what is wrong."""
    top = parse(read_text(path), path)
    found = Manual(
        author=top.text("author"), source=top.text("source"), valid_from=top.day("valid_from"), terms=_terms(top),
        kinds={_code(one): Kind(one.text("label"), one.choice("measure", MEASURES)) for one in _some(top, "kind")},
        forbidden={_code(one): one.text("question") for one in _some(top, "forbidden")},
        risks={_code(one): Risk(one.text("question"), one.text("measure")) for one in _some(top, "risk")},
        criteria={
            _code(one): Criterion(one.text("label"), one.integer("points", minimum=1))
            for one in _some(top, "criterion")
        },
        tools={_code(one): one.text("label") for one in _some(top, "tool")},
    )  # fmt: skip
    top.refuse_others()
    return found


def _terms(top: Table) -> dict[str, int]:
    table = top.table("terms")
    found = {name: table.integer(name) for name in ("day_rate_xof", "cap_half_days", "wage_percent", "women_percent")}
    if found["day_rate_xof"] % 2 or not found["day_rate_xof"]:
        raise table.error("day_rate_xof", "Le salaire d’un jour est pair : une demi-journée se paie sans centime")
    if not LEAST_CAP <= found["cap_half_days"] <= MOST_CAP:
        raise table.error("cap_half_days", f"Le plafond va de {LEAST_CAP} à {MOST_CAP} demi-journées (60 à 90 jours)")
    for name in ("wage_percent", "women_percent"):
        if found[name] > 100:
            raise table.error(name, "Une part est au plus de 100 %")
    table.refuse_others()
    return found


def _some(top: Table, key: str) -> list[Table]:
    """The blocks of a key, at least one, no code twice."""
    found, seen = top.tables(key), set()
    if not found:
        raise top.error(
            "", f"Il manque des blocs [[{key}]]", remedy="Une liste vide ne protège de rien : remplissez-la."
        )
    for one in found:
        code = _code(one)
        if code in seen:
            raise one.error("code", f"« {code} » est deux fois dans [[{key}]]")
        seen.add(code)
    return found


def _code(table: Table) -> str:
    return table.text("code", pattern=CODE)
