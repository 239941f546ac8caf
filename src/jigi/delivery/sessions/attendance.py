"""Who came: a list ticked on a page, a numbered sheet that was signed, a card that was read.

Two hands on one session: each entry says which version it read, and the second is told what the first wrote. A sheet
is entered once: again and alike changes nothing, again and otherwise is said with its differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.sessions.actions import NOUN, locked
from jigi.delivery.sessions.models import Attendance, Session, SessionSheet
from jigi.delivery.sessions.rules import Difference, difference, lines_of
from jigi.enrolment import cards
from jigi.enrolment.models import Enrolment
from jigi.foundation import audit
from jigi.foundation.bulk import copy_rows, fetch_sql, run_sql
from jigi.foundation.errors import InputError, Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.registry.models import Household
from jigi.sheets.actions import print_list
from jigi.sheets.models import Printing, Sheet
from jigi.sheets.rules import digits_of, is_number

STAGE = ("line", "session_id", "household_id", "came", "sex", "mother", "consented")
SHEET_ROWS = 24
"""Lines of a page of a sheet (jigi.web.sheets.listing.ROWS)."""


@dataclass(frozen=True)
class Present:
    """A household that came: by whom, that person's sex where the register can't tell ("", M or F), whether a mother
    of a child under five (None: as the register says), and whether a household that receives nothing consents to be
    named.
    """

    household_id: int
    came: str = "recipient"
    sex: str = ""
    mother: bool = False
    consented: bool = False


@unfenced
def list_of(session: Session, *, by: User) -> list[dict[str, Any]]:
    """The list of a session, numbered from 1 (`n`, `rsu` as printed): its village’s households, then visitors.

    For who works there; the reading is in the trace.
    """
    require_operator(by, session.contract, session.commune)
    return listed(session, by, "list")


@unfenced
def list_checked(session: Session, *, by: User) -> list[dict[str, Any]]:
    """The same, for who controls or follows: in the scope of their visit."""
    from jigi.delivery.sessions.queries import visible_to

    if not visible_to(by).filter(pk=session.pk).exists():
        raise Refused("Cette séance n’est pas de votre affectation")
    return listed(session, by, "see")


@unfenced
@transaction.atomic
def enter(session: Session, present: Sequence[Present], *, version: int, by: User, means: str = "list") -> Difference:
    """Write the whole list of those who came: it replaces what was written. Returns what it changed.

    Raced when somebody wrote since `version` was read. Refused for a household twice, one that receives nothing and
    did not consent to be named, or more households than people were counted.
    """
    require_operator(by, session.contract, session.commune)
    held = locked(session, version)
    changed = _replace(held, present, means, by)
    session.refresh_from_db()
    return changed


@unfenced
@transaction.atomic
def read_card(session: Session, text: str, *, by: User) -> tuple[Household, bool]:
    """Mark who presents a card, from its square code: the household, and whether it was new.

    Refused for a card that is not ours or was withdrawn (cards.check); a card of any programme is good.
    """
    require_operator(by, session.contract, session.commune)
    card = cards.check(text)
    enrolment = Enrolment.objects.select_related("household").get(pk=card.enrolment_id)
    held = locked(session, Session.objects.get(pk=session.pk).version)
    if Attendance.objects.filter(session=held, household=enrolment.household_id).exists():
        return enrolment.household, False
    if held.households >= held.crowd:
        raise _too_many(held, held.households + 1)
    _mark(held, [Present(enrolment.household_id)], "card", by)
    audit.record("mark", NOUN, held.pk, by=by, after={"means": "card"}, subjects=[enrolment.household_id])
    session.refresh_from_db()
    return enrolment.household, True


@unfenced
@transaction.atomic
def print_sheet(session: Session, *, by: User) -> SessionSheet:
    """Number the sheet of a session, whose lines are its list of today; printed again, it says the same."""
    households = [row["household_id"] for row in listed(session, by, "print")]
    printing = print_list(
        Printing.Purpose.ATTENDANCE, session.village, households=households,
        pages=max(1, -(-len(households) // SHEET_ROWS)), by=by,
    )  # fmt: skip
    return SessionSheet.objects.create(session=session, printing=printing)


@unfenced
@transaction.atomic
def enter_sheet(session: Session, number: str, signed: str, *, version: int, by: User) -> Difference:
    """Write who signed a sheet, by its number and the lines that bear a signature (« 1-12, 15 »).

    The households of the sheet alone are touched: those who came with a card stay. Refused for the sheet of another
    session (it says whose), InputError for lines that can't be read, Raced when it was entered otherwise before.
    """
    require_operator(by, session.contract, session.commune)
    sheet = _sheet_of(session, number)
    try:
        lines = lines_of(signed, last=len(sheet.printing.households))
    except ValueError as error:
        raise InputError(str(error), column="lignes signées", remedy="Relisez la feuille : 1-12, 15, 18.") from None
    chosen = {sheet.printing.households[line - 1] for line in lines}
    _check_not_entered(session, sheet, chosen)
    if sheet.entered_at:
        return Difference(frozenset(), frozenset())
    held = locked(session, version)
    changed = _replace(held, _with_others(held, sheet, chosen), "sheet", by)
    SessionSheet.objects.filter(pk=sheet.pk).update(entered_by=by, entered_at=timezone.now(), marked=len(chosen))
    session.refresh_from_db()
    return changed


def stage_rows(rows: Iterable[Sequence[Any]]) -> None:
    """Put who came to which session in stage_attendance, for the statements that write it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage_attendance")
    run_sql("delivery", "sessions_stage")
    copy_rows("stage_attendance", STAGE, rows)


