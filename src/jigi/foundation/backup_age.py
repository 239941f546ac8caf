"""How long ago backups and drills last succeeded, asked without Django: `jigi doctor` says it before all else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg

CREATE, DRILL = "backup.create", "backup.drill"
AHEAD = timedelta(hours=1)
EVERY = {CREATE: timedelta(days=2), DRILL: timedelta(days=8)}
"""One backup a night, one drill a week: beyond this, one has failed."""


def ages(connection: psycopg.Connection[Any]) -> dict[str, timedelta | None]:
    """The age of the last success of each kind, None for never; {} in a database without tables."""
    row = connection.execute("SELECT to_regclass('foundation_run')").fetchone()
    if not row or not row[0]:
        return {}
    rows = connection.execute(
        "SELECT kind, now() - max(started_at) FROM foundation_run WHERE status = 'done' AND kind = ANY (%s)"
        " GROUP BY kind", [[*EVERY]],
    )  # fmt: skip
    return {**dict.fromkeys(EVERY), **dict(rows.fetchall())}


def is_late(kind: str, age: timedelta | None) -> bool:
    """A success dated from the future proves nothing: the clock was wrong that day, or is today."""
    return age is None or not -AHEAD <= age <= EVERY[kind]
