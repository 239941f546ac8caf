"""Totals kept beside the lines: what became of the money of each round, commune and agency, and the proof of them.

A row of `payments_total` is a funding line, the round of the rights, a commune, the agency of the order and a kind of
movement. The acts that post keep them in the same transaction; nothing else writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import JigiError
from jigi.foundation.fence import unfenced
from jigi.ledger.models import Entry


@dataclass(frozen=True)
class TotalsProof:
    """The kept totals that are not the sum of their lines, and the agreements whose accounts say otherwise: none."""

    wrong: list[dict[str, Any]]
    wrong_funds: list[dict[str, Any]]

    @property
    def holds(self) -> bool:
        return not self.wrong and not self.wrong_funds


def keep_reserved(round_id: int) -> None:
    """Count the rights of a round that has just been reserved."""
    run_sql("payments", "keep_reserved", {"round": round_id})


def keep(entry: Entry, books: Sequence[int], rounds: Sequence[int], *, only: int | None = None) -> None:
    """Count what an entry posted in some books, on rights of these rounds; `only` the lines ordered by one round."""
    facts = {"entry": entry.pk, "books": list(books), "rounds": list(rounds), "round": only}
    run_sql("payments", "keep_totals", facts)


def origins(round_id: int) -> list[int]:
    """The rounds of the rights that a round pays: its own, and those of its arrears."""
    return [row["round"] for row in fetch_sql("payments", "origin_rounds", {"round": round_id})]


def owed_rounds(component_id: int) -> list[int]:
    """The rounds that something is owed of."""
    return [row["round"] for row in fetch_sql("payments", "owed_rounds", {"component": component_id})]


@unfenced
def prove() -> TotalsProof:
    """Recompute every total from its lines, and hold each agreement's totals against its accounts."""
    return TotalsProof(fetch_sql("payments", "wrong_totals"), fetch_sql("payments", "wrong_funds", {"fund": None}))


@unfenced
def agrees_with_accounts(fund: str) -> bool:
    """Whether the kept totals of an agreement are the balances of its accounts; costs no reading of lines."""
    return not fetch_sql("payments", "wrong_funds", {"fund": fund})


def refuse_wrong() -> None:
    """Raise JigiError, naming what is wrong first, unless every total is the sum of its lines."""
    proof = prove()
    if proof.holds:
        return
    wrong = [f"{row['agreement']}, {row['round']}, {row['commune']} ({row['kind']})" for row in proof.wrong]
    wrong += [f"{row['agreement']} ({row['kind']})" for row in proof.wrong_funds]
    raise JigiError(
        "Des totaux de relevé ne sont pas la somme de leurs lignes",
        why="; ".join(wrong[:5]),
        remedy="Prévenez l’auditeur : ne rendez aucun relevé avant qu’il ait conclu.",
    )
