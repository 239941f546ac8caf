"""Opening accounts and posting entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.ledger.models import Account, Book, Entry, Posting

GENERAL_BOOK = 1


@dataclass(frozen=True)
class Line:
    """`amount_xof` from `credit` to `debit`, because of `item`."""

    kind: str
    item: int
    debit: Account
    credit: Account
    amount_xof: int
    attempt: int = 1


def open_account(code: str, name: str, kind: str, fund: str) -> Account:
    """The account of that code, opened when there is none."""
    account, _ = Account.objects.get_or_create(code=code, defaults={"name": name, "kind": kind, "fund": fund})
    return account


def open_entry(kind: str, cause: str, label: str, *, by: User, on: date | None = None) -> Entry | None:
    """A new entry, in the accounts of the day `on` (today), or None when this cause has posted already."""
    dated = {"accounted_on": on} if on else {}
    entry, created = Entry.objects.get_or_create(kind=kind, cause=cause, defaults={"label": label, "by": by, **dated})
    return entry if created else None


def post(kind: str, cause: str, label: str, lines: Sequence[Line], *, by: User, on: date | None = None) -> Entry:
    """Post an entry of a few lines in the general book; a cause that has posted is left as it is.

    Raises Refused when an account would give more than it holds, or when the day is in a closed period.
    """
    with transaction.atomic(), refusing_overdraft():
        entry = open_entry(kind, cause, label, by=by, on=on)
        if entry is None:
            return Entry.objects.get(kind=kind, cause=cause)
        Posting.objects.bulk_create(
            Posting(
                id=number, book_id=GENERAL_BOOK, entry=entry, kind=line.kind, item=line.item, attempt=line.attempt,
                debit=line.debit, credit=line.credit, amount_xof=line.amount_xof,
            )
            for number, line in zip(_numbers(len(lines)), lines, strict=True)
        )  # fmt: skip
    return entry


class refusing_overdraft:
    """Turn the database's refusals, of a negative balance or a closed period, into sentences."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError) and "account_never_overdrawn" in str(error):
            raise Refused(
                "Le compte n’a pas assez d’argent pour ce mouvement",
                why="Une convention ne peut être dépassée, ni une somme rendue deux fois.",
                remedy="Voyez le relevé de la convention ; réduisez le tour ou ajoutez un financement.",
            ) from error
        if isinstance(error, IntegrityError) and "période comptable" in str(error):
            raise Refused(
                str(error).splitlines()[0],
                why="Des comptes clos ne changent plus sans que deux personnes l’aient voulu.",
                remedy="Datez l’écriture d’un jour ouvert, ou faites rouvrir la période.",
            ) from error


def open_book(code: str, title: str) -> Book:
    """A book for many postings; its partition is made when they are written (pipeline.fill_book)."""
    return Book.objects.create(code=code, title=title)


def _numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_posting_id_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]
