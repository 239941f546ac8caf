"""Sealing: every row once, those that commit late too; the head stands in the anchors; nobody changes a seal."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from jigi.foundation import anchors, proof, seals
from jigi.foundation.bulk import counting_statements, fetch_sql, statement
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import AuditSeal, User
from tests.foundation import audit_ground as ground


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> list[Path]:
    return ground.anchored(settings, tmp_path)


@pytest.mark.django_db
def test_every_row_is_sealed_once_and_the_chain_holds(files: list[Path]) -> None:
    ground.lay()
    found = proof.verify()
    assert (found.holds, found.seals, found.rows, found.waiting) == (True, 6, 120, 3), found.findings
    assert files[0].read_text() == files[1].read_text()
    assert files[0].read_text().count("\n") == 6 and files[0].read_text().split()[-1] == found.head


@pytest.mark.django_db
def test_nothing_new_makes_no_seal() -> None:
    ground.write(5)
    assert [mark.rows for mark in seals.seal()] == [5]
    assert seals.seal() == []


@pytest.mark.django_db
def test_a_long_wait_is_sealed_in_batches() -> None:
    ground.write(50)
    assert [mark.rows for mark in seals.seal(most=20)] == [20, 20, 10]
    assert proof.verify().holds


@pytest.mark.django_db
def test_sealing_is_a_constant_number_of_statements() -> None:
    counts = []
    for rows in (1, 500):
        ground.write(rows)
        with counting_statements() as counter:
            seals.seal()
        counts.append(counter.count)
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_nobody_changes_a_seal_or_switches_replication_on_to_do_it() -> None:
    ground.write(3)
    seals.seal()
    for lie in (
        "UPDATE foundation_auditseal SET rows = 2",
        "DELETE FROM foundation_auditseal",
        "TRUNCATE foundation_auditseal",
        "UPDATE foundation_auditevent SET verb = 'x'",
    ):
        with pytest.raises(DatabaseError, match="ne se modifient"), transaction.atomic():
            connection.cursor().execute(lie)


@pytest.mark.django_db
def test_the_guards_stand_in_a_replica_s_session_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgenabled::text FROM pg_trigger WHERE tgfoid = 'jigi_refuse_change'::regproc"
            " AND tgrelid IN ('foundation_auditevent'::regclass, 'foundation_auditseal'::regclass)"
        )
        assert cursor.fetchall() == [("A",)]


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "text"), [("auditevent", "audit_digest"), ("auditseal", "seal")])
def test_the_digest_covers_every_column(table: str, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                       " AND NOT attisdropped", [f"foundation_{table}"])  # fmt: skip
        columns = {name for (name,) in cursor.fetchall()} - {"digest"}
    prefix = "event" if table == "auditevent" else "seal"
    said = statement("foundation", text)
    assert columns and not [name for name in columns if f"{prefix}.{name}" not in said]


@pytest.mark.django_db
def test_the_digest_is_the_same_in_any_session() -> None:
    ground.lay(batches=2)
    with connection.cursor() as cursor:
        for setting in ("TimeZone = 'Asia/Tokyo'", "DateStyle = 'German'", "extra_float_digits = 0",
                        "bytea_output = 'escape'", "IntervalStyle = 'sql_standard'"):  # fmt: skip
            cursor.execute(f"SET LOCAL {setting}")
        assert fetch_sql("foundation", "broken_seals") == []


@pytest.mark.django_db
def test_a_stop_between_the_commit_and_the_file_is_made_good(files: list[Path]) -> None:
    ground.lay()
    for path in files:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[:-1]) + lines[-1][:30])
    assert {finding.kind for finding in proof.verify().findings} >= {"anchor_short"}
    seals.seal()
    assert proof.verify().holds


@pytest.mark.django_db
def test_sealing_stops_when_an_anchor_and_the_base_have_parted(files: list[Path]) -> None:
    ground.lay()
    files[1].write_text("".join(files[1].read_text().splitlines(keepends=True)[:-2]))
    before = AuditSeal.objects.count()
    with pytest.raises(Refused, match="ne se suivent plus"):
        seals.seal()
    assert AuditSeal.objects.count() == before


@pytest.mark.django_db
def test_an_anchor_that_cannot_be_written_is_said(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.AUDIT_ANCHORS = [tmp_path / "file" / "anchor.log"]
    ground.write(1)
    with pytest.raises(JigiError, match="ne peut être écrite"):
        seals.seal()


@pytest.mark.django_db
def test_a_new_anchor_and_a_restore_go_on_with_a_reason(files: list[Path]) -> None:
    ground.lay()
    files[1].unlink()
    somebody = User.objects.get(username="awa")
    with pytest.raises(Refused):
        seals.resume(by=somebody, reason=" ")
    seals.resume(by=somebody, reason="deuxième ancre neuve")
    seals.seal()
    found = proof.verify()
    assert found.holds and "deuxième ancre neuve" in found.notices[0] and found.waiting == 0


@pytest.mark.django_db
def test_after_a_restore_to_an_earlier_day_what_was_given_up_stays_in_sight(files: list[Path]) -> None:
    ground.lay()
    with ground.as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM foundation_auditevent WHERE id > (SELECT ceiling FROM foundation_auditseal"
                       " WHERE number = 4)")  # fmt: skip
        cursor.execute("DELETE FROM foundation_auditseal WHERE number > 4")
    assert {finding.kind for finding in proof.verify().findings} == {"seal_lost"}
    with pytest.raises(Refused, match="au sceau 6, la base au sceau 4"):
        seals.seal()
    seals.resume(by=User.objects.get(username="awa"), reason="base restaurée de la veille")
    ground.write(4)
    seals.seal()
    found = proof.verify()
    assert found.holds and found.seals == 5 and "reprise au sceau 4" in found.notices[0]


@pytest.mark.django_db
def test_a_torn_line_is_passed_over_and_a_wrong_one_is_not(tmp_path: Path) -> None:
    mark = anchors.Mark(anchors.SEAL, 1, "2026-01-31T08:15:00.000Z", 3, "a" * 64)
    path = tmp_path / "anchor.log"
    path.write_text(str(mark)[:30])
    anchors.append(path, mark)
    assert [found for _, found in anchors.read(path)] == [mark]
    path.write_text("n’importe quoi\n" + str(mark) + "\n")
    assert [found for _, found in anchors.read(path)] == [None, mark]
