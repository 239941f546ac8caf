"""A backup and its restore: sealed copy to a folder, restored in a second database, compared with the manifest."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from jigi.demo.bench import importing
from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import settle_tables
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.foundation import backup, backup_key, backup_programs, backup_restore
from jigi.foundation.server import drop_database
from jigi.ledger.queries import PROVEN_IN_COPIES


class _Watch:
    """The seconds of each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 2)

    def progress(self, done: int, total: int) -> None:
        """Nobody watches."""


def _lay(trial: Trial) -> Figures:
    """A register as interviews leave it: persons, conditions of living, telephones, documents, the raw batch."""
    found = importing.bring_in(trial)
    settle_tables()
    return {"persons": found["persons_merged"]}


def _back_up(trial: Trial) -> Figures:
    backup_key.make_key_file(trial.path("cle"))
    watch = _Watch()
    with gauged() as gauge:
        made = backup.create(
            os.environ["DATABASE_URL"], trial.path("disque"), _secret(trial), home=trial.path("jigi"),
            facts=PROVEN_IN_COPIES, journal=watch,
        )  # fmt: skip
    return {
        "create_seconds": gauge.seconds,
        "create_by_step": watch.seconds,
        "statements": len(made.manifest.counts) + len(made.manifest.facts),
        "peak_mb": peak_mb(),
        "backup_mb": round(made.header.size / 1e6),
        "rows": made.manifest.rows,
        "folder": str(made.folder),
    }


def _restore(trial: Trial) -> Figures:
    watch = _Watch()
    with gauged() as gauge:
        backup_restore.drill(
            os.environ["DATABASE_URL"], Path(trial.facts["folder"]), _secret(trial), home=trial.path("jigi"),
            facts=PROVEN_IN_COPIES, journal=watch,
        )  # fmt: skip
    return {
        "seconds": round(trial.facts["create_seconds"] + gauge.seconds, 3),
        "restore_seconds": gauge.seconds,
        "restore_by_step": watch.seconds,
        "persons_restored_per_second": round(trial.facts["persons"] / gauge.seconds),
        "peak_mb": max(peak_mb(), trial.facts["peak_mb"]),
    }


def _reference(trial: Trial) -> Figures:
    """pg_dump and pg_restore alone, with as many processes, into a database made for it."""
    url, name = os.environ["DATABASE_URL"], f"{connection.settings_dict['NAME']}_nu"
    folder = trial.path("nu")
    with backup.connected(make_conninfo(url, dbname="postgres")) as server, gauged() as gauge:
        major = server.info.server_version // 10000
        with backup.snapshot(url) as (_, moment):
            backup_programs.dump(url, folder, major=major, snapshot=moment, jobs=backup.PROCESSES)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
        try:
            backup_programs.restore(make_conninfo(url, dbname=name), folder, major=major, jobs=backup.PROCESSES)
        finally:
            drop_database(server, name)
    shutil.rmtree(folder)
    return {"reference_seconds": gauge.seconds}


def _secret(trial: Trial) -> backup_key.Secret:
    os.environ[backup_key.VARIABLE] = str(trial.path("cle"))
    return backup_key.read_secret()


BENCH = Bench(
    name="backup",
    size=100_000,
    unit="ménages",
    reference="pg_dump puis pg_restore nus de la même base, avec autant de processus : ni sceau, ni comptes, ni preuve",
    phases={
        "Base, villages et fichiers fictifs": importing.lay,
        "Import au registre": _lay,
        "Sauvegarde (mesurée)": _back_up,
        "Restauration et preuve (mesurées)": _restore,
        "Référence": _reference,
    },
)
