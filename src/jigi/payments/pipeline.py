"""The statements of a payment round, in order; each function runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection
from django.db.models import Max

from jigi.foundation.bulk import copy_rows, copying_out, fetch_sql, from_copy, give_memory, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.partitions import analyse, drop_partition, new_partition
from jigi.foundation.runs import Work
from jigi.foundation.vault import Unsealable
from jigi.ledger.actions import GENERAL_BOOK, open_book
from jigi.ledger.models import Book, Entry
from jigi.ledger.pipeline import fill_book
from jigi.payments import fees, totals
from jigi.payments.caps import most_arrears
from jigi.payments.dealing import deal_rights, refuse_unpaid_communes
from jigi.payments.models import PaymentRound, ReturnFile, ReturnLine, ReturnUndoing
from jigi.programmes.models import Component

INCOMING = (
    "line", "reference", "status_read", "amount_read", "date_read", "reason_read", "agency_reference",
    "said", "amount_xof", "paid_on", "origin_round_id", "why",
    "rsu", "phone_read", "name", "village", "account_index", "number_index",
)  # fmt: skip
# Every order and right changes state once: a page keeps room for it.
ROOM = 50
LARGE_FILE = 5_000
TURN = 0x6A696769  # « jigi »
P = ParamSpec("P")
T = TypeVar("T")


def wait_for_turn() -> None:
    """Hold the place of the one act on rounds or returns that runs, until the transaction ends.

    Attaching and dropping partitions locks the tables they refer to: two acts at once would wait for each other
    for ever. It comes first in a transaction, before any table is held.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


def in_turn(act: Callable[P, T]) -> Callable[P, T]:
    """An act that waits for its turn before it reads anything (a page's transaction is open already), unfenced."""

    @wraps(act)
    def waiting(*args: P.args, **options: P.kwargs) -> T:
        wait_for_turn()
        return act(*args, **options)

    return unfenced(waiting)


def build_list(
    payment_round: PaymentRound,
    same_term: Sequence[int],
    previous: Sequence[int],
    work: Work,
    *,
    only: int | None = None,
) -> dict[str, int]:
    """Entitlements, arrears, orders and the difference from the last round; returns the round's counters.

    `only`: the one right that the round asks for again (reissues.py).
    """
    earned = payment_round.component.kind in Component.EARNED
    facts = {
        "round": payment_round.pk,
        "component": payment_round.component_id,
        "term": payment_round.term,
        "same_term_rounds": list(same_term),
        "previous_rounds": list(previous),
        "rivals": rivals(payment_round),
        "earned": earned,
        # Owed beside a term, which a catch-up has none of: what was earned, what is given back.
        "beside": earned or payment_round.kind == PaymentRound.Kind.CATCH_UP,
        "most_arrears": most_arrears(payment_round.component.programme.code),
        "only": only,
    }
    _refuse_unfunded(facts)
    if payment_round.kind == PaymentRound.Kind.TERM:
        refuse_unpaid_communes(payment_round)
    give_memory()
    with connection.cursor() as cursor:
        # Deferred checks of what this transaction wrote before would forbid the ALTER TABLE of a partition.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with work.step("Rappels") as step:
        step.rows_out = run_sql("payments", "arrears", facts)
        run_sql("payments", "count_attempts", facts)
    key = payment_round.pk
    with (
        work.step("Droits") as step,
        new_partition("payments_entitlement", key, fillfactor=ROOM) as entitlement,
    ):
        beside = _take_beside(facts) if payment_round.kind != PaymentRound.Kind.REISSUE else 0
        if beside or payment_round.kind == PaymentRound.Kind.TERM:
            step.rows_out = run_sql("payments", "entitlements", facts, tables={"entitlement": entitlement})
        if step.rows_out:
            refuse_unpaid_communes(payment_round)
            deal_rights(payment_round, entitlement)
    with (
        work.step("Ordres") as step,
        new_partition("payments_instruction", key, fillfactor=ROOM) as instruction,
    ):
        step.rows_out = run_sql("payments", "instructions", facts, tables={"instruction": instruction})
    with work.step("Différence avec le tour précédent") as step:
        step.rows_out = run_sql("payments", "difference", facts)
    return fetch_sql("payments", "counters", facts)[0]


def _take_beside(facts: dict[str, Any]) -> int:
    """What this round adds to the term of a household, or takes from it: earned, withheld by decision, given back."""
    return sum(run_sql("payments", name, facts) for name in ("take_dues", "take_withholdings", "restore_withheld"))


def rivals(payment_round: PaymentRound) -> list[int]:
    """The rounds of other programmes, made before this one, whose households it can't serve too (purpose, period)."""
    return [row["id"] for row in fetch_sql("payments", "rivals", {"round": payment_round.pk})]


def forget_list(payment_round: PaymentRound) -> None:
    """Remove what `build_list` made; the round must be back in draft, or cancelled after it."""
    run_sql("payments", "forget_arrears", {"round": payment_round.pk})
    run_sql("payments", "forget_earned", {"round": payment_round.pk})
    payment_round.changes.all().delete()
    drop_partition("payments_instruction", payment_round.pk)
    drop_partition("payments_entitlement", payment_round.pk)


