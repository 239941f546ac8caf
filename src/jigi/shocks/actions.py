"""What is done with files of signals: looked at, loaded, put aside, undone whole.

`load` reads and loads at once (the command line); `check` reads and keeps the file for a person to look at its counts,
`confirm` then loads it. Every load is a constant number of statements, whatever the number of lines.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from jigi.foundation import audit, runs
from jigi.foundation.bulk import copy_rows, fetch_sql, give_memory, run_sql
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import User
from jigi.foundation.tabular import Table, digest_of, open_table
from jigi.geography.access import require
from jigi.shocks.layouts import Layout, layout
from jigi.shocks.models import SignalFile, SignalProblem, SignalValue
from jigi.shocks.places import Places
from jigi.shocks.reading import STAGED, Columns, staged
from jigi.shocks.states import FILE

PACKAGE = "shocks"
SEE, LOAD = "shocks.see", "shocks.load"
MOST_KEPT_BYTES = 20_000_000
"""A larger file is loaded by the command line, without a look at its counts first."""


def load(path: str | Path, form: str, *, by: User) -> tuple[SignalFile, bool]:
    """Read a file by the layout `form` and load its values; returns it, and whether it was loaded before.

    A file already loaded changes nothing. InputError when the file can't be read by this layout, or brings no value at
    all; Refused without the right.
    """
    require(by, LOAD)
    wanted, path = layout(form), Path(path)
    _refuse_other_file(path, wanted)
    digest = digest_of(path)
    if known := _loaded(wanted, digest):
        return known, True
    with runs.start("shocks.load", f"{wanted.code} : {path.name}"[:200], by=by) as work, transaction.atomic():
        one_at_a_time()
        if known := _loaded(wanted, digest):
            return known, True
        file = SignalFile(layout=wanted.code, source=wanted.source, file_name=path.name[-200:], sha256=digest)
        _fill(file, path, wanted, by, work)
        audit.record("load", FILE.noun, file.pk, by=by, after=_told(file))
    return file, False


@transaction.atomic
def check(path: str | Path, form: str, *, by: User) -> tuple[SignalFile, bool]:
    """Read a file and say what it would bring, without loading it; returns it, and whether it was loaded before.

    The same file waits once. Errors as `load`; InputError too when it is larger than 20 MB.
    """
    require(by, LOAD)
    wanted, path = layout(form), Path(path)
    _refuse_other_file(path, wanted)
    digest = digest_of(path)
    if known := _loaded(wanted, digest):
        return known, True
    one_at_a_time()
    SignalFile.objects.filter(layout=wanted.code, sha256=digest, status="checked").delete()
    file = SignalFile(
        layout=wanted.code, source=wanted.source, file_name=path.name[-200:], sha256=digest, status="checked",
        content=_kept(path),
    )  # fmt: skip
    _fill(file, path, wanted, by, None)
    audit.record("check", FILE.noun, file.pk, by=by, after=_told(file))
    return file, False


def confirm(file: SignalFile, *, by: User) -> SignalFile:
    """Load a file that was looked at. Its counts are taken again: another file may have come since."""
    require(by, LOAD)
    FILE.check(file, "load")
    wanted = layout(file.layout)
    assert file.content is not None
    with (
        TemporaryDirectory(prefix="jigi-") as folder,
        runs.start("shocks.load", f"{wanted.code} : {file.file_name}"[:200], by=by) as work,
        transaction.atomic(),
    ):
        path = Path(folder) / (Path(file.file_name).name or "signaux.csv")
        path.write_bytes(gzip.decompress(bytes(file.content)))
        one_at_a_time()
        if _loaded(wanted, file.sha256):
            raise Refused("Ce fichier est déjà chargé", remedy="Écartez celui-ci : il n’apporte rien")
        SignalProblem.objects.filter(file=file).delete()
        counts = _write(file, path, wanted, work)
        FILE.move(file, "load", by=by, reason=_sentence(counts), content=None, **counts, **_signed(by))
    return file


def again(file: SignalFile, path: str | Path, *, by: User) -> int:
    """Read a loaded file once more: it brings what it could not bring then, and changes nothing that is in force.

    Its lines whose place is known since, and what it repeated of a file that was undone since. Returns how many values.
    """
    require(by, LOAD)
    wanted, path = layout(file.layout), Path(path)
    if digest_of(path) != file.sha256:
        raise Refused("Ce n’est pas le même fichier", remedy="Envoyez-le comme un fichier nouveau")
    with runs.start("shocks.load", f"{wanted.code} : {path.name}"[:200], by=by) as work, transaction.atomic():
        one_at_a_time()
        file.refresh_from_db()
        if file.status != "loaded":
            raise Refused("Ce fichier n’est plus chargé", remedy="Rechargez la page")
        SignalProblem.objects.filter(file=file).delete()
        counts = _write(file, path, wanted, work, only_new=True)
        added = counts["new"]
        file.new, file.unmatched = file.new + added, counts["unmatched"]
        file.save(update_fields=["new", "unmatched"])
        if added:
            audit.record("load", FILE.noun, file.pk, by=by, reason=f"Relu : {added} valeurs de plus", after=_told(file))
    return added


@transaction.atomic
def refuse(file: SignalFile, *, by: User) -> SignalFile:
    """Put aside a file that was looked at: nothing of it is loaded, its content is forgotten."""
    require(by, LOAD)
    FILE.move(file, "refuse", by=by, content=None, **_signed(by))
    return file


@transaction.atomic
def undo(file: SignalFile, *, reason: str, by: User) -> int:
    """Take away every value that a file brought; what it had superseded is in force again. Returns how many left.

    Refused without a reason, or when a later file changed one of its values: that one is undone first.
    """
    require(by, LOAD)
    FILE.check(file, "undo")
    if len(reason.strip()) < 5:
        raise Refused("Dites pourquoi", remedy="Une phrase suffit : elle est gardée avec la décision.")
    one_at_a_time()
    _refuse_under_another(file)
    FILE.move(file, "undo", by=by, reason=reason, **_signed(by))
    run_sql(PACKAGE, "find_undone", {"file": file.pk})
    gone = run_sql(PACKAGE, "delete_values", {"file": file.pk})
    run_sql(PACKAGE, "restore_values")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE stage_undone")
    return gone


def gather_staged(source: str, *, only_new: bool = False) -> dict[str, int]:
    """Bring figures together by key and compare them with what is in force: counts of new, changed and same.

    `only_new`: what is in force stays, whatever is said of it.
    """
    run_sql(PACKAGE, "gather_values")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_value")
    run_sql(PACKAGE, "compare_values", {"source": source, "only_new": only_new})
    counts: dict[str, int] = fetch_sql(PACKAGE, "count_values")[0]
    return counts


def merge_staged(source: str, *, file: int | None = None, alert: int | None = None) -> None:
    """Write what `stage_value` holds: new values, new versions of others."""
    for name in ("number_values", "supersede_values", "insert_values"):
        run_sql(PACKAGE, name, {"source": source, "file": file, "alert": alert})


def one_at_a_time() -> None:
    """Wait for whoever writes values: two loads at once would not see each other's versions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('shocks.load'))")


