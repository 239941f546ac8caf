"""What a person does with a return: take back a file or a line, give a line its order; money follows at once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.ledger import actions as ledger
from jigi.ledger.models import Entry
from jigi.payments import parts, pipeline, rules
from jigi.payments.models import Instruction, ReturnFile, ReturnLine, SiteSettlement
from jigi.payments.on_their_way import may_be_executed
from jigi.payments.reading import SAID, fold
from jigi.payments.returns import require_reconciler

WORDS = {"paid": "PAYE", "absent": "ABSENT", "refused": "REFUSE", "reversed": "ANNULE"}


@pipeline.in_turn
@transaction.atomic
def undo_file(return_file: ReturnFile, *, by: User, reason: str) -> int:
    """Take back everything that a file did; returns how many lines. The file may be taken again afterwards.

    Refused whole when something rests on one of its lines: what it made absent was ordered again, for instance.
    """
    pipeline.wait_for_turn()
    require_reconciler(by, return_file.agency)
    why = _said(reason)
    taken = ReturnFile.objects.select_for_update().get(pk=return_file.pk)
    if taken.undone_at:
        raise Refused("Ce fichier est déjà défait", remedy="Rechargez la page.")
    if SiteSettlement.objects.filter(return_line__return_file=taken, undone_at__isnull=True).exists():
        raise Refused(
            "Ce sont des paiements notés par l’appareil d’un site", why="L’appareil ne les renverra pas.",
            remedy="Défaites les lignes fausses une à une : chacune attend alors une décision.",
        )  # fmt: skip
    settled = taken.return_lines.filter(outcome__in=WORDS).count()
    undone = _undo(taken, by=by, why=why)
    # A person accepted each: they are few.
    for part in taken.return_lines.filter(outcome="wrong_amount", resolved_at__isnull=False):
        if parts.accepted(part):
            parts.take_back(part, by=by, reason=why)
            undone, settled = undone + 1, settled + 1
    if undone < settled:
        raise Refused(
            f"{settled - undone} ligne(s) de ce fichier ne peuvent plus être défaites",
            why="Leur droit a été ordonné ou décidé de nouveau depuis, ou leur tour est clos.",
            remedy="Défaites les lignes fausses une à une, ou traitez d’abord les ordres plus récents.",
        )
    taken.return_lines.filter(resolved_at__isnull=True).update(
        outcome="undone", resolved_at=timezone.now(), resolved_by=by, resolution=why[:200],
        rsu_read="", phone_read="", name_read="", village_read="",
    )  # fmt: skip
    pipeline.count_lines(taken.pk)
    ReturnFile.objects.filter(pk=taken.pk).update(
        undone_at=timezone.now(), undone_by=by, undone_why=why[:200], exceptions=0
    )
    audit.record("undo", "return_file", taken.pk, by=by, after={"lines": undone}, reason=why)
    return undone


@pipeline.in_turn
@transaction.atomic
def undo_line(line: ReturnLine, *, by: User, reason: str) -> None:
    """Take back what one line did: its order is as before, and the line waits for a decision."""
    pipeline.wait_for_turn()
    require_reconciler(by, line.return_file.agency)
    why = _said(reason)
    if parts.accepted(line):
        parts.take_back(line, by=by, reason=why)
        return
    taken = ReturnFile.objects.select_for_update().get(pk=line.return_file_id)
    if _undo(taken, by=by, why=why, line=line) == 0:
        raise Refused(
            "Cette ligne ne peut pas être défaite",
            why="Elle n’a rien réglé, ou son droit a été ordonné de nouveau depuis, ou son tour est clos.",
            remedy="Traitez d’abord l’ordre le plus récent de ce ménage.",
        )
    ReturnLine.objects.filter(pk=line.pk).update(resolved_at=None, resolved_by=None, resolution="")
    pipeline.count_lines(taken.pk)
    order = _order_of(line)
    subjects = (order.household_id,) if order else ()
    audit.record("undo", "return_line", line.pk, by=by, reason=why, subjects=subjects)


@pipeline.in_turn
@transaction.atomic
def assign(line: ReturnLine, order: Instruction, *, by: User, reason: str = "") -> str:
    """Say which order a waiting line speaks of; returns what it did (an outcome of ReturnLine).

    A payment that comes late, after the round was closed or after another answer, is taken when its right is still
    owed and nothing else is asked for it. A smaller sum is a part: the line waits until somebody accepts it (parts.py).
    """
    pipeline.wait_for_turn()
    require_reconciler(by, line.return_file.agency)
    held = ReturnLine.objects.select_for_update().get(pk=line.pk)
    if held.outcome not in ReturnLine.EXCEPTIONS or held.resolved_at:
        raise Refused("Cette ligne n’attend plus de décision", remedy="Rechargez la page.")
    order = Instruction.objects.get(pk=order.pk, origin_round_id=order.origin_round_id)
    outcome = _judged(held, order)
    if outcome == "wrong_amount":
        return _as_part(held, order, by=by)
    decided = reason.strip() or f"rapprochée de l’ordre {order.reference}"
    ReturnLine.objects.filter(pk=held.pk).update(
        instruction_id=order.pk, origin_round_id=order.origin_round_id, matched_by=ReturnLine.Key.PERSON,
        outcome=outcome, why="", resolved_at=timezone.now(), resolved_by=by, resolution=decided[:200],
        rsu_read="", phone_read="", name_read="", village_read="",
    )  # fmt: skip
    taken = ReturnFile.objects.select_for_update().get(pk=held.return_file_id)
    number = Entry.objects.filter(kind="settle", cause__startswith=f"line:{held.pk}:").count() + 1
    label = f"Retour {taken.agency} · {taken.file_name}, ligne {held.line}"[:200]
    entry = ledger.open_entry("settle", f"line:{held.pk}:{number}", label, by=by)
    assert entry is not None, "one act at a time gives each decision its number"
    with ledger.refusing_overdraft():
        pipeline.settle(taken, [order.origin_round_id], entry, line=held.pk)
    run_sql("payments", "site_settle", {"file": taken.pk})
    pipeline.count_lines(taken.pk)
    after = {"order": order.reference, "outcome": outcome}
    audit.record("assign", "return_line", held.pk, by=by, after=after, reason=decided, subjects=(order.household_id,))
    return outcome


def _as_part(held: ReturnLine, order: Instruction, *, by: User) -> str:
    """The line speaks of this order, and of less than it asked: accepting the part is another decision."""
    ReturnLine.objects.filter(pk=held.pk).update(
        instruction_id=order.pk, origin_round_id=order.origin_round_id, matched_by=ReturnLine.Key.PERSON,
        outcome="wrong_amount", why="",
    )  # fmt: skip
    pipeline.count_lines(held.return_file_id)
    after = {"order": order.reference, "outcome": "wrong_amount"}
    audit.record("assign", "return_line", held.pk, by=by, after=after, subjects=(order.household_id,))
    return "wrong_amount"


def why_not(line: ReturnLine, order: Instruction) -> str:
    """Why a line can't be given this order; empty when it can."""
    try:
        _judged(line, order)
    except Refused as refused:
        return f"{refused.what}. {refused.remedy}"
    return ""


