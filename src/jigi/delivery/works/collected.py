"""Days of works from telephones: how the questionnaire « pointage-himo » is read, into its sender's own entry."""

from __future__ import annotations

import re
from datetime import date

from jigi.delivery.fiches.reading import Form, Reading, numbers_of, printing_of, unknown_event, whole
from jigi.delivery.works import log, queries, rules, sheets
from jigi.delivery.works.models import SheetEntry, Timesheet, WorkAccident, Worker
from jigi.foundation.errors import InputError, Raced

MARKS = {"full": rules.PRESENT, "half": rules.HALF, "task": rules.TASK, "absent": rules.ABSENT}
_SQUARE = re.compile(r"CH:(?P<site>[^:]+):(?P<number>\d{1,6}):\d{8}")
_WRITTEN = re.compile(r"(?P<site>\S.*?)\s*(?:[-/·\s]|n°)\s*(?P<number>\d{1,6})")
"""What the square of a grid holds; « CODE-4 », « CODE n° 4 » as somebody copies it."""


def apply(said: Reading) -> None:
    """Write the marks of a day in the entry of who sent them, and report the accident that is told."""
    sheet = _sheet(said)
    site = sheet.worksite
    said.of(site.contract, site.commune)
    day = said.day("jour")
    at = (day - sheet.first_day).days
    if not 0 <= at < sheet.days:
        raise InputError(
            f"Le {day:%d/%m/%Y} n’est pas un jour de cette feuille", column="jour",
            why=f"Elle va du {sheet.first_day:%d/%m/%Y} au {sheets.last_of(sheet):%d/%m/%Y}.",
            remedy="Est-ce la bonne feuille ? Corrigez son numéro, ou le jour.",
        )  # fmt: skip
    marks, workers = _marks(said, sheet, day)
    own = SheetEntry.objects.filter(timesheet=sheet, by=said.sender).first()
    grid = sheets.grid_of(own)
    _check_not_said(said, grid, marks, at)
    said.check()
    fresh = {n: _marked(grid.get(n, rules.OFF * sheet.days), at, mark) for n, mark in marks.items()}
    if any(grid.get(n) != line for n, line in fresh.items()):
        revision = own.revision if own else 0
        sheets.enter(
            sheet, {**grid, **fresh}, revision=revision, source=SheetEntry.Source.PHONE, by=said.sender
        )  # fmt: skip
    if said["accident"] == "oui":
        _report(said, sheet, day, workers)


def _sheet(said: Reading) -> Timesheet:
    """The sheet of its printed number, or of its worksite and rank, among those that the sender sees."""
    seen = queries.sheets_visible_to(said.sender)
    meant = _SQUARE.fullmatch(said.number.strip()) or _WRITTEN.fullmatch(said.number.strip())
    if (printing := printing_of(said.number)) is not None:
        found = seen.filter(paper__printing=printing).first()
    elif meant is None:
        found = None
    else:
        site = meant["site"].removesuffix("n°").strip()
        found = seen.filter(worksite__code__iexact=site, number=int(meant["number"])).first()
    if found is None:
        raise unknown_event(said, "feuille", "feuille de pointage")
    return found


def _marks(said: Reading, sheet: Timesheet, day: date) -> tuple[dict[int, str], dict[int, Worker]]:
    """The mark of each worker, by the number printed before the name; and the workers of the crew."""
    workers = {one.number: one for one in Worker.objects.filter(crew=sheet.crew_id)}
    marks: dict[int, str] = {}
    for n, number in numbers_of(said.turns, "ligne"):
        answer = said.turns[n].get("presence", "")
        mark = MARKS.get(answer, rules.mark_of(answer) or rules.OFF)
        worker = workers.get(number or 0)
        if worker is None:
            said.wrong(n, "ligne", "L’équipe n’a pas cette ligne", "Voyez le numéro imprimé devant le nom.")
            continue
        said.households.add(worker.household_id)
        if mark == rules.OFF:
            said.wrong(n, "presence", "Présent, absent ?", "Écrivez P, D (demi-journée), T (tâche) ou A.")
        elif worker.number in marks:
            said.wrong(n, "ligne", "Cette ligne est déjà plus haut", "Laissez une des deux de côté.")
        elif day < worker.starts_on or (worker.ends_on is not None and day > worker.ends_on):
            said.wrong(n, "ligne", "Ce jour-là, cette personne n’était pas embauchée", "Voyez s’il y a eu échange.")
        else:
            marks[worker.number] = mark
    if not said.turns:
        raise InputError("Cette fiche ne dit aucun travailleur", remedy="Écartez-la.")
    return marks, workers


def _check_not_said(said: Reading, grid: dict[int, str], marks: dict[int, str], at: int) -> None:
    """Raced when the same person has noted that day otherwise before: neither replaces the other by itself."""
    other = [n for n, mark in marks.items() if grid.get(n, "") and grid[n][at] not in (rules.OFF, mark)]
    if other and not said.faults:
        raise Raced(
            f"Vous avez déjà noté ce jour autrement : ligne {', '.join(map(str, other[:10]))}",
            remedy="Corrigez la feuille sur sa page, ou écartez cette fiche.",
        )


def _marked(line: str, at: int, mark: str) -> str:
    return f"{line[:at]}{mark}{line[at + 1 :]}"


def _report(said: Reading, sheet: Timesheet, day: date, workers: dict[int, Worker]) -> None:
    """Report the accident of the day, unless the same is reported."""
    worker = workers.get(whole(said["accident_ligne"]) or 0)
    if said["accident_ligne"] and worker is None:
        raise InputError(
            "L’équipe n’a pas la ligne de l’accidenté", column="accident_ligne",
            remedy="Voyez le numéro imprimé devant le nom.",
        )  # fmt: skip
    told = said["accident_dit"]
    again = WorkAccident.objects.filter(
        worksite=sheet.worksite, day=day, worker=worker, description=told.strip()[:500], made_by=said.sender
    )
    if not again.exists():
        log.report_accident(
            sheet.worksite, day, said["accident_gravite"], told, said["accident_soins"], worker=worker,
            taken_to=said["accident_lieu"], by=said.sender,
        )  # fmt: skip


FORM = Form(
    "pointage-himo", "Pointage d’un chantier HIMO", "feuille", apply,
    {"feuille": "numéro de la feuille", "jour": "jour", "accident": "accident (oui ou non)",
     "accident_gravite": "gravité de l’accident", "accident_ligne": "ligne de l’accidenté",
     "accident_dit": "ce qui est arrivé", "accident_soins": "soins donnés", "accident_lieu": "conduit à"},
    "pointages", {"ligne": "ligne du travailleur", "presence": "présence (P, D, T ou A)"}, own=True,
)  # fmt: skip