def list_hash(payment_round: PaymentRound) -> str:
    """SHA-256 (hexadecimal) of the round's list, by commune then by order; empty when the list is."""
    give_memory()
    return fetch_sql("payments", "list_hash", {"round": payment_round.pk})[0]["list_hash"] or ""


def accounts_hold(payment_round: PaymentRound) -> bool:
    """Whether every account of the round's list opens to the index that was hashed with it.

    An account that was erased has none to open: the database lets that happen to settled lines only.
    """
    keeper, wrong = vault(), 0
    query = (
        "SELECT account_sealed, account_index FROM payments_instruction"
        " WHERE round_id = %(round)s AND (account_sealed <> '' OR status = 'open')"
    )
    with copying_out(query, {"round": payment_round.pk}) as rows:
        for sealed, index in rows:
            try:
                account = keeper.unseal("account", from_copy(sealed))
                wrong += keeper.index("account", account) != from_copy(index)
            except Unsealable:
                wrong += 1
    return wrong == 0


def reservations(payment_round: PaymentRound) -> list[dict[str, int]]:
    """What each funding line must reserve: `funding_line_id`, `amount_xof`."""
    return fetch_sql("payments", "reservations", {"round": payment_round.pk})


def hold(payment_round: PaymentRound) -> int:
    """Keep back the orders whose recipient died or left since the freeze: they are owed; returns how many."""
    held = run_sql("payments", "hold_instructions", {"round": payment_round.pk})
    run_sql("payments", "hold_entitlements", {"round": payment_round.pk})
    return held


def commit(payment_round: PaymentRound, book: Book, entry: Entry) -> int:
    """Hand every sum of the round to its agency, in a book of its own; returns the postings."""
    give_memory()
    with fill_book(book) as posting:
        facts = {"round": payment_round.pk, "book": book.pk, "entry": entry.pk}
        posted = run_sql("payments", "commit", facts, tables={"posting": posting})
    count_money(entry, [book.pk], totals.origins(payment_round.pk), apart=True, only=payment_round.pk)
    return posted


def count_money(
    entry: Entry, books: Sequence[int], rounds: Sequence[int], *, apart: bool = False, only: int | None = None
) -> None:
    """After every act that posts amounts of rights: their fees move likewise, and the totals of statements follow."""
    totals.keep(entry, [*books, *fees.follow(entry, books, rounds, apart=apart)], rounds, only=only)