def _judged(line: ReturnLine, order: Instruction) -> str:
    """What a line does to an order that a person gives it. Refused with what to do when it would do nothing right."""
    said = SAID.get(fold(line.status_read))
    if said is None or (said == "paid" and (line.amount_xof is None or line.paid_on is None)):
        raise Refused(
            "Cette ligne ne dit pas assez pour être rapprochée", why=line.why, remedy="Demandez un fichier corrigé."
        )
    if order.payment_round.status not in ("released", "closed"):
        raise Refused(
            "Le tour de cet ordre n’est pas libéré", remedy="Personne ne peut l’avoir payé : écartez la ligne."
        )
    if order.agency_id != line.return_file.agency_id:
        raise Refused(
            f"Cet ordre est de {order.agency}", remedy="Le retour d’une agence ne règle que ses propres ordres."
        )
    same = line.amount_xof == order.amount_xof
    if said == "reversed":
        same = line.amount_xof is None or abs(line.amount_xof) == order.amount_xof
    if said == "paid" and order.status in ("unanswered", "absent", "refused"):
        return _late(order, line)
    outcome = rules.outcome(WORDS[said], instruction_status=order.status, same_amount=same)
    if outcome in ("conflict", "repeated"):
        raise Refused(
            f"Cet ordre est déjà « {order.get_status_display()} »",
            remedy="Défaites d’abord la ligne qui l’a réglé, ou écartez celle-ci.",
        )
    if outcome == "wrong_amount" and said == "paid" and parts.may_be_part(order, line.amount_xof or 0):
        return outcome
    if outcome == "wrong_amount":
        raise Refused(
            "Le montant de la ligne n’est pas celui de l’ordre", remedy="Demandez à l’agence une ligne corrigée."
        )
    if outcome in ("absent", "refused", "reversed") and may_be_executed(order):
        raise Refused(
            "Cet ordre est parti par machine, et rien ne prouve qu’il n’est pas payé",
            remedy="Attendez ce que l’agence en prouve : la page de l’envoi le dit.",
        )
    return outcome


def _late(order: Instruction, line: ReturnLine) -> str:
    if not parts.is_owed_by(order):
        raise Refused(
            "Ce droit n’attend plus ce paiement",
            why="Il a été ordonné de nouveau, payé ou rendu depuis.",
            remedy="Renvoyez ou attendez le tour qui le redemande, ou signalez un double paiement à l’agence.",
        )
    if line.amount_xof != order.amount_xof:
        if parts.may_be_part(order, line.amount_xof or 0):
            return "wrong_amount"
        raise Refused("Le montant de la ligne n’est pas celui de l’ordre", remedy="Demandez une ligne corrigée.")
    return "paid"


def _undo(taken: ReturnFile, *, by: User, why: str, line: ReturnLine | None = None) -> int:
    number = Entry.objects.filter(kind="settle", cause__startswith=f"undo:{taken.pk}:").count() + 1
    label = f"Défait · {taken.agency} · {taken.file_name}"[:200]
    entry = ledger.open_entry("settle", f"undo:{taken.pk}:{number}", label, by=by)
    assert entry is not None, "one act at a time gives each undoing its number"
    with ledger.refusing_overdraft():
        return pipeline.undo(taken, entry, line=line.pk if line else None, by=by.pk, why=why[:150])


def _order_of(line: ReturnLine) -> Instruction | None:
    return Instruction.objects.filter(pk=line.instruction_id or 0, origin_round=line.origin_round_id or 0).first()


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refused("Une décision sans motif ne s’explique pas plus tard", remedy="Écrivez le motif.")
    return reason.strip()
