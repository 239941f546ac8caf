"""What may be asked of the ledger: balances, statements, and the proof that they agree with the postings."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from jigi.foundation.bulk import fetch_sql
from jigi.ledger.models import Account


@dataclass(frozen=True)
class Proof:
    """The sum of all balances (zero), and the accounts whose balance disagrees with their postings (none)."""

    sum_xof: int
    wrong: list[dict[str, object]]

    @property
    def balanced(self) -> bool:
        return self.sum_xof == 0 and not self.wrong


def prove() -> Proof:
    """Recompute every balance from the postings."""
    total = Account.objects.aggregate(total=Sum("balance_xof"))["total"] or 0
    return Proof(sum_xof=int(total), wrong=fetch_sql("ledger", "wrong_balances"))


def accounts_of(fund: str) -> QuerySet[Account]:
    return Account.objects.filter(fund=fund).order_by("kind", "code")


def statement(fund: str) -> list[dict[str, object]]:
    """Entries that touch a fund's accounts, oldest first: date, label, book, kind, lines, sum of amounts."""
    return fetch_sql("ledger", "statement", {"fund": fund})

