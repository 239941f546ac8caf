"""What was really done in former crises, and whether a trigger would have said so: reviewed data, with its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.shocks.playing import Played
from jigi.shocks.trigger_file import LEVELS

SHIPPED = Path(__file__).with_name("data") / "happened.toml"


@dataclass(frozen=True)
class Helped:
    """Help that was given: where (codes of areas of a level), when, to how many households, for how much in all."""

    name: str
    starts_on: date
    ends_on: date
    level: str
    areas: frozenset[str]
    households: int | None
    amount_xof: int | None
    source: str


@dataclass(frozen=True)
class Comparison:
    """The areas that a trigger picked before or during a help, beside those that were helped (codes)."""

    helped: Helped
    both: frozenset[str]
    missed: frozenset[str]
    besides: frozenset[str]


@cache
def happened() -> tuple[Helped, ...]:
    """The helps that are known, oldest first."""
    return read_happened()


def read_happened(path: str | Path = SHIPPED) -> tuple[Helped, ...]:
    """The helps of a file. InputError with the line of the first mistake."""
    top = parse(read_text(path), path)
    for key in ("author", "source"):
        top.text(key)
    top.day("valid_from")
    found = [_helped(part) for part in top.tables("help")]
    top.refuse_others()
    return tuple(sorted(found, key=lambda one: one.starts_on))


def compared(played: Played, helps: Sequence[Helped]) -> list[Comparison]:
    """A trigger beside each help: it picks an area when it fired there, or within, for a period the help overlaps.

    A trigger of wider areas than the help picks all within them.
    """
    return [_compared(played, one) for one in helps]


def _compared(played: Played, helped: Helped) -> Comparison:
    picked = set()
    for firing in played.firings:
        overlaps = firing.starts_on <= helped.ends_on and firing.ends_on >= helped.starts_on
        if overlaps and firing.lasted and firing.fired_on <= helped.ends_on:
            picked.update(_at_level(firing.area.path, helped))
    return Comparison(
        helped, frozenset(picked & helped.areas), frozenset(helped.areas - picked), frozenset(picked - helped.areas)
    )


def _at_level(path: str, helped: Helped) -> set[str]:
    codes = path.strip("/").split("/")
    depth = LEVELS.index(helped.level) + 1
    if len(codes) > depth:
        return {codes[depth]}
    return {code for code in helped.areas if code.startswith(codes[-1])}


def _helped(part: Table) -> Helped:
    starts, ends, areas = part.day("starts_on"), part.day("ends_on"), frozenset(part.codes("areas"))
    if ends < starts:
        raise part.error("ends_on", "La fin précède le début")
    if not areas:
        raise part.error("areas", "Il manque les lieux aidés", remedy='Écrivez areas = ["ML01"]')
    found = Helped(
        part.text("name"), starts, ends, part.choice("level", LEVELS), areas,
        part.integer("households") if "households" in part.data else None,
        part.integer("amount_xof") if "amount_xof" in part.data else None, part.text("source"),
    )  # fmt: skip
    part.refuse_others()
    return found