def take_lines(
    file_id: int, agency_id: int, lines: Iterable[Sequence[Any]], *, amounts_of_orders: bool = False
) -> list[int]:
    """COPY the lines read from a return file and give each its outcome; returns the rounds they speak of.

    `amounts_of_orders`: an answer that repeats no amount is about the amount that was ordered.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE incoming (line bigint, reference text, status_read text, amount_read text,"
            " date_read text, reason_read text, agency_reference text, said text, amount_xof bigint, paid_on date,"
            " origin_round_id bigint, why text, rsu text, phone_read text, name text, village text,"
            " account_index bytea, number_index bytea) ON COMMIT DROP"
        )
        cursor.execute(
            "CREATE TEMPORARY TABLE matched (line bigint, instruction_id bigint, origin_round_id bigint, key text,"
            " why text) ON COMMIT DROP"
        )
        count = copy_rows("incoming", INCOMING, lines)
        cursor.execute("ANALYZE incoming")
        cursor.execute("SELECT DISTINCT origin_round_id FROM incoming WHERE origin_round_id IS NOT NULL")
        rounds = {row[0] for row in cursor.fetchall()}
        if amounts_of_orders:
            run_sql("payments", "amounts_of_orders", {"rounds": sorted(rounds)})
        rounds |= _match_otherwise(agency_id, sorted(rounds))
        run_sql("payments", "take_lines", {"file": file_id, "agency": agency_id, "rounds": sorted(rounds)})
        cursor.execute("DROP TABLE incoming, matched")
        if count >= LARGE_FILE:
            # Lines that nobody has counted would be joined one by one.
            analyse("payments_returnline")
    return sorted(rounds)


def _match_otherwise(agency_id: int, rounds: Sequence[int]) -> set[int]:
    """Find the orders of lines that our reference does not name, by their other keys; returns the rounds found."""
    facts = {"agency": agency_id, "rounds": list(rounds)}
    run_sql("payments", "seek_lines", facts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE seek")
        cursor.execute("SELECT count(*) > 0, bool_or(rsu <> '' OR account_index <> '' OR name_key <> '') FROM seek")
        any_line, of_people = cursor.fetchone()
        if any_line:
            give_memory()
            # Where lines have but a reference of the agency, no order needs to be looked at.
            run_sql("payments", "find_candidates", facts | {"of_people": of_people})
            cursor.execute("ANALYZE candidate")
            run_sql("payments", "match_otherwise", facts)
            cursor.execute("DROP TABLE candidate")
        cursor.execute("ANALYZE matched")
        cursor.execute("SELECT DISTINCT origin_round_id FROM matched WHERE origin_round_id IS NOT NULL")
        found = {row[0] for row in cursor.fetchall()}
        cursor.execute("DROP TABLE seek")
    return found


def settle(taken: ReturnFile, rounds: Sequence[int], entry: Entry, *, line: int | None = None) -> None:
    """Write what the lines of a file say, or one of them: postings, orders, entitlements.

    `rounds` are those they speak of. The postings of a large file are a book of their own, attached full; those of a
    small one join the general book, so that a hundred corrections don't make a hundred partitions.
    """
    facts = {"file": taken.pk, "entry": entry.pk, "rounds": list(rounds), "line": line}
    large = line is None and taken.lines >= LARGE_FILE
    book = post("settle_postings", facts, f"return-{taken.pk}", entry, apart=large or _undone_before(taken, line))
    count_money(entry, [book], rounds, apart=large)
    run_sql("payments", "settle_instructions", facts)
    run_sql("payments", "settle_entitlements", facts)


def undo(taken: ReturnFile, entry: Entry, *, line: int | None, by: int, why: str) -> int:
    """Take back what the lines of a file did, or one of them, where nothing rests on it since; returns how many.

    Reversals first: a payment they had taken back is a payment again, and can be taken back in turn.
    """
    lines = ReturnLine.objects.filter(return_file=taken, origin_round_id__isnull=False)
    rounds = sorted(
        number for number in lines.order_by().values_list("origin_round_id", flat=True).distinct() if number
    )
    since = ReturnUndoing.objects.aggregate(last=Max("pk"))["last"] or 0
    facts = {"file": taken.pk, "line": line, "rounds": rounds, "by": by, "why": why, "since": since, "entry": entry.pk}
    undone, books = 0, {GENERAL_BOOK}
    for turn, outcomes in enumerate((["reversed"], ["paid", "absent", "refused"])):
        facts["outcomes"] = outcomes
        before = _undone_before(taken, line)
        found = run_sql("payments", "undo_lines", facts)
        undone += found
        if found:
            apart = found >= LARGE_FILE or before
            books.add(post("undo_postings", facts, f"undo-{entry.pk}-{turn}", entry, apart=apart))
            run_sql("payments", "undo_instructions", facts)
            run_sql("payments", "undo_entitlements", facts)
    count_money(entry, sorted(books), rounds, apart=undone >= LARGE_FILE)
    run_sql("payments", "undo_marks", facts)
    return undone


def post(name: str, facts: dict[str, Any], code: str, entry: Entry, *, apart: bool) -> int:
    """Run a statement that writes postings, in a book of their own or in the general one; returns the book's number."""
    if apart:
        book = open_book(f"{code}-{entry.pk}", entry.label)
        with fill_book(book) as posting:
            run_sql("payments", name, facts | {"book": book.pk}, tables={"posting": posting})
        return book.pk
    run_sql("payments", name, facts | {"book": GENERAL_BOOK}, tables={"posting": "ledger_posting"})
    return GENERAL_BOOK


def _undone_before(taken: ReturnFile, line: int | None) -> bool:
    """Whether an order of these lines was settled and taken back already: a book holds each movement once."""
    lines = ReturnLine.objects.filter(return_file=taken, instruction_id__isnull=False)
    orders = (lines.filter(pk=line) if line else lines).values("instruction_id")
    return ReturnUndoing.objects.filter(instruction_id__in=orders).exists()


def count_lines(file_id: int) -> None:
    """Count what the lines of a file brought."""
    run_sql("payments", "file_counters", {"file": file_id})


def close_unanswered(payment_round: PaymentRound, entry: Entry) -> int:
    """What no return answered comes back to the programme and is owed; returns how many."""
    facts = {"round": payment_round.pk, "book": payment_round.book_id, "entry": entry.pk}
    run_sql("payments", "close_postings", facts)
    assert payment_round.book_id is not None, "a round that was released has its book"
    count_money(entry, [payment_round.book_id], totals.origins(payment_round.pk), only=payment_round.pk)
    run_sql("payments", "close_entitlements", facts)
    return run_sql("payments", "close_instructions", facts)


def refund(component_id: int, entry: Entry) -> int:
    """What is owed to households that have left goes back to its agreement; returns how many."""
    facts = {"component": component_id, "book": GENERAL_BOOK, "entry": entry.pk}
    run_sql("payments", "refund_postings", facts)
    count_money(entry, [GENERAL_BOOK], totals.owed_rounds(component_id))
    return run_sql("payments", "refund_entitlements", facts)


def _refuse_unfunded(facts: dict[str, Any]) -> None:
    missing = [row["name"] for row in fetch_sql("payments", "unfunded", facts)]
    if missing:
        raise Refused(
            f"Aucune convention ne finance {', '.join(missing[:5])}{'…' if len(missing) > 5 else ''}",
            remedy="Complétez les communes des conventions dans le fichier du programme, puis rechargez-le.",
        )
