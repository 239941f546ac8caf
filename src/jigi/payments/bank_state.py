"""The state of a reconciliation on a day: what stands at the bank, in the ledger, and between them, aged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.ledger.periods import holds_everywhere
from jigi.payments.bank_models import BankAccount
from jigi.payments.bank_rules import BANDS, OLDEST, band
from jigi.programmes import queries as programmes

BANDS_SHOWN = (*(name for _, name in BANDS), OLDEST)
OLD_DAYS = 30


@dataclass(frozen=True)
class Outstanding:
    """A line of the bank or an item of the ledger that nothing of the other side answers on that day.

    `match` holds it all the same where it is to be complete later: once approved (`waiting`), or by a later day.
    """

    side: str
    key: str
    on: date
    amount_xof: int
    label: str
    reference: str
    days: int
    match: int | None
    waiting: bool

    @property
    def band(self) -> str:
        return band(self.days)


@dataclass(frozen=True)
class State:
    """An account on a day. The ledger, with what only the bank shows, less what the bank does not show, is the bank."""

    bank: BankAccount
    day: date
    bank_xof: int
    ledger_xof: int
    outstanding: Sequence[Outstanding]

    def of(self, side: str) -> list[Outstanding]:
        return [one for one in self.outstanding if one.side == side]

    def sum_xof(self, side: str) -> int:
        return sum(one.amount_xof for one in self.of(side))

    @property
    def bank_open_xof(self) -> int:
        return self.sum_xof("bank")

    @property
    def ledger_open_xof(self) -> int:
        return self.sum_xof("ledger")

    @property
    def ties(self) -> bool:
        """Whether the arithmetic holds to the franc; the database sees to it."""
        return self.bank_xof - self.bank_open_xof == self.ledger_xof - self.ledger_open_xof

    @property
    def old(self) -> list[Outstanding]:
        """What waits for more than a month."""
        return [one for one in self.outstanding if one.days > OLD_DAYS]

    def aged(self) -> list[tuple[str, int, int, int, int]]:
        """By age: how many and how much at the bank only, then in the ledger only."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for one in self.outstanding:
            found[one.band, one.side].append(one.amount_xof)
        return [
            (name, len(found[name, "bank"]), sum(found[name, "bank"]), len(found[name, "ledger"]),
             sum(found[name, "ledger"]))
            for name in BANDS_SHOWN
        ]  # fmt: skip


def states(banks: Iterable[BankAccount], day: date | None = None) -> list[State]:
    """The state of each of these accounts on a day (today), in one statement."""
    known, on = list(banks), day or timezone.localdate()
    rows = fetch_sql("payments", "bank_state", {"banks": [one.pk for one in known], "day": on})
    sums: dict[tuple[int, str], int] = {}
    items: dict[int, list[Outstanding]] = defaultdict(list)
    for row in rows:
        if row["on_day"] is None:
            sums[row["bank_id"], row["side"]] = row["amount_xof"]
            continue
        items[row["bank_id"]].append(
            Outstanding(
                row["side"], row["key"], row["on_day"], row["amount_xof"], row["label"], row["reference"], row["days"],
                row["match_id"], row["waiting"],
            )
        )  # fmt: skip
    return [State(one, on, sums[one.pk, "bank"], sums[one.pk, "ledger"], items[one.pk]) for one in known]


def state(bank: BankAccount, day: date | None = None) -> State:
    return states([bank], day)[0]


def visible_to(user: User) -> QuerySet[BankAccount]:
    """The accounts of the agreements that a person sees; those of agencies, to who sees the accounts of the country."""
    if not can(user, "ledger.see"):
        return BankAccount.objects.none()
    seen = Q(agreement__in=programmes.agreements_visible_to(user))
    if holds_everywhere(user, "ledger.see"):
        seen |= Q(agreement__isnull=True)
    found = BankAccount.objects.filter(seen).select_related("agreement", "agency", "own")
    live = Q(statements__undone_at__isnull=True)
    return found.annotate(known_until=Max("statements__until_on", filter=live)).order_by("code")


@dataclass(frozen=True)
class Alert:
    """How many lines and items of an account wait for more than a month."""

    bank: BankAccount
    waiting: int


def alerts(user: User, day: date | None = None) -> list[Alert]:
    """The accounts that a person sees where something is old on a day (today): counted only, for the first page."""
    banks = {one.pk: one for one in visible_to(user)}
    if not banks:
        return []
    facts = {"banks": list(banks), "before": (day or timezone.localdate()) - timedelta(days=OLD_DAYS)}
    rows = fetch_sql("payments", "bank_old", facts)
    return [Alert(banks[row["bank_id"]], row["waiting"]) for row in sorted(rows, key=lambda row: row["bank_id"])]
