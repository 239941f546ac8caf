"""The public home served by `jigi serve`: requests a second, beside the same bytes from a bare WSGI answer.

Readers keep their connection and ask again as soon as they are answered, on the same machine: what they spend is taken
from the site. So the processor that the site spends on a request is told too, which nobody shares.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil
from django.db import connection, transaction
from django.test import Client

from jigi.demo.bench.gauge import peak_mb
from jigi.demo.bench.ground import lay, release_round, settle_tables, staff
from jigi.demo.bench.openrosa import PATIENCE_SECONDS, answers, free_port, processor_seconds
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import JigiError
from jigi.portal import actions

HOUSEHOLDS = 2_000
WORKERS = 2
READERS = 8
WARMING = 200
_ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"


def _lay(trial: Trial) -> Figures:
    """A round of 2016 that was paid, and an edition that says it."""
    component = lay(HOUSEHOLDS)
    release_round(component, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_instruction DISABLE TRIGGER USER")
        cursor.execute("UPDATE payments_instruction SET status = 'paid', settled_on = '2016-02-10'")
    settle_tables()
    edition = actions.publish(by=staff().operator)
    return {"cells": edition.cells.count()}


def _read(trial: Trial) -> Figures:
    client = Client(headers={"Accept-Encoding": "gzip", "Host": "localhost"})
    client.get("/")
    with counting_statements() as counter:
        page = client.get("/")
    port = free_port()
    command = [sys.executable, "-m", "jigi", "serve", "--port", str(port), "--workers", str(WORKERS), "--no-worker"]
    with _serving(command, port) as site:
        seconds, spent = _asked(trial.size, port, site)
    return {
        "seconds": round(seconds, 3), "statements": counter.count, "peak_mb": peak_mb(),
        "page_bytes": len(page.content), "site_milliseconds": round(spent / trial.size * 1000, 3),
        "rate_of_two_cores": round(2 * trial.size / spent),
    }  # fmt: skip


def _reference(trial: Trial) -> Figures:
    port = free_port()
    command = [sys.executable, "-m", "jigi.demo.bench.static_answer"]
    with _serving([*command, *map(str, (port, WORKERS, trial.facts["page_bytes"]))], port) as site:
        seconds, spent = _asked(trial.size, port, site)
    return {"reference_seconds": round(seconds, 3), "reference_milliseconds": round(spent / trial.size * 1000, 3)}


def _asked(size: int, port: int, site: psutil.Process) -> tuple[float, float]:
    """Seconds of so many requests, and the processor seconds of the site meanwhile."""
    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(lambda _: _reader(port, WARMING // READERS), range(READERS)))
        began, spent = time.monotonic(), processor_seconds(site)
        list(pool.map(lambda _: _reader(port, size // READERS), range(READERS)))
        return time.monotonic() - began, processor_seconds(site) - spent


def _reader(port: int, times: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as line:
        for _ in range(times):
            line.sendall(_ASKED)
            said = b""
            while b"\r\n\r\n" not in said:
                said += _received(line)
            head, _, body = said.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise JigiError(f"La page a été répondue {head[:40]!r}")
            left = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]) - len(body)
            while left > 0:
                left -= len(_received(line))


def _received(line: socket.socket) -> bytes:
    if not (piece := line.recv(65_536)):
        raise JigiError("Le site a coupé la ligne")
    return piece


@contextmanager
def _serving(command: Sequence[str], port: int) -> Iterator[psutil.Process]:
    served = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not answers(port):
            if time.monotonic() > until or served.poll() is not None:
                raise JigiError("Ce qui est mesuré n’a pas commencé à répondre")
            time.sleep(0.2)
        yield psutil.Process(served.pid)
    finally:
        served.terminate()
        served.wait(timeout=PATIENCE_SECONDS)


BENCH = Bench(
    name="portal",
    size=20_000,
    unit="requêtes",
    reference="autant d’octets par une réponse WSGI fixe, du même serveur à deux processus",
    phases={
        "Base, tour payé et édition": _lay,
        "Lire l’accueil (mesuré)": _read,
        "Référence": _reference,
    },
)
