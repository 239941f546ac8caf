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
    "verifying_seconds": "secondes à tout vérifier",
}

PLACES = {"commune": "dans une commune", "region": "dans une région", "country": "dans tout le pays"}
SOUGHT = {
    "as_written": "Nom comme au registre", "misspelt": "Nom mal écrit", "misspelt_with_year": "Nom mal écrit, né vers",
    "misspelt_twice": "Nom à deux lettres près",
    "household": "Page d’un ménage", "rsu": "Numéro RSU", "phone": "Téléphone", "nina": "NINA",
}  # fmt: skip
READS = {f"{place}.{read}": f"{said}, {where}" for place, where in PLACES.items() for read, said in SOUGHT.items()}


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
    for read, times in found.get("milliseconds", {}).items():
        shown = f", personne montrée {times['shown']} fois sur {times['of']}" if "shown" in times else ""
        say(f"  {READS[read]} : {_decimal(times['p50'])} ms, 95 % sous {_decimal(times['p95'])} ms{shown}")
    return found


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", NARROW_SPACE)


def _decimal(value: float) -> str:
    return _spaced(value) if isinstance(value, int) else f"{value:.2f}".replace(".", ",")


VERBS = {"bench": Verb(_arguments, _run)}
