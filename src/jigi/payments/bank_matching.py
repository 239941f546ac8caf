"""Which line of the bank is which entry of the ledger: found set-wise, or by a person; undone with a reason.

First what a line names: an advance's transfer, the file of orders of a round, an order. Then one line and one item of
the same amount within some days, each the only one for the other. The rest waits for a person: nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.ledger.periods import require_everywhere
from jigi.payments.bank_accounts import hold
from jigi.payments.bank_models import BankAccount, BankMatch, BankMatchItem, BankMatchLine

WINDOW_DAYS = 5
BY_REFERENCE = ("advance", "round", "return")
_KEY = re.compile(r"\d{1,18}\.\d{1,18}\.[a-z]{1,10}\.\d{1,18}\.\d{1,18}", re.ASCII)


@dataclass(frozen=True)
class Open:
    """A line of the bank or an item of the ledger that no match holds; `key` names it among those of its side."""

    side: str
    key: str
    on: date
    amount_xof: int
    label: str
    reference: str


@dataclass(frozen=True)
class Found:
    """How many matches were found by each way."""

    by_reference: int
    by_amount: int

    @property
    def total(self) -> int:
        return self.by_reference + self.by_amount


@unfenced
@transaction.atomic
def match_all(bank: BankAccount, *, by: User) -> Found:
    """Match what can be told without a person, in a constant number of statements."""
    require_everywhere(by, "ledger.keep")
    facts = {"bank": hold(bank).pk, "by": by.pk, "days": WINDOW_DAYS}
    named = sum(_pass("bank_key_references", {**facts, "how": "reference", "by_what": what}) for what in BY_REFERENCE)
    found = Found(named, _pass("bank_key_amounts", {**facts, "how": "amount"}))
    if found.total:
        audit.record("match", "bank_account", bank.pk, by=by, after={"reference": named, "amount": found.by_amount})
    return found


@unfenced
@transaction.atomic
def match(bank: BankAccount, lines: Collection[str], items: Collection[str], *, by: User) -> BankMatch:
    """Match what a person chose on both sides, by their keys: the sums must be equal to the franc.

    Raises Refused with the difference, Raced when one of them is no more open.
    """
    require_everywhere(by, "ledger.keep")
    hold(bank)
    chosen_lines, chosen_items = chosen(bank, lines, items)
    gap = difference(chosen_lines, chosen_items)
    if gap:
        raise Refused(
            f"La banque et le grand livre diffèrent de {format_xof(gap)}",
            why=f"Banque {format_xof(total(chosen_lines))}, grand livre {format_xof(total(chosen_items))}.",
            remedy="Choisissez ce qui manque, ou expliquez l’écart par une opération de la banque.",
        )
    made = hold_together(bank, BankMatch.How.PERSON, chosen_lines, chosen_items, by=by)
    audit.record("match", "bank_match", made.pk, by=by, after={"amount_xof": total(chosen_lines)})
    return made


@unfenced
@transaction.atomic
def undo(match: BankMatch, *, by: User, reason: str) -> None:
    """Undo a match, whoever or whatever made it: what it held is outstanding again. What was posted stays posted."""
    require_everywhere(by, "ledger.keep")
    hold(match.bank)
    if not reason.strip():
        raise Refused("Un rapprochement se défait avec un motif", remedy="Écrivez ce qui n’allait pas.")
    standing = BankMatch.objects.filter(pk=match.pk, undone_at__isnull=True)
    if not standing.update(undone_by=by, undone_at=timezone.now(), undone_why=reason.strip()[:200]):
        raise Raced("Ce rapprochement est déjà défait", remedy="Rechargez la page.")
    match.matched_lines.filter(live=True).update(live=False)
    match.matched_items.filter(live=True).update(live=False)
    audit.record("undo_match", "bank_match", match.pk, by=by, reason=reason)


def outstanding(bank: BankAccount) -> list[Open]:
    """What no match holds, on both sides, the oldest first."""
    return [Open(**row) for row in fetch_sql("payments", "bank_outstanding", {"bank": bank.pk})]


def chosen(bank: BankAccount, lines: Collection[str], items: Collection[str]) -> tuple[list[Open], list[Open]]:
    """What a person chose, among what is open. Raises Refused when it is nothing, Raced when it is no more open."""
    if not lines and not items:
        raise Refused("Rien n’est choisi", remedy="Cochez des lignes de la banque et des écritures du grand livre.")
    wanted = {("bank", key) for key in lines} | {("ledger", key) for key in items}
    found = [one for one in outstanding(bank) if (one.side, one.key) in wanted]
    if len(found) != len(wanted):
        raise Raced(
            "Une des lignes choisies n’attend plus : quelqu’un l’a rapprochée",
            remedy="Rechargez la page et choisissez de nouveau.",
        )
    return [one for one in found if one.side == "bank"], [one for one in found if one.side == "ledger"]


def total(chosen: Sequence[Open]) -> int:
    return sum(one.amount_xof for one in chosen)


def difference(lines: Sequence[Open], items: Sequence[Open]) -> int:
    """What the bank says beyond the ledger."""
    return total(lines) - total(items)


def hold_together(
    bank: BankAccount, how: str, lines: Sequence[Open], items: Sequence[Open], *, by: User
) -> BankMatch:  # fmt: skip
    """Write a match; the database checks its sums when the transaction ends. Raised again as Raced when one is held."""
    try:
        with transaction.atomic():
            made = BankMatch.objects.create(bank=bank, how=how, made_by=by)
            BankMatchLine.objects.bulk_create(BankMatchLine(match=made, line_id=int(one.key)) for one in lines)
            BankMatchItem.objects.bulk_create(item_of(made, one.key, one.amount_xof) for one in items)
    except IntegrityError as error:
        if "in_one_match" not in str(error):
            raise
        raise Raced("Quelqu’un vient de rapprocher une de ces lignes", remedy="Rechargez la page.") from error
    return made


def _pass(keys: str, facts: Mapping[str, Any]) -> int:
    """Match by what one statement finds that lines and items have in common; how many matches it made.

    What is open is staged and counted first: guessing wrong, the planner would compare each line with each item.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bank_item, bank_line, bank_key")
        run_sql("payments", "bank_stage_items", facts)
        run_sql("payments", "bank_stage_lines", facts)
        cursor.execute("ANALYZE bank_item, bank_line")
        run_sql("payments", keys, facts)
        cursor.execute("ANALYZE bank_key")
    return int(fetch_sql("payments", "bank_join", facts)[0]["matches"])


def item_of(match: BankMatch, key: str, amount_xof: int) -> BankMatchItem:
    """The row of an item by its key (« entry.book.kind.debit.credit »)."""
    assert _KEY.fullmatch(key)
    entry, book, kind, debit, credit = key.split(".")
    return BankMatchItem(
        match=match, bank_id=match.bank_id, entry_id=int(entry), book_id=int(book), kind=kind, debit_id=int(debit),
        credit_id=int(credit), amount_xof=amount_xof,
    )  # fmt: skip
