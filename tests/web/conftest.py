"""Pages are asked as a browser asks them; people hold their roles in one of two communes."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections

if TYPE_CHECKING:
    from tests.factories import Areas


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> None:
    """Pages are asked as `jigi serve` answers them: under a role that owns no table."""
    settings.FENCED = True


@pytest.fixture
def areas(db: None) -> Areas:
    # Models can be imported once the tests have a database: not while this file is read.
    from tests.factories import make_areas

    return make_areas(communes=2)


class Silent(WSGIRequestHandler):
    def log_message(self, *said: object) -> None:
        pass


@pytest.fixture
def server(db: None) -> Iterator[str]:
    """The site on a port, reading and writing in the transaction of the test: the trail can't be emptied after it."""
    shared = connections["default"]
    shared.inc_thread_sharing()
    served = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Silent)

    def serve() -> None:
        connections["default"] = shared
        served.serve_forever(poll_interval=0.05)

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    thread = Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    shared.dec_thread_sharing()
