"""The gazetteer shipped with the project: what the files of `data/` say, before any database.

Sources, and what is ours in them, are in `data/SOURCES.md`. An area's path is the chain of codes from the
country down to itself: « /ML/ML01/ML0103/ ».
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True)
class VersionFact:
    """A division of the country and its dates."""

    code: str
    name: str
    valid_from: date
    valid_until: date | None
    source: str


@dataclass(frozen=True)
class AreaFact:
    """A place: degrees, km², inhabitants; `parent` is a code, "" for the country."""

    code: str
    name: str
    level: str
    parent: str
    path: str
    longitude: float | None
    latitude: float | None
    area_km2: float | None
    population: int | None
    source: str


@dataclass(frozen=True)
class SuccessionFact:
    """An area of COD2019, one of LOI2023 that came from it, and the evidence in a French sentence."""

    predecessor: str
    successor: str
    kind: str
    note: str
    source: str


@dataclass(frozen=True)
class AliasFact:
    """Another spelling of the name of an area of COD2019."""

    code: str
    name: str
    source: str


@cache
def versions() -> tuple[VersionFact, ...]:
    """The versions, oldest first."""
    return tuple(
        VersionFact(
            row["code"],
            row["name"],
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
            row["area_source"],
        )
        for row in _rows("versions")
    )


@cache
def areas(version: str) -> tuple[AreaFact, ...]:
    """The areas of a version, parents before their children."""
    source = next(known.source for known in versions() if known.code == version)
    paths = {"": "/"}
    facts = []
    for row in _rows(f"areas_{version.lower()}"):
        paths[row["code"]] = f"{paths[row['parent']]}{row['code']}/"
        facts.append(
            AreaFact(
                row["code"],
                row["name"],
                row["level"],
                row["parent"],
                paths[row["code"]],
                _number(row["longitude"]),
                _number(row["latitude"]),
                _number(row["area_km2"]),
                int(row["population"]) if row["population"] else None,
                source,
            )
        )
    return tuple(facts)


@cache
def successions() -> tuple[SuccessionFact, ...]:
    """What became of the regions and cercles of COD2019 in LOI2023."""
    evidence = _evidence()
    return tuple(
        SuccessionFact(row["predecessor"], row["successor"], row["kind"], *evidence[row["evidence"]])
        for row in _rows("successions")
    )


@cache
def aliases() -> tuple[AliasFact, ...]:
    """Other spellings of the communes and cercles of COD2019."""
    evidence = _evidence()
    return tuple(AliasFact(row["code"], row["name"], evidence[row["evidence"]][1]) for row in _rows("aliases"))


def _evidence() -> dict[str, tuple[str, str]]:
    return {row["code"]: (row["note"], row["source"]) for row in _rows("evidence")}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _number(text: str) -> float | None:
    return float(text) if text else None
