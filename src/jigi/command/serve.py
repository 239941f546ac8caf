"""Serving the site: granian for the pages, one worker beside it for long work."""

from __future__ import annotations

import subprocess
import sys
import time
from threading import Event, Thread

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from jigi.command.verb import say
from jigi.foundation import limits

HEADER_SECONDS = 15
"""How long a browser may take to say what it asks; a body is read whole by the proxy in front."""
BACKPRESSURE = 64
"""Requests that a process takes in before it lets others wait at the door."""

SHORTEST_WAIT, LONGEST_WAIT = 1.0, 20.0
"""Seconds before a worker that ended is begun again."""


def serve(*, host: str = "127.0.0.1", port: int = 8000, workers: int = 1, with_worker: bool = True) -> None:
    """Serve until interrupted. The worker of long tasks runs beside unless `with_worker` is false."""
    say(f"Le site est sur http://{'localhost' if host == '127.0.0.1' else host}:{port}/ (Ctrl-C pour arrêter)")
    worker = _Worker() if with_worker else None
    settings = HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000)
    try:
        Granian(
            "jigi.site.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=workers,
            blocking_threads=4, websockets=False, log_enabled=True, log_access=False, http1_settings=settings,
            backpressure=BACKPRESSURE, workers_kill_timeout=30,
            workers_max_rss=limits.number("JIGI_WEB_MEMORY_MB", 2048) or None,
            # One that the kernel kills for want of memory is replaced at once.
            respawn_failed_workers=True, respawn_interval=0.5,
        ).serve()  # fmt: skip
    finally:
        if worker is not None:
            worker.stop()


class _Worker:
    """The worker beside the pages, begun again when it ends: killed, or its database gone for a while.

    A new one finds or starts its database, and takes up the jobs that the dead one had in hand.
    """

    def __init__(self) -> None:
        self._stopping = Event()
        self._process = self._begin()
        self._keeper = Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        self._stopping.set()
        self._process.terminate()
        self._process.wait(timeout=30)

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "jigi", "worker"])

    def _keep(self) -> None:
        wait = SHORTEST_WAIT
        while not self._stopping.is_set():
            began = time.monotonic()
            self._process.wait()
            wait = SHORTEST_WAIT if time.monotonic() - began > 60 else min(wait * 2, LONGEST_WAIT)
            if not self._stopping.wait(wait):
                say("Le processus des travaux s’est arrêté : un autre commence.")
                self._process = self._begin()
