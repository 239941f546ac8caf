"""`jigi registry names`"""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.verb import Figures, Verb, say, wrong
from jigi.registry import names


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", metavar="DOSSIER", type=Path, nargs="?", default=names.DATA, help="sinon ceux de Jigi"
    )


def _check(options: argparse.Namespace) -> Figures:
    if not options.folder.is_dir():
        raise wrong(f"« {options.folder} » n’est pas un dossier", "Donnez le dossier des fichiers de noms.")
    mistakes = list(names.mistakes(options.folder))
    for mistake in mistakes:
        say(str(mistake))
    if mistakes:
        raise wrong(f"Fautes dans les fichiers de noms : {len(mistakes)}", "Corrigez ces lignes, puis recommencez.")
    groups = names.groups(options.folder)
    forms = sum(map(len, groups))
    say(f"{len(groups)} noms, {forms} formes : rien à corriger dans {options.folder}")
    return {"groups": len(groups), "forms": forms}


VERBS = {"registry names": Verb(_arguments, _check)}
