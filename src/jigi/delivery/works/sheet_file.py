"""A timesheet as a table (XLSX or CSV): a line a worker, a column a day; read with every mistake in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from jigi.delivery.works import rules
from jigi.delivery.works.models import Timesheet, Worker
from jigi.delivery.works.sheets import last_of
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Limits, Table, as_date, open_table, write_rejects

NUMBER, NAME = "ligne", "nom"
MOST_LINES = 100
LARGEST = Limits(max_rows=MOST_LINES + 1, max_columns=rules.MOST_DAYS + 6)


@dataclass(frozen=True)
class Read:
    """What a file says: the lines that are good (number -> marks), and what is wrong with the others."""

    grid: dict[int, str]
    problems: tuple[InputError, ...]

    @property
    def lines(self) -> int:
        return len(self.grid) + len({one.line for one in self.problems})


def header_of(sheet: Timesheet) -> list[str]:
    """The columns of a sheet's file: the line, the name, then each day as « 01/02/2016 »."""
    days = [sheet.first_day + timedelta(days=n) for n in range(sheet.days)]
    return [NUMBER, NAME, *(f"{day:%d/%m/%Y}" for day in days)]


def read(sheet: Timesheet, path: Path, *, name: str = "") -> Read:
    """Read a file for a sheet. Raises InputError when it is no table, or the table of another week.

    A column is the date of its day. A line that is twice, of nobody, or of a mark that is not known, is a problem; the
    others are kept.
    """
    workers = set(Worker.objects.filter(crew=sheet.crew_id).values_list("number", flat=True))
    file = name or path.name
    with open_table(path, limits=LARGEST) as table:
        (at,) = table.require(NUMBER)
        days = _days(sheet, table, file)
        grid: dict[int, str] = {}
        problems: list[InputError] = []
        for line, cells in table:
            try:
                number = _number(cells[at], workers, grid, file, line)
                grid[number] = _marks(sheet, table.header, days, cells, file, line)
            except InputError as error:
                problems.append(error)
    if not grid and not problems:
        raise InputError("Le tableau n’a aucune ligne", file=file, remedy="Une ligne par travailleur de l’équipe.")
    return Read(grid, tuple(problems))


def write_problems(path: Path, problems: Sequence[InputError]) -> int:
    """Write what is wrong as a CSV to correct from: line, column, what, what to do."""
    rows = [[str(one.line or ""), one.column, one.what, one.remedy] for one in problems]
    return write_rejects(path, ["ligne du fichier", "colonne", "erreur", "que faire"], rows)


def _days(sheet: Timesheet, table: Table, file: str) -> dict[int, int]:
    """Which day of the sheet each column is: position -> day from 0."""
    found: dict[int, int] = {}
    for position, title in enumerate(table.header):
        day = _day(title)
        if day is None:
            continue
        at = (day - sheet.first_day).days
        if not 0 <= at < sheet.days:
            raise InputError(
                f"Le {day:%d/%m/%Y} n’est pas un jour de cette feuille", file=file, line=table.header_line,
                column=title,
                why=f"Elle va du {sheet.first_day:%d/%m/%Y} au {last_of(sheet):%d/%m/%Y}.",
                remedy="Est-ce le fichier d’une autre semaine ? Ouvrez la feuille de ces jours-là.",
            )  # fmt: skip
        found[position] = at
    if not found:
        raise InputError(
            "Aucune colonne n’est un jour", file=file, line=table.header_line,
            remedy=f"Une colonne par jour, comme « {sheet.first_day:%d/%m/%Y} ».",
        )  # fmt: skip
    return found


def _day(title: str) -> date | None:
    """The day that a title says; None for the title of something else."""
    try:
        found = as_date(title)
    except ValueError:
        return None
    return found.day if found.precision == "day" else None


def _number(text: str, workers: set[int], seen: dict[int, str], file: str, line: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    if number not in workers:
        raise InputError(
            f"« {text[:20]} » n’est pas une ligne de cette équipe", file=file, line=line, column=NUMBER,
            remedy="Recopiez le numéro imprimé devant le nom.",
        )  # fmt: skip
    if number in seen:
        raise InputError(
            f"La ligne {number} est deux fois dans le fichier", file=file, line=line, column=NUMBER,
            remedy="Gardez la bonne : la première est prise.",
        )  # fmt: skip
    return number


def _marks(
    sheet: Timesheet, header: Sequence[str], days: dict[int, int], cells: Sequence[str], file: str, line: int
) -> str:
    marks = [rules.OFF] * sheet.days
    for position, day in days.items():
        mark = rules.mark_of(cells[position])
        if mark is None:
            raise InputError(
                f"« {cells[position][:20]} » n’est pas un signe connu", file=file, line=line, column=header[position],
                remedy="P (présent), D (demi-journée), T (tâche), A (absent), vide (pas de travail).",
            )  # fmt: skip
        marks[day] = mark
    return "".join(marks)
