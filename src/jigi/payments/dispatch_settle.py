"""The answers of a dispatch enter the accounts as those of a return file do: one way for orders, rights and money."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.fence import unfenced
from jigi.ledger import actions as ledger
from jigi.payments import dispatch_rules as rules
from jigi.payments import pipeline
from jigi.payments.dispatch_models import Dispatch
from jigi.payments.models import ReturnFile

MOST = 20_000
REASONS = {
    "BE23": "alias inconnu", "AC03": "compte invalide", "AC06": "compte bloqué", "AC07": "compte clos",
    "AM02": "montant trop élevé", "AM04": "solde insuffisant", "AM21": "plafond dépassé", "FR01": "soupçon de fraude",
    "AG01": "compte sans paiement", "AG10": "participant suspendu", "AG11": "participant du payé suspendu",
    "RR04": "raison réglementaire", rules.NEVER_RELEASED: "retiré avant exécution",
}  # fmt: skip


@unfenced
def settle_answers(dispatch: Dispatch) -> int:
    """Carry to the accounts what was proven since the last time, at most `MOST` orders; returns how many.

    In one transaction with the marks that say so: what is killed on the way is done again whole.
    """
    with transaction.atomic():
        pipeline.wait_for_turn()
        rows = fetch_sql("payments", "dispatch_to_settle", {"dispatch": dispatch.pk, "most": MOST})
        if not rows:
            return 0
        taken = _taken(dispatch, rows)
        entry = ledger.open_entry("settle", f"return:{taken.pk}", f"Retour {dispatch.agency} · {taken.file_name}",
                                  by=dispatch.started_by)  # fmt: skip
        assert entry is not None, "the number of a return is new"
        rounds = pipeline.take_lines(taken.pk, dispatch.agency_id, _lines(rows))
        pipeline.count_lines(taken.pk)
        taken.refresh_from_db()
        with ledger.refusing_overdraft():
            pipeline.settle(taken, rounds, entry)
        run_sql("payments", "dispatch_settled", {"attempts": [row["id"] for row in rows]})
        facts = {"dispatch": dispatch.pk, "lines": taken.lines, "paid_xof": taken.paid_xof}
        audit.record("reconcile", "return_file", taken.pk, by=dispatch.started_by, after=facts)
    return len(rows)


def _taken(dispatch: Dispatch, rows: Sequence[dict[str, Any]]) -> ReturnFile:
    said = "\n".join(f"{row['tx_id']} {row['status']} {row['returned_on']}" for row in rows)
    digest = hashlib.sha256(f"{dispatch.pk}\n{said}".encode()).hexdigest()
    name = f"PI-SPI · envoi {dispatch.pk}"
    return ReturnFile.objects.create(
        agency=dispatch.agency, file_name=name, file_hash=digest, made_by=dispatch.started_by
    )


def _lines(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """The lines as `pipeline.INCOMING` names them; a payment that was given back is paid, then taken back."""
    number = 0
    for row in rows:
        words = (
            [] if row["settled"] else [("PAYE", "paid") if row["status"] == rules.EXECUTED else ("REFUSE", "refused")]
        )
        words += [("ANNULE", "reversed")] if row["returned_on"] else []
        for read, said in words:
            number += 1
            reason = REASONS.get(row["reason"], row["reason"])
            yield (
                number, row["tx_id"], read, str(row["amount_xof"]), row["day"].isoformat(), reason,
                row["agency_reference"], said, row["amount_xof"], row["day"], row["origin_round_id"], "",
                "", "", "", "", b"", b"",
            )  # fmt: skip
