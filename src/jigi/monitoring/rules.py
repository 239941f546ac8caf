"""A rule as its file says it: what it watches, its thresholds, who set them, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Rule:
    """A rule of `watches/`. `sentence` holds {count} and {label}; `settings` are what its statement takes."""

    code: str
    title: str
    sentence: str
    todo: str
    author: str
    source: str
    valid_from: date
    days: int
    settings: Mapping[str, int | float | str | list[str]]

    def said(self, count: int, label: str) -> str:
        """What happened, to a person."""
        return self.sentence.format(count=count, label=label)


def worth_saying_again(decided_count: int, count: int) -> bool:
    """Whether what goes on after a decision is news: at least twice what was decided upon."""
    return count >= 2 * decided_count
