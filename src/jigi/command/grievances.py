"""`jigi grievances …`: categories and days off, what is late, what was found elsewhere. It shows no complaint."""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, say
from jigi.foundation.tabular import write_rejects
from jigi.grievances import pipeline, reference, registers
from jigi.grievances.catalogue import CATEGORIES, HOLIDAYS


def _load_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--categories", type=Path, default=CATEGORIES, help="fichier des catégories (celui livré)")
    parser.add_argument("--holidays", type=Path, default=HOLIDAYS, help="fichier des jours fériés (celui livré)")
    acting(parser)


def _load(options: argparse.Namespace) -> Figures:
    counts = reference.load(options.categories, options.holidays, by=find_user(options.by))
    say(f"{counts['categories']} catégories et {counts['days']} jours fériés chargés.")
    return counts


def _escalate(options: argparse.Namespace) -> Figures:
    risen = pipeline.escalate(by=find_user(options.by))
    say(f"{risen} plaintes en retard montées d’un niveau.")
    return {"risen": risen}


def _gather(options: argparse.Namespace) -> Figures:
    made = pipeline.gather(by=find_user(options.by))
    say(
        f"{made['gather_findings']} constats, {made['gather_bounced']} paiements refusés et"
        f" {made['gather_doubles']} doublons possibles devenus des plaintes."
    )
    return dict(made)


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="registre d’un comité (CSV, XLSX)")
    parser.add_argument("--rejects", type=Path, help="fichier où écrire les lignes à corriger")
    acting(parser)


def _import(options: argparse.Namespace) -> Figures:
    taken = registers.take(options.file, by=find_user(options.by))
    say(
        f"{taken.read} lignes lues : {len(taken.cases)} plaintes, {taken.known} déjà connues,"
        f" {len({fault.line for fault in taken.faults})} à corriger."
    )
    if options.rejects:
        rows = ([str(one.line), one.column, one.what, one.remedy] for one in taken.faults)
        write_rejects(options.rejects, ("ligne", "colonne", "constat", "que faire"), rows)
    return {"read": taken.read, "made": len(taken.cases), "known": taken.known, "faults": len(taken.faults)}


VERBS = {
    "grievances import": Verb(_import_arguments, _import),
    "grievances load": Verb(_load_arguments, _load),
    "grievances escalate": Verb(acting, _escalate),
    "grievances gather": Verb(acting, _gather),
}
