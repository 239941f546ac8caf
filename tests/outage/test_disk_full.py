"""The disk of the database fills: what is sent is refused in French, nothing half done, room given back is enough."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from jigi.foundation import server
from jigi.web.imports import uploads
from tests.factories import Areas, make_user
from tests.outage.machine import Machine, wait
from tests.small_disk import small_disk


@pytest.fixture
def cramped(place: Path, model: Machine) -> Iterator[Machine]:
    """A machine whose whole disk is 400 MB."""
    if os.geteuid() != 0:
        pytest.skip("seul root peut monter un petit disque")
    with small_disk(place / "disque", "400m"):
        made = model.copied(place / "disque" / "jigi")
        server.ensure_started(made.home)
        yield made
        made.stop()


def fill(folder: Path) -> Path:
    """Take all the room that is left."""
    path = folder / "tout-le-reste"
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return path


@pytest.mark.long
def test_a_full_disk_loses_nothing(cramped: Machine) -> None:
    cramped.serve()
    browser = cramped.browser("approve")
    form = browser.form("/paiements/1/", "/paiements/1/faire/approve/", {})
    filler = fill(cramped.home.parent)
    refused = browser.send(form).wait()
    assert refused.status == 503, refused.body[-2000:]
    assert "Le disque du serveur est plein" in refused.body or "ne répond pas" in refused.body
    assert "Traceback" not in refused.body and "il n’est compté qu’une fois" in refused.body
    filler.unlink()
    wait(lambda: browser.get("/paiements/1/")[0] == 200, "les pages ne reviennent pas", 120)
    assert browser.send(form).wait().status == 302
    assert cramped.ask("SELECT status FROM payments_paymentround") == "approved"
    assert cramped.ask("SELECT count(*) FROM ledger_entry WHERE kind = 'reserve'") == 1
    assert cramped.ask("SELECT sum(balance_xof) FROM ledger_account") == 0


def test_an_upload_that_finds_no_room_is_told(
    client: Client, areas: Areas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.web.test_imports import _files

    def full(files: object) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path))

    monkeypatch.setattr(uploads, "keep", full)
    client.force_login(make_user("awa"))
    client.raise_request_exception = False
    answer = client.post("/imports/envoyer/", {"cle": str(uuid.uuid4()), **_files()})
    assert answer.status_code == 503 and answer["Retry-After"] == "300"
    assert "Le disque du serveur est plein" in answer.content.decode()
    assert "No space left" not in answer.content.decode()
