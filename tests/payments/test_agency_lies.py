"""What the database refuses of what agencies say by their own hand, and of money beyond what is financed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from jigi.foundation.keyring import vault
from jigi.payments import agency_tokens, batches, replies
from jigi.payments.agency_models import ResultDraft
from jigi.payments.dispatch_models import Dispatch
from jigi.payments.models import ReturnFile
from jigi.programmes.eligibility import Said
from jigi.programmes.models import Agency
from tests.payments.agency_scene import accepted, make_agent, paid
from tests.payments.lying import (
    AGENCIES,
    FOREIGN_KEY_VIOLATION,
    OF_AGENCIES,
    again,
    each_constraint_refuses,
    found,
    refusal,
)
from tests.payments.lying import unguarded as unguarded_table
from tests.payments.scene import peopled
from tests.payments.test_budgets import AMOUNT, budget
from tests.payments.test_dealing import finances

pytestmark = pytest.mark.django_db

_COLUMNS = {
    "agencyreply": "payment_round_id agency_id verdict order_file_id lines total_xof orders_hash reason by_id"
    " reopened_why",
    "agencytoken": "user_id agency_id label fingerprint made_at expires_at calls",
    "dispatch": "payment_round_id agency_id status orders amount_xof without_account started_by_id",
    "resultbatch": "agency_id payment_round_id code body_hash return_file_id by_id",
    "total": "funding_line_id round_id component_id commune_id agency_id kind lines amount_xof reserved_xof agency_xof"
    " paid_xof fees_xof paid_lines",
}
_TRUE = {"agencyreply": "verdict = 'accepted'", "total": "kind = 'reserve'"}
_REFUSED = {"verdict": "'refused'", "order_file_id": "NULL", "orders_hash": "''", "reason": "'caisse fermée'"}
_BACK = "UPDATE payments_dispatch SET withdrawn_by_id = NULL, withdrawn_at = NULL"
_TAKEN_BACK = "UPDATE payments_agencytoken SET revoked_at = now(), revoked_by_id = user_id; "


def copy(table: str, **lie: str) -> str:
    """The true row of a table once more, but for what is a lie in it."""
    of = f"payments_{table}"
    return again({of: _COLUMNS[table]}, of, _TRUE.get(table, "true"), **lie)


def unguarded(table: str, lie: str) -> str:
    return unguarded_table(f"payments_{table}", lie)


# {released}: a round whose orders were refused, offered again, accepted, and answered but for one. {prepared}: the
# round of the next term. {officer}: somebody who works for no agency. {elsewhere}: a commune that is not financed.
LIES = [
    ("agency_reply_one_live", copy("agencyreply")),
    ("agency_reply_is_hashed_or_says_why", copy("agencyreply", reason="'essai'")),
    ("agency_reply_is_hashed_or_says_why",
     unguarded("agencyreply", "UPDATE payments_agencyreply SET orders_hash = 'x' WHERE verdict = 'accepted'")),
    ("agency_reply_is_hashed_or_says_why",
     unguarded("agencyreply", "UPDATE payments_agencyreply SET order_file_id = NULL WHERE verdict = 'accepted'")),
    ("agency_reply_is_hashed_or_says_why",
     unguarded("agencyreply", "UPDATE payments_agencyreply SET reason = '' WHERE verdict = 'refused'")),
    ("agency_reply_reopened_is_signed",
     "UPDATE payments_agencyreply SET reopened_at = now() WHERE verdict = 'accepted'"),
    ("agency_reply_reopened_is_signed",
     "UPDATE payments_agencyreply SET reopened_at = now(), reopened_by_id = {treasurer}, reopened_why = 'essai'"
     " WHERE verdict = 'accepted'"),
    ("agency_reply_reopened_is_signed",
     unguarded("agencyreply", "UPDATE payments_agencyreply SET reopened_by_id = by_id WHERE verdict = 'refused'")),
    ("agency_reply_reopened_is_signed",
     unguarded("agencyreply", "UPDATE payments_agencyreply SET reopened_why = '' WHERE verdict = 'refused'")),
    ("payments_agencytoken_fingerprint_key", copy("agencytoken")),
    ("agency_token_says_its_use", copy("agencytoken", label="''", fingerprint="'x'")),
    ("agency_token_ends_within_a_year",
     copy("agencytoken", expires_at="made_at + interval '367 days'", fingerprint="'x'")),
    ("agency_token_ends_within_a_year", copy("agencytoken", expires_at="made_at", fingerprint="'x'")),
    ("agency_token_revoked_is_signed", "UPDATE payments_agencytoken SET revoked_at = now()"),
    ("agency_token_revoked_is_signed", "UPDATE payments_agencytoken SET revoked_by_id = user_id"),
    ("result_batch_once", copy("resultbatch")),
    ("result_batch_once", copy("resultbatch", body_hash="repeat('b', 64)")),
    ("result_batch_code_form", copy("resultbatch", code="'lot 2'")),
    ("result_batch_code_form", copy("resultbatch", code="''")),
    ("result_batch_is_hashed", copy("resultbatch", code="'lot-2'", body_hash="'x'")),
]  # fmt: skip
_REPLY, _BATCH, _TOKEN = "reply_says_what_was_declared", "batch_of_accepted_orders", "token_is_kept"
# The trigger, the name by which it refuses ('' when it has none), the lie.
GUARDS = [
    (_REPLY, "agency_reply_in_its_time", copy("agencyreply", payment_round_id="{prepared}")),
    (_REPLY, "agency_reply_in_its_time", unguarded("dispatch", f"{_BACK}; {copy('agencyreply')}")),
    (_REPLY, "agency_reply_by_its_own_hand", copy("agencyreply", by_id="{officer}")),
    (_REPLY, "agency_reply_by_its_own_hand", copy("agencyreply", agency_id="{other_agency}")),
    (_REPLY, "agency_reply_of_what_was_declared", copy("agencyreply", lines="lines - 1")),
    (_REPLY, "agency_reply_of_what_was_declared", copy("agencyreply", total_xof="total_xof + 1")),
    (_REPLY, "agency_reply_of_what_was_declared", copy("agencyreply", orders_hash="repeat('b', 64)")),
    (_REPLY, "agency_reply_of_what_was_declared", copy("agencyreply", **_REFUSED | {"lines": "0"})),
    (_REPLY, "agency_reply_refused_before_results", copy("agencyreply", **_REFUSED)),
    ("reply_is_kept", "", "UPDATE payments_agencyreply SET by_id = {officer} WHERE verdict = 'accepted'"),
    ("reply_is_kept", "", "UPDATE payments_agencyreply SET reopened_why = 'autre' WHERE verdict = 'refused'"),
    ("reply_is_kept", "",
     "UPDATE payments_agencyreply SET reopened_at = NULL, reopened_by_id = NULL, reopened_why = ''"),
    ("reply_is_kept", "", "DELETE FROM payments_agencyreply"),
    ("reply_never_truncated", "", "TRUNCATE payments_agencyreply"),
    ("dispatch_of_orders_not_taken", "dispatch_of_orders_not_taken", copy("dispatch")),
    ("dispatch_of_orders_not_taken", "dispatch_of_orders_not_taken", _BACK),
    ("dispatch_of_orders_not_taken", "dispatch_of_orders_not_taken",
     unguarded("dispatch", f"{_BACK}, payment_round_id = {{prepared}};"
               " ALTER TABLE payments_dispatch ENABLE TRIGGER USER;"
               " UPDATE payments_dispatch SET payment_round_id = {released}")),
    (_BATCH, "result_batch_of_accepted_orders", copy("resultbatch", code="'2'", payment_round_id="{prepared}")),
    (_BATCH, "result_batch_of_accepted_orders", copy("resultbatch", code="'2'", return_file_id="{other_file}")),
    (_BATCH, "result_batch_of_accepted_orders", copy("resultbatch", code="'2'", agency_id="{other_agency}")),
    (_BATCH, "result_batch_of_accepted_orders", copy("resultbatch", code="'2'", by_id="{officer}")),
    ("batch_never_changes", "", "UPDATE payments_resultbatch SET body_hash = repeat('b', 64)"),
    ("batch_never_changes", "", "DELETE FROM payments_resultbatch"),
    ("batch_never_truncated", "", "TRUNCATE payments_resultbatch"),
    (_TOKEN, "agency_token_is_kept", copy("agencytoken", user_id="{officer}", fingerprint="'x'")),
    (_TOKEN, "agency_token_is_kept", copy("agencytoken", agency_id="{other_agency}", fingerprint="'x'")),
    (_TOKEN, "agency_token_is_kept", "UPDATE payments_agencytoken SET expires_at = expires_at + interval '1 day'"),
    (_TOKEN, "agency_token_is_kept", _TAKEN_BACK + "UPDATE payments_agencytoken SET revoked_by_id = {officer}"),
    (_TOKEN, "agency_token_is_kept",
     _TAKEN_BACK + "UPDATE payments_agencytoken SET revoked_by_id = NULL, revoked_at = NULL"),
    (_TOKEN, "agency_token_is_kept", "DELETE FROM payments_agencytoken"),
    ("token_never_truncated", "", "TRUNCATE payments_agencytoken"),
    ("total_is_eligible", "reserved_money_is_eligible", copy("total", commune_id="{elsewhere}")),
    ("total_stays_eligible", "reserved_money_is_eligible",
     "UPDATE payments_total SET commune_id = {elsewhere} WHERE kind = 'reserve'"),
    ("total_is_within_budget", "reserved_money_is_within_budget", copy("total", agency_id="{other_agency}")),
    ("total_stays_within_budget", "reserved_money_is_within_budget",
     "UPDATE payments_total SET amount_xof = 2 * amount_xof WHERE kind = 'reserve'"),
]  # fmt: skip
TRUE_FOR = {
    "revoked_by_id": ", revoked_at = now()",
    "reopened_by_id": " WHERE verdict = 'refused'",
    "order_file_id": " WHERE verdict = 'accepted'",
}
"""What stands beside a key, or the rows that have it, so that the key alone is false."""


@pytest.fixture
def said(db: None) -> dict[str, Any]:
    """A row in every table of what agencies say, a dispatch that was withdrawn, and money of a strict budget."""
    scene = peopled(3, communes=("ML010501", "ML010502"))
    here, elsewhere = scene.communes
    finances(scene.line, Said(areas=(here,)))
    budget(scene, ("A", "transfers", 2015, 5 * AMOUNT), strict=True)
    released = scene.released(communes=[here])
    agent = make_agent(scene.agency)
    refused = replies.refuse(released, scene.agency, by=agent, reason="caisse fermée")
    replies.reopen(refused, by=scene.treasurer, reason="caisse ouverte")
    Dispatch.objects.create(
        payment_round=released, agency=scene.agency, started_by=scene.officer, withdrawn_by=scene.officer,
        withdrawn_at=timezone.now(),
    )  # fmt: skip
    accepted(released, scene.agency, agent)
    batches.give(released, scene.agency, "lot-1", paid(released, absent=1)[:2], by=agent)
    agency_tokens.make(scene.agency, "essai", 30, by=agent)
    sealed = vault().seal("agency", "essai")
    ResultDraft.objects.create(
        agency=scene.agency, payment_round=released, file_name="x", content_sealed=sealed, by=agent
    )
    other = Agency.objects.create(code="B", name="B", kind="cash")
    file = ReturnFile.objects.create(agency=other, file_name="x", file_hash="b" * 64, made_by=scene.officer)
    prepared = scene.prepared(2, communes=[here])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return {
        "released": released.pk, "prepared": prepared.pk, "officer": scene.officer.pk, "treasurer": scene.treasurer.pk,
        "other_agency": other.pk, "other_file": file.pk, "elsewhere": elsewhere.pk,
    }  # fmt: skip


def test_each_constraint_refuses_its_lie(said: dict[str, Any]) -> None:
    each_constraint_refuses([(name, lie.format(**said)) for name, lie in LIES])


def test_each_guard_refuses_its_lie(said: dict[str, Any]) -> None:
    for trigger, name, lie in GUARDS:
        (function,) = found("SELECT tgfoid::regproc::text FROM pg_trigger WHERE tgname = %s", trigger)
        told = refusal(lie.format(**said))
        assert f"function {function}" in (told.context or ""), lie
        assert (told.constraint_name or "") == name, lie


def test_no_constraint_is_without_its_lie(db: None) -> None:
    named = found(
        f"SELECT conname FROM pg_constraint WHERE conrelid::regclass::text ~ {AGENCIES} AND contype IN ('c', 'u', 'x')"
        " UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND indpred IS NOT NULL"
        f" AND indrelid::regclass::text ~ {AGENCIES}"
    )
    assert set(named) == {name for name, _ in LIES}


def test_no_guard_is_without_its_lie(db: None) -> None:
    guards = found(f"SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text ~ {AGENCIES}")
    assert {*guards} | OF_AGENCIES == {trigger for trigger, _, _ in GUARDS}
    names = found(
        "SELECT (regexp_matches(prosrc, 'CONSTRAINT = ''(\\w+)''', 'g'))[1] FROM pg_proc WHERE oid IN"
        " (SELECT tgfoid FROM pg_trigger WHERE tgname = ANY (string_to_array(%s, ' ')))",
        " ".join(trigger for trigger, _, _ in GUARDS),
    )
    assert set(names) == {name for _, name, _ in GUARDS if name}


def test_every_reference_leads_to_a_row_that_exists(said: dict[str, Any]) -> None:
    keys = found(
        "SELECT conrelid::regclass || ' ' || attname FROM pg_constraint"
        " JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]"
        f" WHERE contype = 'f' AND conrelid::regclass::text ~ {AGENCIES}"
    )
    assert len(keys) == 15
    for table, column in map(str.split, keys):
        lie = f"ALTER TABLE {table} DISABLE TRIGGER USER; UPDATE {table} SET {column} = -7{TRUE_FOR.get(column, '')}"
        assert refusal(lie).sqlstate == FOREIGN_KEY_VIOLATION, lie
