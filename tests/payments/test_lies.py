"""What can never be false of money: for each constraint and guard, a lie in SQL that PostgreSQL refuses."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jigi.ledger.models import Account, Closing, Opening
from jigi.ledger.queries import prove
from jigi.payments import corrections, reissues, suspensions
from jigi.payments.models import Entitlement, Instruction, LossDecision
from jigi.programmes.models import Component, Programme
from tests.kept import Kept, once
from tests.payments.lying import (
    AGENCIES,
    BANKS,
    EARNED,
    EXCHANGES,
    FOREIGN_KEY_VIOLATION,
    OF_AGENCIES,
    OF_EARNED,
    OF_RESPONSES,
    SITES,
    found,
    refusal,
)
from tests.payments.scene import peopled

pytestmark = pytest.mark.django_db

_COPY_OF_RIGHT = """
INSERT INTO payments_entitlement (round_id, component_id, household_id, enrolment_id, funding_line_id, recipient_id,
    commune_id, agency_id, account_sealed, account_index, pay_point, amount_xof, status)
SELECT round_id, component_id, household_id, enrolment_id, funding_line_id, recipient_id, commune_id, agency_id,
    account_sealed, account_index, pay_point, amount_xof, '{status}'
FROM payments_entitlement WHERE round_id = {prepared} LIMIT 1
"""
_COPY_OF_ORDER = """
INSERT INTO payments_instruction (origin_round_id, entitlement_id, round_id, component_id, household_id,
    funding_line_id, recipient_id, commune_id, agency_id, account_sealed, account_index, pay_point, reference, kind,
    attempt, amount_xof,
    status)
SELECT origin_round_id, entitlement_id, round_id, component_id, household_id, funding_line_id, recipient_id,
    commune_id, agency_id, account_sealed, account_index, pay_point, 'une autre', kind, {attempt},
    amount_xof, '{status}'
