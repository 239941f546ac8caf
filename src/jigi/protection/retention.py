"""The rules of retention at work: what they would do today, proposed by one person, applied by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation import audit, runs
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.payments.pipeline import in_turn, wait_for_turn
from jigi.protection import erasure
from jigi.protection.actions import RIGHT
from jigi.protection.models import RetentionProposal
from jigi.protection.reviewed import Rule, retention_rules, rules_hash
from jigi.protection.rules import too_old_before
from jigi.protection.states import RETENTION

STATEMENTS = {
    "import_problems": ("count_import_problems", "apply_import_problems"),
    "fiches": ("count_fiches", "apply_fiches"),
    "scanned_pages": ("count_scanned_pages", "apply_scanned_pages"),
    "change_papers": ("count_change_papers", "apply_change_papers"),
    "grant_images": ("count_grant_images", "apply_grant_images"),
    "past": ("count_past", "apply_past"),
    "survey_conditions": ("count_survey_conditions", "apply_survey_conditions"),
    "never_enrolled": ("count_never_enrolled", "apply_never_enrolled"),
    "data_requests": ("count_data_requests", "apply_data_requests"),
    "sessions": ("count_sessions", "apply_sessions"),
}
"""What counts and what applies each rule, by its code."""

ERASING = frozenset({"never_enrolled"})
"""The rules whose statement names households to erase, instead of changing rows itself."""

COUNTING = frozenset({"past"})
"""The rules whose statement goes through several tables of the past and counts its rows itself."""


@dataclass(frozen=True)
class Due:
    """What one rule would do: the day before which data is too old, and how many rows are."""

    rule: Rule
    before: date
    rows: int


@unfenced
def preview(as_of: date | None = None) -> list[Due]:
    """What each rule would do on a day (today when None); changes nothing."""
    return [_due(rule, as_of or timezone.localdate()) for rule in retention_rules()]


@unfenced
def propose(*, by: User) -> RetentionProposal:
    """Propose to apply the rules as of today; another person applies. Refused when there is nothing to do."""
    _require(by)
    counts = {due.rule.code: due.rows for due in preview()}
    if not any(counts.values()):
        raise Refused("Aucune donnée n’a dépassé sa durée de conservation : il n’y a rien à proposer")
    try:
        with transaction.atomic():
            made = RetentionProposal.objects.create(
                as_of=timezone.localdate(), rules_hash=rules_hash(), counts=counts, made_by=by
            )
            audit.record("propose", RETENTION.noun, made.pk, by=by, after={"rows": counts})
    except IntegrityError as error:
        if "retention_one_proposal" not in str(error):
            raise
        raise Refused("Une proposition attend déjà", remedy="Appliquez-la, ou abandonnez-la.") from error
    return made


@in_turn
def apply(proposal: RetentionProposal, *, by: User) -> RetentionProposal:
    """Do what a proposal says, as of its day: by another person than who made it. What cannot be undone, set-wise.

    Done again, it finds nothing left. Raises Refused when the rules have changed since.
    """
    _require(by)
    if proposal.made_by_id == by.pk:
        raise Refused(
            "Vous avez proposé cette application : une autre personne doit la faire",
            why="Elle est sans retour, donc demandée deux fois, par deux personnes.",
        )
    subject = f"{RETENTION.noun}:{proposal.pk}"
    with runs.start("protection.retention", str(proposal), by=by, subject=subject) as work, transaction.atomic():
        wait_for_turn()
        proposal = RetentionProposal.objects.select_for_update().get(pk=proposal.pk)
        RETENTION.check(proposal, "apply")
        if proposal.rules_hash != rules_hash():
            raise Refused("Les règles ont changé depuis la proposition", remedy="Abandonnez-la et proposez à nouveau.")
        done = {}
        for rule in retention_rules():
            with work.step(rule.what[:120]) as step:
                step.rows_in = proposal.counts.get(rule.code)
                step.rows_out = done[rule.code] = _apply(rule, proposal.as_of)
            left = _due(rule, proposal.as_of).rows
            work.check(f"plus rien à faire : {rule.what}"[:200], left == 0, f"{left} lignes restent")
        RETENTION.move(proposal, "apply", by=by, decided_by=by, decided_at=timezone.now(), applied=done)
    return proposal


@unfenced
def drop(proposal: RetentionProposal, *, by: User) -> None:
    """Give a proposal up; nothing is changed."""
    _require(by)
    RETENTION.move(proposal, "drop", by=by, decided_by=by, decided_at=timezone.now())


def waiting() -> RetentionProposal | None:
    """The proposal that waits for a second person, when there is one."""
    return RetentionProposal.objects.filter(status="proposed").select_related("made_by").first()


def _due(rule: Rule, as_of: date) -> Due:
    before = too_old_before(as_of, rule.months)
    counted = fetch_sql("protection", STATEMENTS[rule.code][0], {"before": _start_of(before)})
    return Due(rule, before, counted[0]["rows"])


def _apply(rule: Rule, as_of: date) -> int:
    """The rows that a rule changes: the households, where it erases some with all that is theirs."""
    facts, name = {"before": _start_of(too_old_before(as_of, rule.months))}, STATEMENTS[rule.code][1]
    if rule.code in COUNTING:
        with erasure.past_opened():
            return int(fetch_sql("protection", name, facts)[0]["rows"])
    if rule.code not in ERASING:
        return run_sql("protection", name, facts)

    def mark() -> None:
        run_sql("protection", name, facts)

    return erasure.erase_marked(mark)["households"]


def _start_of(day: date) -> datetime:
    """Midnight of a day in the country: days and moments are compared alike."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _require(by: User) -> None:
    require(by, RIGHT, areas=list(Area.objects.filter(level=Area.Level.COUNTRY)))