def _fill(file: SignalFile, path: Path, wanted: Layout, by: User, work: runs.Work | None) -> None:
    """Save a file with its counts and problems; its values too when there is a run to write them in."""
    file.loaded_by = by
    file.lines = file.new = file.changed = file.same = file.unmatched = 0
    if work:
        file.decided_by, file.decided_at = by, timezone.now()
    file.save(force_insert=True)
    counts = _write(file, path, wanted, work)
    for name, count in counts.items():
        setattr(file, name, count)
    file.save(update_fields=[*counts])


def _write(
    file: SignalFile, path: Path, wanted: Layout, work: runs.Work | None, *, only_new: bool = False
) -> dict[str, int]:
    """Stage, compare, keep the problems; the values too unless the file only waits to be looked at, without a run."""
    give_memory()
    run_sql(PACKAGE, "drop_stage")
    run_sql(PACKAGE, "create_stage")
    with open_table(path) as table:
        lines = _stage(table, wanted, work)
    _fill_silence(wanted)
    counts = gather_staged(wanted.source, only_new=only_new)
    run_sql(PACKAGE, "keep_problems", {"file": file.pk})
    wrong = SignalProblem.objects.filter(file=file).values("line").distinct().count()
    if work:
        if not sum(counts.values()):
            raise _nothing(file, path)
        with work.step("Écriture") as step:
            merge_staged(wanted.source, file=file.pk)
            step.rows_out = counts["new"] + counts["changed"]
    run_sql(PACKAGE, "drop_stage")
    return {"lines": lines, **counts, "unmatched": wrong}


