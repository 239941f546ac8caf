"""The import: files staged by COPY, checked set-wise, merged in one transaction.

The number of statements does not depend on the number of rows. A row with an error holds its household whole;
the others go in. The same files with the same mapping change nothing a second time.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping as Dictionary
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from jigi.foundation import runs
from jigi.foundation.bulk import statement
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.first_load import first_load
from jigi.foundation.models import User
from jigi.foundation.tabular import Table, open_table, table_names
from jigi.geography.access import postings_with, require
from jigi.geography.models import AreaVersion
from jigi.intake import checks, kept
from jigi.intake.mapping import BY_LINE, Filling, Mapping, missing_sheet, read_mapping
from jigi.intake.models import Batch, Problem
from jigi.intake.staging import (
    NO_CHANGES,
    Changes,
    Plan,
    Problems,
    household_plan,
    member_plan,
    refuse_without_rows,
    stage,
)
from jigi.intake.states import BATCH
from jigi.intake.targets import INTERVIEW, LIVING, MEMBER, SURVEY_ONLY
from jigi.registry.models import LivingConditions

RIGHT = "intake.import"
UNDER_REVIEW = (Batch.Status.CHECKED, Batch.Status.REVIEWED)
_KEPT_IN_MEMORY = 8 << 20
_DERIVED = ("household_size", "wives", "head_sex", "head_age", "children_under_5", "children_under_15")
_REGISTER_CHECKS = (
    "locate_households",
    "locate_erased",
    "check_households",
    "drop_repeated_members",
    "check_strays",
    "gather_rosters",
    "check_rosters",
    "check_members",
    "link_parents",
    "check_parents",
    "check_ninas",
)
_REGISTER_MERGES = (
    "merge_households",
    "merge_living_conditions",
    "merge_persons",
    "merge_memberships",
    "merge_phones",
    "merge_ninas",
    "merge_health",
)
_REGISTER_TABLES = (
    "registry_household",
    "registry_livingconditions",
    "registry_person",
    "registry_membership",
    "registry_phone",
    "registry_identifier",
    "registry_health",
)


@dataclass(frozen=True)
class Files:
    """What is being imported: opened tables, their plans, and the digest that recognises them."""

    mapping: Mapping
    households: Table
    household_plan: Plan
    members: Table | None
    member_plan: Plan | None
    digest: str
    changes: Changes = NO_CHANGES


class _NothingNew(Exception):
    """Held interviews were tried again and none can go in: everything is as it was."""


@unfenced
def import_file(
    path: str | Path, mapping: Mapping | str | Path, *, members: str | Path | None = None, review: bool = False,
    by: User,
) -> Batch:  # fmt: skip
    """Import a file of households (and one of members, for the register) through a mapping.

    `mapping`: a Mapping, the name of a shipped one, or a path. Returns the batch with its counts; its
    `recognised` is true when these very files had already been merged, and nothing changed. InputError when
    a file can't be a table of this mapping, Refused without the right; in both cases nothing is written.
    With `review`, it stops once checked: the files are kept, sealed, for another person to read over (reviewing.py).
    """
    require(by, RIGHT)
    mapping = mapping if isinstance(mapping, Mapping) else read_mapping(mapping)
    with ExitStack() as opened:
        files = _open(Path(path), mapping, Path(members) if members else None, opened)
        version = _version(mapping)
        previous = _previous(files, review)
        batch = previous or _new_batch(files, by)
        if review:
            kept.check(files.households.file, files.members.file if files.members else None)
        if previous and _is_settled(previous, review):
            return _recognised(previous)
        title = f"Import de {batch.file_name}"[:200]
        with runs.start("intake.import", title, by=by, subject=f"{BATCH.noun}:{batch.pk}") as work:
            try:
                with transaction.atomic():
                    return _import(batch, files, version, work, by, review)
            except _NothingNew:
                return _recognised(Batch.objects.get(pk=batch.pk))


def _import(batch: Batch, files: Files, version: int | None, work: runs.Work, by: User, review: bool) -> Batch:
    """Everything that writes, inside one transaction."""
    one_at_a_time()
    current = _previous(files, review)
    if current and _is_settled(current, review):
        return _recognised(current)
    batch, resumed = current or batch, current is not None
    if resumed:
        BATCH.move(batch, "resume", by=by)
    else:
        batch.save(force_insert=True)
    batch.run_id = work.run_id
    counts = _pour(batch, files, version, work, by, merging=not review)
    if review:
        kept.keep(batch, files.households.file, files.members.file if files.members else None, files.mapping.text)
        BATCH.move(batch, "check", by=by, asks_review=True, **_waiting(batch, files, counts))
        return batch
    if resumed and not counts["households_merged"]:
        raise _NothingNew
    BATCH.move(batch, "check", by=by)
    _close(batch, files, counts, batch if resumed else None, by)
    return batch


@unfenced
def take_again(
    batch: Batch, path: Path, members: Path, mapping: Mapping, changes: Changes, *, merging: bool, by: User
) -> Batch:
    """The files of a batch under review, with what the review changed: checked again, or checked and merged.

    Errors are those of `import_file`; Refused when the review's states forbid it, or when nothing can be merged.
    """
    require(by, RIGHT)
    verb = "merge" if merging else "check_again"
    with ExitStack() as opened:
        files = replace(_open(path, mapping, members, opened), changes=changes)
        title, subject = f"Relecture de {batch.file_name}"[:200], f"{BATCH.noun}:{batch.pk}"
        with runs.start("intake.review", title, by=by, subject=subject) as work, transaction.atomic():
            one_at_a_time()
            batch.refresh_from_db()
            BATCH.check(batch, verb)
            batch.run_id = work.run_id
            counts = _pour(batch, files, _version(mapping), work, by, merging=merging)
            if merging:
                _close(batch, files, counts, None, by)
            else:
                BATCH.move(batch, verb, by=by, **_waiting(batch, files, counts))
    return batch


def _pour(
    batch: Batch, files: Files, version: int | None, work: runs.Work, by: User, *, merging: bool
) -> dict[str, int]:
    """Stage, check, keep what was found, and merge if asked; how many went in (or would), and were known."""
    params = _parameters(batch, files, version, by)
    with tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY) as file:
        problems = Problems(file)
        _create_stages()
        _stage(files, problems, work)
        problems.load()
    counts = _check(files.mapping, params, work)
    if merging:
        _merge(files.mapping, counts, params, work)
    Problem.objects.filter(batch=batch).delete()
    _execute("keep_problems", params)
    if files.members:
        checks.keep_counts(batch.pk, interviews=files.households.rows_read, members=files.members.rows_read)
    _execute("drop_stages", {})
    return counts


def one_at_a_time() -> None:
    """Wait for the import, or the undo of one, that is under way: those who write the register's batches take turns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('intake.import'))")
        cursor.execute("SET LOCAL work_mem = '128MB'")


