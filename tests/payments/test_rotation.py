"""Rotating the keys: every value anew, no list changed, whatever stops it on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jigi.enrolment.models import Enrolment
from jigi.foundation import keyring, rotation
from jigi.foundation.errors import JigiError, Raced
from jigi.foundation.models import AuditEvent, Run, User
from jigi.foundation.rotation import kept_columns, rotate, rows_by_version
from jigi.foundation.runs import side_connection
from jigi.payments import actions, queries
from jigi.payments.models import Instruction, PaymentRound
from jigi.registry.models import Identifier, Person, Phone
from tests.factories import make_user
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Five households paid once, a second round frozen, a document each; keys of this test's own, small batches."""
    settings.HOME, settings.VAULT_KEYS = tmp_path, tmp_path / "vault.keys"
    monkeypatch.setattr(rotation, "BATCH", 2)
    made = peopled(5)
    made.answer(first := made.released(), tmp_path / "retour.csv")
    made.close(first)
    frozen = made.prepared(2)
    actions.freeze(frozen, by=made.maker)
    for number, person in enumerate(Person.objects.order_by("pk")[:5]):
        Identifier.objects.create(person=person, kind="nina", value=f"1198099000000{number:02}A")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return made


@pytest.fixture
def by(scene: Scene) -> User:
    return make_user("exploite", "operator")


def versions() -> dict[int, int]:
    """Sealed values of the whole database by version of key."""
    found: dict[int, int] = {}
    for kept in kept_columns():
        for version, rows in rows_by_version(kept).items():
            found[version] = found.get(version, 0) + rows
    return found


def values() -> dict[str, list[tuple[int, str]]]:
    models = {Phone: "number", Identifier: "value", Enrolment: "account", Instruction: "account"}
    return {
        model.__name__: [(one.pk, getattr(one, name)) for one in model.objects.order_by("pk")]
        for model, name in models.items()
    }


