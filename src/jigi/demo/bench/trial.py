"""Running a bench: a temporary database on the current server, each phase in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from psycopg import sql

from jigi.foundation.errors import JigiError
from jigi.foundation.server import drop_database

Figures = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Trial:
    """What a phase is given; `facts` is what the phases before it have said, `folder` keeps files between them."""

    size: int
    history: int
    folder: str
    facts: Figures

    def path(self, name: str) -> Path:
        return Path(self.folder) / name


Phase = Callable[[Trial], Figures]


@dataclass(frozen=True)
class Bench:
    """One measure. `phases`: French title -> what it does, in order; `reference` says in French what it is held to."""

    name: str
    size: int
    unit: str
    reference: str
    phases: Mapping[str, Phase]


def run_bench(bench: Bench, size: int, history: int, say: Say) -> Figures:
    """Run every phase; the figures of a bench, ready for JSON (seconds, rate a second, `peak_mb` in MiB)."""
    facts: Figures = {"load": round(os.getloadavg()[0], 2)}
    settings.HOME.mkdir(parents=True, exist_ok=True)
    with _database() as url, tempfile.TemporaryDirectory(prefix="bench-", dir=settings.HOME) as folder:
        for title in bench.phases:
            began = time.monotonic()
            facts |= _run_apart(bench, title, Trial(size, history, folder, facts), url)
            say(f"  {title:<48} {time.monotonic() - began:8.1f} s")
    seconds, reference = facts.pop("seconds"), facts.pop("reference_seconds")
    return {
        "name": bench.name,
        "size": size,
        "seconds": seconds,
        "rate": round(size / seconds),
        "statements": facts.pop("statements"),
        "peak_mb": facts.pop("peak_mb"),
        "reference": bench.reference,
        "reference_seconds": reference,
        "ratio": round(seconds / reference, 2),
        **facts,
    }


def _run_apart(bench: Bench, title: str, trial: Trial, url: str) -> Figures:
    asked = json.dumps({"bench": bench.name, "phase": title, "trial": asdict(trial)})
    done = subprocess.run(
        [sys.executable, "-m", "jigi.demo.bench"], input=asked, capture_output=True, text=True, check=False,
        env=os.environ | {"DATABASE_URL": url},
    )  # fmt: skip
    if done.returncode:
        raise JigiError(f"La mesure s’est arrêtée à : {title}", why=done.stderr.strip()[-800:])
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def _database() -> Iterator[str]:
    """A database that lives as long as the bench, on the server of this process; yields its URL.

    JIGI_BENCH_TEMPLATE names one of that server whose tables are made already: nothing measured makes them.
    """
    name, template = f"jigi_bench_{os.getpid()}", os.environ.get("JIGI_BENCH_TEMPLATE", "template0")
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
    with connection.cursor() as cursor:
        cursor.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield _url(name)
    finally:
        connection.close()  # it may have been cut while the phases ran
        connection.ensure_connection()
        drop_database(connection.connection, name)


def _url(database: str) -> str:
    given = connection.settings_dict
    account = quote(given["USER"], safe="") + (f":{quote(given['PASSWORD'], safe='')}" if given["PASSWORD"] else "")
    place = {key: given[key.upper()] for key in ("host", "port") if given[key.upper()]}
    return f"postgresql://{account}@/{database}?{urlencode(place | given['OPTIONS'], quote_via=quote)}"
