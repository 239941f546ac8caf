"""`jigi targeting …`: fit a formula, run a campaign, freeze it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, number, progress, say, wrong
from jigi.foundation import runs
from jigi.foundation.tabular import open_table
from jigi.geography.models import Area
from jigi.targeting import actions
from jigi.targeting.formula_file import write_fitted
from jigi.targeting.models import ScoringFormula, TargetingRound
from jigi.targeting.poverty import read_rates
from jigi.targeting.queries import estimated_poverty_rates, fitted_of

POOR_SHARE = 0.4


def _fit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("survey", metavar="ENQUÊTE", help="code de l’enquête importée")
    parser.add_argument("--formula", type=Path, required=True, help="formule (TOML)")
    parser.add_argument("--out", type=Path, help="fichier où écrire la formule ajustée")
    acting(parser)


def _fit(options: argparse.Namespace) -> Figures:
    with progress() as listen, runs.listening(listen):
        formula = actions.fit(options.survey, options.formula, by=find_user(options.by))
    if options.out:
        write_fitted(options.out, fitted_of(formula))
    say(f"{formula}, ajustée sur {formula.rows} ménages de {formula.survey} ; sur des grappes tenues à l’écart :")
    say(f"  R² {formula.r2:.3f} ; erreur {formula.error_20:.1%} à 20 %, {formula.error_40:.1%} à 40 %.")
    return {
        "formula": formula.name, "version": formula.version, "rows": formula.rows, "r2": formula.r2,
        "error_20": formula.error_20, "error_40": formula.error_40,
    }  # fmt: skip


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NOM", help="nom de la campagne")
    parser.add_argument("--programme", required=True, help="code du programme")
    parser.add_argument("--areas", nargs="+", required=True, help="codes des lieux (communes, cercles, régions)")
    parser.add_argument("--lists", type=Path, required=True, help="listes communautaires (CSV, XLSX)")
    parser.add_argument("--quota", type=number, required=True, help="places en tout")
    parser.add_argument("--formula", help="nom de la formule de score (la dernière version)")
    parser.add_argument("--poverty", type=Path, help="taux de pauvreté par lieu (CSV code;taux)")
    acting(parser)


def _run(options: argparse.Namespace) -> Figures:
    by = find_user(options.by)
    formula = None
    if options.formula:
        formula = ScoringFormula.objects.filter(name=options.formula).order_by("-version").first()
        if formula is None:
            raise wrong(f"« {options.formula} » n’est pas une formule ajustée", "Voyez jigi targeting fit.")
    areas = _areas(options.areas)
    # A file that can't be read must not leave a campaign opened for nothing.
    open_table(options.lists).close()
    given = dict(read_rates(options.poverty)) if options.poverty else None
    with transaction.atomic():
        opened = actions.open_round(
            options.name, areas, programme_code=options.programme, formula=formula,
            quota_total=options.quota, by=by,
        )  # fmt: skip
        report = actions.import_lists(opened, options.lists, by=by)
        actions.set_quotas(opened, options.quota, given or _estimated(formula, opened), by=by)
        opened.refresh_from_db()
        counters = actions.rank(opened, by=by)
    say(f"Campagne {opened.pk} : {report.read} lignes de listes lues, {report.held} retenues.")
    say(f"{counters['within_quota']} ménages dans les quotas. Ensuite : jigi targeting freeze {opened.pk}")
    return {"round": opened.pk, "listed": report.read, "held": report.held, **counters}


def _areas(codes: Sequence[str]) -> list[Area]:
    areas = list(Area.objects.filter(code__in=codes, version__code="COD2019"))
    if missing := set(codes) - {area.code for area in areas}:
        raise wrong(f"{', '.join(sorted(missing))} : hors du découpage de 2019", "Donnez des codes comme ML010501.")
    return areas


def _estimated(formula: ScoringFormula | None, opened: TargetingRound) -> dict[str, float]:
    if formula is None:
        raise wrong("Il faut un taux de pauvreté par lieu", "Donnez --poverty FICHIER, ou une formule de score.")
    communes = Area.objects.filter(pk__in=opened.communes.values("commune"))
    return estimated_poverty_rates(formula, communes, poor_share=POOR_SHARE)


def _freeze_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("round", metavar="CAMPAGNE", type=number, help="numéro de la campagne")
    acting(parser)


def _freeze(options: argparse.Namespace) -> Figures:
    found = find_campaign(options.round)
    digest = actions.freeze(found, by=find_user(options.by))
    say(f"{found} est gelée : {digest}")
    return {"round": found.pk, "result_hash": digest}


def find_campaign(number: int) -> TargetingRound:
    found = TargetingRound.objects.filter(pk=number).first()
    if found is None:
        raise wrong(f"Il n’y a pas de campagne {number}", "Son numéro est dit par jigi targeting run.")
    return found


VERBS = {
    "targeting fit": Verb(_fit_arguments, _fit),
    "targeting run": Verb(_run_arguments, _run),
    "targeting freeze": Verb(_freeze_arguments, _freeze),
}
