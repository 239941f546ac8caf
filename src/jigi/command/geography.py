"""`jigi geography load`"""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, say
from jigi.geography.actions import load_file


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="villages (CSV, XLSX) ou limites (GeoJSON)")
    parser.add_argument("--rejects", type=Path, help="fichier où écrire ce qui n’a pas trouvé sa place")
    acting(parser)


def _load(options: argparse.Namespace) -> Figures:
    report = load_file(options.file, by=find_user(options.by))
    for line in report.lines():
        say(line)
    if options.rejects and report.rejects:
        say(f"Non rattachés : {options.rejects} ({report.write_rejects(options.rejects)} lignes)")
    return {
        "kind": report.kind, "read": report.read, "matched": report.matched, "added": report.added,
        "changed": report.changed, "unmatched": len(report.rejects),
    }  # fmt: skip


VERBS = {"geography load": Verb(_arguments, _load)}
