"""Partial payment: an agency gave less than the order asked; the rest stays owed, to the franc; and taken back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.ledger import actions as ledger
from jigi.ledger.models import Entry
from jigi.payments import pipeline
from jigi.payments.models import Entitlement, Instruction, ReturnLine, ReturnUndoing
from jigi.payments.on_their_way import may_be_executed
from jigi.payments.reading import SAID, fold
from jigi.payments.returns import require_reconciler

LATE = ("unanswered", "absent", "refused")


def part_of(line: ReturnLine) -> Instruction | None:
    """The order of which a return line says that less was paid, and that a person may accept; None otherwise.

    It waits for its answer, or was told unpaid and what it asked for is owed still.
    """
    if line.outcome != ReturnLine.Outcome.WRONG_AMOUNT or line.resolved_at or not line.paid_on:
        return None
    if not line.amount_xof or SAID.get(fold(line.status_read)) != "paid":
        return None
    order = Instruction.objects.filter(
        origin_round=line.origin_round_id, id=line.instruction_id or 0, agency=line.return_file.agency_id
    ).first()
    return order if order is not None and may_be_part(order, line.amount_xof) else None


def may_be_part(order: Instruction, amount_xof: int) -> bool:
    """Whether so much may be taken for a part of what an order asked."""
    if not 0 < amount_xof < order.amount_xof or may_be_executed(order):  # by machine, the whole sum is executed
        return False
    if order.status == "open":
        return order.payment_round.status == "released"
    return order.status in LATE and is_owed_by(order)


def is_owed_by(order: Instruction) -> bool:
    """Whether the right of an order that was told unpaid is owed, and asked by none since."""
    right = Entitlement.objects.get(pk=order.entitlement_id, payment_round=order.origin_round_id)
    return right.status == "owed" and not _later(order)


def accepted(line: ReturnLine) -> Instruction | None:
    """The order that an accepted partial payment has settled; None when the line is no such thing."""
    if line.outcome != ReturnLine.Outcome.WRONG_AMOUNT or line.instruction_id is None:
        return None
    return Instruction.objects.filter(
        origin_round=line.origin_round_id, id=line.instruction_id, status="partial", return_line_id=line.pk
    ).first()


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
                why="Il y faut un ordre sans réponse ou dû encore, et un montant plus petit que demandé",
                remedy="Rechargez la page ; écartez la ligne si elle est fausse.",
            )
        assert line.amount_xof is not None, "part_of has read it"
        ReturnLine.objects.filter(pk=line.pk).update(
            resolved_at=timezone.now(), resolved_by=by,
            resolution=f"{format_xof(line.amount_xof)} acceptés : {reason.strip()}"[:200],
            rsu_read="", phone_read="", name_read="", village_read="",
        )  # fmt: skip
        _write(order, line, _entry(line, f"Paiement partiel · {order.reference}", by))
        facts = {"reference": order.reference, "paid_xof": line.amount_xof, "amount_xof": order.amount_xof}
        audit.record(
            "accept_part", "return_line", line.pk, by=by, after=facts, reason=reason, subjects=[order.household_id]
        )
    order.refresh_from_db()
    return order


@pipeline.in_turn
@transaction.atomic
def take_back(line: ReturnLine, *, by: User, reason: str) -> None:
    """Take back an accepted part: its order is as before, the line waits again.

    Raises Refused when the rest was asked, paid or returned since.
    """
    pipeline.wait_for_turn()
    require_reconciler(by, line.return_file.agency)
    order = accepted(ReturnLine.objects.select_for_update().get(pk=line.pk))
    if order is None or _later(order) or _right(order).status != "owed":
        raise Refused(
            "Ce paiement partiel ne peut plus être défait",
            why="Le reste a été ordonné, payé ou rendu depuis.",
            remedy="Traitez d’abord l’ordre le plus récent de ce ménage.",
        )
    apart = _undone_before(order)
    ReturnUndoing.objects.create(
        return_line=line, instruction_id=order.pk, origin_round_id=order.origin_round_id,
        outcome=ReturnLine.Outcome.WRONG_AMOUNT, by=by, why=reason.strip()[:200],
    )  # fmt: skip
    entry = _entry(line, f"Défait · paiement partiel · {order.reference}", by)
    with ledger.refusing_overdraft():
        _post("undo_part_postings", order, entry, apart=apart)
    waits = order.payment_round.status == "released"
    Instruction.objects.filter(origin_round=order.origin_round_id, id=order.pk).update(
        status="open" if waits else "unanswered", paid_xof=0, settled_on=None, return_line_id=None
    )
    right, paid = _right(order), order.paid_xof
    due = "due" if waits and order.attempt == 1 else "owed"
    Entitlement.objects.filter(payment_round=order.origin_round_id, id=right.pk).update(
        status=due, paid_xof=right.paid_xof - paid
    )
    ReturnLine.objects.filter(pk=line.pk).update(resolved_at=None, resolved_by=None, resolution="")
    pipeline.count_lines(line.return_file_id)
    facts = {"reference": order.reference, "paid_xof": paid}
    audit.record("undo_part", "return_line", line.pk, by=by, before=facts, reason=reason, subjects=[order.household_id])


def _write(order: Instruction, line: ReturnLine, entry: Entry) -> None:
    assert line.amount_xof is not None
    waited, apart = order.status == "open", _undone_before(order)
    Instruction.objects.filter(origin_round=order.origin_round_id, id=order.pk).update(
        status="partial", paid_xof=line.amount_xof, settled_on=line.paid_on, return_line_id=line.pk
    )
    _post("part_postings", order, entry, apart=apart, waited=waited)
    right = _right(order)
    Entitlement.objects.filter(payment_round=order.origin_round_id, id=right.pk).update(
        status="owed", paid_xof=right.paid_xof + line.amount_xof
    )


def _post(name: str, order: Instruction, entry: Entry, *, apart: bool, **said: bool) -> None:
    facts = {"entry": entry.pk, "origin": order.origin_round_id, "instruction": order.pk, **said}
    book = pipeline.post(name, facts, f"part-{order.pk}", entry, apart=apart)
    pipeline.count_money(entry, [book], [order.origin_round_id])


def _entry(line: ReturnLine, label: str, by: User) -> Entry:
    number = Entry.objects.filter(kind="settle", cause__startswith=f"part:{line.pk}:").count() + 1
    entry = ledger.open_entry("settle", f"part:{line.pk}:{number}", label, by=by)
    assert entry is not None, "one act at a time gives each its number"
    return entry


def _undone_before(order: Instruction) -> bool:
    """A book holds each movement once: what is settled anew, or undone anew, goes to a book of its own."""
    return ReturnUndoing.objects.filter(instruction_id=order.pk, origin_round_id=order.origin_round_id).exists()


def _right(order: Instruction) -> Entitlement:
    return Entitlement.objects.get(payment_round=order.origin_round_id, id=order.entitlement_id)


def _later(order: Instruction) -> bool:
    return Instruction.objects.filter(
        origin_round=order.origin_round_id, entitlement_id=order.entitlement_id, attempt__gt=order.attempt
    ).exists()
