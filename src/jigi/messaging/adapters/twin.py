"""The twin of the provider as a process of its own: `python -m jigi.messaging.adapters.twin --faults cut=0.05`.

It listens on this machine only, prints its address on its first line, and ends when its standard input closes, so that
it never outlives who started it. Given an address and a secret, it posts signed reports there.
"""

from __future__ import annotations

import argparse
import json
import queue
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jigi.foundation.wire import Cut, HttpWire
from jigi.messaging.adapters.provider import signed
from jigi.messaging.adapters.twin_rules import Faults, Platform

SIGNATURE = "X-Signature"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, platform: Platform) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.platform = platform

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        told = self.server.platform.answer(self.command, self.path, self.rfile.read(length))
        if told.delay_s:
            time.sleep(told.delay_s)
        if told.status is None:
            self.close_connection = True
            return
        body = b"" if told.body is None else json.dumps(told.body).encode()
        head = f"HTTP/1.1 {told.status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: bodies hold telephones."""


class Teller:
    """Posts reports one after another, by a thread of its own; one that is refused is told again, some times."""

    def __init__(self, address: str, secret: str) -> None:
        self._address, self._secret = address, secret
        self._waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._wire = HttpWire(timeout_s=10)
        threading.Thread(target=self._work, daemon=True).start()

    def __call__(self, report: dict[str, Any]) -> None:
        self._waiting.put(report)

    def _work(self) -> None:
        while True:
            body = json.dumps(self._waiting.get()).encode()
            for _ in range(3):
                try:
                    head = {SIGNATURE: signed(self._secret, body), "Content-Type": "application/json"}
                    if self._wire.request("POST", self._address, head, body).status < 300:
                        break
                except Cut:
                    time.sleep(0.2)


def run(port: int, faults: str, seed: int, tell: str, secret: str) -> None:
    """Serve until the standard input closes."""
    platform = Platform(Faults.read(faults), seed=seed, tell=Teller(tell, secret) if tell else None)
    server = Server(port, platform)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


def main() -> None:
    parser = argparse.ArgumentParser(description="Jumeau du fournisseur de messages")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tell", default="")
    parser.add_argument("--secret", default="")
    options = parser.parse_args()
    run(options.port, options.faults, options.seed, options.tell, options.secret)


if __name__ == "__main__":
    main()
