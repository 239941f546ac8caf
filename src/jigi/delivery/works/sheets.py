"""Timesheets: opened, entered by two people, and everything that a person must see of them before they sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.works import rules
from jigi.delivery.works.actions import said
from jigi.delivery.works.models import Crew, SheetEntry, SheetLine, Timesheet, Worker, Worksite
from jigi.delivery.works.refusals import explained
from jigi.delivery.works.states import TIMESHEET
from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User

NOUN = "timesheet"


@unfenced
@transaction.atomic
def open_sheet(crew: Crew, first_day: date, days: int = rules.MOST_DAYS, *, by: User) -> Timesheet:
    """Open the sheet of a crew for some days. Refused when another sheet of the crew covers one of them."""
    worksite = crew.worksite
    require_operator(by, worksite.contract, worksite.commune)
    if worksite.status != "running":
        raise Refused(f"Le chantier est « {worksite.get_status_display()} »", remedy="Une feuille s’ouvre en cours.")
    if not 1 <= days <= rules.MOST_DAYS:
        raise Refused(f"Une feuille a de 1 à {rules.MOST_DAYS} jours", remedy="Ouvrez-en une autre pour la suite.")
    last_day = first_day + timedelta(days=days - 1)
    for kept in Timesheet.objects.filter(crew=crew, corrects=None).exclude(status__in=("cancelled", "replaced")):
        if first_day <= last_of(kept) and kept.first_day <= last_day:
            raise Refused(
                f"L’équipe a déjà la feuille {kept.number}, du {kept.first_day:%d/%m/%Y} au {last_of(kept):%d/%m/%Y}",
                why=f"Elle est « {kept.get_status_display()} ».",
                remedy="Ouvrez-la, ou corrigez le premier jour : c’est peut-être une autre semaine.",
            )
    return _made(crew, first_day, days, by)


@unfenced
@transaction.atomic
def correct(sheet: Timesheet, *, reason: str, by: User) -> Timesheet:
    """Open the counter-sheet of an approved sheet: entered, signed and approved, it takes its place."""
    worksite = sheet.worksite
    require_operator(by, worksite.contract, worksite.commune)
    if sheet.status != "approved":
        raise Refused("Seule une feuille approuvée se corrige ainsi", remedy="Avant cela, corrigez sa saisie.")
    return _made(sheet.crew, sheet.first_day, sheet.days, by, corrects=sheet, reason=said(reason))


@unfenced
@transaction.atomic
def cancel(sheet: Timesheet, *, reason: str, by: User) -> None:
    """Give up a sheet that was opened by mistake: its days are free again."""
    require_operator(by, sheet.worksite.contract, sheet.worksite.commune)
    TIMESHEET.move(sheet, "cancel", by=by, reason=said(reason))


@unfenced
@transaction.atomic
def enter(
    sheet: Timesheet, grid: Mapping[int, str], *, revision: int = 0, source: str = SheetEntry.Source.PAGE, by: User
) -> SheetEntry:
    """Keep what a person read on a sheet: the marks of each worker (number -> one mark a day), once or again.

    `revision` is that of their own entry as they saw it (0: none yet). Raises Refused, with nothing kept, for a mark
    that is unknown, a day to come, a day when the worker was not hired; Raced when they entered it elsewhere meanwhile.
    """
    worksite = Worksite.objects.select_related("contract__operator", "contract__component__programme", "commune").get(
        pk=sheet.worksite_id
    )
    require_operator(by, worksite.contract, worksite.commune)
    current = Timesheet.objects.select_for_update().get(pk=sheet.pk)
    if current.status != "open":
        raise Refused(
            f"Cette feuille est « {current.get_status_display()} » : elle ne se saisit plus",
            remedy="Signée, elle se renvoie à la saisie ; approuvée, elle se corrige par une contre-feuille.",
        )
    workers = {one.number: one for one in Worker.objects.filter(crew=current.crew_id)}
    if not worksite.task_rate_xof and any(rules.TASK in marks for marks in grid.values()):
        raise Refused("Ce chantier ne paie pas à la tâche", remedy="Marquez « P » pour un jour, « D » pour un demi.")
    _check(current, grid, workers)
    entry = _own_entry(current, revision, source, by)
    SheetLine.objects.filter(entry=entry).delete()
    lines = {"entry": entry.pk, "crew": current.crew_id, "numbers": list(grid), "marks": list(grid.values())}
    kept = run_sql("delivery", "works_enter", lines)
    assert kept == len(grid), "each line of the grid is kept once"
    worked = sum(rules.HALF_DAYS[mark] for marks in grid.values() for mark in marks)
    facts = {"hand": entry.hand, "revision": entry.revision, "lines": len(grid), "half_days": worked}
    audit.record("enter", NOUN, current.pk, by=by, after=facts)
    return entry


def last_of(sheet: Timesheet) -> date:
    """The last day of a sheet."""
    return sheet.first_day + timedelta(days=sheet.days - 1)


def grid_of(entry: SheetEntry | None) -> dict[int, str]:
    """The lines of an entry: number -> marks; none of None."""
    if entry is None:
        return {}
    return dict(SheetLine.objects.filter(entry=entry).values_list("worker__number", "marks").order_by("worker__number"))


def entry_of(sheet: Timesheet, hand: int) -> SheetEntry | None:
    """The first or the second entry of a sheet."""
    return SheetEntry.objects.select_related("by").filter(timesheet=sheet, hand=hand).first()


@dataclass(frozen=True)
class Seen:
    """What is to be seen of a sheet before it is signed: sentences, and the cells where the two entries differ."""

    told: tuple[str, ...]
    cells: tuple[rules.Difference, ...]
    ready: bool


@unfenced
def look(sheet: Timesheet) -> Seen:
    """Compare the two entries of a sheet, with the sheet before it too; no name leaves it, only numbers of lines."""
    first, second = grid_of(entry_of(sheet, 1)), grid_of(entry_of(sheet, 2))
    cells: tuple[rules.Difference, ...] = ()
    told: list[str] = []
    if first and second:
        cells = tuple(rules.differences(first, second))
        told += _compared(first, second, len(cells))
    before = Timesheet.objects.filter(crew=sheet.crew_id, first_day__lt=sheet.first_day)
    last = before.exclude(status__in=("cancelled", "replaced")).order_by("-first_day").first()
    if last is not None and first and rules.same_as_before(first, grid_of(entry_of(last, 1))):
        told.append(
            f"Cette feuille dit exactement ce que dit la feuille {last.number}, du {last.first_day:%d/%m/%Y} :"
            " est-ce bien la bonne semaine ?"
        )
    complete = bool(first) and (bool(second) or not sheet.worksite.double_entry)
    return Seen(tuple(told), cells, complete and not cells)


def _compared(first: rules.Grid, second: rules.Grid, cells: int) -> list[str]:
    if not cells:
        return []
    told = [f"Les deux saisies diffèrent : {cells} case{'s' if cells > 1 else ''}."]
    if by := rules.shifted(first, second):
        told.append(
            f"L’une a glissé de {abs(by)} jour{'s' if abs(by) > 1 else ''} sur l’autre"
            f"{' : une semaine pour une autre' if abs(by) == 7 else ''}."
        )
    told += [f"Les lignes {one} et {other} semblent échangées." for one, other in rules.swapped(first, second)]
    return told


def _made(
    crew: Crew, first_day: date, days: int, by: User, *, corrects: Timesheet | None = None, reason: str = ""
) -> Timesheet:
    worksite = Worksite.objects.select_for_update(no_key=True).get(pk=crew.worksite_id)  # numbers go one by one
    number = (worksite.timesheets.aggregate(last=Max("number"))["last"] or 0) + 1
    with explained():
        made = Timesheet.objects.create(
            worksite=worksite, contract_id=worksite.contract_id, crew=crew, number=number, first_day=first_day,
            days=days, corrects=corrects, reason=reason, made_by=by,
        )  # fmt: skip
    facts = {"crew": crew.number, "first_day": str(first_day), "days": days}
    audit.record("open", NOUN, made.pk, by=by, after=facts, reason=reason)
    return made


def _own_entry(sheet: Timesheet, revision: int, source: str, by: User) -> SheetEntry:
    """The entry of this person, one revision further; made when there is room for one."""
    kept = {one.hand: one for one in SheetEntry.objects.filter(timesheet=sheet).select_related("by")}
    own = next((one for one in kept.values() if one.by_id == by.pk), None)
    if own is None and len(kept) == 2:
        raise Refused(
            "Deux personnes ont déjà saisi cette feuille", why=f"{kept[1].by} et {kept[2].by}.",
            remedy="Demandez à l’une d’elles de corriger la sienne.",
        )  # fmt: skip
    if (own.revision if own else 0) != revision:
        raise Raced(
            "Vous avez saisi cette feuille ailleurs entre-temps : rien n’a été enregistré",
            remedy="Rechargez la page pour voir ce qui est gardé.",
        )
    if own is None:
        hand = 2 if 1 in kept else 1
        return SheetEntry.objects.create(timesheet=sheet, hand=hand, source=source, by=by)
    own.revision, own.source, own.at = revision + 1, source, timezone.now()
    own.save(update_fields=["revision", "source", "at"])
    return own


def _check(sheet: Timesheet, grid: Mapping[int, str], workers: Mapping[int, Worker]) -> None:
    if not grid:
        raise Refused("La feuille est vide", remedy="Saisissez au moins une ligne.")
    today = timezone.localdate()
    for number, marks in sorted(grid.items()):
        if number not in workers:
            raise Refused(f"L’équipe n’a pas de ligne {number}", remedy="Voyez le numéro imprimé devant le nom.")
        if len(marks) != sheet.days or set(marks) - set(rules.MARKS):
            raise Refused(
                f"Ligne {number} : « {marks[:20]} » ne se lit pas",
                remedy=f"Un signe par jour, {sheet.days} en tout : {', '.join(rules.MARKS)}.",
            )
        for day, mark in enumerate(marks):
            if mark != rules.OFF:
                _check_day(sheet.first_day + timedelta(days=day), workers[number], today)


def _check_day(day: date, worker: Worker, today: date) -> None:
    if day > today:
        raise Refused(
            f"Ligne {worker.number} : le {day:%d/%m/%Y} est à venir", why="Personne n’y a encore travaillé.",
            remedy="Est-ce la bonne semaine ? Laissez ces jours vides.",
        )  # fmt: skip
    if day < worker.starts_on or (worker.ends_on is not None and day > worker.ends_on):
        until = f" au {worker.ends_on:%d/%m/%Y}" if worker.ends_on else ""
        raise Refused(
            f"Ligne {worker.number} : le {day:%d/%m/%Y}, cette personne n’était pas embauchée",
            why=f"Elle l’est du {worker.starts_on:%d/%m/%Y}{until}.",
            remedy="Voyez si deux lignes sont échangées, ou si c’est une autre semaine.",
        )
