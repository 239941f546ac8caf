"""Fees of the agencies of a round: the rule of each is fixed at approval, and on top it follows the money.

A fee on top is reserved, handed over, paid or given back in the same entries as the amount it is taken on, between the
accounts of fees of the same agreement. The fee of a right is the one of the round that opened it, however often it is
presented. A fee that is included moves no other money: the agency keeps it out of the amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.ledger import actions as ledger
from jigi.ledger.models import Account, Book, Entry
from jigi.ledger.pipeline import fill_book
from jigi.payments.models import PaymentRound
from jigi.programmes.models import FundingLine

TWINS = {
    Account.Kind.PROGRAMME: Account.Kind.FEES,
    Account.Kind.AGENCY: Account.Kind.FEES_HELD,
    Account.Kind.PAID: Account.Kind.FEES_PAID,
}


def rule(payment_round: PaymentRound) -> None:
    """Fix the rule of fees of each commune and agency of a round, of the first day of payment or else of today.

    Raises Refused, naming the agencies, where no rule applies: a fee is never zero because nobody wrote it.
    """
    facts = {
        "round": payment_round.pk, "programme": payment_round.component.programme_id,
        "day": payment_round.pays_from or timezone.localdate(),
    }  # fmt: skip
    run_sql("payments", "rule_fees", facts)
    if missing := fetch_sql("payments", "unruled_fees", facts):
        named = ", ".join(f"{row['agency']} ({row['commune']})" for row in missing[:5])
        raise Refused(
            f"Aucune règle de frais ne s’applique à {named}",
            why="Des frais ne sont jamais nuls par oubli.",
            remedy="Écrivez la règle dans Comptabilité › Frais d’agence, même « zéro » avec son motif,"
            " et faites-la approuver par une autre personne.",
        )


def to_reserve(payment_round: PaymentRound) -> list[ledger.Line]:
    """The postings that reserve the fees on top of a round's new rights, one for each funding line."""
    rows = fetch_sql("payments", "fees_to_reserve", {"round": payment_round.pk})
    lines = FundingLine.objects.select_related("available").in_bulk([row["funding_line_id"] for row in rows])
    _open_twins(list(lines))
    reserved = _twins([line.reserved_id for line in lines.values()])
    return [
        ledger.Line("fee", payment_round.pk, reserved[line.reserved_id], line.available, row["amount_xof"])
        for row in rows
        for line in [lines[row["funding_line_id"]]]
    ]


def follow(entry: Entry, books: Sequence[int], rounds: Sequence[int], *, apart: bool = False) -> list[int]:
    """Move the fees on top as an entry moved the amounts; `apart`, in books of their own, which are returned."""
    if not rounds or not fetch_sql("payments", "fees_on_top", {"rounds": list(rounds)})[0]["found"]:
        return []
    made = []
    lines = fetch_sql("payments", "fee_funding_lines", {"rounds": list(rounds)})
    _open_twins([row["line"] for row in lines])
    for book in books:
        facts: dict[str, Any] = {"entry": entry.pk, "book": book, "rounds": list(rounds)}
        if apart:
            own = ledger.open_book(
                f"{Book.objects.get(pk=book).code}-frais-{entry.pk}"[:60], f"Frais · {entry.label}"[:200]
            )
            made.append(own.pk)
            with fill_book(own) as posting:
                run_sql("payments", "fee_postings", facts | {"into": own.pk}, tables={"posting": posting})
        else:
            run_sql("payments", "fee_postings", facts | {"into": book}, tables={"posting": "ledger_posting"})
    return made


@unfenced
def of_round(payment_round: PaymentRound) -> list[dict[str, Any]]:
    """The fees of a round's rights: `agency`, `mode`, `rights`, `amount_xof`, `fees_xof`, `why`, by agency and rule."""
    return fetch_sql("payments", "included_fees", {"round": payment_round.pk})


def _open_twins(lines: Sequence[int]) -> None:
    """Accounts of fees beside those of some funding lines that have none yet."""
    for row in fetch_sql("payments", "missing_twins", {"lines": list(lines)}):
        kind = TWINS[row["kind"]]
        twin = ledger.open_account(f"{row['code']}:frais"[:120], f"{row['name']} · frais"[:200], kind, row["fund"])
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO payments_feetwin VALUES (%s, %s)", [row["id"], twin.pk])


def _twins(accounts: Sequence[int]) -> dict[int, Account]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, fee_account_id FROM payments_feetwin WHERE account_id = ANY (%s)", [list(accounts)]
        )
        found = dict(cursor.fetchall())
    twins = Account.objects.in_bulk(list(found.values()))
    return {account: twins[twin] for account, twin in found.items()}
