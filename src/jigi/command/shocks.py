"""`jigi shocks …`: signals and alerts from their files."""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, number, progress, say, wrong
from jigi.foundation import runs
from jigi.foundation.tabular import write_rejects
from jigi.shocks import actions, alerts
from jigi.shocks.layouts import layouts
from jigi.shocks.models import SignalFile, SignalProblem

HEADER = ("fichier", "ligne", "colonne", "valeur", "ce qui ne va pas", "ce qu’il faut faire")


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("layout", metavar="FORME", choices=sorted(layouts()), help=", ".join(sorted(layouts())))
    parser.add_argument("file", metavar="FICHIER", type=Path, help="CSV, CSV.GZ ou XLSX de la source")
    parser.add_argument("--rejects", type=Path, help="fichier où écrire les lignes à corriger")
    acting(parser)


def _import(options: argparse.Namespace) -> Figures:
    with progress() as listen, runs.listening(listen):
        file, known = actions.load(options.file, options.layout, by=find_user(options.by))
        added = actions.again(file, options.file, by=find_user(options.by)) if known else 0
    if known:
        more = f"{added} valeurs de plus" if added else "rien n’a changé"
        say(f"Ce fichier était déjà chargé (n° {file.pk}) : {more}.")
    else:
        say(
            f"Fichier {file.pk} : {file.lines} lignes lues ; {file.new} valeurs nouvelles, {file.changed} changées,"
            f" {file.same} déjà connues, {file.unmatched} lignes sans lieu ou fausses."
        )
    if options.rejects:
        write_rejects(options.rejects, HEADER, map(_problem, file.problems.order_by("line", "pk")))
    return {
        "file": file.pk, "layout": file.layout, "lines": file.lines, "new": added if known else file.new,
        "changed": 0 if known else file.changed, "same": file.same, "unmatched": file.unmatched, "recognised": known,
    }  # fmt: skip


def _problem(one: SignalProblem) -> list[str]:
    return [one.file.file_name, str(one.line), one.column, one.value, one.problem, one.remedy]


def _undo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="NUMÉRO", type=number, help="numéro dit à la fin de jigi shocks import")
    parser.add_argument("--reason", required=True, help="pourquoi : gardé avec la décision")
    acting(parser)


def _undo(options: argparse.Namespace) -> Figures:
    file = SignalFile.objects.filter(pk=options.number).first()
    if file is None:
        raise wrong(f"Il n’y a pas de fichier {options.number}", "Le numéro est dit à la fin de jigi shocks import.")
    gone = actions.undo(file, reason=options.reason, by=find_user(options.by))
    say(f"Fichier {file.pk} défait : {gone} valeurs ont été retirées.")
    return {"file": file.pk, "undone": gone}


def _alert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="message CAP 1.1 ou 1.2 (XML)")
    acting(parser)


def _alert(options: argparse.Namespace) -> Figures:
    alert, known = alerts.take(options.file, by=find_user(options.by))
    places = alert.places.filter(area__isnull=False).count()
    unplaced = alert.places.filter(area__isnull=True).count()
    if known:
        say(f"Cette alerte était déjà prise (n° {alert.pk}) : rien n’a changé.")
    else:
        say(f"Alerte {alert.pk}, « {alert} » : {places} lieux, {unplaced} zones hors des lieux connus.")
    if alert.status != "Actual":
        say(f"Nature du message : {alert.status}. Il est gardé à part et n’avertit personne.")
    return {
        "alert": alert.pk, "identifier": alert.identifier, "type": alert.message_type, "status": alert.status,
        "places": places, "unplaced": unplaced, "recognised": known,
    }  # fmt: skip


VERBS = {
    "shocks import": Verb(_import_arguments, _import),
    "shocks undo": Verb(_undo_arguments, _undo),
    "shocks alert": Verb(_alert_arguments, _alert),
}
