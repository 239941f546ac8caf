"""`jigi ledger …`"""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, nothing, number, say
from jigi.foundation.errors import JigiError
from jigi.foundation.money import format_xof
from jigi.ledger import opening_requests
from jigi.ledger.models import OpeningRequest
from jigi.ledger.queries import prove
from jigi.payments import totals


def _prove(options: argparse.Namespace) -> Figures:
    proof = prove()
    say(f"Somme de tous les soldes : {format_xof(proof.sum_xof)}")
    if not proof.balanced:
        codes = ", ".join(str(row["code"]) for row in proof.wrong[:10])
        entries = ", ".join(str(row["label"]) for row in proof.wrong_entries[:10])
        raise JigiError(
            "Le grand livre n’est pas juste",
            why=f"comptes en désaccord avec leurs mouvements : {codes or 'aucun'} ; écritures : {entries or 'aucune'}",
            remedy="Arrêtez les paiements et prévenez l’auditeur.",
        )
    say("Chaque solde est la somme de ses mouvements.")
    totals.refuse_wrong()
    say("Chaque total des relevés est la somme de ses lignes.")
    return {"balanced": True, "sum_xof": proof.sum_xof, "totals": True}


def _opening_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="soldes de reprise (CSV ou XLSX)")
    acting(parser)


def _open(options: argparse.Namespace) -> Figures:
    made = opening_requests.ask(options.file, by=find_user(options.by))
    say(f"Reprise {made.pk} demandée : une autre personne la relit et la confirme (jigi ledger confirm-opening).")
    return {"request": made.pk}


def _confirm_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("request", metavar="REPRISE", type=number, help="numéro de la reprise demandée")
    acting(parser)


def _confirm(options: argparse.Namespace) -> Figures:
    asked = OpeningRequest.objects.filter(pk=options.request).first()
    if asked is None:
        raise JigiError(
            f"La reprise {options.request} n’existe pas", remedy="Relisez son numéro sur la page des reprises."
        )
    taken = opening_requests.confirm(asked, by=find_user(options.by))
    say(f"{taken.balances} soldes repris, {taken.entries} conventions ouvertes.")
    return {"opening": taken.pk, "balances": taken.balances, "funds": taken.entries}


VERBS = {
    "ledger prove": Verb(nothing, _prove),
    "ledger open": Verb(_opening_arguments, _open),
    "ledger confirm-opening": Verb(_confirm_arguments, _confirm),
}
