"""Which failures are the machine's, and what is said of each. A defect stays a defect."""

from __future__ import annotations

import errno

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.test import RequestFactory
from psycopg import errors

from jigi.foundation.outage import outage_of
from jigi.web import outage

STATES = {
    errors.DiskFull: "plein",
    errors.AdminShutdown: "ne répond pas",
    errors.CrashShutdown: "ne répond pas",
    errors.CannotConnectNow: "ne répond pas",
    errors.TooManyConnections: "trop chargé",
    errors.OutOfMemory: "trop chargé",
    errors.QueryCanceled: "trop de temps",
    errors.DeadlockDetected: "croisées",
    errors.ReadOnlySqlTransaction: "lecture seule",
}


@pytest.mark.parametrize(("cause", "says"), STATES.items())
def test_what_postgresql_says_is_told(cause: type[Exception], says: str) -> None:
    error = OperationalError("x")
    error.__cause__ = cause("x")
    found = outage_of(error)
    assert found and says in found.what


def test_a_lost_connection_is_told() -> None:
    assert outage_of(InterfaceError("the connection is closed"))
    assert outage_of(OperationalError("server closed the connection unexpectedly"))


def test_a_cause_further_down_is_found() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise ValueError("dans le fichier") from error
    except ValueError as error:
        found = outage_of(error)
    assert found and "plein" in found.what


@pytest.mark.parametrize("error", [ValueError("x"), OSError(errno.ENOENT, "x"), ProgrammingError("x"), None])
def test_a_defect_stays_a_defect(error: Exception | None) -> None:
    assert outage_of(error) is None


def test_a_statement_stopped_for_its_length_is_told(db: None) -> None:
    with pytest.raises(OperationalError) as stopped, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10ms'")
        cursor.execute("SELECT pg_sleep(5)")
    found = outage_of(stopped.value)
    assert found and "trop de temps" in found.what


def test_a_defect_has_the_page_of_defects() -> None:
    try:
        raise KeyError("x")
    except KeyError:
        assert outage.failed(RequestFactory().get("/")).status_code == 500


def test_the_page_reads_no_table() -> None:
    """Without the `db` fixture, pytest-django refuses any query."""
    try:
        raise OperationalError("server closed the connection unexpectedly")
    except OperationalError:
        answer = outage.failed(RequestFactory().post("/paiements/1/faire/approve/"))
    text = answer.content.decode()
    assert answer.status_code == 503 and answer["Retry-After"] == "30"
    assert "renvoyer le même formulaire" in text and "<script" not in text and "style=" not in text
