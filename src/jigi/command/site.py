"""`jigi setup`, `doctor`, `serve`, `worker`: the server's own verbs."""

from __future__ import annotations

import argparse
import os

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from jigi.command.production import examine_production
from jigi.command.serve import serve
from jigi.command.verb import Figures, Verb, nothing, number, say
from jigi.foundation import jobs, keyring, limits, runs
from jigi.foundation.cluster import alive
from jigi.foundation.doctor import examine, healthy
from jigi.foundation.errors import JigiError
from jigi.geography.installation import install
from jigi.schemes.actions import load_schemes


def _setup(options: argparse.Namespace) -> Figures:
    operator = install()
    load_schemes(by=operator)
    say(f"La base est à jour. Compte de l’exploitant : {operator.username}.")
    return {"operator": operator.username}


def _doctor_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--production", action="store_true", help="refuse aussi ce qui ne convient qu’à une démonstration"
    )


def _doctor(options: argparse.Namespace) -> Figures:
    findings = examine(settings.HOME, pending_migrations)
    if healthy(findings):
        findings.append(keyring.finding())
    if options.production and healthy(findings):
        _refuse_pending()  # without its tables a database has no accounts to examine
        findings += examine_production()
    for finding in findings:
        say(f"{finding.level:<10} {finding.name:<24} {finding.value}")
        if finding.remedy:
            say(f"{'':<10} → {finding.remedy}")
    if not healthy(findings):
        raise JigiError("Il manque quelque chose à ce serveur", remedy="Suivez les flèches ci-dessus.")
    return {finding.name: finding.value for finding in findings}


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="adresse (127.0.0.1)")
    parser.add_argument("--port", type=number, default=8000, help="port (8000)")
    parser.add_argument("--workers", type=number, default=1, help="processus de pages (1)")
    parser.add_argument("--no-worker", action="store_true", help="sans le processus des travaux longs")


def _serve(options: argparse.Namespace) -> Figures:
    _refuse_pending()
    serve(host=options.host, port=options.port, workers=options.workers, with_worker=not options.no_worker)
    return {"stopped": True}


def _worker(options: argparse.Namespace) -> Figures:
    _refuse_pending()
    if dead := runs.abandon_dead(alive):
        say(f"{dead} travaux interrompus ont été marqués comme échoués.")
    if most := limits.hold_memory():
        say(f"Un travail a au plus {most} Mo de mémoire (JIGI_JOB_MEMORY_MB).")
    with jobs.working() as abandoned:
        if abandoned:
            say(f"{abandoned} travaux interrompus sont repris.")
        say(f"Travaux en attente : processus {os.getpid()}.")
        call_command("procrastinate", "worker")
    return {"stopped": True}


def pending_migrations() -> list[str]:
    """The migrations that the database has not had, as « app.name »."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _refuse_pending() -> None:
    if pending_migrations():
        raise JigiError("La base n’est pas à jour", remedy="Lancez jigi setup (ou jigi demo), puis recommencez.")
    keyring.vault()  # says at once what the first page would: keys missing, or of another database


VERBS = {
    "setup": Verb(nothing, _setup),
    "doctor": Verb(_doctor_arguments, _doctor),
    "serve": Verb(_serve_arguments, _serve),
    "worker": Verb(nothing, _worker),
}
