"""Partial payment: an agency gave less than the order asked; the rest stays owed, to the franc."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.ledger import actions as ledger
from jigi.ledger.models import Entry
from jigi.payments import pipeline
from jigi.payments.models import Entitlement, Instruction, ReturnLine
from jigi.payments.returns import require_reconciler


def part_of(line: ReturnLine) -> Instruction | None:
    """The open order of which a return line says that less was paid, and that a person may accept; None otherwise."""
    if line.outcome != ReturnLine.Outcome.WRONG_AMOUNT or line.resolved_at or not line.amount_xof or not line.paid_on:
        return None
    return Instruction.objects.filter(
        origin_round=line.origin_round_id, id=line.instruction_id or 0, status="open", amount_xof__gt=line.amount_xof,
        payment_round__status="released", agency=line.return_file.agency_id,
    ).first()  # fmt: skip


@pipeline.in_turn
def accept(line: ReturnLine, *, by: User, reason: str) -> Instruction:
    """Take what the agency says it gave: that much is paid, the rest goes back to the programme and is owed.

    Raises Refused when the line no longer waits, when the order has been answered, or when it is not less.
    """
    require_reconciler(by, line.return_file.agency)
    if not reason.strip():
        raise Refused("Un paiement partiel se motive", remedy="Écrivez ce que l’agence en a dit.")
    with transaction.atomic(), ledger.refusing_overdraft():
        pipeline.wait_for_turn()
        line = ReturnLine.objects.select_for_update(of=("self",)).select_related("return_file__agency").get(pk=line.pk)
        order = part_of(line)
        if order is None:
            raise Refused(
                "Cette ligne n’est pas un paiement partiel à accepter",
                why="Il y faut un ordre encore sans réponse, d’un tour libéré, et un montant plus petit que demandé",
                remedy="Rechargez la page ; écartez la ligne si elle est fausse.",
            )
        assert line.amount_xof is not None, "part_of has read it"
        said = f"Paiement partiel · {order.reference}"
        entry = ledger.open_entry("settle", f"part:{line.pk}", said, by=by)
        assert entry is not None, "a line is resolved once: it is held"
        _write(order, line, entry)
        ReturnLine.objects.filter(pk=line.pk).update(
            resolved_at=timezone.now(), resolved_by=by,
            resolution=f"{format_xof(line.amount_xof)} acceptés : {reason.strip()}"[:200],
        )  # fmt: skip
        facts = {"reference": order.reference, "paid_xof": line.amount_xof, "amount_xof": order.amount_xof}
        audit.record(
            "accept_part", "return_line", line.pk, by=by, after=facts, reason=reason, subjects=[order.household_id]
        )
    order.refresh_from_db()
    return order


def _write(order: Instruction, line: ReturnLine, entry: Entry) -> None:
    assert line.amount_xof is not None
    Instruction.objects.filter(origin_round=order.origin_round_id, id=order.pk).update(
        status="partial", paid_xof=line.amount_xof, settled_on=line.paid_on, return_line_id=line.pk
    )
    facts = {"book": ledger.GENERAL_BOOK, "entry": entry.pk, "origin": order.origin_round_id, "instruction": order.pk}
    run_sql("payments", "part_postings", facts)
    pipeline.count_money(entry, [ledger.GENERAL_BOOK], [order.origin_round_id])
    right = Entitlement.objects.filter(payment_round=order.origin_round_id, id=order.entitlement_id)
    paid = right.get().paid_xof + line.amount_xof
    right.update(status="owed", paid_xof=paid)
