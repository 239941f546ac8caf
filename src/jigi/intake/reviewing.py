"""The review of a batch between its checks and its merge: values corrected, interviews left out or sent back.

The files stay as they came; what a review changes are rows beside them, applied whenever they are read again. Who sent
a batch does not declare it reviewed.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now

from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.cells import clean
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.intake import kept
from jigi.intake.mapping import Mapping, parse_mapping
from jigi.intake.models import Batch, BatchFile, Correction, Problem, SetAside, Submission
from jigi.intake.pipeline import RIGHT, UNDER_REVIEW, take_again
from jigi.intake.queries import visible_to
from jigi.intake.staging import Changes
from jigi.intake.states import BATCH
from jigi.intake.submissions import mapping_of

Part = BatchFile.Part


@unfenced
@transaction.atomic
def correct(problem: Problem, value: str, *, by: User, reason: str) -> Correction:
    """Give another value to the cell that a problem names. It counts once the batch is checked again.

    Refused without a reason, once the batch is reviewed, and where the problem names no cell.
    """
    batch = _in_review(problem.batch_id, by)
    _require_reason(reason)
    try:
        value = clean(value)
    except ValueError as error:
        raise Refused("Cette valeur ne peut être gardée", why=str(error), remedy="Tapez-la de nouveau.") from None
    if not problem.column:
        raise Refused("Ce constat ne désigne pas une case du fichier", remedy="Écartez la fiche, ou renvoyez-la.")
    made = Correction.objects.create(
        batch=batch, of_member=problem.of_member, line=problem.line, key=problem.key, column=problem.column,
        before=problem.value, sealed=vault().seal(kept.KIND, value), reason=reason.strip()[:300], made_by=by,
    )  # fmt: skip
    told = {"line": problem.line, "column": problem.column}
    _changed(batch, "correct", by, reason, told)
    return made


@unfenced
@transaction.atomic
def take_back(correction: Correction, *, by: User) -> None:
    """Take a correction away: the cell is again what the file says, or what an earlier correction gave."""
    batch = _in_review(correction.batch_id, by)
    correction.delete()
    _changed(batch, "take_back", by, "", {"line": correction.line, "column": correction.column})


@unfenced
@transaction.atomic
def set_aside(batch: Batch, key: str, kind: str, *, by: User, reason: str) -> SetAside:
    """Keep an interview out of the merge: « left_out », or « sent_back » to who collected it, with a sentence."""
    batch = _in_review(batch.pk, by)
    _require_reason(reason)
    # An error first: it is what the enumerator has to look at.
    named = Problem.objects.filter(batch=batch, key=key).order_by("severity", "pk").first()
    if named is None or not key:
        raise Refused("Cette fiche n’a aucun constat dans ce lot", remedy="Rechargez la page du lot.")
    made, _ = SetAside.objects.update_or_create(
        batch=batch, key=key,
        defaults={
            "collector": named.collector, "kind": kind, "message": named.message, "reason": reason.strip()[:300],
            "made_by": by,
        },
    )  # fmt: skip
    _changed(batch, "set_aside", by, reason, {"line": named.line, "kind": made.get_kind_display()})
    return made


@unfenced
@transaction.atomic
def take_in(aside: SetAside, *, by: User) -> None:
    """Put an interview that was set aside back into its batch, or, once that is closed, among those that wait."""
    batch = _seen(aside.batch_id, by)
    if batch.status in UNDER_REVIEW:
        batch = _in_review(batch.pk, by)
    aside.delete()
    _changed(batch, "take_in", by, "", {"kind": aside.get_kind_display()})


@unfenced
@transaction.atomic
def check_again(batch: Batch, *, by: User) -> Batch:
    """Check a batch with what the review has changed so far."""
    return _again(_in_review(batch.pk, by), merging=False, by=by)


@unfenced
@transaction.atomic
def review(batch: Batch, *, by: User) -> Batch:
    """Declare that a batch was read over: by another than who sent it, once its last changes are checked."""
    batch = _in_review(batch.pk, by)
    if has_written(batch, by):
        raise Refused(
            "Qui a envoyé un lot, ou en a corrigé ou rempli une fiche, ne le déclare pas relu",
            remedy="Demandez-le à une autre personne.",
        )
    if batch.checked_at is None:
        raise Refused("Des changements n’ont pas encore été contrôlés", remedy="Contrôlez de nouveau, puis relisez.")
    BATCH.move(batch, "review", by=by, reviewed_by=by, reviewed_at=Now())
    return batch


def has_written(batch: Batch, by: User) -> bool:
    """Whether somebody sent a batch, corrected it or filled in a fiche of it: another declares it reviewed."""
    filled = Submission.objects.filter(batch=batch, sent_by=by)
    return batch.made_by_id == by.pk or batch.corrections.filter(made_by=by).exists() or filled.exists()


@unfenced
@transaction.atomic
def merge(batch: Batch, *, by: User) -> Batch:
    """Merge a reviewed batch with its changes, and erase the files that were kept for it."""
    batch = _seen(batch.pk, by)
    if batch.status != Batch.Status.REVIEWED:
        raise Refused("Ce lot n’est pas relu", remedy="Une autre personne que qui l’a envoyé le déclare d’abord relu.")
    batch = _again(batch, merging=True, by=by)
    _settle(batch)
    kept.forget(batch)
    return batch


@unfenced
@transaction.atomic
def refuse(batch: Batch, *, by: User, reason: str) -> Batch:
    """Refuse a batch under review whole, and erase its files. Its fiches from phones are held."""
    batch = _seen(batch.pk, by)
    _require_reason(reason)
    return _refuse(batch, by, reason)


@unfenced
@transaction.atomic
def refuse_forgotten(before: datetime) -> int:
    """Refuse the batches that nobody has finished reading over since a day: their files hold personal data."""
    forgotten = Batch.objects.filter(asks_review=True, status__in=UNDER_REVIEW, made_at__lt=before)
    for batch in forgotten:
        _refuse(batch, None, "relecture jamais finie")
    return len(forgotten)


def _refuse(batch: Batch, by: User | None, reason: str) -> Batch:
    BATCH.move(batch, "refuse", by=by, reason=reason)
    _settle(batch)
    kept.forget(batch)
    return batch


def _again(batch: Batch, *, merging: bool, by: User) -> Batch:
    with kept.opened(batch) as files:
        households, members = files[Part.HOUSEHOLDS], files[Part.MEMBERS]
        return take_again(
            batch,
            households,
            members,
            _mapping(batch, files.get(Part.MAPPING)),
            _changes(batch),
            merging=merging,
            by=by,
        )


def _mapping(batch: Batch, path: Path | None) -> Mapping:
    """The mapping that the batch was sent with: kept beside it, or of the questionnaire's version."""
    if path:
        return parse_mapping(path.read_text(encoding="utf-8"), batch.mapping_name)
    found = mapping_of(batch.form_version) if batch.form_version else None
    if found is None:
        raise Refused(
            "La correspondance de ce lot n’est plus là", remedy="Refusez-le, et versez de nouveau ses fiches."
        )
    return found.as_mapping()


