"""`jigi nutrition …`"""

from __future__ import annotations

import argparse
import csv
import time
from datetime import date
from pathlib import Path
from typing import Any

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, say, wrong
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition import catalogue, census_file, giving_file, queries, recalls
from jigi.delivery.nutrition.models import Distribution, Lot
from jigi.delivery.nutrition.problems import sentences
from jigi.foundation.cells import neutralise

RECEIVED = {
    "commune": "Commune", "village": "Village", "site": "Site", "name": "Nom", "guardian": "Mère ou gardien",
    "rsu_number": "Numéro RSU", "category": "Catégorie", "grams": "Grammes", "given_on": "Remis le",
    "proxy_name": "Mandataire", "contract": "Contrat", "distribution": "Distribution", "rank": "N°",
}  # fmt: skip


def _load_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, nargs="?", default=catalogue.SHIPPED,
                        help="produits et barèmes relus (TOML ; sinon ceux livrés avec Jigi)")  # fmt: skip
    acting(parser)


def _load(options: argparse.Namespace) -> Figures:
    changed = catalogue.load(options.file, by=find_user(options.by))
    say(f"{changed} produits ou barèmes ajoutés ou changés." if changed else "Déjà chargé : rien n’a changé.")
    return {"changed": changed}


def _census_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("contract", metavar="CONTRAT", help="numéro du contrat")
    parser.add_argument("file", metavar="FICHIER", type=Path, help="recensement (CSV ou XLSX)")
    acting(parser)


def _census(options: argparse.Namespace) -> Figures:
    taken = census_file.take(options.file, _contract(options.contract), by=find_user(options.by))
    say(f"{taken.added} personnes recensées, {taken.known} déjà connues, {len(taken.problems)} lignes à revoir.")
    for text in sentences(taken.problems):
        say(f"  {text}")
    return {"added": taken.added, "known": taken.known, "problems": len(taken.problems)}


def _give_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("contract", metavar="CONTRAT", help="numéro du contrat")
    parser.add_argument("number", metavar="DISTRIBUTION", type=int, help="numéro de la distribution")
    parser.add_argument("file", metavar="FICHIER", type=Path, help="feuille remplie (CSV ou XLSX)")
    parser.add_argument("--day", type=date.fromisoformat, default=None, help="jour des lignes qui n’en ont pas")
    acting(parser)


def _give(options: argparse.Namespace) -> Figures:
    made = Distribution.objects.filter(contract=_contract(options.contract), number=options.number).first()
    if made is None:
        raise wrong(f"Ce contrat n’a pas de distribution {options.number}", "Voyez la page du contrat.")
    taken = giving_file.take(options.file, made, day=options.day, by=find_user(options.by))
    say(f"{taken.given} rations remises, {taken.known} déjà notées, {taken.absent} non remises, "
        f"{len(taken.problems)} lignes à revoir.")  # fmt: skip
    for text in sentences(taken.problems):
        say(f"  {text}")
    return {"given": taken.given, "known": taken.known, "absent": taken.absent, "problems": len(taken.problems)}


def _recall_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("product", metavar="PRODUIT", help="code du produit, par exemple CSB++")
    parser.add_argument("lot", metavar="LOT", help="numéro du lot")
    parser.add_argument("--reason", default="", help="rappelle le lot, pour ce motif ; sans motif, rien n’est changé")
    parser.add_argument("--to", type=Path, help="écrit dans ce fichier CSV qui l’a reçu")
    acting(parser)


def _recall(options: argparse.Namespace) -> Figures:
    by, began = find_user(options.by), time.monotonic()
    lot = Lot.objects.filter(product__code=options.product, number=options.lot.upper()).first()
    if lot is None:
        raise wrong(f"Le lot {options.lot} de {options.product} n’est pas connu", "Relisez le numéro sur les sacs.")
    if options.reason and lot.recalled_at is None:
        recalls.recall(lot, reason=options.reason, by=by)
    found = recalls.received(lot, by=by, verb="export" if options.to else "list")
    if options.to:
        _write(options.to, found)
    left = sum(one.grams for one in recalls.held(lot))
    seconds = round(time.monotonic() - began, 3)
    say(f"{len(found)} personnes ont reçu {sum(row['grams'] for row in found) / 1000:g} kg ; {left / 1000:g} kg sont "
        f"encore en stock. Trouvé en {seconds:g} s.")  # fmt: skip
    return {"received": len(found), "grams": sum(row["grams"] for row in found), "left_grams": left, "seconds": seconds}


def _write(path: Path, found: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(RECEIVED.values())
        for row in found:
            writer.writerow(neutralise("" if row[key] is None else str(row[key])) for key in RECEIVED)


def _stock_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=date.fromisoformat, default=date(2000, 1, 1), help="du (tout)")
    parser.add_argument("--until", type=date.fromisoformat, default=date(2100, 1, 1), help="au (tout)")
    acting(parser)


def _stock(options: argparse.Namespace) -> Figures:
    found = queries.stock_of(queries.places(find_user(options.by)), options.since, options.until)
    for one in found:
        say(f"{one.place} · {one.lot} : {one.opening / 1000:g} kg au début, {one.closing / 1000:g} kg à la fin"
            + ("" if one.ties else " — ne se referme pas"))  # fmt: skip
    return {
        "lines": len(found), "tie": all(one.ties for one in found),
        "arrivals_grams": sum(one.arrivals for one in found), "given_grams": -sum(one.given for one in found),
        "closing_grams": sum(one.closing for one in found),
    }  # fmt: skip


def _contract(number: str) -> Contract:
    found = Contract.objects.filter(number=number, sort="nutrition").select_related("operator").first()
    if found is None:
        raise wrong(f"Aucun contrat de paquet nutritionnel n’a le numéro « {number} »", "Voyez la page Nutrition.")
    return found


VERBS = {
    "nutrition load": Verb(_load_arguments, _load),
    "nutrition census": Verb(_census_arguments, _census),
    "nutrition give": Verb(_give_arguments, _give),
    "nutrition recall": Verb(_recall_arguments, _recall),
    "nutrition stock": Verb(_stock_arguments, _stock),
}
