"""`jigi register model`"""

from __future__ import annotations

import argparse
from pathlib import Path

from django.utils import timezone

from jigi.command.verb import Figures, Verb, say, wrong
from jigi.registry.booklet import booklet
from jigi.registry.dictionary import dictionary


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, required=True, help="fichier à écrire (PDF)")


def _model(options: argparse.Namespace) -> Figures:
    whole = dictionary()
    if not options.output.parent.is_dir():
        raise wrong(f"Le dossier {options.output.parent} n’existe pas", "Créez-le, ou donnez un autre chemin.")
    options.output.write_bytes(booklet(whole, timezone.localdate()))
    fields = sum(len(entity.fields) for entity in whole.entities.values())
    say(f"{options.output} : {len(whole.entities)} entités, {fields} champs, empreinte {whole.digest}.")
    for name in whole.undefined:
        say(f"  à définir : {name}")
    return {
        "output": str(options.output), "entities": len(whole.entities), "fields": fields,
        "undefined": whole.undefined, "digest": whole.digest,
    }  # fmt: skip


VERBS = {"register model": Verb(_arguments, _model)}
