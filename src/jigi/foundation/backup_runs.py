"""Backups and drills as runs: who began them, their steps, when the last one succeeded, what is late."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from jigi.foundation import audit, backup, backup_restore, runs, server
from jigi.foundation.backup import Made
from jigi.foundation.backup_age import CREATE, DRILL, is_late
from jigi.foundation.backup_facts import Fact
from jigi.foundation.backup_key import VARIABLE, read_secret
from jigi.foundation.backup_restore import Backup
from jigi.foundation.models import Run, User

KEEP = 14


@dataclass(frozen=True)
class Standing:
    """The last success of a kind of work, and whether it is too long ago."""

    last: Run | None
    late: bool


def back_up(target: Path, facts: Sequence[Fact], *, by: User | None) -> Made:
    """Back this site up to a folder, as a run and in the audit. Errors are those of `backup.create`."""
    parameters = {"destination": str(target)}
    with runs.start(CREATE, "Sauvegarde", by=by, subject="backup", parameters=parameters) as work:
        secret = read_secret()
        made = backup.create(
            backup.database_url(), target, secret, home=server.default_home(), facts=facts, journal=work
        )
        _told(work, made.manifest.counts, made.header.size)
    audit.record("back_up", "backup", made.header.number, by=by, after={"file": made.folder.name, **parameters})
    return made


def drill(folder: Path | None, facts: Sequence[Fact], *, by: User | None) -> Backup:
    """Try a backup (the latest of the usual folder) in a second database, as a run.

    Errors are those of `backup_restore.drill`.
    """
    parameters = {"folder": str(folder or backup.destination())}
    with runs.start(DRILL, "Exercice de restauration", by=by, subject="backup", parameters=parameters) as work:
        secret = read_secret()
        folder = folder or backup.latest(backup.destination()).folder
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


def standing(kind: str) -> Standing:
    """When work of that kind last succeeded."""
    done = Run.objects.filter(kind=kind, status=Run.Status.DONE).order_by("-id").first()
    return Standing(done, is_late(kind, timezone.now() - done.started_at if done else None))


def failures() -> list[Run]:
    """The backups and drills that failed since the last of their kind that succeeded, latest first."""
    found = []
    for kind in (CREATE, DRILL):
        done = Run.objects.filter(kind=kind, status=Run.Status.DONE).order_by("-id").values_list("pk", flat=True)
        since = Run.objects.filter(kind=kind, status=Run.Status.FAILED, pk__gt=done[:1][0] if done else 0)
        found += list(since.order_by("-id")[:3])
    return sorted(found, key=lambda run: -run.pk)


def _told(work: runs.Work, counts: dict[str, int], size: int) -> None:
    megabytes = f"{size / 1e6:.1f}".replace(".", ",")
    work.check(f"{len(counts)} tables, {sum(counts.values())} lignes, {megabytes} Mo", True)