def listed(session: Session, by: User, verb: str) -> list[dict[str, Any]]:
    """The lines of a session, for an act that asked the right of who reads: `verb` says in the trace what for."""
    rows = fetch_sql("delivery", "sessions_list", {"session": session.pk})
    audit.read(verb, NOUN, session.pk, by=by, subjects=[row["household_id"] for row in rows])
    return [{**row, "n": n, "rsu": _printed(row["rsu_number"])} for n, row in enumerate(rows, 1)]


def _printed(rsu: str) -> str:
    """An RSU number as it is on cards: « 4827-1930-66 »."""
    return f"{rsu[:4]}-{rsu[4:8]}-{rsu[8:]}"


def _replace(held: Session, present: Sequence[Present], means: str, by: User) -> Difference:
    before = Attendance.objects.filter(session=held).values_list("household_id", flat=True)
    changed = difference(before, (one.household_id for one in present))
    if len(present) > held.crowd:
        raise _too_many(held, len(present))
    _check_households(held, present)
    stage_rows(_rows(held, present))
    run_sql("delivery", "sessions_unmark", {"session": held.pk})
    _write(means, by)
    Session.objects.filter(pk=held.pk).update(version=F("version") + 1)
    after = {"means": means, "named": len(present), "added": len(changed.added), "removed": len(changed.removed)}
    subjects = sorted(changed.added | changed.removed)
    audit.record("mark", NOUN, held.pk, by=by, after=after, subjects=subjects)
    return changed


def _mark(held: Session, present: Sequence[Present], means: str, by: User) -> None:
    stage_rows(_rows(held, present))
    _write(means, by)
    Session.objects.filter(pk=held.pk).update(version=F("version") + 1)


def _write(means: str, by: User) -> None:
    try:
        with transaction.atomic():
            run_sql("delivery", "sessions_mark", {"means": means, "by": by.pk})
    except IntegrityError as error:
        if "attendance_named_with_consent" not in str(error):
            raise
        raise Refused(
            "Un ménage qui ne reçoit rien n’est nommé qu’avec son accord",
            remedy="Cochez son accord, ou comptez-le sans le nommer.",
        ) from None


