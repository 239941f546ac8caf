"""`jigi bench …`: an operation measured beside its reference, in a database that goes away afterwards."""

from __future__ import annotations

import argparse

from jigi.command.verb import Figures, Verb, number, say, wrong
from jigi.demo.bench.catalogue import BENCHES
from jigi.demo.bench.ground import TERMS
from jigi.demo.bench.trial import run_bench
from jigi.foundation.money import NARROW_SPACE

DETAILS = {
    "seconds_without_history": "secondes sans tours passés",
    "history_ratio": "avec / sans tours passés",
    "arrears": "rappels",
    "without_foreign_keys_ratio": "fois la référence sans clés étrangères",
    "persons_merged": "personnes versées",
    "persons": "personnes",
    "create_seconds": "secondes de sauvegarde",
    "restore_seconds": "secondes de restauration, preuve comprise",
    "persons_restored_per_second": "personnes restaurées par seconde",
    "backup_mb": "Mo de sauvegarde",
    "paid": "ordres payés",
    "national_seconds": "secondes pour 5,7 millions de valeurs, à ce rythme",
    "exceptions": "lignes à examiner",
    "sealing_seconds": "secondes à sceller",
    "site_processor_milliseconds": "millisecondes de processeur du site par fiche",
    "fiches_lost": "fiches perdues",
    "page_milliseconds": "millisecondes pour la page du relevé, médiane",
    "total_rows": "totaux tenus",
    "proving_seconds": "secondes pour prouver tous les totaux",
    "median_milliseconds": "millisecondes par fiche, médiane",
    "p95_milliseconds": "millisecondes par fiche, 95 fois sur 100",
    "orders": "ordres du tour",
    "lines": "lignes du retour",
    "xlsx_lines": "lignes du classeur d’ordres",
    "site_milliseconds": "millisecondes de processeur du site par requête",
    "rate_of_two_cores": "requêtes par seconde que deux cœurs rendraient seuls",
    "page_bytes": "octets de la page, compressée",
    "served_persons": "personnes servies, chacune une fois",
    "served_households": "ménages servis, chacun une fois",
    "rows_reached": "lignes de présence par ménage",
    "grid_milliseconds": "millisecondes pour garder une grille de 100 × 14 par la page, médiane",
    "grid_p95_milliseconds": "la même, 95 fois sur 100",
    "worksites": "chantiers",
    "sheets": "feuilles",
    "round_seconds": "secondes pour préparer un tour de salaires",
    "round_workers": "travailleurs du tour",
    "verifying_seconds": "secondes à tout vérifier",
    "households": "ménages",
    "sessions": "séances",
    "reach_seconds": "secondes pour compter qui fut touché, toutes composantes",
    "accompanied_seconds": "secondes pour compter touchés et payés, sans les ajouter",
    "contract_seconds": "secondes pour les chiffres d’un contrat",
    "judging_seconds": "secondes pour juger tous les ménages d’une échéance",
    "rations": "rations remises",
    "drawing_seconds": "secondes pour établir une liste",
    "values": "valeurs de signaux",
    "firings": "déclenchements",
    "reference_measured_seconds": "secondes de la référence, mesurées sur cinq règles et un jour",
    "registered": "ménages au registre",
    "chosen": "ménages choisis, inscrits et sur la liste approuvée",
    "queue_seconds": "secondes pour mettre en attente",
    "recall_seconds": "secondes pour dire qui a reçu un lot",
}

PLACES = {"commune": "dans une commune", "region": "dans une région", "country": "dans tout le pays"}
SOUGHT = {
    "as_written": "Nom comme au registre", "misspelt": "Nom mal écrit", "misspelt_with_year": "Nom mal écrit, né vers",
    "misspelt_twice": "Nom à deux lettres près",
    "household": "Page d’un ménage", "rsu": "Numéro RSU", "phone": "Téléphone", "nina": "NINA",
}  # fmt: skip
READS = {f"{place}.{read}": f"{said}, {where}" for place, where in PLACES.items() for read, said in SOUGHT.items()}

STEPS = {
    "prepare": "Préparer la liste", "freeze": "Geler", "approve": "Approuver et réserver", "release": "Libérer",
    "order_file_csv": "Fichier d’ordres CSV", "order_file_xlsx": "Fichier d’ordres XLSX", "reconcile": "Rapprocher",
    "statement": "Relevé d’une convention", "list": "Choisir au registre et classer", "enrol": "Geler et inscrire",
}  # fmt: skip


def _arguments(parser: argparse.ArgumentParser) -> None:
    sizes = ", ".join(f"{bench.name} {_spaced(bench.size)} {bench.unit}" for bench in BENCHES.values())
    parser.add_argument("name", choices=list(BENCHES), help="ce qu’on mesure")
    parser.add_argument("--size", type=number, help=f"combien (sinon {sizes})")
    parser.add_argument("--history", type=number, default=11, help="tours passés dans les tables, pour round (11)")


def _run(options: argparse.Namespace) -> Figures:
    bench = BENCHES[options.name]
    size = bench.size if options.size is None else options.size
    if size < 1:
        raise wrong("La taille est d’au moins 1", f"Par exemple --size {bench.size}.")
    if not 0 <= options.history < TERMS:
        raise wrong("Les tours passés vont de 0 à 11", f"Le programme mesuré a {TERMS} échéances.")
    say(f"Mesure « {bench.name} » : {_spaced(size)} {bench.unit}, dans une base temporaire.")
    found = run_bench(bench, size, options.history, say)
    say(
        f"{_spaced(size)} {bench.unit} en {_decimal(found['seconds'])} s ({_spaced(found['rate'])} par seconde),"
        f" {found['statements']} instructions SQL, {found['peak_mb']} Mio."
    )
    say(f"Référence ({found['reference']}) : {_decimal(found['reference_seconds'])} s.")
    say(f"Soit {_decimal(found['ratio'])} fois la référence.")
    for key, french in DETAILS.items():
        if key in found:
            say(f"  {french} : {_decimal(found[key])}")
    for step, spent in found.get("steps", {}).items():
        say(
            f"  {STEPS[step]} : {_decimal(spent['seconds'])} s, {spent['statements']} instructions SQL,"
            f" {spent['peak_mb']} Mio"
        )
    for read, times in found.get("milliseconds", {}).items():
        shown = f", personne montrée {times['shown']} fois sur {times['of']}" if "shown" in times else ""
        say(f"  {READS[read]} : {_decimal(times['p50'])} ms, 95 % sous {_decimal(times['p95'])} ms{shown}")
    return found


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", NARROW_SPACE)


def _decimal(value: float) -> str:
    return _spaced(value) if isinstance(value, int) else f"{value:.2f}".replace(".", ",")


VERBS = {"bench": Verb(_arguments, _run)}
