"""How old a fact is and how long it holds: by kind of fact, from the day it was seen."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

HOUSEHOLD, LIVING, HEALTH = "household", "living", "health"
"""Whose visit dates a kind of fact: the household's, that of its living conditions, that of its members' health."""


class Freshness(Enum):
    """Where a fact stands in its life, with its French."""

    FRESH = "à jour"
    SOON = "à revoir bientôt"
    STALE = "périmé"
    NEVER = "jamais relevé"


@dataclass(frozen=True)
class Life:
    """How many months a fact holds after it was seen (None: it does not age), warned of `soon` months before."""

    months: int | None
    soon: int = 0

    def valid_until(self, seen_on: date) -> date | None:
        """The last day that a fact seen on a day holds; None when it does not age."""
        return None if self.months is None else months_later(seen_on, self.months)

    def freshness(self, seen_on: date | None, today: date) -> Freshness:
        if seen_on is None:
            return Freshness.NEVER
        if self.months is None or seen_on >= first_valid(today, self.months - self.soon):
            return Freshness.FRESH
        return Freshness.SOON if seen_on >= first_valid(today, self.months) else Freshness.STALE


@dataclass(frozen=True)
class Kind:
    """A kind of fact; `carrier` is whose visit dates it, "" when no visit does."""

    code: str
    title: str
    carrier: str
    life: Life
    sensitivity: str
    laws: tuple[str, ...]
    unsure: str


@dataclass(frozen=True)
class Seen:
    """Where facts come from: the day, the source and its form, who asked, with which version of the questionnaire."""

    on: date
    source: str = ""
    key: str = ""
    collector: str = ""
    form_version: str = ""


@dataclass(frozen=True)
class Fact:
    """A kind of fact of one household: where it comes from, until when it holds."""

    kind: Kind
    seen: Seen | None
    valid_until: date | None
    freshness: Freshness


def facts(
    kinds: Iterable[Kind],
    visits: Mapping[str, Seen | None],
    today: date,
    newer: Iterable[tuple[str, Seen]] = (),
) -> list[Fact]:
    """Each kind that a visit dates, from the visit of its carrier or a later one among `newer`.

    `newer` are sources of single kinds that came after the visits, each by the code of its kind: a change that was
    asked and approved. The latest day wins, the one of `newer` when both are of one day. A carrier that is not
    among `visits` is not told: it is not for whoever asks.
    """
    later: dict[str, Seen] = {}
    for code, seen in newer:
        if code not in later or seen.on >= later[code].on:
            later[code] = seen
    return [
        _fact(kind, _latest(visits[kind.carrier], later.get(kind.code)), today)
        for kind in kinds
        if kind.carrier in visits
    ]


def months_later(day: date, months: int) -> date:
    """The same day so many months later (before, when negative); the 31st becomes the last of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def first_valid(today: date, months: int) -> date:
    """The earliest day of which a fact that holds so many months still holds today."""
    earliest = months_later(today, -months)
    return earliest if months_later(earliest, months) >= today else earliest + timedelta(days=1)


def _latest(visit: Seen | None, newer: Seen | None) -> Seen | None:
    if visit is None or newer is None:
        return newer or visit
    return newer if newer.on >= visit.on else visit


def _fact(kind: Kind, seen: Seen | None, today: date) -> Fact:
    until = kind.life.valid_until(seen.on) if seen else None
    return Fact(kind, seen, until, kind.life.freshness(seen.on if seen else None, today))
