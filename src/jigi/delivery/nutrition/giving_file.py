"""A distribution sheet that comes back as a file (CSV or Excel): what was handed out, line by line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from jigi.delivery.nutrition import giving
from jigi.delivery.nutrition.giving import GIVEN, KNOWN, Said
from jigi.delivery.nutrition.models import Distribution
from jigi.delivery.nutrition.problems import Problem
from jigi.foundation.errors import InputError
from jigi.foundation.models import User
from jigi.foundation.tabular import as_boolean, as_date, as_integer, open_table

REQUIRED = ("N°", "Remis")
COLUMNS = ("N°", "Nom", "Remis", "Le", "Mandataire", "Âge vérifié", "Lot")
"""Those of the file that the page of a distribution gives to fill in."""
LARGEST_RANK = 10_000_000


@dataclass
class Taken:
    """What became of a file: lines handed out now, known already, said not handed out, and those to look at."""

    given: int = 0
    known: int = 0
    absent: int = 0
    problems: list[Problem] = field(default_factory=list)


def take(path: str | Path, made: Distribution, *, day: date | None = None, by: User) -> Taken:
    """Hand out what a file says was handed out, on its column « Le » or on `day`; the good lines, whatever the others.

    Sent again, it changes nothing. InputError when it is no such file; Refused as `giving.give`.
    """
    taken, said, lines = Taken(), [], []
    with open_table(path) as table:
        table.require(*REQUIRED)
        if table.header_only:
            raise InputError("Le fichier n’a qu’un en-tête", file=path, remedy="Vérifiez que l’export est complet")
        for line, cells in table:
            row = dict(zip(table.header, cells, strict=True))
            one = _read(row, line, day, taken)
            if one:
                said.append(one)
                lines.append(line)
    results = giving.give(made, said, reference=Path(path).name, by=by) if said else []
    for line, result in zip(lines, results, strict=True):
        taken.given += result.outcome == GIVEN
        taken.known += result.outcome == KNOWN
        if not result.is_good:
            taken.problems.append(Problem(line, _column(result.outcome), result.what, result.remedy))
    taken.problems.sort(key=lambda one: one.line)
    return taken


def _read(row: dict[str, str], line: int, day: date | None, taken: Taken) -> Said | None:
    """One line; None when it says that nothing was handed out, or can't be read (then a problem is noted)."""
    try:
        if not _cell(row, "Remis", as_boolean):
            taken.absent += 1
            return None
        rank = _cell(row, "N°", as_integer)
        given_on = _cell(row, "Le", lambda text: as_date(text).day) or day or timezone.localdate()
        checked = bool(_cell(row, "Âge vérifié", as_boolean))
    except _Unread as error:
        taken.problems.append(Problem(line, error.column, error.what, "Corrigez la cellule, puis renvoyez le fichier."))
        return None
    if rank is None or not 0 < rank <= LARGEST_RANK:
        taken.problems.append(Problem(line, "N°", "Le numéro de la feuille manque", "Recopiez-le de la liste."))
        return None
    proxy = row.get("Mandataire", "").strip()
    return Said(rank, given_on, "proxy" if proxy else "self", proxy, checked, row.get("Lot", ""), row.get("Nom", ""))


class _Unread(Exception):
    def __init__(self, column: str, what: str) -> None:
        self.column, self.what = column, what


def _cell(row: dict[str, str], column: str, reader: Callable[[str], Any]) -> Any:
    text = row.get(column, "")
    try:
        return reader(text) if text else None
    except ValueError as error:
        raise _Unread(column, f"« {text[:60]} » {error}") from None


def _column(outcome: str) -> str:
    if outcome in ("unknown_lot", "recalled", "expired", "no_stock"):
        return "Lot"
    return {"other_name": "Nom", "unsure": "Âge vérifié", "future": "Le", "other_day": "Le"}.get(outcome, "N°")
