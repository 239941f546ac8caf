"""What the grid on a phone asks of the server: the roster of a sheet, and that it takes what was entered, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jigi.foundation.models import AuditEvent, User
from tests.delivery.works_scene import Works, running
from tests.factories import ProvedClient, make_user
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db
HOME = "/chantiers/telephone/"


def _works(folder: Path) -> Works:
    return running(2, double_entry=True)


works_once = once("works", _works)


@pytest.fixture
def works(works_once: Kept[Works], db: None) -> Works:
    return works_once.copy()


def phone(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def send(client: Client, **said: Any) -> Any:
    return client.post(f"{HOME}envoyer/", json.dumps(said), content_type="application/json")


def test_a_foreman_loads_the_sheets_of_their_operator(works: Works) -> None:
    sheet = works.open(days=3)
    client = phone(works.scene.foreman)
    (listed,) = client.get(f"{HOME}moi/").json()["sheets"]
    assert listed["days"] == ["2016-02-01", "2016-02-02", "2016-02-03"]
    found = client.get(f"{HOME}feuilles/{sheet.pk}/").json()
    assert [line["n"] for line in found["lines"]] == [1, 2] and found["revision"] == 0
    assert {name for line in found["lines"] for name in line} == {"n", "name", "marks"}
    event = AuditEvent.objects.filter(verb="export", noun="worksite").get()
    assert sorted(event.subjects) == sorted(one.household_id for one in works.workers)


def test_what_was_entered_is_taken_once_whatever_the_network_does(works: Works) -> None:
    sheet, client = works.open(days=3), phone(works.scene.foreman)
    said = {"sheet": sheet.pk, "revision": 0, "lines": {"1": "PPA", "2": "PP."}}
    assert send(client, **said).json() == {"revision": 1, "hand": 1}
    assert send(client, **said).json() == {"revision": 1, "hand": 1}
    entry = sheet.entries.get()
    assert (entry.source, entry.revision) == ("phone", 1)
    answer = send(client, **{**said, "lines": {"1": "PPP"}})
    assert "ailleurs" in answer.json()["said"] and answer.status_code >= 400
    assert send(client, **{**said, "revision": 1, "lines": {"1": "PPP", "2": "PP."}}).json()["revision"] == 2


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"sheet": "1", "revision": 0, "lines": {}}',
             b'{"sheet": 1, "revision": 0, "lines": {"a": "P"}}', b'{"sheet": 1, "revision": 0, "lines": {"1": 3}}',
             b'{"sheet": true, "revision": 0, "lines": {"1": "P"}}', b"[" * 5000],
)  # fmt: skip
def test_what_can_not_be_read_is_said_and_nothing_is_kept(works: Works, body: bytes) -> None:
    sheet = works.open(days=3)
    answer = phone(works.scene.foreman).post(f"{HOME}envoyer/", body, content_type="application/json")
    assert 400 <= answer.status_code < 500 and answer.json()["said"]
    assert not sheet.entries.exists()


def test_the_page_names_nobody_and_others_find_no_sheet(works: Works) -> None:
    sheet = works.open(days=3)
    page = phone(works.scene.foreman).get(HOME).content.decode()
    assert str(works.workers[0].person) not in page
    other = make_user("autre", "ngo_operator", works.scene.commune)
    other.staff_postings.update(organisation="ONG-Z")
    assert phone(other).get(f"{HOME}moi/").json()["sheets"] == []
    assert phone(other).get(f"{HOME}feuilles/{sheet.pk}/").status_code == 404
    assert send(phone(other), sheet=sheet.pk, revision=0, lines={"1": "PPP"}).status_code == 404
    assert phone(make_user("verif", "payment_officer")).get(HOME).status_code == 404


def test_the_program_of_the_page_is_the_same_for_all() -> None:
    worker = Client().get(f"{HOME}hors-ligne.js")
    assert worker.status_code == 200 and worker.headers["Service-Worker-Allowed"] == HOME
