"""Nothing that was typed reaches a log: not by a message, not by the database, not by an address."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from jigi.foundation import runs, server
from jigi.foundation.logs import JsonFormatter, described, scrubbed
from jigi.foundation.models import Run, User
from jigi.foundation.runs import side_connection
from tests.factories import make_areas, make_user

NAME = "Awa Secrète"
SECRETS = (NAME, "0123456789", "+22370123456", "Secrète")


@pytest.fixture
def lines() -> Any:
    """What the handlers of the site write while the test lasts."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def _refused_by_the_database() -> Exception:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        User.objects.create(username="awa", full_name=NAME)
        User.objects.create(username="awa", full_name=NAME)
    return caught.value


def test_an_error_of_the_database_is_told_without_what_it_holds(db: None, lines: io.StringIO) -> None:
    error = _refused_by_the_database()
    assert "awa" in str(error), "the message of the database holds what was typed"
    assert described(error).startswith("IntegrityError 23505 foundation_user")
    logging.getLogger("jigi").error("échec : %s", error, exc_info=error)
    line = json.loads(lines.getvalue())
    assert "awa" not in json.dumps(line) and line["error"].startswith("IntegrityError 23505")
    assert any("test_logs.py" in step for step in line["way"])


def test_a_run_that_failed_says_no_value(db: None) -> None:
    wrong = psycopg.errors.InvalidTextRepresentation
    with pytest.raises(wrong), runs.start("essai", "Essai", by=None), side_connection() as beside:
        beside.execute("SELECT %s::text::integer", [NAME])
    said = Run.objects.filter(kind="essai").latest("id")
    with side_connection() as beside:
        beside.execute("DELETE FROM foundation_run WHERE id = %s", [said.pk])
    assert "InvalidTextRepresentation 22P02" in said.message and NAME not in said.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Not Found: /menages/4827-1930-66/", "Not Found: /menages/…/"),
        ("Not Found: /menages/4827193066/", "Not Found: /menages/…/"),
        ("appel +223 70 12 34 56 manqué", "appel … manqué"),
        ("/menages/?q=Awa+Secrète fin", "/menages/?… fin"),
        ("une ligne\nlevel: forgée", "une ligne ⏎ level: forgée"),
    ],
)
def test_numbers_of_persons_and_forged_lines_are_taken_out(text: str, expected: str) -> None:
    assert scrubbed(text) == expected


def test_a_defect_on_a_page_is_logged_without_its_message_or_its_address(
    client: Client, db: None, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError(f"{NAME} +22370123456")

    client.force_login(make_user("awa", "programme_manager", make_areas(communes=1).country))
    client.raise_request_exception = False
    monkeypatch.setattr("jigi.web.households.views.registry.visible_to", broken)
    answer = client.get("/menages/", {"q": NAME})
    assert answer.status_code == 500
    written = lines.getvalue()
    line = json.loads(written.splitlines()[-1])
    assert (line["error"], line["path"], line["method"]) == ("ValueError", "/menages/", "GET")
    for secret in SECRETS:
        assert secret not in written and secret not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_a_refusal_is_logged_with_who_and_where(client: Client, db: None, lines: io.StringIO) -> None:
    user = make_user("awa", "treasurer", make_areas(communes=1).country)
    client.force_login(user)
    client.get("/audit/")
    client.post("/paiements/retours/", {"a": NAME}, headers={"referer": "http://testserver/paiements/retours/"})
    refused = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["path"], line["user"], line["method"]) for line in refused] == [
        ("/audit/", user.pk, "GET"),
        ("/paiements/retours/", user.pk, "POST"),
    ]
    assert all(line["level"] == "warning" and line["from"] == "127.0.0.1" for line in refused)
    assert NAME not in lines.getvalue()


def test_every_line_says_its_time_in_utc(lines: io.StringIO) -> None:
    logging.getLogger("jigi").warning("essai")
    moment = datetime.fromisoformat(json.loads(lines.getvalue())["at"])
    assert moment.utcoffset() == timedelta(0) and abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


def test_the_handlers_of_the_site_write_this_form_and_no_statement() -> None:
    code = (
        "import django, logging; django.setup(); from django.db import connection\n"
        f"connection.force_debug_cursor = True; connection.cursor().execute('SELECT %s', ['{NAME}'])\n"
        "logging.getLogger('django.request').error('Internal Server Error: %s', '/menages/4827-1930-66/')\n"
    )
    environment = os.environ | {"JIGI_DEBUG": "1", "DJANGO_SETTINGS_MODULE": "jigi.site.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    written = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["message"] for line in written] == ["Internal Server Error: /menages/…/"]


def test_the_embedded_server_writes_neither_statements_nor_values(home: Path) -> None:
    with psycopg.connect(server.ensure_started(home, durable=False), autocommit=True) as database:
        database.execute("CREATE TABLE t (name text UNIQUE)")
        database.execute(f"INSERT INTO t VALUES ('{NAME}')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            database.execute(f"INSERT INTO t VALUES ('{NAME}')")
    written = journal(home)
    for _ in range(100):  # the server's collector writes a moment after the refusal
        if "t_name_key" in written:
            break
        time.sleep(0.1)
        written = journal(home)
    assert "t_name_key" in written and NAME not in written


def journal(home: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in (home / "postgres").rglob("journal-*.log"))