def _is_settled(batch: Batch, review: bool) -> bool:
    """Whether its files bring nothing more: what was held may be good now, what was known may have been undone.

    Under review, a batch is its own; a file that was reviewed brings nothing in beside its review.
    """
    if batch.status in UNDER_REVIEW or (review and batch.status == Batch.Status.MERGED):
        return True
    if batch.asks_review and not review and (batch.status == Batch.Status.REFUSED or batch.households_held):
        raise Refused(
            "La relecture de ces fichiers en a refusé ou retenu", why=f"C’est le lot {batch.pk}.",
            remedy="Corrigez-les, ou envoyez-les de nouveau à relire.",
        )  # fmt: skip
    return not batch.households_held and not batch.households_known


def _stage(files: Files, problems: Problems, work: runs.Work) -> None:
    with work.step("Lecture des ménages") as step:
        step.rows_in = stage(files.households, files.household_plan, problems, work.progress, files.changes)
    if files.members and files.member_plan:
        with work.step("Lecture des membres") as step:
            step.rows_in = stage(files.members, files.member_plan, problems, work.progress, files.changes)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_household, stage_member")


def _check(mapping: Mapping, params: Dictionary[str, Any], work: runs.Work) -> dict[str, int]:
    """Run the checks; how many interviews and members may go in, and are known."""
    found = ("check_survey",) if mapping.is_survey else _REGISTER_CHECKS
    counting = "count_survey" if mapping.is_survey else "count_register"
    with work.step("Contrôles") as step:
        for done, name in enumerate(found):
            work.progress(done, len(found))
            _execute(name, params)
        if not mapping.is_survey:
            _check_fieldwork(mapping)
            _execute("choose_households", params)
        with connection.cursor() as cursor:
            cursor.execute(_composed(counting), params)
            names = [column.name for column in cursor.description or ()]
            counts = dict(zip(names, cursor.fetchone() or (), strict=True))
        step.rows_out = counts["households_merged"]
    return counts


