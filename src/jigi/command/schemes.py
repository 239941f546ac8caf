"""`jigi schemes …`: the schemes of social protection, and what they give back."""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, number, progress, say, wrong
from jigi.foundation import runs
from jigi.foundation.errors import JigiError
from jigi.foundation.tabular import write_rejects
from jigi.schemes import actions
from jigi.schemes.catalogue import SHIPPED
from jigi.schemes.models import BenefitBatch, BenefitProblem, Scheme

HEADER = ("fichier", "ligne", "colonne", "valeur", "gravité", "constat", "que faire")


def _load_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file", type=Path, default=SHIPPED, help="fichier des régimes (celui livré avec Jigi)")
    acting(parser)


def _load(options: argparse.Namespace) -> Figures:
    changed = actions.load_schemes(options.file, by=find_user(options.by))
    say(f"{changed} régimes ajoutés ou changés, {Scheme.objects.count()} en tout.")
    return {"changed": changed, "schemes": Scheme.objects.count()}


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="ce que le régime a donné (CSV, CSV.GZ, XLSX)")
    parser.add_argument("--scheme", required=True, help="code du régime, comme AMO")
    parser.add_argument("--check", action="store_true", help="contrôle seulement : n’enregistre rien")
    parser.add_argument("--rejects", type=Path, help="fichier où écrire les lignes à corriger")
    acting(parser)


def _import(options: argparse.Namespace) -> Figures:
    by, scheme = find_user(options.by), _scheme(options.scheme)
    with progress() as listen, runs.listening(listen):
        batch = actions.receive(options.file, scheme, by=by)
        recognised = batch.recognised
        if batch.status == BenefitBatch.Status.CHECKED and not options.check:
            batch = actions.record(batch, by=by)
    _tell(batch, recognised)
    if options.rejects:
        write_rejects(options.rejects, HEADER, map(_problem, batch.problems.order_by("line", "pk")))
    if batch.status == BenefitBatch.Status.REFUSED:
        raise JigiError(
            f"Aucune ligne du lot {batch.pk} n’est bonne",
            remedy="Corrigez les lignes (--rejects problemes.csv) et recommencez.",
        )
    return {
        "batch": batch.pk, "scheme": scheme.code, "status": batch.status, "read": batch.lines_read,
        "good": batch.lines_good, "known": batch.lines_known, "held": batch.lines_held,
        "households": batch.households, "amount_xof": batch.amount_xof, "recognised": recognised,
    }  # fmt: skip


def _tell(batch: BenefitBatch, recognised: bool) -> None:
    if recognised and batch.status == BenefitBatch.Status.RECORDED:
        say("Ce fichier avait déjà été enregistré : rien n’a changé.")
    say(
        f"Lot {batch.pk} ({batch.get_status_display()}) : {batch.lines_read} lignes lues, {batch.lines_good} bonnes,"
        f" {batch.lines_known} déjà connues, {batch.lines_held} retenues ; {batch.households} ménages,"
        f" {batch.amount_xof} FCFA."
    )


def _problem(one: BenefitProblem) -> list[str]:
    return [
        one.batch.file_name, str(one.line), one.column, one.value, one.get_severity_display(), one.message, one.remedy,
    ]  # fmt: skip


def _undo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", metavar="LOT", type=number, help="numéro du lot")
    parser.add_argument("--reason", required=True, help="pourquoi : gardé avec la décision")
    acting(parser)


def _undo(options: argparse.Namespace) -> Figures:
    batch = BenefitBatch.objects.filter(pk=options.batch).first()
    if batch is None:
        raise wrong(f"Il n’y a pas de lot {options.batch}", "Le numéro est dit à la fin de jigi schemes import.")
    actions.undo(batch, reason=options.reason, by=find_user(options.by))
    say(f"Lot {batch.pk} défait : {batch.lines_good} prestations ont été retirées.")
    return {"batch": batch.pk, "undone": batch.lines_good}


def _scheme(code: str) -> Scheme:
    found = Scheme.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Scheme.objects.order_by("code").values_list("code", flat=True))
        raise wrong(
            f"Le régime « {code} » est inconnu", f"Régimes connus : {known or 'aucun, lancez jigi schemes load'}."
        )
    return found


VERBS = {
    "schemes load": Verb(_load_arguments, _load),
    "schemes import": Verb(_import_arguments, _import),
    "schemes undo": Verb(_undo_arguments, _undo),
}
