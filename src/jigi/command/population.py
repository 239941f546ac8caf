"""`jigi population make`: a fictitious population in files that the importer reads."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from jigi.command.verb import Figures, Verb, number, progress, say, wrong
from jigi.demo.population import CommuneSpot, make_population
from jigi.geography import gazetteer
from jigi.programmes.allocation import allocate
from jigi.programmes.definition_file import read_definition

DIVISION = "COD2019"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--households", type=number, required=True, help="combien de ménages")
    parser.add_argument("--seed", type=number, default=2016, help="graine : la même donne les mêmes fichiers")
    parser.add_argument("--programme", type=Path, help="fichier du programme dont on prend les communes")
    parser.add_argument("--out", type=Path, default=Path("population"), help="dossier à écrire")


def _make(options: argparse.Namespace) -> Figures:
    began = time.monotonic()
    with progress() as listen:
        made = make_population(
            options.out, options.households, options.seed, _spots(options.programme),
            progress=lambda done, total: listen("Ménages", done, total),
        )  # fmt: skip
    say(f"{made.households} ménages fictifs, {made.members} membres, {made.villages} villages dans {made.folder}/")
    return {
        "folder": str(made.folder), "seed": made.seed, "households": made.households, "members": made.members,
        "villages": made.villages, "listed": made.listed, "surveyed": made.surveyed,
        "seconds": round(time.monotonic() - began, 2),
        "sha256": {name: facts.sha256 for name, facts in made.files.items()},
    }  # fmt: skip


def _spots(programme: Path | None) -> list[CommuneSpot]:
    wanted = _communes_of(programme) if programme else None
    spots = [
        CommuneSpot(area.code, area.longitude or 0.0, area.latitude or 0.0, urban=area.code.startswith("ML09"))
        for area in gazetteer.areas(DIVISION)
        if area.level == "commune" and (wanted is None or area.code in wanted)
    ]
    if not spots:
        raise wrong("Aucune commune de ce programme n’est dans le découpage", "Vérifiez ses codes.")
    return spots


def _communes_of(programme: Path) -> set[str]:
    definition = read_definition(programme)
    paths = {area.code: area.path for area in gazetteer.areas(DIVISION) if area.level == "commune"}
    allocations = [allocate(component, paths, definition.division) for component in definition.components]
    return {code for allocation in allocations for code in allocation.terms}


VERBS = {"population make": Verb(_arguments, _make)}
