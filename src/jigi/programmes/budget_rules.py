"""What a budget may say, and which of its lines a franc is charged to: pure rules; SQL says the second one too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from jigi.foundation.money import format_xof


class Purpose(Enum):
    """What a line pays."""

    TRANSFERS = "transfers"
    FEES = "fees"
    MANAGEMENT = "management"

    @property
    def french(self) -> str:
        return {"transfers": "transferts", "fees": "frais d’agence", "management": "gestion"}[self.value]


@dataclass(frozen=True)
class SaidLine:
    """A line as a file says it; `component` « TM1.TM » or "" for all, `year` None for the life of the agreement."""

    code: str
    label: str
    purpose: Purpose
    component: str
    year: int | None
    amount_xof: int


@dataclass(frozen=True)
class SaidBudget:
    """A whole budget; `strict`: a round that overspends a line is refused, not only told."""

    lines: tuple[SaidLine, ...]
    strict: bool = False

    @property
    def total_xof(self) -> int:
        return sum(line.amount_xof for line in self.lines)


@dataclass(frozen=True)
class Mistake:
    """What is wrong with the line of that index: its column, the sentence and the remedy."""

    index: int
    column: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Charged:
    """What a line of a budget is compared with when a franc looks for it."""

    number: int
    purpose: Purpose
    component: str
    year: int | None


def mistake(lines: Sequence[SaidLine], granted_xof: int) -> Mistake | None:
    """The first mistake of a budget: a line twice, management of a component, more than the agreement grants."""
    codes: set[tuple[str, int | None]] = set()
    purposes: set[tuple[Purpose, str, int | None]] = set()
    total = 0
    for index, line in enumerate(lines):
        total += line.amount_xof
        if (line.code, line.year) in codes:
            return Mistake(index, "code", f"La ligne {line.code} est deux fois", "Une seule fois par exercice")
        if (line.purpose, line.component, line.year) in purposes:
            what = f"Une autre ligne que {line.code} paie déjà cela ({line.purpose.french})"
            return Mistake(index, "purpose", what, "Additionnez-les : un franc se compte sur une seule ligne")
        if line.purpose == Purpose.MANAGEMENT and line.component:
            return Mistake(index, "component", "La gestion n’est pas d’une composante", "Laissez la composante vide")
        if total > granted_xof:
            what = f"Avec la ligne {line.code}, le budget ({format_xof(total)}) dépasse la convention"
            return Mistake(index, "amount_xof", what, f"Elle est de {format_xof(granted_xof)}")
        codes.add((line.code, line.year))
        purposes.add((line.purpose, line.component, line.year))
    return None


def line_of(lines: Iterable[Charged], purpose: Purpose, component: str, year: int) -> Charged | None:
    """The line that pays: that of the component before that of all, then that of the year before that of all.

    The year is the one in which the period of the term begins. None when no line pays it: nothing is left for it.
    """
    fitting = [
        one for one in lines if one.purpose == purpose and one.component in ("", component) and one.year in (None, year)
    ]
    return max(fitting, key=lambda one: (one.component != "", one.year is not None), default=None)