def test_every_sealed_column_is_known() -> None:
    """The partitioned ones by their partitions: another column that holds bytes is looked at here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'bytea' AND table_name !~ '_p\\d+$'"
        )
        found = {row[0] for row in cursor.fetchall()}
    # What the audit's seals hold is no value of a person.
    seals = {name for name in found if name.startswith("foundation_auditseal.")}
    sealed = {"registry_identifier.sealed", "registry_phone.sealed"}
    sealed |= {"registry_pastidentifier.sealed", "registry_pastphone.sealed"}
    sealed |= {f"{table}.account_sealed" for table in ("enrolment_enrolment", "payments_entitlement")}
    sealed |= {"payments_instruction.account_sealed", "enrolment_cardkey.seed_sealed"}
    sealed |= {"changes_changeitem.sealed", "changes_changeitem.done_sealed"}
    sealed |= {"delivery_grantevidence.sealed"}
    sealed |= {f"intake_{table}.sealed" for table in ("submission", "submissionconflict", "collectionsecret")}
    sealed |= {"intake_batchfile.sealed", "intake_correction.sealed"}
    sealed |= {"payments_channel.secrets_sealed", "payments_notice.body_sealed"}
    sealed |= {"payments_resultdraft.content_sealed", "payments_bankaccount.number_sealed"}
    sealed |= {f"payments_agencychannel.{name}_sealed" for name in ("identity", "signing", "password")}
    sealed |= {f"grievances_case.{name}_sealed" for name in ("name", "phone", "told")}
    sealed |= {"grievances_event.note_sealed", "grievances_recording.content_sealed"}
    sealed |= {f"messaging_{table}.{name}_sealed" for table in ("message", "inbound") for name in ("phone", "text")}
    sealed |= {"intake_attachment.held_sealed", "sheets_scannedpage.sealed"}
    assert {name for name in found if name.endswith("sealed")} == sealed
    assert len(kept_columns()) == len(sealed)
    assert {name for name in found - sealed if not name.endswith("_index")} <= {
        "registry_household.content_hash",
        "registry_pasthousehold.content_hash",
        # Files: workbooks of questionnaires, papers and photographs, which are downloaded by who has the right.
        "intake_formversion.xlsform",
        "programmes_agreementdocument.content",
        "response_document.content",
        # Opening balances of accounts: no household.
        "ledger_openingrequest.content",
        "intake_formmedia.content",
        "intake_attachment.content",
        "changes_changeevidence.content",
        # Figures and alerts about places.
        "shocks_alert.content",
        "shocks_signalfile.content",
        "delivery_workphoto.content",
        # Sealed to the key of who receives them: no key of this vault opens it.
        "sharing_sharingpart.content",
        "results_extractpart.content",
        *seals,
    }


def test_all_values_are_sealed_anew_and_read_the_same(scene: Scene, by: User) -> None:
    before, count = values(), sum(versions().values())
    assert versions() == {1: count} and count == 5 + 5 + 5 + 10 + 10
    keyring.add_key()
    done = rotate(by=by)
    assert (done.version, done.rows, versions()) == (2, count, {2: count})
    assert values() == before
    run = Run.objects.filter(kind="vault.rotate").latest("pk")
    assert (run.status, sum(step.rows_out for step in run.steps.all())) == ("done", count)
    assert AuditEvent.objects.get(verb="rotate").after == {"rows": count, "left": 0}
    assert rotate(by=by).rows == 0


def test_a_frozen_list_keeps_its_hash_its_orders_and_its_guard(scene: Scene, by: User, tmp_path: Path) -> None:
    first, frozen = PaymentRound.objects.order_by("pk")
    order = scene.order_file(first, tmp_path / "avant").read_bytes()
    keyring.add_key()
    rotate(by=by)
    assert queries.verify_hash(first) and queries.verify_hash(frozen)
    assert scene.order_file(first, tmp_path / "apres").read_bytes() == order
    third = scene.prepared(3)
    assert [(c.movement, c.households) for c in third.changes.all()] == [("stay", 5)]


def test_what_stopped_a_rotation_leaves_what_was_done_and_the_next_one_finishes(
    scene: Scene, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, count = values(), sum(versions().values())
    keyring.add_key()
    whole, turns = rotation._write, iter(range(100))

    def killed(*args: Any) -> int:
        if next(turns) == 7:
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(rotation, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        rotate(by=by)
    monkeypatch.undo()
    assert set(versions()) == {1, 2} and values() == before
    done = versions()[2]
    assert rotate(by=by).rows == count - done > 0
    assert versions() == {2: count} and values() == before


def test_a_value_changed_meanwhile_is_not_overwritten(scene: Scene, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.add_key()
    phone = Phone.objects.order_by("pk")[0]
    anew = rotation._sealed_anew

    def changing(kept: Any, table: str, read: Any, *others: Any) -> Any:
        if table == "registry_phone" and read[0][0] == phone.pk:
            phone.number = "+22399000001"
            phone.save()
        return anew(kept, table, read, *others)

    monkeypatch.setattr(rotation, "_sealed_anew", changing)
    rotate(by=by)
    assert Phone.objects.get(pk=phone.pk).number == "+22399000001"


def test_a_value_that_no_key_opens_is_named_and_left(scene: Scene, by: User) -> None:
    count = sum(versions().values())
    phone = Phone.objects.order_by("pk")[2]
    spoiled = bytearray(phone.sealed)
    spoiled[-1] ^= 1
    Phone.objects.filter(pk=phone.pk).update(sealed=bytes(spoiled))
    keyring.add_key()
    with pytest.raises(JigiError, match=rf"téléphone : 1, registry_phone {phone.pk}"):
        rotate(by=by)
    assert versions() == {1: 1, 2: count - 1}
    assert bytes(Phone.objects.get(pk=phone.pk).sealed) == bytes(spoiled)


def test_it_gives_way_to_who_works_on_the_rows_and_comes_back(
    scene: Scene, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.add_key()
    whole, refused = rotation._write, []

    def busy(kept: Any, table: str, rows: Any) -> int:
        if table == "enrolment_enrolment" and len(refused) < rotation.TURNS + 2:
            refused.append(table)
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'occupé' USING ERRCODE = 'lock_not_available'; END $$")
        return whole(kept, table, rows)

    monkeypatch.setattr(rotation, "_write", busy)
    monkeypatch.setattr(rotation, "sleep", lambda seconds: None)
    rotate(by=by)
    assert len(refused) == rotation.TURNS + 2 and set(versions()) == {2}


def test_a_list_made_meanwhile_from_what_was_not_rotated_is_rotated_too(
    scene: Scene, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.add_key()
    column, made = rotation._rotate_column, []

    def meanwhile(kept: Any, *others: Any) -> None:
        if kept.title == "inscription" and not made:
            made.append(scene.prepared(3))
        column(kept, *others)

    monkeypatch.setattr(rotation, "_rotate_column", meanwhile)
    rotate(by=by)
    assert set(versions()) == {2} and made


@pytest.fixture
def another() -> Iterator[None]:
    """Another machine that rotates."""
    with side_connection() as beside:
        beside.execute("SELECT pg_advisory_lock(%s)", [rotation._LOCK])
        yield


def test_one_rotation_at_a_time(scene: Scene, by: User, another: None) -> None:
    with pytest.raises(Raced, match="Une rotation est en cours"):
        rotate(by=by)


# Who holds the database and not the keys


def swapped(column: str, scene: Scene) -> PaymentRound:
    """A frozen round whose first order was given another one's sealed account, past the guards."""
    _, frozen = PaymentRound.objects.order_by("pk")
    one, other = Instruction.objects.filter(payment_round=frozen).order_by("pk")[:2]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_instruction DISABLE TRIGGER USER")
        cursor.execute(
            f"UPDATE payments_instruction SET {column} = (SELECT {column} FROM payments_instruction WHERE id = %s)"
            " WHERE id = %s", [other.pk, one.pk],
        )  # fmt: skip
        cursor.execute("ALTER TABLE payments_instruction ENABLE TRIGGER USER")
    return frozen


@pytest.mark.parametrize("column", ["account_sealed", "account_index"])
def test_an_account_exchanged_in_the_database_is_seen(scene: Scene, column: str) -> None:
    assert not queries.verify_hash(swapped(column, scene))


def test_no_order_leaves_with_an_account_exchanged_in_the_database(scene: Scene, tmp_path: Path) -> None:
    frozen = swapped("account_sealed", scene)
    released = actions.release(actions.approve(frozen, by=scene.approver), by=scene.treasurer)
    with pytest.raises(JigiError, match=r"Le compte de l’ordre \S+ n’est pas celui de la liste gelée.*auditeur"):
        scene.order_file(released, tmp_path / "ordres")
    assert not list((tmp_path / "ordres").iterdir())
    assert not released.order_files.exists()
