"""What the bank did by itself (a fee, an interest, a donor's transfer): proposed to explain a difference, then posted.

The proposal holds its lines and items together from the start, and counts as reconciled once another person has
approved it. A refused proposal is undone like any match.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.ledger import actions as ledger
from jigi.ledger.models import Account
from jigi.ledger.periods import require_everywhere
from jigi.payments.bank_accounts import hold
from jigi.payments.bank_matching import chosen, difference, hold_together, item_of
from jigi.payments.bank_models import BankAccount, BankMatch, BankOperation

Kind = BankOperation.Kind
SIGNS = {Kind.CHARGE: -1, Kind.INTEREST: 1, Kind.DEPOSIT: 1}


@unfenced
@transaction.atomic
def explain(
    bank: BankAccount, lines: Collection[str], items: Collection[str], kind: str, document: str, *, by: User
) -> BankOperation:
    """Propose that what the bank says beyond the ledger, of what is chosen, is an operation of the bank.

    Raises Refused when there is no difference, when its sign is not that of the kind, or without a document.
    """
    require_everywhere(by, "ledger.keep")
    held = hold(bank)
    chosen_lines, chosen_items = chosen(held, lines, items)
    gap = difference(chosen_lines, chosen_items)
    if not chosen_lines or not gap:
        raise Refused(
            "Il n’y a pas d’écart à expliquer",
            remedy="Choisissez une ligne de la banque, ou rapprochez sans explication.",
        )
    if kind not in Kind.values or not document.strip():
        raise Refused(
            "Il manque la nature de l’opération ou sa pièce", remedy="Écrivez-les comme sur l’avis de la banque."
        )
    if gap * SIGNS.get(Kind(kind), gap) < 0:
        raise Refused(
            f"Un écart de {format_xof(gap)} n’est pas : {Kind(kind).label}",
            remedy="Des frais sont un débit ; des intérêts ou un versement sont un crédit.",
        )
    match = hold_together(held, BankMatch.How.PERSON, chosen_lines, chosen_items, by=by)
    made = BankOperation.objects.create(
        match=match, kind=kind, amount_xof=gap, dated_on=max(one.on for one in chosen_lines),
        document=document.strip()[:200], made_by=by,
    )  # fmt: skip
    audit.record("propose", "bank_operation", made.pk, by=by, after={"kind": kind, "amount_xof": gap})
    return made


@unfenced
@transaction.atomic
def approve(operation: BankOperation, *, by: User) -> None:
    """Post an operation that another person proposed; its match is then reconciled.

    Raises Refused to its maker, when it was decided already, or when its day is in a closed period.
    """
    require_everywhere(by, "ledger.approve")
    bank = hold(operation.match.bank)
    held = BankOperation.objects.select_for_update(of=["self"]).select_related("match").get(pk=operation.pk)
    if held.made_by_id == by.pk:
        raise Refused("Vous avez proposé cette opération : une autre personne doit l’approuver")
    if held.entry_id or held.match.undone_at:
        raise Raced("Cette opération est déjà approuvée ou défaite", remedy="Rechargez la page.")
    other = _other_side(bank, held)
    sides = (bank.own, other) if held.amount_xof > 0 else (other, bank.own)
    line = ledger.Line("bank", held.pk, *sides, abs(held.amount_xof))
    label = f"{held.get_kind_display().capitalize()} · {bank.name} · {held.document}"[:200]
    entry = ledger.post("bank", f"bank:{held.pk}", label, [line], by=by, on=held.dated_on)
    posted = {"approved_by": by, "approved_at": timezone.now(), "entry": entry}
    BankOperation.objects.filter(pk=held.pk).update(**posted)
    key = f"{entry.pk}.{ledger.GENERAL_BOOK}.bank.{sides[0].pk}.{sides[1].pk}"
    item_of(held.match, key, held.amount_xof).save(force_insert=True)
    audit.record("approve", "bank_operation", held.pk, by=by, after={"amount_xof": held.amount_xof})


def _other_side(bank: BankAccount, operation: BankOperation) -> Account:
    """Where an operation comes from or goes to: what was received at the bank, or what it kept (fees before too)."""
    if operation.amount_xof < 0:
        code, name, nature = f"banque:{bank.code}:frais", f"{bank.name} · frais de la banque", Account.Kind.CHARGES
    else:
        code, name, nature = f"banque:{bank.code}:recu", f"{bank.name} · reçu en banque", Account.Kind.RECEIVED
    return ledger.open_account(code, name[:200], nature, bank.fund)
