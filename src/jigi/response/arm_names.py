"""Lines of agencies' lists that no number ties to the register: sought by name and village, told apart by a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import open_table
from jigi.registry.models import Household
from jigi.registry.search import Wanted, find
from jigi.response import arm_lists
from jigi.response.arm_places import kept_communes
from jigi.response.arms import listing_arm
from jigi.response.models import AgencyLine, Arm
from jigi.response.states import ARM
from jigi.schemes.lines import columns_of, folded
from jigi.schemes.models import BenefitBatch, BenefitProblem
from jigi.targeting.from_register import list_named

UNTIED = ("no_household", "rsu_shape", "unknown_rsu", "unknown_nina", "unknown_phone", "nobody_there", "several")
"""What a line may lack to be tied to a household by its numbers."""
VILLAGE = ("village", "nom du village", "localite", "site", "village ou site")
LONGEST = 120
OF_NAME = 70
"""What a name says at most of how like a household is; its village says the rest."""
MOST = 9
NAMED = 40
"""Persons of a name whose households are looked at."""


@dataclass(frozen=True)
class Suggestion:
    """A household that a line may name, how like it is (0 to 100), and what speaks for it."""

    household: Household
    person: str
    score: int
    reasons: tuple[str, ...]


def keep(arm: Arm, batch: BenefitBatch, path: str | Path) -> int:
    """Keep the names and villages of the lines of a batch that no number ties to the register; returns how many. In the
    caller's transaction."""
    held = BenefitProblem.objects.filter(batch=batch, severity="error", code__in=UNTIED)
    told = list(_named(path, set(held.values_list("line", flat=True))))
    lines, names, villages = (list(column) for column in zip(*told, strict=True)) if told else ([], [], [])
    facts = {"arm": arm.pk, "batch": batch.pk, "lines": lines, "names": names, "villages": villages}
    return run_sql("response", "agency_keep", facts)


def waiting(arm: Arm, *, after: int = 0) -> AgencyLine | None:
    """The next line to tell apart, in the order of the lists."""
    found = arm.agency_lines.filter(status="waiting", pk__gt=after).select_related("arm__activation", "batch__scheme")
    return found.order_by("pk").first()


def suggestions(line: AgencyLine, *, by: User) -> list[Suggestion]:
    """The households that a line may name, the likest first, in the communes of its arm that the person sees.

    Where the arm follows the displaced, a household is of the commune and village where it stays.
    """
    communes = frozenset(area.pk for area in kept_communes(line.arm.activation, line.arm.component))
    staying = Household.objects.filter(status="active", situation="displaced", stay_commune__in=communes)
    if not line.arm.follow_displaced:
        staying = staying.none()
    sought = communes | set(staying.values_list("commune", flat=True).distinct())
    matches = find(Wanted(text=line.name, communes=sought), by=by).matches[:NAMED]
    asked = [match.membership.household_id for match in matches]
    here = staying.filter(pk__in=asked).select_related("stay_village").in_bulk()
    best: dict[int, Suggestion] = {}
    for match in matches:
        household = match.membership.household
        if household.pk not in here and household.commune_id not in communes:
            continue
        village = here[household.pk].stay_village if household.pk in here else household.village
        score, reasons = OF_NAME * max(0, min(100, match.why.points)) // 100, ["nom"]
        if village and line.village and folded(village.name) == folded(line.village):
            score, reasons = score + 100 - OF_NAME, ["nom", "village"]
        if household.pk not in best or best[household.pk].score < score:
            one = Suggestion(household, str(match.membership.person), score, tuple(reasons))
            best[household.pk] = one
    return sorted(best.values(), key=lambda one: (-one.score, one.household.rsu_number))[:MOST]


@unfenced
def choose(line: AgencyLine, household: int, *, by: User) -> bool:
    """Say which household a line names, among those suggested: it comes on the campaign's list.

    Returns whether it is new there.
    """
    arm = listing_arm(line.arm, by)
    chosen = next((one for one in suggestions(line, by=by) if one.household.pk == household), None)
    if chosen is None:
        raise Refused("Ce ménage n’est pas de ceux que la ligne peut nommer", remedy="Choisissez-en un de la liste.")
    with transaction.atomic():
        _decide(line, "matched", by, score=chosen.score)
        origin = f"{line.batch.scheme.code} : {line.batch.file_name}"
        campaign = arm_lists.open_campaign(arm, by=by)
        added = list_named(campaign, [household], origin=origin, by=by)
        if not added and not campaign.listed.filter(household=household).exists():
            raise Refused(
                "Ce ménage n’est dans aucun village de la campagne",
                remedy="Complétez son village au registre, puis revenez à la ligne.",
            )
        after = {"batch": line.batch_id, "line": line.line, "score": chosen.score}
        audit.record("match_line", ARM.noun, arm.pk, by=by, after=after, subjects=[household])
    return bool(added)


@unfenced
def nobody(line: AgencyLine, *, by: User) -> None:
    """Say that a line names no household of the register: it is to be surveyed."""
    arm = listing_arm(line.arm, by)
    with transaction.atomic():
        _decide(line, "nobody", by)
        audit.record("match_nobody", ARM.noun, arm.pk, by=by, after={"batch": line.batch_id, "line": line.line})


def _named(path: str | Path, held: set[int]) -> Iterator[tuple[int, str, str]]:
    with open_table(path) as table:
        columns = columns_of(table)
        name = columns.at.get("name")
        village = next((n for n, title in enumerate(table.header) if folded(title) in VILLAGE), None)
        if name is None:
            return
        for number, cells in table:
            if number in held and cells[name].strip():
                said = cells[village].strip() if village is not None else ""
                yield number, cells[name].strip()[:LONGEST], said[:LONGEST]


def _decide(line: AgencyLine, status: str, by: User, *, score: int | None = None) -> None:
    signed = {
        "status": status,
        "score": score,
        "decided_by": by,
        "decided_at": timezone.now(),
        "name": "",
        "village": "",
    }
    if not AgencyLine.objects.filter(pk=line.pk, status="waiting").update(**signed):
        raise Raced("Cette ligne est déjà départagée", remedy="Passez à la suivante.")