def _merge(mapping: Mapping, counts: Dictionary[str, int], params: Dictionary[str, Any], work: runs.Work) -> None:
    merges = ("merge_survey",) if mapping.is_survey else _REGISTER_MERGES
    with work.step("Versement dans l’enquête" if mapping.is_survey else "Versement au registre") as step:
        with first_load(("registry_livingconditions",) if mapping.is_survey else _REGISTER_TABLES):
            for done, name in enumerate(merges):
                work.progress(done, len(merges) + 1)
                _execute(name, params)
            work.progress(len(merges), len(merges) + 1)
        step.rows_out = counts["households_merged"] + counts["members_merged"]


def _check_fieldwork(mapping: Mapping) -> None:
    """The checks that are data: those that hold the interviews against one another, their place and their members."""
    checks.make_stages([filling.name for filling in mapping.living if not filling.value])
    checks.find_problems({name: mapping.column_of(name) for name in (*INTERVIEW, *LIVING, *MEMBER)})


def _waiting(batch: Batch, files: Files, counts: Dictionary[str, int]) -> dict[str, Any]:
    """What a batch under review shows: nothing is merged, the others wait or are held."""
    read = files.households.rows_read
    return {
        "run_id": batch.run_id,
        "checked_at": Now(),
        "households_read": read,
        "members_read": files.members.rows_read if files.members else 0,
        "households_known": counts["households_known"],
        "households_held": read - counts["households_merged"] - counts["households_known"],
    }


def _close(batch: Batch, files: Files, counts: Dictionary[str, int], resumed: Batch | None, by: User) -> None:
    """Write the counts and the state the batch ends in; `resumed` had merged some before."""
    read = files.households.rows_read
    before = resumed.households_merged if resumed else 0
    known = max(counts["households_known"] - before, 0)
    figures = {
        "run_id": batch.run_id,
        "households_read": read,
        "members_read": files.members.rows_read if files.members else 0,
        "households_merged": before + counts["households_merged"],
        "members_merged": (resumed.members_merged if resumed else 0) + counts["members_merged"],
        "households_known": known,
        "households_held": read - before - counts["households_merged"] - known,
    }
    said = (
        f"{figures['households_merged']} fiches versées, {figures['households_known']} déjà connues,"
        f" {figures['households_held']} retenues, sur {read}"
    )
    nothing = figures["households_held"] == read
    BATCH.move(batch, "refuse" if nothing else "merge", by=by, reason=said, **figures)


def _open(path: Path, mapping: Mapping, members: Path | None, opened: ExitStack) -> Files:
    """Open what is imported and hold it against the mapping, before anything is written."""
    households = opened.enter_context(
        open_table(
            path, sheet=_sheet(path, mapping.sheet, _columns_of(mapping.key, "", *mapping.interview, *mapping.living))
        )
    )
    plan = household_plan(households, mapping)
    refuse_without_rows(households)
    roster = mapping.members
    if roster is None:
        if members:
            raise InputError(
                "Cette correspondance est celle d’une enquête : elle n’a pas de fichier des membres",
                file=members,
                remedy="Retirez --members, ou choisissez la correspondance d’un registre",
            )
        return Files(mapping, households, plan, None, None, _digest(path))
    if members is None and not roster.sheet and not _is_archive(path):
        raise missing_sheet(mapping)
    members = members or path
    wanted = _columns_of(roster.key, roster.line, *roster.fillings)
    table = opened.enter_context(open_table(members, sheet=_sheet(members, roster.sheet, wanted)))
    table_plan = member_plan(table, roster)
    refuse_without_rows(table)
    digest = hashlib.sha256(f"{_digest(path)}{_digest(members)}".encode()).hexdigest()
    return Files(mapping, households, plan, table, table_plan, digest)


def _sheet(path: Path, sheet: str, columns: set[str]) -> str | None:
    """Which table of a workbook or an archive is read; of an archive whose file the mapping does not name, by columns.

    The same mapping reads two CSV files.
    """
    if _is_archive(path) and not sheet:
        return _with_columns(path, columns)
    return sheet or None if _is_archive(path) or path.suffix.lower() in (".xlsx", ".xlsm") else None


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _columns_of(key: str, line: str, *fillings: Filling) -> set[str]:
    return {key, line, *(filling.column for filling in fillings)} - {"", BY_LINE}


