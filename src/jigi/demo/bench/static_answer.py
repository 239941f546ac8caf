"""A bare WSGI answer, served as the site is: what the server itself can give. It knows neither Django nor the database.

`python -m jigi.demo.bench.static_answer PORT PROCESSES BYTES`
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from granian import Granian
from granian.constants import Interfaces

SIZE = "JIGI_BENCH_BYTES"


def answer(environ: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """As many bytes, and nothing looked at."""
    body = b"x" * int(os.environ[SIZE])
    start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


if __name__ == "__main__":
    port, processes, size = sys.argv[1:]
    os.environ[SIZE] = size
    Granian(
        "jigi.demo.bench.static_answer:answer", port=int(port), interface=Interfaces.WSGI, workers=int(processes),
        blocking_threads=4, websockets=False, log_enabled=False, backpressure=64,
    ).serve()  # fmt: skip
