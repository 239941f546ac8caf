"""Money moves between accounts, a cause posts once, and the balances are those of the postings."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.ledger import actions, pipeline
from jigi.ledger.models import Account, Entry, Posting
from jigi.ledger.queries import accounts_of, balances, movements, prove

pytestmark = pytest.mark.django_db
FUND = "IDA-ESSAI"


@pytest.fixture
def by() -> User:
    return User.objects.create_user("compte")


@pytest.fixture
def accounts(by: User) -> dict[str, Account]:
    """One account of each kind, and 1,000 francs granted."""
    kinds = Account.Kind.values
    opened = {kind: actions.open_account(f"{FUND}:{kind}", kind, kind, FUND) for kind in kinds}
    move(opened, by, "grant", "donor", "available", 1_000)
    return opened


def move(
    accounts: dict[str, Account], by: User, kind: str, giver: str, taker: str, xof: int,
    cause: str = "", item: int = 1,
) -> Entry:  # fmt: skip
    line = actions.Line(kind, item, accounts[taker], accounts[giver], xof)
    return actions.post(kind, cause or f"{kind}:{giver}:{taker}", "Essai", [line], by=by)


def test_a_sum_leaves_one_account_and_enters_another(accounts: dict[str, Account], by: User) -> None:
    move(accounts, by, "reserve", "available", "programme", 400)
    held = {account.kind: account.balance_xof for account in accounts_of(FUND) if account.balance_xof}
    assert held == {"donor": -1_000, "available": 600, "programme": 400}
    assert prove().balanced


def test_a_cause_posts_once(accounts: dict[str, Account], by: User) -> None:
    first = move(accounts, by, "reserve", "available", "programme", 400, cause="tour 1")
    again = move(accounts, by, "reserve", "available", "programme", 400, cause="tour 1")
    assert again == first
    assert balances([FUND])[FUND].reserved_xof == 400
    assert actions.open_entry("reserve", "tour 1", "Essai", by=by) is None


def test_an_account_gives_no_more_than_it_holds(accounts: dict[str, Account], by: User) -> None:
    with pytest.raises(Refused, match="n’a pas assez d’argent") as refused:
        move(accounts, by, "reserve", "available", "programme", 1_001)
    assert "convention" in refused.value.remedy
    assert Posting.objects.count() == 1 and prove().balanced


def test_a_donor_only_gives(accounts: dict[str, Account], by: User) -> None:
    with pytest.raises(Refused):
        move(accounts, by, "refund", "available", "donor", 1_000 + 1)


def test_an_account_is_opened_once() -> None:
    first = actions.open_account("A", "premier", "available", FUND)
    assert actions.open_account("A", "autre libellé", "available", FUND) == first


def test_a_book_filled_at_once_keeps_the_balances(accounts: dict[str, Account], by: User) -> None:
    book, entry = actions.open_book("tour-1", "Tour 1"), actions.open_entry("commit", "tour-1", "Remise", by=by)
    assert entry is not None
    with pipeline.fill_book(book) as table, connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (book_id, entry_id, kind, item, debit_id, credit_id, amount_xof)"
            " SELECT %s, %s, 'commit', item, %s, %s, 3 FROM generate_series(1, 100) AS item",
            [book.pk, entry.pk, accounts["agency"].pk, accounts["available"].pk],
        )
    assert balances([FUND])[FUND].agencies_xof == 300
    assert prove().balanced


def test_a_balance_that_lies_is_named_by_the_proof(accounts: dict[str, Account]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_account DISABLE TRIGGER account_balance_is_kept")
        cursor.execute("UPDATE ledger_account SET balance_xof = 999 WHERE kind = 'available'")
    proof = prove()
    assert (proof.balanced, proof.sum_xof) == (False, -1)
    assert proof.wrong == [{"code": f"{FUND}:available", "balance_xof": 999, "postings_xof": 1_000}]


def test_a_statement_tells_what_was_available_after_each_movement(accounts: dict[str, Account], by: User) -> None:
    move(accounts, by, "reserve", "available", "programme", 400)
    move(accounts, by, "refund", "programme", "available", 150)
    said = [(m.kind, m.amount_xof, m.available_xof, m.balance_xof) for m in movements(FUND)]
    assert said == [("grant", 1_000, 1_000, 1_000), ("reserve", 400, -400, 600), ("refund", 150, 150, 750)]


def test_what_was_granted_is_the_sum_of_where_it_stands(accounts: dict[str, Account], by: User) -> None:
    move(accounts, by, "reserve", "available", "programme", 600)
    move(accounts, by, "commit", "programme", "agency", 500)
    move(accounts, by, "pay", "agency", "paid", 450)
    move(accounts, by, "unpaid", "agency", "programme", 50)
    move(accounts, by, "refund", "programme", "available", 150)
    kept = balances([FUND])[FUND]
    assert kept.adds_up
    assert (kept.available_xof, kept.paid_xof, kept.returned_xof) == (550, 450, 150)


@settings(
    max_examples=20, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(Account.Kind.values), st.sampled_from(Account.Kind.values), st.integers(1, 2_000)),
        max_size=8,
    )
)  # fmt: skip
def test_whatever_is_tried_the_ledger_stays_proven(
    accounts: dict[str, Account], by: User, moves: list[tuple[str, str, int]]
) -> None:
    for number, (giver, taker, xof) in enumerate(moves, Entry.objects.count() * 10):
        if giver != taker:
            try:
                move(accounts, by, "reserve", giver, taker, xof, str(number), number)
            except Refused:
                continue
    assert prove().balanced
    # Sources give only; a bank lets its account go below zero.
    free = ("donor", "treasury", "received", "bank")
    assert all(account.balance_xof >= 0 for account in accounts_of(FUND) if account.kind not in free)


def test_kept_totals_that_lie_are_named_by_the_proof(accounts: dict[str, Account]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_moved DISABLE TRIGGER moved_is_kept")
        cursor.execute("UPDATE ledger_moved SET amount_xof = 999")
    proof = prove()
    assert not proof.balanced
    assert [(row["kept_xof"], row["postings_xof"]) for row in proof.wrong_entries] == [(999, 1_000)]


@pytest.mark.parametrize("act", ["UPDATE ledger_moved SET lines = 2", "DELETE FROM ledger_moved"])
def test_kept_totals_change_by_a_movement_only(accounts: dict[str, Account], act: str) -> None:
    with pytest.raises(IntegrityError, match="ne changent que par un mouvement"), connection.cursor() as cursor:
        cursor.execute(act)