def _rows(held: Session, present: Sequence[Present]) -> Iterable[Sequence[Any]]:
    for line, one in enumerate(present, 1):
        yield line, held.pk, one.household_id, one.came, one.sex, one.mother, one.consented


def _check_households(held: Session, present: Sequence[Present]) -> None:
    asked = {one.household_id for one in present}
    if len(asked) != len(present):
        raise Refused("Un ménage est deux fois dans la liste", remedy="Gardez une seule ligne par ménage.")
    places = set(held.contract.communes.values_list("commune_id", flat=True))
    known = Household.objects.filter(pk__in=asked, commune__in=places, status="active").count()
    if known != len(asked):
        raise Refused(
            f"{len(asked) - known} ménages ne sont pas des communes du contrat, ou ont quitté le registre",
            remedy="Comptez-les sans les nommer.",
        )


def _sheet_of(session: Session, number: str) -> SessionSheet:
    digits = digits_of(number)
    if not is_number(digits):
        raise InputError(
            "Ce numéro de feuille est mal recopié", column="numéro",
            remedy="Recopiez les seize chiffres imprimés sous le carré.",
        )  # fmt: skip
    sheet = Sheet.objects.filter(number=digits).select_related("printing__village").first()
    found = SessionSheet.objects.select_for_update(of=("self",)).filter(
        printing=sheet.printing if sheet else None
    ).select_related("session__village", "session__module", "printing", "entered_by").first()  # fmt: skip
    if found is None:
        whose = f"Elle est d’une impression pour {sheet.printing.village}." if sheet else "Aucune feuille ne le porte."
        raise Refused("Cette feuille n’est pas une feuille de séance", why=whose, remedy="Vérifiez le numéro.")
    if found.session_id != session.pk:
        other = found.session
        raise Refused(
            f"Cette feuille est celle d’une autre séance : {other.village}, {other.module}",
            why=f"Elle était prévue le {other.planned_on:%d/%m/%Y} ; celle-ci est à {session.village}.",
            remedy=f"Ouvrez la séance n° {other.pk} et saisissez-la là.",
        )
    return found


def _check_not_entered(session: Session, sheet: SessionSheet, chosen: set[int]) -> None:
    """Raced when the sheet was entered before with other signatures: by whom, and how many lines differ."""
    if sheet.entered_at is None:
        return
    written = Attendance.objects.filter(session=session, household__in=sheet.printing.households)
    other = difference(written.values_list("household_id", flat=True), chosen)
    if other.is_nothing:
        return
    lines = {household: n for n, household in enumerate(sheet.printing.households, 1)}
    mine, theirs = (", ".join(str(lines[one]) for one in sorted(found, key=lines.__getitem__)[:10]) or "aucune"
                    for found in (other.added, other.removed))  # fmt: skip
    raise Raced(
        f"{sheet.entered_by} a déjà saisi cette feuille le {timezone.localtime(sheet.entered_at):%d/%m/%Y à %H:%M}, "
        "autrement que vous",
        why=f"Lignes signées pour vous seul : {mine} ; pour l’autre saisie seule : {theirs}.",
        remedy="Relisez la feuille ensemble, puis corrigez la liste de la séance.",
    )


def _with_others(held: Session, sheet: SessionSheet, chosen: set[int]) -> list[Present]:
    """Who signed, with who came otherwise than by this sheet."""
    on_sheet = set(sheet.printing.households)
    others = Attendance.objects.filter(session=held).exclude(household__in=on_sheet)
    kept = [Present(o.household_id, o.came, o.sex, o.mother, o.consented) for o in others]
    # A signature is a consent: the sheet says so above the lines.
    return kept + [Present(one, consented=True) for one in sorted(chosen)]


def _too_many(held: Session, named: int) -> Refused:
    return Refused(
        f"{named} ménages nommés pour {held.crowd} personnes comptées",
        remedy="Corrigez d’abord les nombres d’hommes et de femmes de la séance.",
    )
