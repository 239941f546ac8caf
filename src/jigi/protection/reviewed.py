"""The reviewed files of this package: the delay of an answer, the rules of retention."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import parse, read_text

DATA = Path(__file__).with_name("data")
RULES = DATA / "retention.toml"


@dataclass(frozen=True)
class Delays:
    """Days to answer a request, by its kind, with the law they come from and what is not sure."""

    days: dict[str, int]
    source: str
    note: str


@dataclass(frozen=True)
class Rule:
    """How long one sort of data is kept; `happens` says what is done to it then."""

    code: str
    what: str
    months: int
    counted_from: str
    happens: str
    basis: str
    author: str


@cache
def delays() -> Delays:
    """The delays of data/delays.toml."""
    top = parse(read_text(DATA / "delays.toml"), DATA / "delays.toml")
    days = top.table("days")
    kinds = ("access", "correction", "opposition", "erasure")
    found = Delays({kind: days.integer(kind, minimum=1) for kind in kinds}, top.text("source"), top.text("note"))
    days.refuse_others()
    top.text("author")
    top.refuse_others()
    return found


@cache
def retention_rules(path: Path = RULES) -> tuple[Rule, ...]:
    """The rules of data/retention.toml in their order; InputError with the line of what is wrong."""
    top = parse(read_text(path), path)
    rules = []
    for one in top.tables("rule"):
        texts = {name: one.text(name) for name in ("what", "counted_from", "happens", "basis", "author")}
        rules.append(Rule(one.text("code", pattern="[a-z_]+"), months=one.integer("months", minimum=1), **texts))
        one.refuse_others()
    top.refuse_others()
    return tuple(rules)


def rules_hash() -> str:
    """SHA-256 of the rules as written: a proposal made under other rules is not applied."""
    return hashlib.sha256(RULES.read_bytes()).hexdigest()