def _with_columns(path: Path, columns: set[str]) -> str:
    """The first table of an archive that has these columns."""
    names = table_names(path)
    for name in names:
        with open_table(path, sheet=name) as table:
            if columns <= {*table.header}:
                return name
    wanted = ", ".join(f"« {one[:60]} »" for one in sorted(columns)[:30])
    raise InputError(
        "Aucun tableau de l’archive n’a toutes les colonnes de la correspondance",
        file=path,
        why=f"Il faut {wanted} ; tableaux : {', '.join(names[:30])}",
        remedy="Choisissez une autre correspondance, ou nommez le tableau par sheet",
    )


def _version(mapping: Mapping) -> int | None:
    if mapping.is_survey:
        return None
    version = AreaVersion.objects.filter(code=mapping.geography).first()
    if version is None:
        raise InputError(
            f"Le découpage « {mapping.geography} » n’est pas chargé",
            file=mapping.file,
            column="geography",
            remedy="Chargez-le (jigi setup), ou corrigez « geography » dans la correspondance",
        )
    return version.pk


def _previous(files: Files, review: bool) -> Batch | None:
    """The batch of these very files with this very mapping. What a review refused is reviewed again as a new batch."""
    same = Batch.objects.filter(file_hash=files.digest, mapping_hash=files.mapping.digest)
    if review:
        same = same.exclude(status=Batch.Status.REFUSED, asks_review=True)
    return same.filter(status__in=("merged", "refused", *UNDER_REVIEW)).order_by("-pk").first()


def _new_batch(files: Files, by: User) -> Batch:
    """A batch with its number but not yet saved: its run is opened first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('intake_batch', 'id'))")
        number = (cursor.fetchone() or (0,))[0]
    return Batch(
        pk=number,
        file_name=_name(files.households),
        members_file_name=_name(files.members) if files.members else "",
        file_hash=files.digest,
        mapping_name=files.mapping.name,
        mapping_hash=files.mapping.digest,
        source=files.mapping.source,
        survey=files.mapping.survey,
        made_by=by,
    )


def _recognised(batch: Batch) -> Batch:
    batch.recognised = True
    return batch


def _name(table: Table) -> str:
    return (f"{table.file.name} [{table.sheet}]" if table.sheet else table.file.name)[-200:]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _parameters(batch: Batch, files: Files, version: int | None, by: User) -> dict[str, Any]:
    """What the statements are given: places, sources, the file's name of every column they speak of."""
    mapping, roster = files.mapping, files.mapping.members
    names = [*INTERVIEW, *LIVING, *SURVEY_ONLY, *MEMBER]
    return {
        "batch": batch.pk,
        "source": mapping.source,
        "survey": mapping.survey,
        "geography": mapping.geography,
        "version": version,
        "paths": [f"{posting.area.path}%" for posting in postings_with(by, RIGHT)],
        "file": batch.file_name,
        "members_file": batch.members_file_name,
        "key_column": mapping.key,
        "member_key_column": roster.key if roster else "",
        "line_column": roster.line if roster else "",
        **{f"{name}_column": mapping.column_of(name) for name in names},
    }


def _create_stages() -> None:
    for name in ("drop_stages", "create_stage_household", "create_stage_member", "create_stage_problem"):
        _execute(name, {})


def _execute(name: str, params: Dictionary[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_composed(name), params or None)
        return cursor.rowcount


def _composed(name: str) -> str:
    """A statement of this package, its lists of living conditions written out."""
    every = [*LIVING, *SURVEY_ONLY]
    types = {field.name: field.db_type(connection) for field in LivingConditions._meta.fields}
    lists = {
        "living_definitions": ", ".join(f"{column} {types[column]}" for column in every),
        "living": ", ".join(every),
        "other_living": ", ".join(column for column in LIVING if column not in _DERIVED),
        "known_living": ", ".join(f"known.{column}" for column in every),
        "target_living": ", ".join(f"target.{column}" for column in every),
    }
    text = statement("intake", name)
    for placeholder, columns in lists.items():
        text = text.replace("{" + placeholder + "}", columns)
    return text
