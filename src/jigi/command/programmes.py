"""`jigi programmes load`"""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, say
from jigi.programmes.actions import load_file


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="définition du programme (TOML)")
    acting(parser)


def _load(options: argparse.Namespace) -> Figures:
    loaded = load_file(options.file, by=find_user(options.by))
    say(f"{loaded.programme} : {loaded.outcome}, {loaded.components} composantes, {loaded.communes} communes.")
    for warning in loaded.warnings:
        say(f"  à regarder : {warning}")
    return {
        "programme": loaded.programme.code, "outcome": loaded.outcome, "components": loaded.components,
        "communes": loaded.communes, "warnings": list(loaded.warnings),
    }  # fmt: skip


VERBS = {"programmes load": Verb(_arguments, _load)}
