"""Sealing among other transactions, and the chain after a restore into another database.

These run on connections of their own, in copies of the test database that are thrown away.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo
from pytest_django import Settings

from jigi.foundation import audit, cluster, proof, seals
from jigi.foundation.models import AuditEvent, AuditSeal, User
from jigi.foundation.runs import side_connection
from tests.copies import address, copied
from tests.foundation import audit_ground as ground

pytestmark = pytest.mark.django_db


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture
def apart(django_db_setup: None, django_db_blocker: Any, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A copy of the worker's database with an empty audit, and anchors of this test's own."""
    ground.anchored(settings, tmp_path)
    with django_db_blocker.unblock(), copied("audit"):
        yield


@contextmanager
def open_writer() -> Iterator[psycopg.Connection[Any]]:
    """A transaction that has written a row and has not ended."""
    with side_connection() as writer:
        writer.execute("BEGIN")
        writer.execute(
            "INSERT INTO foundation_auditevent (at, origin, verb, noun, object_id, before, after, reason)"
            " VALUES (now(), 'essai', 'see', 'household', '9', '{}', '{}', '')"
        )
        yield writer


def floor(number: int) -> int:
    return AuditSeal.objects.get(number=number).floor


def test_rows_that_commit_late_go_into_a_later_seal(apart: None) -> None:
    with open_writer() as early, open_writer() as never:
        given = audit.record("see", "household", 3, by=None).pk
        first = seals.seal()
        early.execute("COMMIT")
        second = seals.seal()
        assert [mark.rows for mark in first + second] == [1, 1]
        assert floor(2) == 0  # somebody may still come with a number below
        never.execute("ROLLBACK")
    audit.record("see", "household", 4, by=None)
    seals.seal()
    found = proof.verify()
    assert found.holds and found.rows == AuditEvent.objects.count() == 3
    assert floor(3) == given + 1


def test_a_number_is_settled_while_others_go_on_writing(apart: None) -> None:
    with open_writer() as first:
        given = audit.record("see", "household", 1, by=None).pk
        seals.seal()
        first.execute("COMMIT")
        with open_writer() as second:
            seals.seal()
            assert floor(2) == given  # of the first seal: those who were writing then have ended
            second.execute("ROLLBACK")


def test_the_chain_is_proved_and_goes_on_in_a_restored_database(apart: None) -> None:
    """After a dump and its restore, rows are written anew by other transactions; their numbers are the same."""
    ground.lay(batches=3)
    before = proof.verify()
    with restored("restauree"):
        ground.write(5, User.objects.get(username="awa"))
        assert proof.verify().holds
        made = seals.seal()
        found = proof.verify()
        assert found.holds and (found.rows, found.waiting) == (before.rows + before.waiting + 5, 0)
        assert [mark.number for mark in made] == [4]


def test_a_restored_database_tells_what_was_altered_in_the_dump(apart: None) -> None:
    ground.lay(batches=3)
    with ground.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE foundation_auditevent SET reason = 'autre' WHERE id = %s", [AuditEvent.objects.first().pk]
        )
    with restored("restauree"):
        assert {finding.kind for finding in proof.verify().findings} == {"altered", "seal_broken"}


@contextmanager
def restored(suffix: str) -> Iterator[None]:
    """Be connected to another database, made from a dump of the present one."""
    with copied(suffix, empty=True) as name:
        dump = _program("pg_dump", {**address(), "dbname": name}, b"")
        _program("psql", {**address(), "dbname": connection.settings_dict["NAME"]}, dump, "-q", "-v", "ON_ERROR_STOP=1")
        yield


def _program(name: str, address: dict[str, Any], given: bytes, *options: str) -> bytes:
    command = [cluster.programs() / name, "-d", make_conninfo(**address), *options]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout
