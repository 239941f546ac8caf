"""`jigi intake …`: questionnaires in, problems out."""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, number, progress, say, wrong
from jigi.foundation import runs
from jigi.foundation.errors import JigiError
from jigi.intake import reviewing
from jigi.intake.models import Batch, FormVersion
from jigi.intake.pipeline import UNDER_REVIEW, import_file
from jigi.intake.queries import waiting, write_problems
from jigi.intake.submissions import import_submissions
from jigi.intake.undoing import undo


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FICHIER", type=Path, help="fichier des ménages, ou export entier (CSV, CSV.GZ, XLSX, ZIP)"
    )
    parser.add_argument("--mapping", required=True, help="correspondance : un fichier TOML, ou le nom d’une livrée")
    parser.add_argument("--members", type=Path, help="fichier des membres, s’il est à part")
    parser.add_argument("--rejects", type=Path, help="fichier où écrire les lignes à corriger")
    parser.add_argument("--review", action="store_true", help="s’arrête une fois contrôlé : une autre personne relit")
    acting(parser)


def _import(options: argparse.Namespace) -> Figures:
    with progress() as listen, runs.listening(listen):
        who, review = find_user(options.by), options.review
        batch = import_file(options.file, options.mapping, members=options.members, review=review, by=who)
    if getattr(batch, "recognised", False):
        say("Ces fichiers avaient déjà été versés, ou attendent leur relecture : rien n’a changé.")
    say(
        f"Lot {batch.pk} : {batch.households_read} fiches lues, {batch.households_merged} versées"
        f" ({batch.members_merged} membres), {batch.households_known} déjà connues, {batch.households_held} retenues."
    )
    problems = batch.problems.count()
    if problems:
        say(f"{problems} constats : jigi intake problems {batch.pk} --out problemes.csv")
    if options.rejects:
        write_problems(batch, options.rejects)
    if batch.status == Batch.Status.REFUSED:
        raise JigiError(
            f"Aucune fiche du lot {batch.pk} n’a pu être versée",
            remedy=f"Corrigez les lignes (jigi intake problems {batch.pk} --out problemes.csv) et recommencez.",
        )
    if batch.status in UNDER_REVIEW:
        say(f"Le lot attend sa relecture : /imports/{batch.pk}/, puis jigi intake review {batch.pk} --by COMPTE")
    return {
        "batch": batch.pk, "status": batch.status, "read": batch.households_read, "merged": batch.households_merged,
        "members": batch.members_merged, "known": batch.households_known, "held": batch.households_held,
        "problems": problems, "recognised": bool(getattr(batch, "recognised", False)),
    }  # fmt: skip


def _problems_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", metavar="LOT", type=number, help="numéro du lot")
    parser.add_argument("--out", type=Path, required=True, help="fichier à écrire")


def _problems(options: argparse.Namespace) -> Figures:
    batch = _batch(options.batch)
    count = write_problems(batch, options.out)
    say(f"{count} constats dans {options.out}")
    return {"batch": batch.pk, "problems": count, "file": str(options.out)}


def _undo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", metavar="LOT", type=number, help="numéro du lot")
    parser.add_argument("--reason", required=True, help="pourquoi : gardé avec la décision")
    acting(parser)


def _undo(options: argparse.Namespace) -> Figures:
    with progress() as listen, runs.listening(listen):
        batch = undo(_batch(options.batch), by=find_user(options.by), reason=options.reason)
    say(
        f"Lot {batch.pk} défait : {batch.households_merged} fiches et {batch.members_merged} membres ont quitté le"
        " registre. Les mêmes fichiers peuvent revenir."
    )
    return {"batch": batch.pk, "undone": batch.households_merged, "members": batch.members_merged}


def _decision_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", metavar="LOT", type=number, help="numéro du lot")
    acting(parser)


def _review(options: argparse.Namespace) -> Figures:
    batch = reviewing.review(_batch(options.batch), by=find_user(options.by))
    say(f"Lot {batch.pk} relu : jigi intake merge {batch.pk} le verse.")
    return {"batch": batch.pk, "status": batch.status}


def _merge(options: argparse.Namespace) -> Figures:
    with progress() as listen, runs.listening(listen):
        batch = reviewing.merge(_batch(options.batch), by=find_user(options.by))
    say(f"Lot {batch.pk} : {batch.households_merged} fiches versées, {batch.households_held} retenues.")
    return {"batch": batch.pk, "status": batch.status, "merged": batch.households_merged}


def _refuse(options: argparse.Namespace) -> Figures:
    batch = reviewing.refuse(_batch(options.batch), by=find_user(options.by), reason=options.reason)
    say(f"Lot {batch.pk} refusé : rien n’a été versé, ses fichiers sont effacés.")
    return {"batch": batch.pk, "status": batch.status}


def _batch(number: int) -> Batch:
    batch = Batch.objects.filter(pk=number).first()
    if batch is None:
        raise wrong(f"Il n’y a pas de lot {number}", "Le numéro est dit à la fin de jigi intake import.")
    return batch


def _submissions_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--form", required=True, metavar="IDENTIFIANT", help="identifiant du questionnaire, ex. menage")
    parser.add_argument("--version", help="une version seulement ; sinon toutes celles qui ont des fiches")
    parser.add_argument("--rejects", type=Path, help="fichier où écrire les problèmes des fiches retenues")
    parser.add_argument("--review", action="store_true", help="s’arrête une fois contrôlé : une autre personne relit")
    acting(parser)


def _submissions(options: argparse.Namespace) -> Figures:
    """Each version by its own mapping, its own batch."""
    found = FormVersion.objects.filter(form__code=options.form).select_related("form").order_by("pk")
    if options.version:
        found = found.filter(version=options.version)
    if not found:
        raise wrong(f"Le questionnaire « {options.form} » n’est pas chargé", "Voyez jigi forms list.")
    versions = [one for one in found if waiting(one).exists()]
    if not versions:
        say("Aucune fiche n’attend : rien n’a changé.")
    return {"form": options.form, "versions": [_pour(one, options) for one in versions]}


def _pour(version: FormVersion, options: argparse.Namespace) -> Figures:
    with progress() as listen, runs.listening(listen):
        poured = import_submissions(version, review=options.review, by=find_user(options.by))
    say(
        f"Version {version.version} : {poured.taken} fiches, {poured.merged} versées, {poured.held} retenues,"
        f" {poured.declined} sans accord."
    )
    if poured.batch and poured.held:
        say(f"Problèmes : jigi intake problems {poured.batch.pk} --out problemes.csv")
    if poured.batch and options.rejects:
        write_problems(poured.batch, options.rejects)
    return {
        "version": version.version, "taken": poured.taken, "merged": poured.merged, "held": poured.held,
        "declined": poured.declined, "batch": poured.batch.pk if poured.batch else None,
    }  # fmt: skip


VERBS = {
    "intake submissions": Verb(_submissions_arguments, _submissions),
    "intake import": Verb(_import_arguments, _import),
    "intake review": Verb(_decision_arguments, _review),
    "intake merge": Verb(_decision_arguments, _merge),
    "intake refuse": Verb(_undo_arguments, _refuse),
    "intake undo": Verb(_undo_arguments, _undo),
    "intake problems": Verb(_problems_arguments, _problems),
}
