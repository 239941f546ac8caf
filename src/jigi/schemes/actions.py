"""What is done with what schemes give back: a file received and checked, its lines recorded, refused, or undone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from jigi.foundation import audit, runs
from jigi.foundation.bulk import copy_rows, fetch_sql, run_sql
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import Table, open_table
from jigi.geography.access import can, organisations_with, postings_with, require
from jigi.geography.models import Area
from jigi.registry.models import Household
from jigi.schemes.catalogue import SHIPPED, read_catalogue
from jigi.schemes.lines import STAGED, Columns, columns_of, staged
from jigi.schemes.models import Benefit, BenefitBatch, BenefitLine, BenefitProblem, Scheme
from jigi.schemes.states import BATCH

PACKAGE = "schemes"
SEE, RECORD, GIVE, LOAD = "schemes.see", "schemes.record", "schemes.give", "schemes.load"
CHECKS = ("locate_rsu", "locate_nina", "locate_phone", "follow_merged", "mark_known", "check_lines", "keep_lines")


class _NothingNew(Exception):
    """A file recorded before was read again, and none of its lines is new: everything is as it was."""


@transaction.atomic
def load_schemes(path: str | Path = SHIPPED, *, by: User) -> int:
    """Load the schemes of a reviewed file; returns how many were added or changed. A second time changes nothing.

    InputError with the line of the first mistake; Refused without the right. A scheme that the file no longer names
    stays: its benefits were given.
    """
    require(by, LOAD)
    changed = 0
    for definition in read_catalogue(path):
        facts = asdict(definition)
        before = Scheme.objects.filter(code=definition.code).values(*facts).first()
        if before == facts:
            continue
        scheme, _ = Scheme.objects.update_or_create(code=definition.code, defaults=facts)
        audit.record("load", "scheme", scheme.pk, by=by, after={"scheme": scheme.code, "file": Path(path).name})
        changed += 1
    return changed


def may_send(user: User, scheme: Scheme) -> bool:
    """Whether a person may send what a scheme gave: an officer of the register, or one of the scheme's own people."""
    return bool(_right_to_send(user, scheme))


@unfenced
def receive(path: str | Path, scheme: Scheme, *, by: User) -> BenefitBatch:
    """Read and check a file that a scheme gives back; nothing is recorded yet.

    Returns the batch: checked, or refused when no line is good. Its `recognised` is true when nothing of the file is
    new (the batch is then the earlier one). InputError when it is no such file, Refused without the right.
    """
    right = _right_to_send(by, scheme)
    if not right:
        require(by, RECORD)
        raise Refused("Ce régime n’est pas celui de votre organisme", remedy="Choisissez un régime de votre organisme")
    with ExitStack() as opened:
        table = opened.enter_context(open_table(path))
        columns = columns_of(table)
        if table.header_only:
            raise InputError("Le fichier n’a qu’un en-tête", file=path, remedy="Vérifiez que l’export est complet")
        batch = _new_batch(table, scheme, by)
        if waiting := _same(batch, "received", "checked"):
            return _recognised(waiting)
        title = f"{scheme.code} : {batch.file_name}"[:200]
        with runs.start("schemes.receive", title, by=by, subject=_subject(batch)) as work:
            try:
                with transaction.atomic():
                    return _receive(batch, table, columns, right, work, by)
            except _NothingNew:
                recorded = _same(batch, "recorded")
                assert recorded
                return _recognised(recorded)


def _receive(
    batch: BenefitBatch, table: Table, columns: Columns, right: str, work: runs.Work, by: User
) -> BenefitBatch:  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('schemes.receive'))")
    if waiting := _same(batch, "received", "checked"):
        return _recognised(waiting)
    batch.run_id = work.run_id
    batch.save(force_insert=True)
    BenefitProblem.objects.bulk_create(
        BenefitProblem(
            batch=batch, severity="warning", line=table.header_line, column=title[:120], value=title[:80],
            code="unread_column",
        )
        for title in columns.unread
    )  # fmt: skip
    with work.step("Lecture du fichier") as step:
        run_sql(PACKAGE, "drop_stage")
        run_sql(PACKAGE, "create_stage")
        rows = staged(table, columns, batch.scheme, timezone.localdate(), work)
        step.rows_in = copy_rows("stage_benefit", STAGED, rows)
    with work.step("Contrôles") as step:
        counts = _check(_parameters(batch, columns, right, by), work)
        step.rows_in, step.rows_out = counts["lines_read"], counts["lines_good"]
    if not counts["lines_good"] and _same(batch, "recorded"):
        raise _NothingNew
    BATCH.move(batch, "check", by=by, reason=_told(counts), **counts)
    if not counts["lines_good"]:
        BATCH.move(batch, "refuse", by=by, reason="Aucune ligne n’est bonne.", **_signed(by))
    return batch


def _check(params: Mapping[str, Any], work: runs.Work) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_benefit")
    for done, name in enumerate(CHECKS):
        work.progress(done, len(CHECKS))
        run_sql(PACKAGE, name, params)
    work.progress(len(CHECKS), len(CHECKS))
    counts: dict[str, int] = fetch_sql(PACKAGE, "count_lines", params)[0]
    run_sql(PACKAGE, "drop_stage")
    return counts