FROM payments_instruction WHERE round_id = {prepared} AND kind = 'right' LIMIT 1
"""
_UNGUARDED = "ALTER TABLE payments_instruction DISABLE TRIGGER USER;"
_NEED_CHANGED = "ALTER TABLE payments_approvalneed DISABLE TRIGGER USER; UPDATE payments_approvalneed SET {change}"
_ASKED = (
    "INSERT INTO payments_communesuspension (component_id, commune_id, status, starts_on, reason, asked_by_id,"
    " end_reason) SELECT component_id, {commune}, 'asked', starts_on, {reason}, asked_by_id, ''"
    " FROM payments_communesuspension"
)
_REISSUED = (
    "INSERT INTO payments_reissue (payment_round_id, origin_round_id, entitlement_id, reason)"
    " SELECT {{reissue}}, origin_round_id, entitlement_id, 'x' FROM payments_instruction"
    " WHERE origin_round_id = {{released}} AND status = '{status}'"
)
_DECIDED = (
    "UPDATE payments_lossdecision SET entry_id = (SELECT min(id) FROM ledger_entry), done_by_id = {other_hand},"
    " done_at = now()"
)
_UNGUARDED_REISSUE = "ALTER TABLE payments_reissue DISABLE TRIGGER USER;"
_POSTING = """
INSERT INTO ledger_posting (book_id, entry_id, kind, item, debit_id, credit_id, amount_xof)
SELECT book_id, entry_id, {kind}, {item}, {debit}, credit_id, {amount} FROM ledger_posting WHERE kind = 'reserve'
"""


_CLOSING = (
    "INSERT INTO ledger_closing (starts_on, ends_on, closed_by_id, reopen_why) SELECT {}, closed_by_id, ''"
    " FROM ledger_closing"
)


def posting(**lie: str) -> str:
    return _POSTING.format(**{"kind": "kind", "item": "item + 1", "debit": "debit_id", "amount": "1", **lie})


def of_round(change: str) -> str:
    return f"UPDATE payments_paymentround SET {change} WHERE id = {{released}}"


def of_list(table: str, change: str) -> str:
    """A change to the list of the prepared round, which may still change."""
    return f"UPDATE payments_{table} SET {change} WHERE round_id = {{prepared}}"


# {released}: a round with an order paid, one absent and one open. {prepared}: the round of the next term.
LIES = [
    ("ledger_book_code_key", "INSERT INTO ledger_book (code, title) VALUES ('general', '')"),
    ("closing_ends_after_it_starts", _CLOSING.format("'2020-02-02', '2020-02-01'")),
    ("closing_after_its_last_day", _CLOSING.format("'2100-01-01', '2100-01-31'")),
    ("closing_of_a_period_once", _CLOSING.format("ends_on, ends_on")),
    ("closing_reopening_says_why", "UPDATE ledger_closing SET reopen_why = ''"),
    ("closing_reopened_by_two_persons",
     "UPDATE ledger_closing SET reopened_by_id = reopen_asked_by_id, reopened_at = now()"),
    ("ledger_opening_file_hash_key",
     "INSERT INTO ledger_opening (file_name, file_hash, balances, entries, made_by_id)"
     " SELECT file_name, file_hash, balances, entries, made_by_id FROM ledger_opening"),
    ("moved_something", "ALTER TABLE ledger_moved DISABLE TRIGGER USER; UPDATE ledger_moved SET lines = 0"),
    ("total_counts_something", "UPDATE payments_total SET lines = 0"),
    ("payments_feetwin_fee_account_id_key",
     "INSERT INTO payments_feetwin SELECT max(id), (SELECT fee_account_id FROM payments_feetwin) FROM ledger_account"),
    ("ledger_account_code_key", "UPDATE ledger_account SET code = 'le même'"),
    ("account_never_overdrawn", posting(amount="10::bigint ^ 15")),
    ("account_never_overdrawn", "UPDATE ledger_account SET kind = 'donor' WHERE kind = 'available'"),
    ("entry_cause_posts_once",
     "INSERT INTO ledger_entry (kind, cause, label, by_id) SELECT kind, cause, '', by_id FROM ledger_entry"),
    ("posting_amount_is_positive", posting(amount="-1")),
    ("posting_kind_known", posting(kind="'don'")),
    ("posting_moves_between_two_accounts", posting(debit="credit_id")),
    ("posting_once", posting(item="item")),
    ("payments_paymentround_sequence_check", of_round("sequence = -1")),
    ("payments_paymentround_term_check", of_round("term = -1")),
    ("round_approved_is_signed", of_round("approved_by_id = NULL")),
    ("round_approver_is_not_its_maker", of_round("approved_by_id = made_by_id")),
    ("round_counters_not_negative", of_round("arrears_xof = -1")),
    ("round_frozen_is_signed_and_hashed", of_round("list_hash = ''")),
    ("round_frozen_says_its_period", of_round("covers_until = covers_from - 1")),
    ("round_has_a_maker", of_round("made_by_id = NULL")),
    ("round_released_is_signed", of_round("book_id = NULL")),
    ("round_releaser_is_neither_maker_nor_approver", of_round("released_by_id = approved_by_id")),
    ("return_file_taken_once",
     "INSERT INTO payments_returnfile (agency_id, file_name, file_hash, lines, paid, paid_xof, unpaid, exceptions,"
     " read_xof, undone_why, made_by_id) SELECT agency_id, 'autre nom', file_hash, 0, 0, 0, 0, 0, 0, '', made_by_id"
     " FROM payments_returnfile WHERE undone_at IS NULL"),
    ("return_file_undoing_is_signed", "UPDATE payments_returnfile SET undone_at = now()"),
    ("return_undoing_says_why",
     "INSERT INTO payments_returnundoing (return_line_id, instruction_id, origin_round_id, outcome, by_id, why)"
     " SELECT return_line_id, instruction_id, origin_round_id, outcome, by_id, '' FROM payments_returnundoing"),
    ("return_line_resolution_is_signed", "UPDATE payments_returnline SET resolved_at = now()"),
    ("return_line_once", "UPDATE payments_returnline SET line = 2"),
    ("round_change_once", "UPDATE payments_roundchange SET movement = 'stay', reason = 'la même'"),
    ("payments_roundcommune_sequence_check", "UPDATE payments_roundcommune SET sequence = -1"),
    ("payments_roundcommune_term_check", "UPDATE payments_roundcommune SET term = -1"),
    ("round_commune_once",
     "UPDATE payments_roundcommune SET payment_round_id = {released}, live = false"
     " WHERE payment_round_id = {prepared}"),
    ("commune_in_one_round_per_term", "UPDATE payments_roundcommune SET term = 1"),
    ("payments_approvalneed_position_check", _NEED_CHANGED.replace("{change}", "position = -1")),
    ("approval_need_once",
     "ALTER TABLE payments_approvalneed DISABLE TRIGGER USER; INSERT INTO payments_approvalneed (payment_round_id,"
     " frozen_at, position, role) SELECT payment_round_id, frozen_at, position, 'x' FROM payments_approvalneed"),
    ("payments_approval_need_id_key",
     "ALTER TABLE payments_approval DISABLE TRIGGER USER; INSERT INTO payments_approval (need_id, payment_round_id,"
     " list_hash, by_id) SELECT need_id, payment_round_id, list_hash, by_id FROM payments_approval"),
    ("suspension_one_live", _ASKED.format(commune="commune_id", reason="'crue'")),
    ("suspension_has_a_reason", _ASKED.format(commune="{elsewhere}", reason="''")),
    ("suspension_is_decided_by_two",
     "UPDATE payments_communesuspension SET status = 'confirmed', confirmed_by_id = asked_by_id, confirmed_at = now()"),
    ("suspension_confirmed_is_signed", "UPDATE payments_communesuspension SET status = 'confirmed'"),
    ("suspension_ended_is_signed", "UPDATE payments_communesuspension SET status = 'withdrawn'"),
    ("entitlement_amount_is_positive", of_list("entitlement", "amount_xof = 0")),
    ("entitlement_part_is_less", of_list("entitlement", "paid_xof = amount_xof")),
    ("instruction_part_is_less", of_list("instruction", "paid_xof = 1")),
    ("instruction_part_has_a_day",
     "UPDATE payments_instruction SET status = 'partial', paid_xof = 1 WHERE status = 'open'"),
    ("loss_decision_one_waits",
     "INSERT INTO payments_lossdecision (component_id, reason, decided_by_id)"
     " SELECT component_id, 'y', decided_by_id FROM payments_lossdecision"),
    ("loss_decision_withdrawn_says_why", "UPDATE payments_lossdecision SET withdrawn_at = now()"),
    ("loss_decision_has_a_reason", "UPDATE payments_lossdecision SET reason = ''"),
    ("loss_decision_is_of_two", _DECIDED.replace("{other_hand}", "decided_by_id")),
    ("payments_lossdecision_entry_id_key",
     _DECIDED + "; INSERT INTO payments_lossdecision"
     " (component_id, reason, decided_by_id, entry_id, done_by_id, done_at)"
     " SELECT component_id, reason, decided_by_id, entry_id, done_by_id, done_at FROM payments_lossdecision"),
    ("reissue_has_a_reason", _UNGUARDED_REISSUE + "UPDATE payments_reissue SET reason = ''"),
    ("payments_reissue_payment_round_id_key", _UNGUARDED_REISSUE + _REISSUED.format(status="paid")),
    ("entitlement_status_known", _COPY_OF_RIGHT.replace("{status}", "perdu")),
    ("entitlement_commune_of_its_round", of_list("entitlement", "commune_id = {elsewhere}")),
    ("entitlement_one_per_household", _COPY_OF_RIGHT.replace("{status}", "due")),
    ("instruction_amount_is_positive", of_list("instruction", "amount_xof = -30000")),
    ("instruction_kind_known", of_list("instruction", "kind = 'don'")),
    ("instruction_paid_has_a_day",
     "UPDATE payments_instruction SET status = 'paid' WHERE round_id = {released} AND status = 'open'"),
    ("instruction_status_known",
     _UNGUARDED + _COPY_OF_ORDER.replace("{status}", "perdu").replace("{attempt}", "2")),
    ("instruction_of_its_entitlement", of_list("instruction", "entitlement_id = -entitlement_id")),
    ("instruction_attempt_once",
     _UNGUARDED + _COPY_OF_ORDER.replace("{status}", "open").replace("{attempt}", "1")),
    ("instruction_reference_once", of_list("instruction", "reference = 'la même'")),
]  # fmt: skip
_PAID = "WHERE round_id = {released} AND status = 'paid'"
GUARDS = [
    ("account_balance_is_kept", "UPDATE ledger_account SET balance_xof = 1 WHERE kind = 'available'"),
    ("account_opens_empty",
     "INSERT INTO ledger_account (code, name, kind, fund, balance_xof) VALUES ('x', 'x', 'available', 'x', 5)"),
    ("moved_is_kept", "UPDATE ledger_moved SET lines = lines + 1"),
    ("moved_is_kept", "DELETE FROM ledger_moved"),
    ("closing_stays", "DELETE FROM ledger_closing"),
    ("closing_stays", "UPDATE ledger_closing SET ends_on = ends_on - 1"),
    ("roundfee_stays", "DELETE FROM payments_roundfee"),
    ("round_fees_are_ruled", "UPDATE payments_paymentround SET status = 'approved' WHERE id = {prepared}"),
    ("entry_never_changes", "UPDATE ledger_entry SET by_id = by_id"),
    ("entry_never_changes", "DELETE FROM ledger_entry"),
    ("posting_never_changes", "UPDATE ledger_posting SET amount_xof = 1"),
    ("posting_never_changes", "DELETE FROM ledger_posting_general"),
    ("posting_never_changes", "DELETE FROM ledger_posting_p{book}"),
    ("posting_never_truncated", "TRUNCATE ledger_posting"),
    ("posting_never_truncated", "TRUNCATE ledger_posting_general"),
    ("posting_never_truncated", "TRUNCATE ledger_posting_p{book}"),
    ("posting_never_truncated", "TRUNCATE ledger_entry CASCADE"),
    ("entitlement_list_is_frozen", "UPDATE payments_entitlement SET amount_xof = 1 " + _PAID),
    ("entitlement_list_is_frozen", "UPDATE payments_entitlement_p{released} SET recipient_id = recipient_id"),
    ("entitlement_list_is_frozen", "DELETE FROM payments_entitlement " + _PAID),
    ("entitlement_list_is_frozen",
     _COPY_OF_RIGHT.replace("{status}", "due").replace("{prepared}", "{released}")),
    ("instruction_list_is_frozen", "UPDATE payments_instruction SET account_index = '\\x07' " + _PAID),
    ("instruction_account_is_kept",
     "UPDATE payments_instruction SET account_sealed = set_byte(account_sealed, 20,"
     " (get_byte(account_sealed, 20) + 1) % 256) " + _PAID),
    ("instruction_account_is_kept",
     "UPDATE payments_instruction SET account_sealed = '\\x02' || account_sealed " + _PAID),
    ("entitlement_account_is_kept",
     "UPDATE payments_entitlement SET account_sealed = (SELECT account_sealed FROM payments_entitlement"
     " WHERE round_id = {released} AND status = 'due' LIMIT 1) " + _PAID),
    ("instruction_list_is_frozen", "DELETE FROM payments_instruction_p{released} " + _PAID),
    ("entitlement_moves", "UPDATE payments_entitlement SET status = 'due' " + _PAID),
    ("entitlement_moves", "UPDATE payments_entitlement SET status = 'cancelled' " + _PAID),
    ("instruction_moves", "UPDATE payments_instruction SET status = 'open' " + _PAID),
    ("instruction_moves",
     "UPDATE payments_instruction SET status = 'paid', settled_on = now()"
     " WHERE round_id = {released} AND status = 'absent'"),
    ("returnundoing_never_changes", "UPDATE payments_returnundoing SET why = 'autre'"),
    ("returnundoing_never_changes", "DELETE FROM payments_returnundoing"),
    ("returnundoing_never_truncated", "TRUNCATE payments_returnundoing"),
    ("round_releaser_enrolled_nobody",
     "UPDATE payments_paymentround SET released_by_id = made_by_id WHERE id = {released}"),
    ("approval_need_is_fixed_at_freeze",
     "INSERT INTO payments_approvalneed (payment_round_id, frozen_at, position, role)"
     " SELECT id, frozen_at, 2, '' FROM payments_paymentround WHERE id = {released}"),
    ("approval_need_never_changes", "UPDATE payments_approvalneed SET role = 'coordinator'"),
    ("approval_need_never_changes", "DELETE FROM payments_approvalneed"),
    ("approval_need_never_truncated", "TRUNCATE payments_approvalneed CASCADE"),
    ("approval_by_another_hand",
     "INSERT INTO payments_approval (need_id, payment_round_id, list_hash, by_id)"
     " SELECT need_id, payment_round_id, list_hash, 1 FROM payments_approval"),
    ("approval_never_changes", "UPDATE payments_approval SET by_id = by_id"),
    ("approval_never_changes", "DELETE FROM payments_approval"),
    ("approval_never_truncated", "TRUNCATE payments_approval"),
    ("round_hands_are_distinct", of_round("frozen_at = now()")),
    ("round_shares_no_purpose",
     "UPDATE payments_paymentround AS it SET component_id = {foreign}, status = 'frozen', frozen_by_id = it.made_by_id,"
     " frozen_at = now(), list_hash = repeat('a', 64), covers_from = other.covers_from,"
     " covers_until = other.covers_until FROM payments_paymentround AS other"
     " WHERE it.id = {prepared} AND other.id = {released}"),
    ("round_commune_is_frozen",
     "UPDATE payments_roundcommune SET live = false WHERE payment_round_id = {released}"),
    ("round_follows_closed_terms",
     "UPDATE payments_paymentround AS it SET status = 'closed', frozen_by_id = it.made_by_id,"
     " list_hash = repeat('a', 64), frozen_at = other.frozen_at,"
     " approved_by_id = other.approved_by_id, approved_at = now(),"
     " book_id = other.book_id, released_by_id = other.released_by_id, released_at = now()"
     " FROM (SELECT * FROM payments_paymentround WHERE id = {released}) AS other WHERE it.id = {prepared}"),
    ("round_pays_no_suspended_commune",
     "UPDATE payments_communesuspension SET status = 'confirmed', confirmed_by_id = {other}, confirmed_at = now(),"
     " commune_id = commune_id; UPDATE payments_paymentround SET status = 'frozen', frozen_by_id = made_by_id,"
     " frozen_at = now(), list_hash = repeat('a', 64) WHERE id = {prepared}"),
    ("round_freezes_what_was_decided",
     "UPDATE enrolment_enrolment SET pay_point = 'autre'; UPDATE payments_paymentround SET status = 'frozen',"
     " frozen_by_id = made_by_id, frozen_at = now(), list_hash = repeat('a', 64) WHERE id = {prepared}"),
    ("instruction_settled_was_released",
     "UPDATE payments_instruction SET status = 'absent' WHERE round_id = {prepared} AND status = 'open'"),
    ("entitlement_part_is_that_of_its_orders",
     "UPDATE payments_entitlement SET paid_xof = 7 WHERE round_id = {released}"),
    ("instruction_part_is_kept", "UPDATE payments_instruction SET paid_xof = 7 WHERE status = 'paid'"),
    ("reissue_of_what_is_not_executed", _REISSUED.format(status="open")),
    ("reissue_of_what_is_not_executed", _REISSUED.format(status="paid")),
    ("reissue_never_changes", "UPDATE payments_reissue SET reason = 'y'"),
    ("reissue_never_changes", "DELETE FROM payments_reissue"),
    ("reissue_never_truncated", "TRUNCATE payments_reissue"),
    ("reissue_pays_the_order_it_names",
     "UPDATE payments_paymentround SET kind = 'reissue', status = 'frozen', frozen_by_id = made_by_id,"
     " frozen_at = now(), list_hash = repeat('a', 64) WHERE id = {prepared}"),
    ("entitlement_is_lost_by_decision",
     "UPDATE payments_entitlement SET status = 'returned' WHERE round_id = {released} AND status = 'owed'"),
    ("loss_decision_is_kept", _DECIDED + "; UPDATE payments_lossdecision SET reason = 'y'"),
    ("loss_decision_is_kept", _DECIDED + "; DELETE FROM payments_lossdecision"),
    ("suspension_is_kept", "UPDATE payments_communesuspension SET reason = 'autre'"),
    ("suspension_is_kept", "DELETE FROM payments_communesuspension"),
    ("instruction_one_live", _COPY_OF_ORDER.replace("{status}", "open").replace("{attempt}", "2")),
]  # fmt: skip
SIGNED = {
    "resolved_by_id": "resolved_at = now(), resolution = 'x'",
    "reopened_by_id": "reopened_at = now()",
    "undone_by_id": "undone_at = now(), undone_why = 'x'",
    "payments_lossdecision SET entry_id": (
        "done_by_id = (SELECT min(by_id) FROM ledger_entry WHERE by_id <> decided_by_id), done_at = now()"
    ),
    "SET done_by_id": "entry_id = (SELECT min(id) FROM ledger_entry), done_at = now()",
    "withdrawn_by_id": "withdrawn_at = now(), withdrawn_why = 'x'",
    "confirmed_by_id": "status = 'confirmed', confirmed_at = now()",
    "ended_by_id": "status = 'withdrawn', ended_at = now(), ends_on = starts_on, end_reason = 'x'",
}
"""What stands beside a signature, so that the key alone is false."""
OF_EXCHANGES = {"order_on_its_way_is_not_unpaid"}
KEEPERS = {"posting_keeps_balances", "entitlement_keeps_owed", "instruction_frees_settled"}
"""Triggers that write rather than refuse: tested for what they keep, the last in test_site_lies.py."""


def _told(tmp_path: Path) -> dict[str, Any]:
    """The numbers that the lies speak of; nothing waits for the end of the transaction to be checked."""
    scene = peopled(3, communes=("ML010501", "ML010502"))
    released = scene.released(communes=scene.communes[:1])
    scene.order_file(released, tmp_path)
    absent, paid, still_open = Instruction.objects.order_by("id")
    wrong = scene.take(tmp_path / "faux.csv", [(still_open.reference, "ABSENT", 30_000, "")]).return_file
    corrections.undo_file(wrong, by=scene.officer, reason="mauvais fichier")
    rows = [(absent.reference, "ABSENT", 30_000, ""), (paid.reference, "PAYE", 30_000, "")]
    scene.take(tmp_path / "retour.csv", rows)
    absent.refresh_from_db()
    LossDecision.objects.create(component=scene.component, decided_by=scene.approver, reason="fin du projet")
    reissue = reissues.ask(absent, reason="hospitalisée", by=scene.maker)
    prepared = scene.prepared(2, communes=scene.communes[:1])
    foreign = Component.objects.get(pk=scene.component.pk)
    foreign.pk, foreign.programme = None, Programme.objects.create(code="autre", name="autre", valid_from=date.today())
    foreign.save()
    here = scene.communes[0]
    suspensions.ask(scene.component, here, starts_on=date(2015, 1, 1), reason="attaques", by=scene.maker)
    Closing.objects.create(
        starts_on="2015-01-01", ends_on="2015-01-31", closed_by=scene.maker, reopen_asked_by=scene.maker, reopen_why="x"
    )
    Opening.objects.create(file_name="x", file_hash="x", balances=1, entries=1, made_by=scene.maker)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO payments_feetwin SELECT min(id), max(id) FROM ledger_account")
        cursor.execute(
            "INSERT INTO ledger_account (code, name, kind, fund, balance_xof) VALUES ('seul', '', 'available', 'x', 0)"
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return {
        "reissue": reissue.pk, "other_hand": scene.maker.pk,
        "other": scene.approver.pk, "foreign": foreign.pk,
        "released": released.pk, "prepared": prepared.pk, "book": released.book_id,
        "elsewhere": scene.communes[1].pk,
    }  # fmt: skip


told_once = once("told", _told)


@pytest.fixture
def told(told_once: Kept[dict[str, Any]], db: None) -> dict[str, Any]:
    return told_once.copy()


def test_each_constraint_refuses_its_lie(told: dict[str, Any]) -> None:
    for constraint, lie in LIES:
        assert constraint in parents_of(refusal(lie.format(**told)).constraint_name), lie


def test_each_guard_refuses_its_lie(told: dict[str, Any]) -> None:
    for trigger, lie in GUARDS:
        (function,) = found("SELECT DISTINCT tgfoid::regproc::text FROM pg_trigger WHERE tgname = %s", trigger)
        assert f"function {function}" in (refusal(lie.format(**told)).context or ""), lie


def test_no_constraint_is_without_its_lie(told: dict[str, Any]) -> None:
    named = found(
        "SELECT conname FROM pg_constraint WHERE conrelid::regclass::text ~ '^(ledger|payments)_'"
        f" AND conrelid::regclass::text !~ {EXCHANGES} AND conrelid::regclass::text !~ {BANKS}"
        f" AND conrelid::regclass::text !~ {AGENCIES} AND conrelid::regclass::text !~ {SITES}"
        f" AND conrelid::regclass::text !~ {EARNED}"
        " AND contype IN ('c', 'u', 'x', 'f') AND coninhcount = 0 AND conname !~ '_fk(ey$|_)'"
        " AND (conrelid NOT IN (SELECT inhrelid FROM pg_inherits) OR contype = 'f' AND conparentid = 0)"
        " UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND indpred IS NOT NULL"
        f" AND indrelid::regclass::text ~ '^(ledger|payments)_' AND indrelid::regclass::text !~ {BANKS}"
        f" AND indrelid::regclass::text !~ {AGENCIES} AND indrelid::regclass::text !~ {SITES}"
        f" AND indrelid::regclass::text !~ {EARNED}"
    )
    assert set(named) == {name for name, _ in LIES}


def test_no_trigger_is_without_its_lie(db: None) -> None:
    triggers = found(
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text ~ '^(ledger|payments)_'"
        f" AND tgrelid::regclass::text !~ {EXCHANGES} AND tgrelid::regclass::text !~ {BANKS}"
        f" AND tgrelid::regclass::text !~ {AGENCIES} AND tgrelid::regclass::text !~ {SITES}"
        f" AND tgrelid::regclass::text !~ {EARNED}"
    )
    assert (
        set(triggers) - OF_EXCHANGES - OF_AGENCIES - OF_EARNED - OF_RESPONSES == {name for name, _ in GUARDS} | KEEPERS
    )


def test_every_reference_leads_to_a_row_that_exists(told: dict[str, Any]) -> None:
    """A payment points to its household, enrolment, funding line… by foreign keys: each is tried."""
    keys = found(
        "SELECT format('ALTER TABLE %1$s DISABLE TRIGGER USER; UPDATE %1$s SET %2$I = -7"
        " WHERE (tableoid, ctid) = (SELECT tableoid, ctid FROM %1$s LIMIT 1)', relname, attname)"
        " FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]"
        " JOIN pg_class ON pg_class.oid = conrelid"
        " WHERE contype = 'f' AND cardinality(conkey) = 1 AND relname ~ '^(ledger|payments)_'"
        f" AND relname !~ {EXCHANGES} AND relname !~ {BANKS} AND relname !~ {AGENCIES}"
        f" AND relname !~ {SITES} AND relname !~ {EARNED}"
        " AND NOT relispartition AND NOT (relkind = 'p' AND attname ~ '(round|book)_id$')"
    )
    assert len(keys) > 30
    for key in keys:
        signed = key
        for signer, signature in SIGNED.items():
            signed = signed.replace(f"{signer} = -7", f"{signer} = -7, {signature}")
        assert refusal(signed).sqlstate == FOREIGN_KEY_VIOLATION, key


def test_every_round_s_orders_are_held_to_its_rights(told: dict[str, Any]) -> None:
    """That key is made round by round: no round is without it."""
    partitions = found(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'payments_instruction'::regclass"
    )
    held = found(
        "SELECT conrelid::regclass::text FROM pg_constraint"
        " WHERE conname = 'instruction_of_its_entitlement' AND convalidated"
    )
    assert len(partitions) == 2
    assert sorted(held) == sorted(partitions)


def test_a_balance_follows_every_posting(told: dict[str, Any]) -> None:
    reserved = Account.objects.get(kind="programme")
    with connection.cursor() as cursor:
        cursor.execute(posting(amount="7"))
    assert Account.objects.get(pk=reserved.pk).balance_xof == reserved.balance_xof + 7
    assert prove().balanced


def test_what_is_owed_is_kept(told: dict[str, Any]) -> None:
    owed = Entitlement.objects.filter(status="owed")
    assert found("SELECT entitlement_id::text FROM payments_owed") == [str(owed.get().pk)]
    owed.update(status="paid")
    assert found("SELECT entitlement_id::text FROM payments_owed") == []


def parents_of(name: str | None) -> set[str | None]:
    """A name, and the one that the partitioned table gives to the same constraint."""
    above = found("SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = to_regclass(%s)", name)
    return {name, *above}
