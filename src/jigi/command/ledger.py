"""`jigi ledger …`"""

from __future__ import annotations

import argparse

from jigi.command.verb import Figures, Verb, nothing, say
from jigi.foundation.errors import JigiError
from jigi.foundation.money import format_xof
from jigi.ledger.queries import prove


def _prove(options: argparse.Namespace) -> Figures:
    proof = prove()
    say(f"Somme de tous les soldes : {format_xof(proof.sum_xof)}")
    if not proof.balanced:
        codes = ", ".join(str(row["code"]) for row in proof.wrong[:10])
        raise JigiError(
            "Le grand livre n’est pas juste",
            why=f"comptes en désaccord avec leurs mouvements : {codes or 'aucun'}",
            remedy="Arrêtez les paiements et prévenez l’auditeur.",
        )
    say("Chaque solde est la somme de ses mouvements.")
    return {"balanced": True, "sum_xof": proof.sum_xof}


VERBS = {"ledger prove": Verb(nothing, _prove)}
