"""Backups and drills as runs: who began them, their steps, when the last one succeeded, what is late."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.utils import timezone

from jigi.foundation import audit, backup, backup_restore, runs, server
from jigi.foundation.backup import Made
from jigi.foundation.backup_facts import Fact
from jigi.foundation.backup_key import VARIABLE, read_secret
from jigi.foundation.backup_restore import Backup
from jigi.foundation.models import Run, User

CREATE, DRILL = "backup.create", "backup.drill"
BACKUP_EVERY = timedelta(days=2)
"""One is made every night: after two, one has failed."""
DRILL_EVERY = timedelta(days=8)
KEEP = 14


@dataclass(frozen=True)
class Standing:
    """When a kind of work last succeeded, and whether that is too long ago."""

    last: datetime | None
    late: bool


def back_up(target: Path, facts: Sequence[Fact], *, by: User | None) -> Made:
    """Back this site up to a folder, as a run and in the audit. Errors are those of `backup.create`."""
    secret = read_secret()
    parameters = {"destination": str(target)}
    with runs.start(CREATE, "Sauvegarde", by=by, parameters=parameters) as work:
        made = backup.create(
            backup.database_url(), target, secret, home=server.default_home(), facts=facts, journal=work
        )
        _told(work, made.manifest.counts, made.header.size)
    audit.record("back_up", "backup", made.header.number, by=by, after={"file": made.folder.name, **parameters})
    return made


def drill(folder: Path, facts: Sequence[Fact], *, by: User | None) -> Backup:
    """Try a backup in a second database, as a run. Errors are those of `backup_restore.drill`."""
    secret = read_secret()
    with runs.start(DRILL, "Exercice de restauration", by=by, parameters={"folder": str(folder)}) as work:
        found = backup_restore.drill(
            backup.database_url(), folder, secret, home=server.default_home(), facts=facts, journal=work
        )
        _told(work, found.manifest.counts, found.header.size)
        for title in found.manifest.facts:
            work.check(f"Identique dans la base restaurée : {title}", True)
    return found


def has_key() -> bool:
    return bool(os.environ.get(VARIABLE))


def keep() -> int:
    """How many backups the nightly job keeps: JIGI_BACKUP_KEEP."""
    return max(1, int(os.environ.get("JIGI_BACKUP_KEEP", KEEP)))


def standing(kind: str, every: timedelta) -> Standing:
    """When work of that kind last succeeded."""
    done = Run.objects.filter(kind=kind, status=Run.Status.DONE).order_by("-id").first()
    last = done.started_at if done else None
    return Standing(last, last is None or timezone.now() - last > every)


def failures() -> list[Run]:
    """The backups and drills that failed since the last of their kind that succeeded, latest first."""
    found = []
    for kind in (CREATE, DRILL):
        done = Run.objects.filter(kind=kind, status=Run.Status.DONE).order_by("-id").values_list("pk", flat=True)
        since = Run.objects.filter(kind=kind, status=Run.Status.FAILED, pk__gt=done[:1][0] if done else 0)
        found += list(since.order_by("-id")[:3])
    return sorted(found, key=lambda run: -run.pk)


def lateness(connection: psycopg.Connection[Any]) -> dict[str, timedelta | None]:
    """How long ago the last backup and the last drill succeeded, None for never; {} before the first setup."""
    row = connection.execute("SELECT to_regclass('foundation_run')").fetchone()
    if not row or not row[0]:
        return {}
    ages: dict[str, timedelta | None] = dict.fromkeys((CREATE, DRILL))
    rows = connection.execute(
        "SELECT kind, now() - max(started_at) FROM foundation_run WHERE status = 'done' AND kind = ANY (%s)"
        " GROUP BY kind", [[CREATE, DRILL]],
    )  # fmt: skip
    return ages | dict(rows.fetchall())


def _told(work: runs.Work, counts: dict[str, int], size: int) -> None:
    megabytes = f"{size / 1e6:.1f}".replace(".", ",")
    work.check(f"{len(counts)} tables, {sum(counts.values())} lignes, {megabytes} Mo", True)
