"""`jigi database …`: the embedded server, without anything else."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from jigi.command.verb import Figures, Verb, nothing, say
from jigi.foundation import server


def _start(options: argparse.Namespace) -> Figures:
    url = server.ensure_started(server.default_home())
    say(f"La base embarquée tourne : {url}")
    return {"url": url}


def _stop(options: argparse.Namespace) -> Figures:
    stopped = server.stop(server.default_home())
    say("La base embarquée est arrêtée." if stopped else "La base embarquée ne tournait pas.")
    return {"stopped": stopped}


def _status(options: argparse.Namespace) -> Figures:
    found = server.status(server.default_home())
    state = f"tourne (processus {found.pid})" if found.running else "ne tourne pas"
    say(f"La base embarquée de {found.data} {state} ; PostgreSQL {found.programs_version}.")
    return asdict(found)


VERBS = {
    "database start": Verb(nothing, _start),
    "database stop": Verb(nothing, _stop),
    "database status": Verb(nothing, _status),
}
