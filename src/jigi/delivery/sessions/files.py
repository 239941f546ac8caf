"""Files of attendance: read, checked and taken in a fixed number of statements; wrong lines are told."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.contracts.models import Contract
from jigi.delivery.sessions import lines
from jigi.delivery.sessions.attendance import stage_rows
from jigi.delivery.sessions.models import AttendanceFile
from jigi.delivery.sessions.rules import LEAST_FOREIGN
from jigi.foundation import audit
from jigi.foundation.bulk import copy_rows, fetch_sql, give_memory, run_sql
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import Table, open_table
from jigi.geography.models import Area

PACKAGE = "delivery"
NOUN = "attendance_file"


@dataclass(frozen=True)
class Taken:
    """A file of attendance, and whether it is the first time: sent again, it changes nothing."""

    file: AttendanceFile
    is_new: bool


@unfenced
def take(path: str | Path, contract: Contract, *, by: User) -> Taken:
    """Take a file (CSV or XLSX) of a contract's sessions and who came: lines.NAMES says its columns.

    A planned session of which the file says day, place, facilitator, men and women is held by it. All the good lines
    are written, or none; the others are problems of the file. InputError when it is no such file, Refused without the
    right.
    """
    require_operator(by, contract)
    with open_table(path) as table:
        columns = lines.columns_of(table)
        if table.header_only:
            raise InputError("Le fichier n’a qu’un en-tête", file=path, remedy="Vérifiez que l’export est complet")
        file_hash = _hash(table.file)
        with transaction.atomic(), connection.cursor() as cursor:
            # In turn: of two who send the same file, the second finds the first's.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('delivery.attendance'), %s)", [contract.pk])
            before = AttendanceFile.objects.filter(contract=contract, file_hash=file_hash).first()
            if before is not None:
                return Taken(before, is_new=False)
            return Taken(_take(table, columns, contract, file_hash, by), is_new=True)


def _take(table: Table, columns: dict[str, int], contract: Contract, file_hash: str, by: User) -> AttendanceFile:
    give_memory()
    _stage(table, columns)
    header = {said: table.header[at] for said, at in columns.items()}
    run_sql(PACKAGE, "sessions_file_locate")
    run_sql(PACKAGE, "sessions_file_check", _facts(contract, by))
    (counts,) = fetch_sql(PACKAGE, "sessions_file_count")
    made = AttendanceFile.objects.create(
        contract=contract, file_name=table.file.name[:200], file_hash=file_hash, made_by=by, **counts
    )
    run_sql(PACKAGE, "sessions_file_hold", {"by": by.pk})
    stage_rows(())
    run_sql(PACKAGE, "sessions_file_mark")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_attendance")
    run_sql(PACKAGE, "sessions_mark", {"means": "file", "by": by.pk})
    run_sql(PACKAGE, "sessions_file_keep", {"file": made.pk, "header": json.dumps(header)})
    audit.record("record", NOUN, made.pk, by=by, after={"contract": contract.number, "sha256": file_hash, **counts})
    return made


def _stage(table: Table, columns: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage_attendance_file")
    run_sql(PACKAGE, "sessions_file_stage")
    copy_rows("stage_attendance_file", lines.STAGED, lines.staged(table, columns))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_attendance_file")


def _facts(contract: Contract, by: User) -> dict[str, object]:
    """What sessions_file_check.sql asks; `communes` are those of the contract where this person may write."""
    areas = list(Area.objects.filter(pk__in=contract.communes.values("commune")))
    return {
        "contract": contract.pk, "communes": [one.pk for one in areas if _may(by, contract, one)],
        "places": [one.pk for one in areas], "starts_on": contract.starts_on, "ends_on": contract.ends_on,
        "least_foreign": LEAST_FOREIGN,
    }  # fmt: skip


def _may(by: User, contract: Contract, commune: Area) -> bool:
    try:
        require_operator(by, contract, commune)
    except Refused:
        return False
    return True


def _hash(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()
