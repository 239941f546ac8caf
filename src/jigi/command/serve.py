"""Serving the site: granian for the pages, one worker beside it for long work."""

from __future__ import annotations

import subprocess
import sys

from granian import Granian
from granian.constants import Interfaces

from jigi.command.verb import say


def serve(*, host: str = "127.0.0.1", port: int = 8000, workers: int = 1, with_worker: bool = True) -> None:
    """Serve until interrupted. The worker of long tasks runs beside unless `with_worker` is false."""
    say(f"Le site est sur http://{'localhost' if host == '127.0.0.1' else host}:{port}/ (Ctrl-C pour arrêter)")
    helper = subprocess.Popen([sys.executable, "-m", "jigi", "worker"]) if with_worker else None
    try:
        Granian(
            "jigi.site.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=workers,
            blocking_threads=4, websockets=False, log_enabled=True, log_access=False,
            # One that the kernel kills for want of memory is replaced at once.
            respawn_failed_workers=True, respawn_interval=0.5,
        ).serve()  # fmt: skip
    finally:
        if helper is not None:
            helper.terminate()
            helper.wait(timeout=30)
