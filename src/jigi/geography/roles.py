"""Roles and rights as reviewed data: `data/rights.toml`, and one file a role in `data/roles/`.

A right is a word with its French sentence and the rows it opens; a role is a title with rights. Two rights may
be incompatible: one person can't hold both in places, programmes and periods that meet (the database refuses).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

from jigi.foundation.bulk import statement

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Right:
    """A right: its sentence, and the families of rows that PostgreSQL opens to who holds it."""

    code: str
    sentence: str
    opens: frozenset[str]


@dataclass(frozen=True)
class Role:
    """A role of the reviewed files: its French title, the rights it gives, where and how it is held."""

    code: str
    title: str
    rights: frozenset[str]
    levels: frozenset[str]
    second_factor: bool
    reason_to_reveal: bool
    organisation: bool


@dataclass(frozen=True)
class Incompatible:
    """Two rights that one person doesn't hold together, and why."""

    one: str
    other: str
    why: str


@cache
def rights() -> dict[str, Right]:
    """Every right of rights.toml, by its word."""
    return {
        code: Right(code, said["sentence"], frozenset(said["opens"]))
        for code, said in _read("rights.toml")["rights"].items()
    }  # fmt: skip


@cache
def incompatible() -> tuple[Incompatible, ...]:
    """The pairs of rights that one person doesn't hold together."""
    pairs = _read("rights.toml")["incompatible"]
    return tuple(Incompatible(pair["rights"][0], pair["rights"][1], pair["why"]) for pair in pairs)


@cache
def roles() -> dict[str, Role]:
    """Every role, by code. Raises ValueError when a file gives an unknown right, or two incompatible ones."""
    return {path.stem: _role(path) for path in sorted((DATA / "roles").glob("*.toml"))}


def quarrel(held: frozenset[str]) -> Incompatible | None:
    """The first incompatible pair among rights, None when there is none."""
    return next((pair for pair in incompatible() if {pair.one, pair.other} <= held), None)


def write_rights() -> None:
    """Tell the database what the files say, for its own checks; running it again changes nothing."""
    rows = [
        (role.code, right.code, sorted(right.opens))
        for role in roles().values()
        for right in (rights()[code] for code in sorted(role.rights))
    ]
    pairs = [(pair.one, pair.other, pair.why) for pair in incompatible()]
    with connection.cursor() as cursor:
        cursor.execute(statement("geography", "forget_rights"))
        cursor.executemany("INSERT INTO geography_roleright VALUES (%s, %s, %s)", rows)
        cursor.executemany("INSERT INTO geography_incompatible VALUES (%s, %s, %s)", pairs)


def _role(path: Path) -> Role:
    said = _read(f"roles/{path.name}")
    given = frozenset(said["rights"])
    if unknown := given - set(rights()):
        raise ValueError(f"{path.name} donne des droits inconnus : {sorted(unknown)}")
    if pair := quarrel(given):
        raise ValueError(f"{path.name} donne à la fois {pair.one} et {pair.other} : {pair.why}")
    return Role(
        path.stem, said["title"], given, frozenset(said["levels"]), said["second_factor"],
        said["reason_to_reveal"], said.get("organisation", False),
    )  # fmt: skip


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
