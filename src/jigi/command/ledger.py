"""`jigi ledger …`"""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, nothing, say
from jigi.foundation.errors import JigiError
from jigi.foundation.money import format_xof
from jigi.ledger.openings import import_openings
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
    taken, known = import_openings(options.file, by=find_user(options.by))
    if known:
        say(f"Ce fichier a déjà été pris le {taken.made_at:%d/%m/%Y} : rien n’a changé.")
    else:
        say(f"{taken.balances} soldes repris, {taken.entries} conventions ouvertes.")
    return {"opening": taken.pk, "known": known, "balances": taken.balances, "funds": taken.entries}


VERBS = {"ledger prove": Verb(nothing, _prove), "ledger open": Verb(_opening_arguments, _open)}
