"""A real kill -9 of the worker while the provider hands messages over, and two workers at once: each cause once.

On connections of their own, in a copy of the test database that is thrown away.
"""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from jigi.foundation.wire import HttpWire
from jigi.messaging import outbox
from jigi.messaging.adapters.provider import Provider
from jigi.messaging.models import Message
from tests.copies import at_once, copied
from tests.messaging.scene import NOON, queued, states

pytestmark = pytest.mark.django_db
FORKED = multiprocessing.get_context("fork")


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), copied("messages"):
        yield


@contextmanager
def twin(faults: str) -> Iterator[str]:
    """The provider in a process of its own; its address."""
    command = [sys.executable, "-m", "jigi.messaging.adapters.twin", "--faults", faults]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def talk(base: str) -> Provider:
    return Provider(base, "t", HttpWire(timeout_s=5))


def handed(base: str) -> dict[str, int]:
    reply = HttpWire(timeout_s=5).request("GET", f"{base}/twin/figures", {}, None)
    found: dict[str, int] = json.loads(reply.body)
    return found


def work(base: str) -> None:
    """What the worker does, at noon, until nothing is due."""
    while outbox.one_pass(talk(base), NOON, most=10):
        continue


def test_a_worker_killed_while_messages_are_handed_over_sends_none_twice(copy: None) -> None:
    queued(300)
    with twin("forgetful=1,cut=0.1,slow=1,slow_s=0.02") as base:
        for enough in (5, 20, 35):
            connection.close()  # a fork takes no connection with it
            worker = FORKED.Process(target=work, args=(base,), daemon=True)
            worker.start()
            until = time.monotonic() + 60
            while handed(base)["handed"] < enough and time.monotonic() < until:
                pass
            worker.kill()
            worker.join()
            assert worker.exitcode == -9
        assert Message.objects.filter(status="leaving").exists(), "nobody died while something left"
        for hours in range(1, 60):
            if set(states()) == {"sent"}:
                break
            outbox.one_pass(talk(base), NOON + timedelta(hours=hours))
        assert states() == {"sent": 300} and (handed(base)["handed"], handed(base)["most"]) == (300, 1)


def test_two_workers_at_once_share_the_work(copy: None) -> None:
    queued(80)
    with twin("forgetful=1") as base:
        at_once(*[lambda: work(base)] * 4)
        assert states() == {"sent": 80} and (handed(base)["handed"], handed(base)["most"]) == (80, 1)
    assert set(Message.objects.values_list("posts", flat=True)) == {1}


def test_the_same_cause_told_by_four_at_once_is_one_message(copy: None) -> None:
    made = at_once(*[lambda: queued(20)] * 4)
    assert sum(made) == 20 and Message.objects.count() == 20