@unfenced
@transaction.atomic
def record(batch: BenefitBatch, *, by: User) -> BenefitBatch:
    """Turn the good lines of a batch into benefits, all at once.

    A reference that another batch recorded meanwhile is counted as known. Refused when the person does not hold the
    right for every commune of the lines, or when nothing is left to record.
    """
    BATCH.check(batch, "record")
    _require_everywhere(by, BenefitLine.objects.filter(batch=batch).values("household"))
    title = f"{batch.scheme.code} : {batch.file_name}"[:200]
    with runs.start("schemes.record", title, by=by, subject=_subject(batch)) as work:
        with work.step("Enregistrement") as step:
            step.rows_in = BenefitLine.objects.filter(batch=batch).count()
            step.rows_out = run_sql(PACKAGE, "record_lines", {"batch": batch.pk})
        if not step.rows_out:
            raise Refused("Toutes ces lignes sont déjà enregistrées par un autre lot", remedy="Refusez ce lot.")
        counts = fetch_sql(PACKAGE, "count_benefits", {"batch": batch.pk})[0]
        # An erasure takes lines away while they wait.
        counts["lines_held"] = batch.lines_held + batch.lines_good - step.rows_in
        counts["lines_known"] = batch.lines_known + step.rows_in - step.rows_out
        BenefitLine.objects.filter(batch=batch).delete()
        BATCH.move(batch, "record", by=by, **counts, **_signed(by))
    return batch


@unfenced
@transaction.atomic
def refuse(batch: BenefitBatch, *, reason: str, by: User) -> BenefitBatch:
    """Put a checked batch aside: nothing of it is recorded, its lines are forgotten."""
    require(by, RECORD)
    BATCH.check(batch, "refuse")
    _require_reason(reason)
    BenefitLine.objects.filter(batch=batch).delete()
    BATCH.move(batch, "refuse", by=by, reason=reason, **_signed(by))
    return batch


@unfenced
@transaction.atomic
def undo(batch: BenefitBatch, *, reason: str, by: User) -> BenefitBatch:
    """Take away every benefit that a batch recorded; its counts stay as what it had recorded."""
    BATCH.check(batch, "undo")
    _require_reason(reason)
    benefits = Benefit.objects.filter(batch=batch)
    _require_everywhere(by, benefits.values("household"))
    benefits.delete()
    BATCH.move(batch, "undo", by=by, reason=reason, **_signed(by))
    return batch


def _right_to_send(user: User, scheme: Scheme) -> str:
    """The right by which a person sends for a scheme, "" when none does."""
    if can(user, RECORD):
        return RECORD
    return GIVE if scheme.organisation in organisations_with(user, GIVE) else ""


def _require_everywhere(by: User, households: Any) -> None:
    """The right to record, in every commune of these households."""
    communes = Household.objects.filter(pk__in=households).values("commune")
    require(by, RECORD, areas=Area.objects.filter(pk__in=communes))


def _require_reason(reason: str) -> None:
    if len(reason.strip()) < 5:
        raise Refused("Dites pourquoi", remedy="Une phrase suffit : elle est gardée avec la décision.")


def _new_batch(table: Table, scheme: Scheme, by: User) -> BenefitBatch:
    """A batch with its number but not yet saved: its run is opened first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('schemes_benefitbatch', 'id'))")
        number = (cursor.fetchone() or (0,))[0]
    with table.file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return BenefitBatch(pk=number, scheme=scheme, file_name=table.file.name[-200:], file_hash=digest, sent_by=by)


def _same(batch: BenefitBatch, *statuses: str) -> BenefitBatch | None:
    """An earlier batch of the very same file, in one of these states."""
    same = BenefitBatch.objects.filter(scheme=batch.scheme, file_hash=batch.file_hash, status__in=statuses)
    return same.exclude(pk=batch.pk).order_by("-pk").first()


def _recognised(batch: BenefitBatch) -> BenefitBatch:
    batch.recognised = True
    return batch


def _parameters(batch: BenefitBatch, columns: Columns, right: str, by: User) -> dict[str, Any]:
    return {
        "batch": batch.pk,
        "scheme": batch.scheme_id,
        "paths": [f"{posting.area.path}%" for posting in postings_with(by, right)],
        **{f"{said}_column": columns.name(said) for said in ("rsu", "nina", "phone", "reference")},
    }


def _subject(batch: BenefitBatch) -> str:
    return f"{BATCH.noun}:{batch.pk}"


def _signed(by: User) -> dict[str, Any]:
    return {"decided_by": by, "decided_at": timezone.now()}


def _told(counts: Mapping[str, int]) -> str:
    return (
        f"Sur {counts['lines_read']} lignes lues, bonnes : {counts['lines_good']},"
        f" déjà connues : {counts['lines_known']}, retenues : {counts['lines_held']}"
    )
