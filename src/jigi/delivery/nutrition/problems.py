"""What is wrong with the lines of a file, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A line that was not taken: where, what, and what to do."""

    line: int
    column: str
    what: str
    remedy: str


def sentences(problems: Iterable[Problem]) -> Iterator[str]:
    """Each as a line of text."""
    for one in problems:
        place = f"Ligne {one.line}" + (f", colonne « {one.column} »" if one.column else "")
        yield f"{place} : {one.what}. {one.remedy}"
