"""Two workers, and a gateway that repeats and cuts: each message and each session makes one case.

On connections of their own, in a copy of the test database that is thrown away.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from jigi.grievances import calls, queries, texts
from jigi.grievances.models import Arrival, Case
from jigi.messaging.models import Message
from tests.copies import at_once, copied
from tests.grievances.test_texts import STORY, received
from tests.grievances.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture
def world(django_db_setup: None, django_db_blocker: Any, settings: Any) -> Iterator[World]:
    settings.MESSAGES_SECRET = settings.USSD_SECRET = "s3cret"
    with django_db_blocker.unblock(), copied("canaux"):
        yield World()


def test_two_workers_share_the_messages_received(world: World) -> None:
    for number in range(24):
        received(f"PLAINTE {STORY} {number % 4}", f"7000000{number % 4}")
    assert not [one for one in at_once(*[texts.hear_all] * 3) if isinstance(one, Exception)]
    assert Arrival.objects.filter(became="complaint").count() == Message.objects.count() == 24
    assert Case.objects.count() == 4, "each telephone told one story, six times"


def test_one_session_asked_by_many_at_once_makes_one_complaint(world: World) -> None:
    said = at_once(*[lambda: calls.answer("S1", "+22370000001", "1*1*0*1")] * 4)
    assert len(set(said)) == 1 and str(said[0]).startswith("END Plainte notée")
    assert Case.objects.count() == Arrival.objects.count() == Message.objects.count() == 1


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a gateway that cuts is no news."""


@contextmanager
def live() -> Iterator[str]:
    """The site on this machine, over HTTP; the address that a gateway calls."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Silent)
    server.set_app(get_wsgi_application())
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/plainte/ussd/"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def played(to: str, *options: str) -> list[dict[str, Any]]:
    """The sessions that the twin of the gateway played, in a process of its own."""
    command = [sys.executable, "-m", "jigi.grievances.adapters.ussd_twin", "--to", to, "--secret", "s3cret", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_gateway_that_repeats_and_cuts_gets_one_complaint_a_session(world: World) -> None:
    faults = ("--repeat", "0.5", "--cut", "0.5")
    with live() as to:
        walks = played(to, *faults, "--sessions", "3", "--walk", "1*1*010501*1")
        number = "".join(mark for mark in walks[0]["last"] if mark in "0123456789")
        drawn = played(to, *faults, "--sessions", "12", "--seed", "7")
        (followed,) = played(to, "--seed", "9", "--walk", f"2*{number}")
        (wrong,) = played(to, "--seed", "8", "--secret", "autre")
    assert not any(one["wrong"] for one in (*walks, *drawn, followed))
    noted = [one for one in (*walks, *drawn) if one["last"].startswith("END Plainte notée")]
    assert len(noted) >= 4, "the drawn sessions file some too"
    assert Case.objects.filter(channel="ussd").count() == len(noted)
    assert queries.followed(int(number)) and "recue le" in followed["last"]
    assert wrong["last"].startswith("401")
