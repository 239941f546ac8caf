"""What may be asked of the ledger: balances, statements, and the proof that they agree with the postings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from django.db.models import QuerySet, Sum

from jigi.foundation.backup_facts import AUDIT, Fact
from jigi.foundation.bulk import fetch_sql
from jigi.ledger.models import Account

PROVEN_IN_COPIES = (
    AUDIT,
    Fact("soldes du grand livre", "ledger", "account_balances", "ledger_account"),
    Fact("comptes en désaccord avec leurs mouvements", "ledger", "wrong_balances", "ledger_account"),
)
"""What a restored database must say as the one that was backed up did."""


@dataclass(frozen=True)
class Proof:
    """The sum of all balances (zero), and the accounts and entries that disagree with their postings (none)."""

    sum_xof: int
    wrong: list[dict[str, object]]
    wrong_entries: list[dict[str, object]]

    @property
    def balanced(self) -> bool:
        return self.sum_xof == 0 and not self.wrong and not self.wrong_entries


@dataclass(frozen=True)
class Balances:
    """Where the money of a fund stands. What was granted is the sum of the others."""

    granted_xof: int = 0
    available_xof: int = 0
    reserved_xof: int = 0
    agencies_xof: int = 0
    paid_xof: int = 0
    fees_xof: int = 0
    """Fees of the agencies on top of what households receive: reserved, handed over or paid."""
    returned_xof: int = 0
    """Of what is available: the part that had been reserved, and came back unpaid."""
    management_xof: int = 0
    """Kept apart for the costs of management: never available."""
    contracts_xof: int = 0
    """Set aside for contracts of operators, or paid to them."""

    @property
    def adds_up(self) -> bool:
        households_xof = self.reserved_xof + self.agencies_xof + self.paid_xof
        apart_xof = self.fees_xof + self.management_xof + self.contracts_xof
        return self.granted_xof == self.available_xof + households_xof + apart_xof


@dataclass(frozen=True)
class Movement:
    """What one entry moved in one book, by kind; `available_xof` is its effect on what is available."""

    entry: int
    posted_at: datetime
    label: str
    cause: str
    book: str
    kind: str
    lines: int
    amount_xof: int
    available_xof: int
    balance_xof: int
    """What is available after it."""


def prove() -> Proof:
    """Recompute every balance, and what every entry moved, from the postings."""
    total = Account.objects.aggregate(total=Sum("balance_xof"))["total"] or 0
    return Proof(
        sum_xof=int(total),
        wrong=fetch_sql("ledger", "wrong_balances"),
        wrong_entries=fetch_sql("ledger", "wrong_moved"),
    )


def accounts_of(fund: str) -> QuerySet[Account]:
    return Account.objects.filter(fund=fund).order_by("kind", "code")


def balances(funds: Iterable[str]) -> dict[str, Balances]:
    """The balances of some funds, by fund; zeros for one that has no account."""
    asked = list(funds)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    kept = Account.objects.filter(fund__in=asked).values_list("fund", "kind").annotate(Sum("balance_xof"))
    for fund, kind, balance_xof in kept.order_by():
        found[fund][kind] = balance_xof
    returned = {row["fund"]: row["amount_xof"] for row in fetch_sql("ledger", "refunds", {"funds": asked})}
    return {
        fund: Balances(
            granted_xof=-found[fund].get("donor", 0),
            available_xof=found[fund].get("available", 0),
            reserved_xof=found[fund].get("programme", 0),
            agencies_xof=found[fund].get("agency", 0),
            paid_xof=found[fund].get("paid", 0),
            fees_xof=found[fund].get("fees", 0) + found[fund].get("fees_held", 0) + found[fund].get("fees_paid", 0),
            returned_xof=returned.get(fund, 0),
            management_xof=found[fund].get("management", 0),
            contracts_xof=found[fund].get("contract", 0) + found[fund].get("contractpaid", 0),
        )
        for fund in asked
    }


def statement(fund: str) -> list[dict[str, object]]:
    """What touched a fund's accounts, oldest first, by entry, book and kind of posting."""
    return fetch_sql("ledger", "statement", {"fund": fund})


def movements(fund: str) -> list[Movement]:
    """The statement of a fund, oldest first, with what was available after each movement."""
    rows = fetch_sql("ledger", "statement", {"fund": fund})
    running = accumulate(row["available_xof"] for row in rows)
    return [
        Movement(
            row["id"], row["posted_at"], row["label"], row["cause"], row["book"], row["kind"],
            row["lines"], row["amount_xof"], row["available_xof"], balance_xof,
        )
        for row, balance_xof in zip(rows, running, strict=True)
    ]  # fmt: skip


@dataclass(frozen=True)
class TrialLine:
    """An account over a period: what it held before, received, gave, and holds after; a balance is received − given."""

    code: str
    name: str
    kind: str
    fund: str
    opening_xof: int
    debit_xof: int
    credit_xof: int
    closing_xof: int


def trial_balance(funds: Iterable[str], start: date, end: date) -> list[TrialLine]:
    """The accounts of some funds from one day to another, both in. Openings and closings sum to zero."""
    facts = {"funds": list(funds), "start": start, "end": end}
    return [TrialLine(**row) for row in fetch_sql("ledger", "trial_balance", facts)]
