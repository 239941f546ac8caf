"""The position and the health of the members in words, once somebody has given a reason to read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Field

from jigi.registry.models import DIFFICULTIES, Difficulty, Health
from jigi.registry.restricted import Restricted
from jigi.web.formats import day, number

DECIMALS = 5


@dataclass(frozen=True)
class Told:
    """What is known of one member's health, in sentences, and when it was seen."""

    person: int
    name: str
    sentences: list[str]
    seen_on: date


def in_words(restricted: Restricted) -> tuple[str, list[Told]]:
    """The position (« 13,04321° N, 9,43217° O », "" when it was not taken) and each member's health."""
    health = [
        Told(one.person_id, str(one.person), list(_sentences(one)), one.collected_on) for one in restricted.health
    ]
    return _position(restricted.position), health


def _position(position: tuple[float, float] | None) -> str:
    if position is None:
        return ""
    longitude, latitude = position
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "O"
    return f"{number(abs(latitude), DECIMALS)}° {north}, {number(abs(longitude), DECIMALS)}° {east}"


def _sentences(health: Health) -> Iterator[str]:
    asked = [(name, getattr(health, name)) for name in DIFFICULTIES if getattr(health, name) is not None]
    for name, answer in asked:
        if answer > Difficulty.NONE:
            yield f"Difficulté à {_question(name)}\u00a0: {Difficulty(answer).label}"
    if any(answer >= Difficulty.MUCH for _, answer in asked):
        yield "Compte comme personne handicapée (Groupe de Washington)"
    if health.chronic_illness:
        yield "Maladie chronique"
    if health.due_on:
        yield f"Enceinte, accouchement attendu le {day(health.due_on)}"
    if health.breastfeeding_since:
        yield f"Allaite depuis le {day(health.breastfeeding_since)}"


def _question(name: str) -> str:
    field = Health._meta.get_field(name)
    assert isinstance(field, Field)
    return str(field.verbose_name)
