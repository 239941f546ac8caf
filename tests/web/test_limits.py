"""Every limit, met: what stops, and what the person reads."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import OperationalError, close_old_connections, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from jigi.foundation import slots
from jigi.foundation.errors import Busy
from jigi.foundation.runs import side_connection
from jigi.site.urls import handler500 as handler500
from jigi.site.urls import urlpatterns as site
from tests.factories import Areas, make_user


def _slow(_: Any) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
        cursor.execute("SELECT pg_sleep(5)")
    return HttpResponse("fini")


def _locked(_: Any) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '100ms'")
        cursor.execute("SELECT count(*) FROM foundation_runcheck")
    return HttpResponse("fini")


def _long(_: Any) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        time.sleep(0.3)
        cursor.execute("SELECT 1")
    return HttpResponse("fini")


def _gone(_: Any) -> HttpResponse:
    raise OperationalError from psycopg.OperationalError("server closed the connection unexpectedly")


urlpatterns = [*site, path("lente/", _slow), path("longue/", _long), path("occupee/", _locked), path("partie/", _gone)]


@pytest.fixture
def reader(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("awa", "programme_manager", areas.country))
    client.raise_request_exception = False
    return client


@pytest.mark.urls(__name__)
def test_a_statement_too_long_is_stopped_and_explained(reader: Client) -> None:
    began = time.monotonic()
    answer = reader.get("/lente/")
    assert time.monotonic() - began < 3
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert "trop de temps à répondre" in answer.content.decode()


@pytest.mark.urls(__name__)
def test_a_page_too_long_begins_no_other_statement(reader: Client, settings: Any) -> None:
    assert reader.get("/longue/").status_code == 200
    settings.MOST_REQUEST_SECONDS = 0.2
    answer = reader.get("/longue/")
    assert answer.status_code == 503 and "Cette page demande trop de temps" in answer.content.decode()


@pytest.mark.urls(__name__)
def test_a_database_that_went_away_is_said(reader: Client) -> None:
    answer = reader.get("/partie/")
    assert answer.status_code == 503 and "La base de données ne répond pas" in answer.content.decode()


def test_a_database_that_is_away_before_any_page_is_said_too(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError from psycopg.OperationalError("connection refused")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore._get_session_from_db", away)
    answer = reader.get("/aujourdhui/")
    assert answer.status_code == 503 and "La base de données ne répond pas" in answer.content.decode()


@pytest.mark.urls(__name__)
def test_a_lock_held_by_another_is_waited_for_and_explained(reader: Client) -> None:
    with side_connection() as other, other.transaction():
        other.execute("LOCK TABLE foundation_runcheck IN ACCESS EXCLUSIVE MODE")
        answer = reader.get("/occupee/")
    assert answer.status_code == 503
    assert "Quelqu’un travaille sur la même chose" in answer.content.decode()
    assert reader.get("/occupee/").status_code == 200


def test_a_body_too_large_is_refused_unread(reader: Client, settings: Any) -> None:
    settings.MOST_REQUEST_MB = 1
    file = SimpleUploadedFile("menages.csv", b"a;b\n" * 400_000)
    answer = reader.post("/imports/envoyer/", {"menages": file, "cle": str(uuid.uuid4())})
    assert answer.status_code == 413 and "dépasse 1 Mo" in answer.content.decode()


def test_only_so_many_exports_at_once(reader: Client, settings: Any) -> None:
    settings.MOST_EXPORTS = 2
    held = [slots.take("export", 2, busy="x") for _ in range(2)]
    answer = reader.get("/menages/?format=csv")
    assert answer.status_code == 503 and "Trop de fichiers se préparent" in answer.content.decode()
    held[0]()
    assert b"".join(reader.get("/menages/?format=csv").streaming_content)
    held[1]()


def test_an_export_gives_its_place_back_when_it_ends_or_its_reader_leaves(reader: Client, settings: Any) -> None:
    settings.MOST_EXPORTS = 1
    for _ in range(3):
        answer = reader.get("/menages/?format=csv")
        assert answer.status_code == 200 and b"".join(answer.streaming_content)
    unread = reader.get("/menages/?format=csv")
    assert reader.get("/menages/?format=csv").status_code == 503
    # As the test client does: the end of a request would close the connection of this test.
    request_finished.disconnect(close_old_connections)
    unread.close()
    request_finished.connect(close_old_connections)
    assert b"".join(reader.get("/menages/?format=csv").streaming_content)


def test_the_public_file_never_takes_the_places_of_those_who_work(client: Client, db: None, settings: Any) -> None:
    settings.MOST_EXPORTS = 1
    held = slots.take("export", 1, busy="x")
    assert client.get("/portail/donnees/jigi-communes.csv").status_code == 200
    held()


def test_papers_are_set_a_few_at_a_time(db: None, settings: Any) -> None:
    from jigi.web.paper.press import press

    settings.MOST_EXPORTS = 1
    with slots.slot("paper", 1, busy="x"), pytest.raises(Busy, match="Trop de documents"):
        press("statement", {})


SHOW = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        cursor.execute(f"SHOW {name}"); print(cursor.fetchone()[0])
"""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"JIGI_PROCESS": "web"}, ["30s", "10s", "1min"]),
        ({"JIGI_PROCESS": "job"}, ["30min", "2min", "15min"]),
        ({"JIGI_PROCESS": "terminal"}, ["0", "0", "0"]),
        ({"JIGI_PROCESS": "web", "JIGI_WEB_STATEMENT_SECONDS": "7"}, ["7s", "10s", "1min"]),
    ],
)
def test_each_kind_of_process_has_its_patience(environment: dict[str, str], expected: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == expected


GREEDY = """
from jigi.foundation import limits
print(limits.hold_memory(), flush=True)
try:
    bytearray(900 * 1024 * 1024)
except MemoryError as error:
    from jigi.foundation.runs import _told
    print(_told(error))
"""


def test_a_job_that_asks_for_too_much_memory_fails_with_a_sentence() -> None:
    environment = os.environ | {"JIGI_JOB_MEMORY_MB": "500", "DJANGO_SETTINGS_MODULE": "jigi.site.settings"}
    code = "import django; django.setup()" + GREEDY
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("500\n") and "plus de mémoire que permis" in done.stdout
    free = environment | {"JIGI_JOB_MEMORY_MB": "0"}
    done = subprocess.run([sys.executable, "-c", code], env=free, capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


def test_a_form_that_is_wrongly_divided_is_told_in_french(client: Client, areas: Areas) -> None:
    client.force_login(make_user("awa"))
    answer = client.post("/imports/envoyer/", b"--x\r\n", content_type="multipart/form-data; boundary=")
    assert answer.status_code == 400 and "envoyez de nouveau" in answer.content.decode()