def _changes(batch: Batch) -> Changes:
    cells: dict[tuple[bool, int], dict[str, str]] = {}
    for one in batch.corrections.order_by("pk"):
        cells.setdefault((one.of_member, one.line), {})[one.column] = vault().unseal(kept.KIND, bytes(one.sealed))
    return Changes(cells, frozenset(batch.set_aside.values_list("key", flat=True)))


def _settle(batch: Batch) -> None:
    """Give the fiches from phones the state that the register says."""
    waiting = Submission.objects.filter(batch=batch, status="batched").values_list("pk", flat=True)
    facts = {"batch": batch.pk, "source": batch.source, "submissions": list(waiting)}
    run_sql("intake", "settle_submissions", facts)


def _in_review(pk: int, by: User) -> Batch:
    """The batch, held for this transaction; Refused once it is reviewed, merged or refused."""
    batch = _seen(pk, by)
    if not (batch.asks_review and batch.status == Batch.Status.CHECKED):
        raise Refused(f"Ce lot ne se relit plus : il est « {batch.get_status_display()} »", remedy="Rechargez la page.")
    return batch


def _seen(pk: int, by: User) -> Batch:
    require(by, RIGHT)
    batch = visible_to(by).select_for_update().filter(pk=pk).first()
    if batch is None:
        raise Refused("Ce lot n’est pas de ceux que vous voyez", remedy="Demandez à qui importe pour tout le pays.")
    return batch


def _changed(batch: Batch, verb: str, by: User, reason: str, told: dict[str, object]) -> None:
    """What was checked is no longer what would be merged."""
    Batch.objects.filter(pk=batch.pk, status=Batch.Status.CHECKED).update(checked_at=None)
    audit.record(verb, BATCH.noun, batch.pk, by=by, after=told, reason=reason)


def _require_reason(reason: str) -> None:
    if len(reason.strip()) < 5:
        raise Refused("Dites pourquoi", remedy="Une phrase suffit : elle est gardée avec la décision.")
