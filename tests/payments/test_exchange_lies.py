"""What the database refuses of the exchanges with agencies: each constraint, guard and reference is lied to."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.payments.dispatch_models import Attempt, Dispatch, Notice, Recall
from jigi.payments.models import AgencyChannel, PayingAccount, ReturnFile, ReturnNotice
from jigi.programmes.models import Agreement
from tests.payments.dispatch_scene import begun
from tests.payments.lying import EXCHANGES, OF_AGENCIES
from tests.payments.scene import Scene

pytestmark = pytest.mark.django_db

_AGREED = (
    "agency_id, kind, said, file_name, file_hash, identity_sealed, identity_public, signing_sealed, signing_public,"
    " password_sealed, made_by_id"
)
LIES = [
    ("channel_is_encrypted", "UPDATE payments_channel SET base_url = 'http://ailleurs'"),
    ("channel_limits_known", "UPDATE payments_channel SET width = 0"),
    ("payments_channel_agency_id_key",
     "INSERT INTO payments_channel (agency_id, protocol, base_url, token_url, client_id, payer_alias, secrets_sealed,"
     " certificate, certificate_key, authority, paths, group_size, width, page_size, timeout_s, made_by_id)"
     " SELECT agency_id, protocol, base_url, token_url, client_id, payer_alias, secrets_sealed, certificate,"
     " certificate_key, authority, paths, group_size, width, page_size, timeout_s, made_by_id FROM payments_channel"),
    ("dispatch_once",
     "INSERT INTO payments_dispatch (payment_round_id, agency_id, status, orders, amount_xof, without_account,"
     " started_by_id) SELECT payment_round_id, agency_id, status, 0, 0, 0, started_by_id FROM payments_dispatch"),
    ("dispatch_releaser_did_not_begin_it",
     "UPDATE payments_dispatch SET released_by_id = started_by_id, released_at = now()"),
    ("dispatch_withdrawn_was_not_released", "UPDATE payments_dispatch SET withdrawn_at = now()"),
    ("group_leaves_again_only_if_denied", "UPDATE payments_group SET posts = denials + 2"),
    ("group_that_left_says_so", "UPDATE payments_group SET status = 'sent', posts = 0"),
    ("payments_group_code_key", "UPDATE payments_group SET code = 'le même'"),
    ("payments_group_posts_check", "UPDATE payments_group SET posts = -1"),
    ("payments_group_denials_check", "UPDATE payments_group SET denials = -1, posts = 0"),
    ("payments_group_asked_check", "UPDATE payments_group SET asked = -1"),
    ("payments_attempt_tx_id_key",
     "ALTER TABLE payments_attempt DISABLE TRIGGER USER; UPDATE payments_attempt SET tx_id = 'la même'"),
    ("attempt_one_per_order",
     "ALTER TABLE payments_attempt DISABLE TRIGGER USER; UPDATE payments_attempt SET instruction_id = 1,"
     " origin_round_id = 1"),
    ("attempt_settled_is_proven", "UPDATE payments_attempt SET settled = true"),
    ("attempt_returned_was_executed", "UPDATE payments_attempt SET returned_on = now()"),
    ("payments_recall_attempt_id_key",
     "INSERT INTO payments_recall (attempt_id, motive, status, asked_by_id)"
     " SELECT attempt_id, motive, status, asked_by_id FROM payments_recall"),
    ("notice_once",
     "INSERT INTO payments_notice (channel_id, body_hash, body_sealed, problem)"
     " SELECT channel_id, body_hash, body_sealed, '' FROM payments_notice"),
    ("channel_is_hashed", "UPDATE payments_agencychannel SET file_hash = 'x'"),
    ("channel_identity_has_both_keys", "UPDATE payments_agencychannel SET identity_public = 'age1x'"),
    ("channel_signing_has_both_keys", "UPDATE payments_agencychannel SET signing_public = 'ssh-ed25519 x'"),
    ("payments_agencychannel_agency_id_key",
     f"INSERT INTO payments_agencychannel ({_AGREED}) SELECT {_AGREED} FROM payments_agencychannel"),
    ("one_paying_account_per_agreement",
     "INSERT INTO payments_payingaccount (channel_id, agreement_id, holder, number, bic)"
     " SELECT channel_id, agreement_id, holder, number, bic FROM payments_payingaccount"),
    ("paying_account_bic_form", "UPDATE payments_payingaccount SET bic = 'banque'"),
    ("paying_account_number_is_plain", "UPDATE payments_payingaccount SET number = 'ML 12'"),
    ("return_notice_says_something", "UPDATE payments_returnnotice SET said = ''"),
]  # fmt: skip
GUARDS = [
    ("attempt_moves", "UPDATE payments_attempt SET status = 'executed', happened_on = now();"
     " UPDATE payments_attempt SET status = 'rejected'"),
    ("attempt_is_of_its_order", "UPDATE payments_attempt SET amount_xof = 1"),
    ("attempt_is_of_its_order", "DELETE FROM payments_attempt"),
    ("order_on_its_way_is_not_unpaid", "UPDATE payments_instruction SET status = 'absent'"),
    ("dispatch_released_by_another_hand",
     "UPDATE payments_dispatch SET released_at = now(),"
     " released_by_id = (SELECT made_by_id FROM payments_paymentround)"),
]  # fmt: skip
TABLES = f"FROM pg_constraint WHERE conrelid::regclass::text ~ {EXCHANGES}"


@pytest.fixture
def exchanged(db: None) -> None:
    """A dispatch of four orders in two groups, and a row in every table of the exchanges."""
    scene, one = begun(4)
    notice = Notice(channel=scene.agency.channel, body_hash="a" * 64, body_sealed=scene.agency.channel.secrets_sealed)
    notice.save()
    Recall.objects.create(attempt=Attempt.objects.first(), motive="DUPL", asked_by=scene.officer)
    _agreed(scene)
    assert Dispatch.objects.get() == one
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _agreed(scene: Scene) -> None:
    channel = AgencyChannel.objects.create(
        agency=scene.agency, kind="files", said="x", file_name="x.toml", file_hash="a" * 64, made_by=scene.officer
    )
    agreement = Agreement.objects.first()
    PayingAccount.objects.create(
        channel=channel, agreement=agreement, holder="Programme", number="ML00001", bic="BMSMMLBA"
    )
    taken = ReturnFile.objects.create(
        agency=scene.agency, file_name=f"{date.today()}", file_hash="b" * 64, made_by=scene.officer
    )
    ReturnNotice.objects.create(return_file=taken, kind="other", said="à voir")


def refused(lie: str) -> IntegrityError:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lie)
    return error.value


@pytest.mark.parametrize(("name", "lie"), LIES, ids=[name for name, _ in LIES])
def test_each_constraint_refuses_its_lie(exchanged: None, name: str, lie: str) -> None:
    assert name in str(refused(lie))


@pytest.mark.parametrize(("name", "lie"), GUARDS)
def test_each_guard_refuses_its_lie(exchanged: None, name: str, lie: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgfoid::regproc::text FROM pg_trigger WHERE tgname = %s", [name])
        (function,) = cursor.fetchone()
    cause = refused(lie).__cause__
    assert f"function {function}" in (cause.diag.context or "")  # type: ignore[union-attr]


def test_none_is_without_its_lie(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT conname {TABLES} AND contype IN ('c', 'u') AND conname !~ '_fk'")
        named = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            f"SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text ~ {EXCHANGES}"
        )
        guards = {name for (name,) in cursor.fetchall()}
    # channel_limits_known says all that Django's own checks of a positive number say.
    assert {name for name in named if not name.startswith("payments_channel_") or name.endswith("_key")} == {
        name for name, _ in LIES
    }
    assert guards - OF_AGENCIES <= {name for name, _ in GUARDS}


def test_every_reference_leads_to_a_row_that_exists(exchanged: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, (SELECT attname FROM pg_attribute WHERE attrelid = conrelid"
            f" AND attnum = conkey[1]) {TABLES} AND contype = 'f'"
        )
        keys = cursor.fetchall()
    signed = {"released_by_id": ", released_at = now()", "withdrawn_by_id": ", withdrawn_at = now()"}
    assert len(keys) > 10
    for table, column in keys:
        found = refused(
            f"ALTER TABLE {table} DISABLE TRIGGER USER; UPDATE {table} SET {column} = -7{signed.get(column, '')}"
        )
        assert "foreign key" in str(found), (table, column)
