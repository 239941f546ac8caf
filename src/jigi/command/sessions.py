"""`jigi sessions …`: themes and conditions, files of attendance, conditions looked at, who was reached in a year."""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, number, say, wrong
from jigi.delivery.contracts.models import Contract
from jigi.delivery.sessions import actions, conditions, conditions_file, files, themes_file
from jigi.delivery.sessions.models import AttendanceProblem, Condition
from jigi.foundation.tabular import write_rejects
from jigi.monitoring.accompanied import accompanied
from jigi.payments.suspensions import spans_of

HEADER = ("fichier", "ligne", "colonne", "valeur", "constat", "que faire")


def _themes_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file", type=Path, default=themes_file.SHIPPED, help="fichier des thèmes (celui livré)")
    acting(parser)


def _themes(options: argparse.Namespace) -> Figures:
    changed = actions.load_themes(options.file, by=find_user(options.by))
    say(f"{changed} modules ajoutés, changés ou retirés.")
    return {"changed": changed}


def _conditions_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--file", type=Path, default=conditions_file.SHIPPED, help="fichier des conditions (celui livré)"
    )
    acting(parser)


def _conditions(options: argparse.Namespace) -> Figures:
    changed = conditions.load_conditions(options.file, by=find_user(options.by))
    say(f"{changed} conditions ajoutées, changées ou retirées.")
    return {"changed": changed}


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="séances et présents (CSV, XLSX)")
    parser.add_argument("--contract", required=True, help="numéro du contrat")
    parser.add_argument("--rejects", type=Path, help="fichier où écrire les lignes à corriger")
    acting(parser)


def _import(options: argparse.Namespace) -> Figures:
    contract = Contract.objects.filter(number=options.contract, sort="sessions").first()
    if contract is None:
        raise wrong(f"Aucun contrat de séances « {options.contract} »", "Voyez son numéro sur la page des contrats.")
    taken = files.take(options.file, contract, by=find_user(options.by))
    one = taken.file
    if not taken.is_new:
        say("Ce fichier avait déjà été reçu : rien n’a changé.")
    say(
        f"Fichier {one.pk} : {one.lines_read} lignes lues, {one.lines_good} prises, {one.lines_known} déjà connues, "
        f"{one.lines_held} à corriger ; {one.sessions} séances."
    )
    if options.rejects:
        write_rejects(options.rejects, HEADER, map(_problem, one.problems.select_related("file").order_by("line")))
    return {
        "file": one.pk, "new": taken.is_new, "read": one.lines_read, "good": one.lines_good,
        "known": one.lines_known, "held": one.lines_held, "sessions": one.sessions,
    }  # fmt: skip


def _problem(one: AttendanceProblem) -> list[str]:
    return [one.file.file_name, str(one.line), one.column, one.value, one.message, one.remedy]


def _review_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--condition", required=True, help="code de la condition")
    parser.add_argument("--term", required=True, type=number, help="échéance à examiner, finie")
    acting(parser)


def _review(options: argparse.Namespace) -> Figures:
    condition = Condition.objects.filter(code=options.condition, retired=False).first()
    if condition is None:
        raise wrong(f"Aucune condition « {options.condition} »", "Chargez-la : jigi sessions conditions.")
    communes = list(condition.paid.communes.values_list("commune_id", flat=True))
    suspended = [conditions.Suspended(*one) for one in spans_of(communes)]
    made = conditions.review(condition, options.term, suspended=suspended, by=find_user(options.by))
    say(
        f"Examen {made.pk} ({made.get_status_display()}) : {made.judged} ménages regardés, {made.kept} l’ont remplie, "
        f"{made.failed} non, {made.excused} sans séance offerte."
    )
    return {
        "review": made.pk, "status": made.status, "judged": made.judged, "kept": made.kept, "failed": made.failed,
        "excused": made.excused,
    }  # fmt: skip


def _reach_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", required=True, type=number, help="année")


def _reach(options: argparse.Namespace) -> Figures:
    found = accompanied(options.year)
    say(
        f"{options.year} : {found.reached} ménages touchés par les séances, {found.paid} payés, dont {found.both} les "
        f"deux ; {found.either} en tout, chacun compté une fois."
    )
    return {"year": options.year, **vars(found)}


VERBS = {
    "sessions themes": Verb(_themes_arguments, _themes),
    "sessions conditions": Verb(_conditions_arguments, _conditions),
    "sessions import": Verb(_import_arguments, _import),
    "sessions review": Verb(_review_arguments, _review),
    "sessions reach": Verb(_reach_arguments, _reach),
}