def _stage(table: Table, wanted: Layout, work: runs.Work | None) -> int:
    if table.header_only:
        raise InputError("Le fichier n’a qu’un en-tête", file=table.file, remedy="Vérifiez que l’export est complet")
    by_position = tuple(place.level for place in wanted.places if "latitude" in place.columns)
    rows = staged(table, wanted, Places(by_position))
    if work is None:
        copy_rows("stage_figure", STAGED, rows)
    else:
        with work.step("Lecture") as step:
            step.rows_out = copy_rows("stage_figure", STAGED, rows)
            step.rows_in = table.rows_read
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_figure")
    return table.rows_read


def _fill_silence(wanted: Layout) -> None:
    """Zero where a file of events is silent; see `Layout.silence`."""
    if wanted.silence:
        signals = [value.signal for value in wanted.values]
        run_sql(
            PACKAGE, "fill_silence", {"level": wanted.silence, "days": wanted.published.days, "signals": signals}
        )  # fmt: skip


def _nothing(file: SignalFile, path: Path) -> InputError:
    first = SignalProblem.objects.filter(file=file).order_by("line").first()
    if first is None:
        return InputError(
            "Aucune ligne n’est de celles que cette forme lit", file=path,
            remedy="Choisissez une autre forme, ou vérifiez l’export",
        )  # fmt: skip
    return InputError(
        "Aucune ligne n’est bonne", file=path, line=first.line, column=first.column, why=first.problem,
        remedy=first.remedy,
    )  # fmt: skip


def _refuse_under_another(file: SignalFile) -> None:
    later = SignalValue.objects.filter(file=file, superseded_by__isnull=False).select_related("superseded_by__file")
    if held := later.order_by("pk").first():
        newer = held.superseded_by.file if held.superseded_by else None
        raise Refused(
            "Une valeur de ce fichier a été changée depuis par un autre",
            why=f"C’est le fichier n° {newer.pk}, « {newer.file_name} »" if newer else "",
            remedy="Défaites d’abord le fichier le plus récent",
        )


def _refuse_other_file(path: Path, wanted: Layout) -> None:
    """Say at once, before any row is written, that a file has not the columns of the layout."""
    with open_table(path) as table:
        Columns(table, wanted)


def _loaded(wanted: Layout, digest: str) -> SignalFile | None:
    return SignalFile.objects.filter(layout=wanted.code, sha256=digest, status="loaded").first()


def _kept(path: Path) -> bytes:
    if path.stat().st_size > MOST_KEPT_BYTES:
        raise InputError(
            f"Le fichier dépasse {MOST_KEPT_BYTES // 10**6} Mo", file=path,
            remedy="Demandez à l’exploitant de le charger avec « jigi shocks import »",
        )  # fmt: skip
    return gzip.compress(path.read_bytes(), mtime=0)


def _signed(by: User) -> dict[str, Any]:
    return {"decided_by": by, "decided_at": timezone.now()}


def _told(file: SignalFile) -> dict[str, Any]:
    return {
        "file": file.file_name, "layout": file.layout, "lines": file.lines, "new": file.new, "changed": file.changed,
        "same": file.same, "unmatched": file.unmatched, "sha256": file.sha256,
    }  # fmt: skip


def _sentence(counts: Mapping[str, int]) -> str:
    return (
        f"{counts['new']} valeurs nouvelles, {counts['changed']} changées, {counts['same']} déjà connues,"
        f" {counts['unmatched']} lignes à corriger"
    )
