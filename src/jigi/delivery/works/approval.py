"""A sheet signed by the foreman and approved by a controller: its presences, its wages and the dues they earn."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_check, require_operator
from jigi.delivery.dues import actions as dues
from jigi.delivery.works.actions import said
from jigi.delivery.works.models import SheetEntry, Timesheet
from jigi.delivery.works.refusals import explained
from jigi.delivery.works.sheets import NOUN, last_of, look
from jigi.delivery.works.states import TIMESHEET
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User

SHOWN = 3
"""Persons that a refusal names; it counts the others."""


@unfenced
@transaction.atomic
def sign(sheet: Timesheet, *, by: User) -> None:
    """Say that a sheet is right, for the foreman: both entries are the same."""
    require_operator(by, sheet.worksite.contract, sheet.worksite.commune)
    current = Timesheet.objects.select_for_update().select_related("worksite").get(pk=sheet.pk)
    seen = look(current)
    if seen.cells:
        raise Refused(" ".join(seen.told), remedy="Relisez le papier, et corrigez l’une des deux saisies.")
    if not seen.ready:
        raise Refused(
            "Cette feuille n’est pas encore saisie deux fois", why="Une seule main se trompe sans que rien ne le dise.",
            remedy="Demandez à une autre personne de la saisir, sans voir la première saisie.",
        )  # fmt: skip
    with explained():
        TIMESHEET.move(sheet, "sign", by=by, signed_by=by, signed_at=timezone.now())


@unfenced
@transaction.atomic
def send_back(sheet: Timesheet, *, reason: str, by: User) -> None:
    """Send a signed sheet back to its entry, with a reason."""
    require_check(by, sheet.worksite.contract, [sheet.worksite.commune])
    told = said(reason)
    TIMESHEET.move(sheet, "send_back", by=by, reason=told, signed_by=None, signed_at=None)


@unfenced
@transaction.atomic
def approve(sheet: Timesheet, *, by: User) -> int:
    """Approve a signed sheet: each day worked becomes a presence, each worker's days a wage, owed from now on.

    A counter-sheet takes the place of the one it corrects. Returns the francs that it earned. Refused to who entered or
    signed it; refused, with the names, when somebody is paid that day on another sheet or would pass the cap.
    """
    require_check(by, sheet.worksite.contract, [sheet.worksite.commune])
    # As it stands now: sent back and signed anew meanwhile, it is another sheet.
    Timesheet.objects.select_for_update(no_key=True).get(pk=sheet.pk)
    sheet.refresh_from_db()
    if by.pk == sheet.signed_by_id or SheetEntry.objects.filter(timesheet=sheet, by=by).exists():
        raise Refused("Qui a saisi ou signé une feuille ne l’approuve pas", remedy="Demandez à un autre contrôleur.")
    facts = {"sheet": sheet.pk, "corrects": sheet.corrects_id}
    TIMESHEET.check(sheet, "approve")
    _refuse_conflicts(facts)
    (totals,) = fetch_sql("delivery", "works_totals", facts)
    with explained():
        if sheet.corrects is not None:
            TIMESHEET.move(sheet.corrects, "replace", by=by)
            run_sql("delivery", "works_undo", facts)
        TIMESHEET.move(sheet, "approve", by=by, approved_by=by, approved_at=timezone.now(), **totals)
        run_sql("delivery", "works_wages", facts)
        run_sql("delivery", "works_presences", facts)
    if sheet.corrects_id is not None:
        _take_back(facts, sheet, by)
    earned = _earn(sheet, facts, by)
    audit.record("earn", NOUN, sheet.pk, by=by, after={**totals, "dues": earned})
    return int(totals["amount_xof"])


def _earn(sheet: Timesheet, facts: Mapping[str, object], by: User) -> int:
    """Write the dues of a sheet: for each worker, what they have earned in all beyond what is due already."""
    assert sheet.signed_by is not None
    label = f"{sheet.worksite.code}, feuille {sheet.number}, {sheet.first_day:%d/%m} au {last_of(sheet):%d/%m/%Y}"
    told = {**facts, "label": label, "earned_on": last_of(sheet)}
    return dues.earn_many("works", "works_dues", told, made_by=sheet.signed_by, by=by)


def _take_back(facts: Mapping[str, object], sheet: Timesheet, by: User) -> None:
    """Cancel the dues of the corrected sheet whose pay changed; one in a round stays, and is set off later."""
    changed = [row["due_id"] for row in fetch_sql("delivery", "works_changed_dues", facts)]
    why = f"Corrigée par la feuille {sheet.number} : {sheet.reason}"[:300]
    with connection.cursor() as cursor:
        cursor.execute("SELECT delivery_cancel_dues(%s, %s, %s)", [changed, by.pk, why])
        subjects = [household for (household,) in cursor.fetchall()]
    if subjects:
        audit.record("cancel", "due", "", by=by, reason=why, after={"dues": len(subjects)}, subjects=subjects)


def _refuse_conflicts(facts: Mapping[str, object]) -> None:
    """Refused, with who and where, when the sheet would pay a day twice, or somebody above the cap."""
    found = fetch_sql("delivery", "works_elsewhere", facts)
    if found:
        told = [
            f"{one['name']} (ligne {one['line']}), le {one['held_on']:%d/%m/%Y} : {one['code']}, feuille {one['sheet']}"
            for one in found[:SHOWN]
        ]
        raise Refused(
            f"{_counted(len(found), 'journée est déjà payée', 'journées sont déjà payées')} ailleurs",
            why=" ; ".join(told), remedy="Renvoyez la feuille à la saisie, ou corrigez l’autre par une contre-feuille.",
        )  # fmt: skip
    found = fetch_sql("delivery", "works_beyond", facts)
    if found:
        told = [f"{one['name']} (ligne {one['line']}) : {one['half_days'] / 2:g} jours".replace(".", ",")
                for one in found[:SHOWN]]  # fmt: skip
        raise Refused(
            f"{_counted(len(found), 'personne dépasserait', 'personnes dépasseraient')} le plafond de"
            f" {found[0]['cap'] / 2:g} jours".replace(".", ","),
            why=" ; ".join(told), remedy="Renvoyez la feuille à la saisie : ces jours ne se paient pas.",
        )  # fmt: skip


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
