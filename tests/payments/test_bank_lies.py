"""What the database refuses of accounts at banks and of opening balances asked for: each rule is lied to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from jigi.ledger.models import Opening, OpeningRequest
from jigi.payments import bank_operations
from jigi.payments.bank_matching import outstanding
from jigi.payments.bank_models import BankColumn
from tests.payments.bank_scene import banked
from tests.payments.lying import (
    BANKS,
    again,
    constraints_of,
    each_constraint_refuses,
    each_guard_refuses,
    each_reference_refuses,
    each_table_has_a_row,
    guards_of,
    unguarded,
)

pytestmark = pytest.mark.django_db

COLUMNS = {
    "ledger_openingrequest": "file_name file_hash content asked_by_id decided_by_id decided_at refusal taken_id",
    "payments_bankaccount": "code name bank number_sealed number_index tail agreement_id agency_id own_id made_by_id",
    "payments_bankcolumn": "bank_id meaning header",
    "payments_bankstatement": "bank_id reference file_name file_hash position from_on until_on opening_xof closing_xof"
    " lines repeated made_by_id undone_by_id undone_at undone_why",
    "payments_bankline": "bank_id statement_id kind line booked_on amount_xof bank_reference our_reference label"
    " occurrence live",
    "payments_bankmatch": "bank_id how made_by_id undone_by_id undone_at undone_why",
    "payments_bankmatchline": "match_id line_id live",
    "payments_bankmatchitem": "match_id bank_id entry_id book_id kind debit_id credit_id amount_xof live",
    "payments_bankoperation": "match_id kind amount_xof dated_on document made_by_id approved_by_id approved_at"
    " entry_id",
}


def copied(table: str, where: str = "true", **lie: str) -> str:
    """The same rows again, but for what the lie changes."""
    return again(COLUMNS, table, where, **lie)


def another_than(column: str) -> str:
    """Somebody who is not the person of this column."""
    return f"(SELECT min(id) FROM foundation_user WHERE id <> {column})"


FREE = "(SELECT min(id) FROM ledger_account WHERE id NOT IN (SELECT account_id FROM payments_bankmirror))"
OTHER_ACCOUNT = copied("payments_bankaccount", code="'autre'", own_id=FREE, number_index="'\\x01'")
APPROVED = (
    "UPDATE payments_bankoperation SET approved_at = now(), entry_id = (SELECT min(id) FROM ledger_entry),"
    f" approved_by_id = {another_than('made_by_id')}"
)
TAKEN_BACK = (
    "UPDATE payments_bankstatement SET undone_at = now(), undone_why = 'x',"
    f" undone_by_id = {another_than('made_by_id')}"
)
UNDONE = "UPDATE payments_bankmatch SET undone_at = now(), undone_why = 'x', undone_by_id = made_by_id"
CONFIRMED = (
    "UPDATE ledger_openingrequest SET decided_at = now(), taken_id = (SELECT id FROM ledger_opening),"
    f" decided_by_id = {another_than('asked_by_id')}"
)
REFUSED = "UPDATE ledger_openingrequest SET decided_at = now(), refusal = 'x', decided_by_id = asked_by_id"

LIES = [
    ("opening_request_waits_once", copied("ledger_openingrequest")),
    ("opening_request_confirmed_by_another", "UPDATE ledger_openingrequest SET decided_at = now()"),
    ("opening_request_confirmed_by_another", "UPDATE ledger_openingrequest SET refusal = 'x'"),
    ("opening_request_confirmed_by_another", f"{CONFIRMED}, refusal = 'x'"),
    ("opening_request_confirmed_by_another",
     "UPDATE ledger_openingrequest SET decided_at = now(), taken_id = (SELECT id FROM ledger_opening),"
     " decided_by_id = asked_by_id"),
    ("ledger_openingrequest_taken_id_key", f"{CONFIRMED}; {copied('ledger_openingrequest')}"),
    ("payments_bankaccount_code_key", copied("payments_bankaccount", own_id=FREE, number_index="'\\x01'")),
    ("payments_bankaccount_own_id_key", copied("payments_bankaccount", code="'autre'", number_index="'\\x01'")),
    ("bank_account_number_once", copied("payments_bankaccount", code="'autre'", own_id=FREE)),
    ("bank_account_code_is_plain", "UPDATE payments_bankaccount SET code = 'a b'"),
    ("bank_account_code_is_plain", "UPDATE payments_bankaccount SET code = E'a\\n'"),
    ("bank_account_code_is_plain", "UPDATE payments_bankaccount SET code = ''"),
    ("bank_account_is_somebody_s", "UPDATE payments_bankaccount SET agreement_id = NULL, agency_id = NULL"),
    ("payments_bankmirror_account_id_key",
     "INSERT INTO payments_bankmirror (bank_id, account_id) SELECT id, own_id FROM payments_bankaccount"),
    ("bank_column_once", copied("payments_bankcolumn", header="'autre'")),
    ("bank_statement_taken_once", copied("payments_bankstatement", reference="'autre'")),
    ("bank_statement_ends_after_it_starts",
     copied("payments_bankstatement", file_hash="'x'", until_on="from_on - 1")),
    ("bank_statement_undone_by_another",
     copied("payments_bankstatement", undone_at="now()", undone_why="'x'", undone_by_id="made_by_id")),
    ("bank_statement_undone_by_another", copied("payments_bankstatement", undone_at="now()")),
    ("bank_statement_undone_by_another",
     copied("payments_bankstatement", undone_at="now()", undone_by_id=another_than("made_by_id"))),
    ("bank_statement_undone_by_another", copied("payments_bankstatement", file_hash="'x'", undone_why="'x'")),
    ("payments_bankstatement_position_check", copied("payments_bankstatement", position="-1")),
    ("bank_line_kept_once", copied("payments_bankline", "kind = 'movement'", label="'autre'", line="line + 9")),
    ("bank_account_opens_once", copied("payments_bankline", "kind = 'opening'", booked_on="booked_on - 1")),
    ("bank_line_kind_known", copied("payments_bankline", kind="'autre'")),
    ("bank_line_moves_something", copied("payments_bankline", amount_xof="0")),
    ("payments_bankline_occurrence_check", copied("payments_bankline", occurrence="-1")),
    ("bank_match_undoing_is_signed", "UPDATE payments_bankmatch SET undone_at = now()"),
    ("bank_match_undoing_is_signed", UNDONE.replace("'x'", "''")),
    ("bank_match_undoing_is_signed", "UPDATE payments_bankmatch SET undone_why = 'x'"),
    ("bank_line_in_one_match", copied("payments_bankmatchline")),
    ("bank_item_in_one_match", copied("payments_bankmatchitem")),
    ("bank_item_is_a_movement",
     unguarded("payments_bankmatchitem", "UPDATE payments_bankmatchitem SET book_id = -7")),
    ("bank_operation_has_the_sign_of_its_kind", copied("payments_bankoperation", amount_xof="5")),
    ("bank_operation_has_the_sign_of_its_kind", copied("payments_bankoperation", kind="'deposit'")),
    ("bank_operation_has_the_sign_of_its_kind", copied("payments_bankoperation", kind="'opening'", amount_xof="0")),
    ("bank_operation_has_the_sign_of_its_kind", copied("payments_bankoperation", kind="'autre'")),
    ("bank_operation_approver_is_not_its_maker",
     "UPDATE payments_bankoperation SET approved_at = now(), entry_id = (SELECT min(id) FROM ledger_entry),"
     " approved_by_id = made_by_id"),
    ("bank_operation_approver_is_not_its_maker", "UPDATE payments_bankoperation SET approved_at = now()"),
    ("bank_operation_has_its_paper", copied("payments_bankoperation", document="''")),
    ("payments_bankoperation_match_id_key", copied("payments_bankoperation")),
    ("payments_bankoperation_entry_id_key",
     unguarded("payments_bankmatch", copied("payments_bankmatch")) + ";"
     + unguarded("payments_bankoperation", APPROVED) + ";"
     + copied("payments_bankoperation", match_id="(SELECT max(id) FROM payments_bankmatch)")),
]  # fmt: skip
# Each guard of each table, the name that it gives to what it refuses (or the table that it says), and a lie.
GUARDS = [
    ("ledger_openingrequest", "opening_request_is_kept", "opening_request_is_kept", lie)
    for lie in (
        "DELETE FROM ledger_openingrequest",
        "UPDATE ledger_openingrequest SET content = ''",
        "UPDATE ledger_openingrequest SET file_hash = 'autre'",
        f"UPDATE ledger_openingrequest SET asked_by_id = {another_than('asked_by_id')}",
        f"{REFUSED}; UPDATE ledger_openingrequest SET refusal = 'y'",
        f"{CONFIRMED}; {REFUSED}, taken_id = NULL",
    )
]
for _table, _trigger, _change, _undone in (
    ("bankline", "bank_line_is_kept", "amount_xof = 1", "live = false"),
    ("bankline", "bank_line_is_kept", "bank_reference = 'autre', live = false", "live = false"),
    ("bankmatchline", "bank_match_line_is_kept", "line_id = line_id + 1", "live = false"),
    ("bankmatchitem", "bank_match_item_is_kept", "amount_xof = 1", "live = false"),
    ("bankmatch", "bank_match_is_kept", "how = 'amount'", UNDONE.partition(" SET ")[2]),
    ("bankoperation", "bank_operation_is_kept", "amount_xof = -1", APPROVED.partition(" SET ")[2]),
    ("bankstatement", "bank_statement_is_kept", "closing_xof = 1", TAKEN_BACK.partition(" SET ")[2]),
):
    _ended = f"UPDATE payments_{_table} SET {_undone};"
    _again = f"ALTER TABLE payments_{_table} ENABLE TRIGGER USER; UPDATE payments_{_table} SET id = id"
    GUARDS += [
        (f"payments_{_table}", _trigger, "bank_row_is_kept", lie)
        for lie in (
            f"DELETE FROM payments_{_table}",
            f"UPDATE payments_{_table} SET {_change}",
            unguarded(f"payments_{_table}", _ended) + _again,
        )
    ]
GUARDS += [
    (table, f"{name}_never_truncated", f"de {table} ne", f"TRUNCATE {table} CASCADE")
    for table, name in (
        ("ledger_openingrequest", "opening_request"),
        ("payments_bankstatement", "bank_statement"),
        ("payments_bankline", "bank_line"),
        ("payments_bankmatch", "bank_match"),
        ("payments_bankmatchline", "bank_match_line"),
        ("payments_bankmatchitem", "bank_match_item"),
        ("payments_bankoperation", "bank_operation"),
    )
]
_GAP = "bank_match_balances"
_ALONE, _LAST = "bank_statement_goes_alone", "WHERE id = (SELECT max(id) FROM payments_bankstatement)"
_MATCHED = "bank_mirror_is_not_matched"
GUARDS += [
    ("payments_bankmatchitem", "bank_item_is_of_the_ledger", "bank_item_is_of_the_ledger", lie)
    for lie in (
        copied("payments_bankmatchitem", amount_xof="-amount_xof"),
        copied("payments_bankmatchitem", amount_xof="amount_xof - 1"),
        copied("payments_bankmatchitem", debit_id="credit_id"),
        copied("payments_bankmatchitem", book_id="-7"),
        f"{OTHER_ACCOUNT}; {copied('payments_bankmatchitem', bank_id='(SELECT max(id) FROM payments_bankaccount)')}",
    )
]
GUARDS += [
    ("payments_bankmatch", _GAP, _GAP, copied("payments_bankmatch")),
    ("payments_bankmatch", _GAP, _GAP, UNDONE),
    ("payments_bankmatchline", _GAP, _GAP, "UPDATE payments_bankmatchline SET live = false"),
    ("payments_bankmatchline", _GAP, _GAP,
     "INSERT INTO payments_bankmatchline (match_id, line_id, live)"
     " SELECT match_id, (SELECT max(id) FROM payments_bankline), true FROM payments_bankmatchline"),
    ("payments_bankmatchitem", _GAP, _GAP, "UPDATE payments_bankmatchitem SET live = false"),
    ("payments_bankmatchitem", _GAP, _GAP, copied("payments_bankmatchitem", live="false")),
    ("payments_bankoperation", _GAP, _GAP, APPROVED),
    ("payments_bankstatement", _ALONE, "bank_statement_is_the_last",
     TAKEN_BACK + " WHERE id = (SELECT min(id) FROM payments_bankstatement)"),
    ("payments_bankstatement", _ALONE, "bank_statement_is_not_matched",
     unguarded("payments_bankmatchline",
               "INSERT INTO payments_bankmatchline (match_id, line_id, live)"
               " SELECT match_id, (SELECT max(id) FROM payments_bankline), true FROM payments_bankmatchline;")
     + f"{TAKEN_BACK} {_LAST}"),
    ("payments_bankstatement", "bank_statement_goes_whole", "bank_line_follows_its_statement",
     f"{TAKEN_BACK} {_LAST}"),
    ("payments_bankline", "bank_line_follows_its_statement", "bank_line_follows_its_statement",
     "UPDATE payments_bankline SET live = false"),
    ("payments_bankline", "bank_line_follows_its_statement", "bank_line_follows_its_statement",
     copied("payments_bankline", live="false")),
    ("payments_bankline", "bank_line_follows_its_statement", "bank_line_follows_its_statement",
     f"{OTHER_ACCOUNT}; {copied('payments_bankline', bank_id='(SELECT max(id) FROM payments_bankaccount)')}"),
    ("payments_bankmirror", _MATCHED, _MATCHED, "DELETE FROM payments_bankmirror"),
    ("payments_bankmirror", _MATCHED, _MATCHED, "UPDATE payments_bankmirror SET account_id = account_id"),
    ("payments_bankmirror", _MATCHED, _MATCHED,
     "INSERT INTO payments_bankmirror (bank_id, account_id) SELECT bank_id, debit_id FROM payments_bankmatchitem"),
]  # fmt: skip
SIGNED = {
    "payments_bankmatch.undone_by_id": "undone_at = now(), undone_why = 'x'",
    "payments_bankstatement.undone_by_id": "undone_at = now(), undone_why = 'x'",
    "payments_bankoperation.approved_by_id": "approved_at = now(), entry_id = (SELECT min(id) FROM ledger_entry)",
    "payments_bankoperation.entry_id": f"approved_at = now(), approved_by_id = {another_than('made_by_id')}",
    "ledger_openingrequest.decided_by_id": "decided_at = now(), refusal = 'x'",
    "ledger_openingrequest.taken_id": f"decided_at = now(), decided_by_id = {another_than('asked_by_id')}",
}
"""What stands beside a signature, so that the key alone is false."""


@pytest.fixture
def kept(tmp_path: Path) -> None:
    """Two statements, an advance matched with a fee that waits, a request: a row in every table of the banks."""
    place = banked(tmp_path)
    place.advance(100_000, "VIR-1", date(2026, 1, 5))
    place.take(1_000_000, ("05/01/2026", "Virement et frais", "R1", -100_590))
    (item,) = [one.key for one in outstanding(place.bank) if one.side == "ledger"]
    (line,) = [one.key for one in outstanding(place.bank) if one.amount_xof == -100_590]
    bank_operations.explain(place.bank, [line], [item], "charge", "Avis de débit", by=place.keeper)
    place.take(899_410, ("06/02/2026", "Versement", "R2", 7), name="fevrier.csv")
    BankColumn.objects.create(bank=place.bank, meaning="date", header="Jour")
    Opening.objects.create(file_name="x", file_hash="x", balances=1, entries=1, made_by=place.keeper)
    OpeningRequest.objects.create(file_name="x", file_hash="x", content=b"x", asked_by=place.keeper)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_each_constraint_refuses_its_lie(kept: None) -> None:
    each_constraint_refuses(LIES)


def test_each_guard_refuses_its_lie(kept: None) -> None:
    each_guard_refuses(GUARDS)


def test_no_constraint_is_without_its_lie(db: None) -> None:
    assert constraints_of(BANKS) == {name for name, _ in LIES}


def test_no_guard_is_without_its_lie(db: None) -> None:
    assert guards_of(BANKS) == sorted({f"{table} {trigger}" for table, trigger, _, _ in GUARDS})


def test_every_reference_leads_to_a_row_that_exists(kept: None) -> None:
    each_reference_refuses(
        BANKS,
        SIGNED,
        {"payments_bankmatchitem": "ALTER TABLE payments_bankmatchitem DROP CONSTRAINT bank_item_is_a_movement; "},
    )


def test_each_table_has_a_row_to_lie_about(kept: None) -> None:
    each_table_has_a_row(BANKS, [*COLUMNS, "payments_bankmirror"])
