"""The results framework: the file of data/, checked as it is read, and the statements that its formulas name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.results.rules import DIMENSIONS, LEVELS, MEASURES, Indicator, Target

FILE = Path(__file__).with_name("data") / "framework.toml"
KINDS = ("regular", "emergency", "sessions", "nutrition", "works", "grants")


@dataclass(frozen=True)
class Formula:
    """A statement of sql/: the right that shows its rows, what a row is, and the settings it reads from the file."""

    right: str
    noun: tuple[str, str]
    takes: tuple[str, ...] = ()
    accounts: bool = False
    """Whether its rows are movements of accounts, which may come back."""


FORMULAS = {
    "households": Formula("payments.see", ("ménage", "ménages"), ("kinds",)),
    "communes": Formula("payments.see", ("commune", "communes"), ("kinds",)),
    "persons": Formula("payments.see", ("personne", "personnes"), ("kinds", "oldest")),
    "poor": Formula("payments.see", ("ménage", "ménages"), ("kinds", "poor_per_mille")),
    "workdays": Formula("delivery.see", ("travailleur", "travailleurs")),
    "worksites": Formula("delivery.see", ("chantier", "chantiers")),
    "rations": Formula("delivery.see", ("personne", "personnes"), ("oldest",)),
    "conditions": Formula("delivery.see", ("examen", "examens")),
    "registered": Formula("registry.see", ("ménage", "ménages")),
    "registered_persons": Formula("registry.see", ("personne", "personnes")),
    "costs": Formula("ledger.see", ("écriture", "écritures"), accounts=True),
    "financing": Formula("ledger.see", ("écriture", "écritures"), accounts=True),
    "on_time": Formula("payments.see", ("ordre", "ordres")),
    "planned": Formula("payments.see", ("ménage", "ménages")),
    "complaints": Formula("grievances.handle", ("plainte", "plaintes")),
}


@dataclass(frozen=True)
class Framework:
    """The whole file; `file_hash` is its SHA-256, `poor_per_mille` the national poverty rate that draws the line."""

    title: str
    author: str
    source: str
    poor_per_mille: int
    poor_source: str
    indicators: dict[str, Indicator]
    file_hash: str


@cache
def framework() -> Framework:
    return read_framework(FILE)


def indicator_of(code: str) -> Indicator | None:
    return framework().indicators.get(code)


def sort_of(code: str) -> str:
    """What a figure of an indicator may be (rules.SORTS)."""
    found = framework().indicators[code]
    return "balance" if FORMULAS[found.formula].accounts else found.measure


def read_framework(path: Path) -> Framework:
    """The framework of a file. Raises InputError, with its line, where it is not as it should be."""
    text = read_text(path)
    top = parse(text, path)
    top.day("valid_from")
    poverty = top.table("poverty")
    indicators: dict[str, Indicator] = {}
    for table in top.tables("indicator"):
        one = _indicator(table)
        if one.code in indicators:
            raise table.error("code", f"L’indicateur « {one.code} » est écrit deux fois", remedy="Gardez-en un")
        indicators[one.code] = one
    found = Framework(
        top.text("title"), top.text("author"), top.text("source"), poverty.integer("per_mille", minimum=1),
        poverty.text("source"), indicators, sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    poverty.refuse_others()
    top.refuse_others()
    return found


def _indicator(table: Table) -> Indicator:
    formula = table.choice("formula", FORMULAS)
    takes = FORMULAS[formula].takes
    by = table.codes("by")
    for one in by:
        if one not in DIMENSIONS or not one:
            raise table.error(
                "by", f"« {one} » n’est pas une ventilation", remedy=f"Possibles : {', '.join(DIMENSIONS)}."
            )
    kinds = table.codes("kinds") if "kinds" in takes else ()
    if "kinds" in takes and (not kinds or not set(kinds) <= set(KINDS)):
        raise table.error("kinds", "Il faut des natures de composantes", remedy=f"Possibles : {', '.join(KINDS)}.")
    oldest = table.integer("oldest", default=-1, minimum=0) if "oldest" in takes else -1
    baseline = table.number("baseline", default=-1.0)
    found = Indicator(
        code=table.text("code", pattern=r"[a-z][a-z0-9_]{2,39}"),
        name=table.text("name"),
        definition=table.text("definition"),
        source=table.text("source"),
        how=table.text("how"),
        unit=table.text("unit"),
        level=table.choice("level", LEVELS),
        component=table.text("component"),
        formula=formula,
        measure=table.choice("measure", MEASURES),
        by=("", *by),
        kinds=kinds,
        oldest=None if oldest < 0 else oldest,
        per=table.integer("per", default=1, minimum=1),
        baseline=None if baseline < 0 else baseline,
        baseline_source=table.text("baseline_source", default=""),
        targets=tuple(_target(one) for one in table.tables("target")),
    )
    table.refuse_others()
    if found.baseline is not None and not found.baseline_source:
        raise table.error("baseline", "La valeur de départ n’a pas de source", remedy="Écrivez baseline_source")
    return found


def _target(table: Table) -> Target:
    found = Target(table.integer("year", minimum=1990), table.number("value"), table.text("source"))
    table.refuse_others()
    return found
