"""Emptying what names somebody, set-wise: the same statements for one person and for a hundred thousand households.

What stays is what the accounts need: amounts, rounds, communes, RSU numbers, memberships, under which nobody is
named any more. The number of statements does not depend on the number of households.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from jigi.foundation.bulk import fetch_sql, run_sql, statement
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.grievances import erasing as grievances
from jigi.outreach import erasing as outreach

PACKAGE = "protection"
# Fiches, problems and corrections of imports first: they are found by the source key, which the households lose.
STATEMENTS = (
    "erase_attachments",
    "erase_scanned_pages",
    "erase_conflicts",
    "erase_submissions",
    "erase_problems",
    "erase_corrections",
    "erase_heads",
    "erase_returns",
    "erase_waiting_lines",
    "erase_checks",
    "erase_findings",
    "erase_entitlements",
    "erase_instructions",
    "erase_enrolments",
    "erase_accidents",
    "erase_departures",
    "erase_listed",
    "erase_benefits",
    "erase_benefit_lines",
    "erase_benefit_problems",
    "erase_rations",
    "erase_withheld",
    "erase_sessions",
    "erase_event_fiches",
    "erase_grants",
    "erase_documents",
    "erase_phones",
    "erase_health",
    "erase_conditions",
    "erase_deliveries",
    "erase_requests",
    "erase_change_evidence",
    "erase_change_words",
    "erase_change_items",
    "erase_persons",
    "erase_households",
    # Last: the statements above have just sent what they emptied into the past.
    "erase_past_persons",
    "erase_past_identifiers",
    "erase_past_phones",
    "erase_past_health",
    "erase_past_conditions",
    "erase_past_heads",
    "erase_past_households",
)


@dataclass(frozen=True)
class Holds:
    """What forbids an erasure today, in numbers of rows."""

    enrolments: int
    due: int
    under_way: int
    open_rounds: int

    def __bool__(self) -> bool:
        return bool(self.enrolments or self.due or self.under_way or self.open_rounds)

    @property
    def sentence(self) -> str:
        """Why, in French; empty when nothing forbids it."""
        said = []
        if self.enrolments:
            said.append("une inscription à un programme est en cours : faites d’abord sortir le ménage")
        if self.due:
            said.append("de l’argent lui est encore dû : payez-le, ou rendez-le au fonds")
        if self.under_way:
            said.append("un paiement est en route : attendez le retour de l’agence")
        if self.open_rounds:
            said.append("un tour où il est payé n’est pas clos : clôturez-le, car il peut encore être corrigé")
        return " ; ".join(said)


@unfenced
def holds(*, households: Sequence[int] = (), persons: Sequence[int] = ()) -> Holds:
    """What would forbid erasing these households, or these persons alone."""
    with _marked(lambda: _mark(households, persons)):
        return _holds()


def erase(*, households: Sequence[int] = (), persons: Sequence[int] = ()) -> dict[str, int]:
    """Erase these households whole with their members, or these persons alone, in the open transaction.

    Returns the rows of each statement. Raises Refused, having changed nothing, while an enrolment lives, money is
    due or on its way, or a round that pays them is open.
    """
    return erase_marked(lambda: _mark(households, persons))


def erase_marked(mark: Callable[[], None]) -> dict[str, int]:
    """The same of the households and persons that `mark` writes in the temporary tables."""
    with _marked(mark):
        fetch_sql(PACKAGE, "hold_households")
        if found := _holds():
            raise Refused(
                "Ces données ne peuvent pas encore être effacées", why=found.sentence,
                remedy="Rien n’a été effacé. Reprenez la demande quand c’est fait",
            )  # fmt: skip
        with past_opened():
            # First: complaints are found by the households that the register still names.
            complaints = {"grievances": grievances.erase(), "messages": outreach.erase()}
            return complaints | {name.removeprefix("erase_"): run_sql(PACKAGE, name) for name in STATEMENTS}


def _mark(households: Sequence[int], persons: Sequence[int]) -> None:
    run_sql(PACKAGE, "mark_named", {"households": list(households), "persons": list(persons)})


def _holds() -> Holds:
    return Holds(**fetch_sql(PACKAGE, "what_holds")[0])


@contextmanager
def past_opened() -> Iterator[None]:
    """The past, which is never changed, lets an erasure through (foundation/sql/past.sql)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jigi.erasing', 'on', true)")
        yield
        cursor.execute("SELECT set_config('jigi.erasing', '', true)")


@contextmanager
def _marked(mark: Callable[[], None]) -> Iterator[None]:
    """The temporary tables with what `mark` wrote, their members, and the households of their papers and money."""
    with connection.cursor() as cursor:
        run_sql(PACKAGE, "drop_erased")
        cursor.execute(statement(PACKAGE, "create_erased"))
        mark()
        run_sql(PACKAGE, "mark_absorbed")
        run_sql(PACKAGE, "mark_members")
        run_sql(PACKAGE, "mark_written")
        run_sql(PACKAGE, "mark_touched")
        cursor.execute("ANALYZE erased_household, erased_person, written_household, touched_household")
        yield
        run_sql(PACKAGE, "drop_erased")
