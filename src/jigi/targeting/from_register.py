"""A list made from the register instead of an assembly: who the criteria keep, and why the others are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, give_memory, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.targeting import pipeline
from jigi.targeting.actions import _locked_open, _require, _run
from jigi.targeting.models import LeftOut, TargetingRound
from jigi.targeting.states import ROUND

ORIGIN = "registre"
"""What stands where a list names its file."""

LISTED = "listed"


@dataclass(frozen=True)
class Criteria:
    """Whom a list from the register keeps: those visited since a day, who live of one of some livelihoods.

    No day keeps data of any age; no livelihood keeps them all.
    """

    fresh_since: date | None = None
    livelihoods: tuple[str, ...] = ()


def nobody_barred() -> None:
    """Leaves nobody out beforehand."""


@unfenced
def list_from_register(
    targeting_round: TargetingRound, criteria: Criteria, *, by: User, bar: Callable[[], object] = nobody_barred
) -> dict[str, int]:
    """Put on an open campaign's list every active household of its communes that the criteria keep.

    `bar` runs inside, and writes (household_id, reason) into the table `targeting_barred` for those whom something
    above targeting leaves out: reasons `enrolled` and `helped`. Each household left out has its row (`LeftOut`), which
    the ranking repeats. Asked again, the earlier list from the register is replaced; households that an assembly listed
    stay on the list, and are ranked unless they are left out. Returns households by reason, `listed` among them.
    """
    _require(targeting_round, by)
    with _run("targeting.register", "Liste du registre", targeting_round, by) as work, transaction.atomic():
        locked = _locked_open(targeting_round)
        with work.step("Choix au registre") as step:
            counts = _list(locked, criteria, bar)
            step.rows_in, step.rows_out = sum(counts.values()), counts[LISTED]
        audit.record("list_from_register", ROUND.noun, locked.pk, by=by, after=counts)
    return counts


@unfenced
def rankable(targeting_round: TargetingRound) -> dict[str, tuple[int, int]]:
    """By path of village: its people, and how many of its listed households can be ranked."""
    return {str(row["path"]): (row["population"], row["listed"]) for row in pipeline.villages(targeting_round)}


def _list(locked: TargetingRound, criteria: Criteria, bar: Callable[[], object]) -> dict[str, int]:
    give_memory()
    facts = _weighed(locked, criteria, bar)
    found = {row["reason"]: row["households"] for row in fetch_sql("targeting", "register_list", facts)}
    _forget_barred()
    if not found:
        raise Refused(
            "Le registre n’a aucun ménage dans les communes de la campagne",
            remedy="Enquêtez d’abord, ou choisissez d’autres lieux.",
        )
    return {reason: found.get(reason, 0) for reason in (LISTED, *LeftOut.Reason.values)}


@unfenced
def leave_out(
    targeting_round: TargetingRound, criteria: Criteria, *, by: User, bar: Callable[[], object] = nobody_barred
) -> int:
    """Leave out of the ranking of an open campaign those of its lists whom the criteria do not keep, or whom `bar`
    names (as in `list_from_register`), each with the reason; returns how many. The lists stay as they were given: asked
    again, everybody is weighed anew.
    """
    _require(targeting_round, by)
    with transaction.atomic():
        locked = _locked_open(targeting_round)
        count = run_sql("targeting", "register_leave_out", _weighed(locked, criteria, bar))
        _forget_barred()
        audit.record("leave_unranked", ROUND.noun, locked.pk, by=by, after={"households": count})
    return count


def _weighed(locked: TargetingRound, criteria: Criteria, bar: Callable[[], object]) -> dict[str, Any]:
    """What the statements ask, once what was left out before is forgotten and `bar` has named whom it bars."""
    facts = {
        "round": locked.pk, "origin": ORIGIN, "fresh_since": criteria.fresh_since,
        "livelihoods": list(criteria.livelihoods), "follow": locked.where_they_stay,
    }  # fmt: skip
    run_sql("targeting", "register_forget", facts)
    run_sql("targeting", "register_barred")
    bar()
    return facts


def _forget_barred() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE targeting_barred")


@unfenced
def list_named(targeting_round: TargetingRound, households: Iterable[int], *, origin: str, by: User) -> int:
    """Put households on an open campaign's list by their numbers, after those listed before; returns how many are new.

    Whoever is listed already, or lives in no village of the campaign, is passed over: a household named by two lists
    comes in once. `origin` (at most 200 characters) stands where a list names its file.
    """
    _require(targeting_round, by)
    asked = list(households)
    with transaction.atomic():
        locked = _locked_open(targeting_round)
        facts = {
            "round": locked.pk, "origin": origin[:200], "households": asked, "follow": locked.where_they_stay,
        }  # fmt: skip
        added = run_sql("targeting", "register_named", facts)
        said = {"file": origin[:200], "read": len(asked), "added": added}
        audit.record("list_named", ROUND.noun, locked.pk, by=by, after=said)
    return added
