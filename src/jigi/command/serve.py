"""Serving the site: granian for the pages, one worker beside it for long work."""

from __future__ import annotations

import subprocess
import sys

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from jigi.command.verb import say
from jigi.foundation import limits

HEADER_SECONDS = 15
"""How long a browser may take to say what it asks; a body is read whole by the proxy in front."""
BACKPRESSURE = 64
"""Requests that a process takes in before it lets others wait at the door."""


def serve(*, host: str = "127.0.0.1", port: int = 8000, workers: int = 1, with_worker: bool = True) -> None:
    """Serve until interrupted. The worker of long tasks runs beside unless `with_worker` is false."""
    say(f"Le site est sur http://{'localhost' if host == '127.0.0.1' else host}:{port}/ (Ctrl-C pour arrêter)")
    helper = subprocess.Popen([sys.executable, "-m", "jigi", "worker"]) if with_worker else None
    settings = HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000)
    try:
        Granian(
            "jigi.site.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=workers,
            blocking_threads=4, websockets=False, log_enabled=True, log_access=False, http1_settings=settings,
            backpressure=BACKPRESSURE, respawn_failed_workers=True, workers_kill_timeout=30,
            workers_max_rss=limits.number("JIGI_WEB_MEMORY_MB", 2048) or None,
        ).serve()  # fmt: skip
    finally:
        if helper is not None:
            helper.terminate()
            helper.wait(timeout=30)
