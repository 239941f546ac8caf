"""The twin of PI-SPI as a process of its own: `python -m jigi.payments.adapters.pispi_server --faults busy=0.1`.

It listens on this machine only, prints its address on its first line, and ends when its standard input closes, so that
it never outlives who started it.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jigi.payments.adapters.pispi_twin import Faults, Platform


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
        headers = {name.lower(): value for name, value in self.headers.items()}
        told = self.server.platform.answer(self.command, self.path, headers, self.rfile.read(length))
        if told.delay_s:
            time.sleep(told.delay_s)
        if told.status is None:
            self.close_connection = True
            return
        body = b"" if told.body is None else json.dumps(told.body).encode()
        head = {"Content-Type": "application/json", **told.headers, "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self.wfile.write(f"HTTP/1.1 {told.status} X\r\n{lines}\r\n".encode() + body)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: addresses hold references."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Jumeau de la plateforme PI-SPI")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", default="")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    server = Server(options.port, Platform(Faults.read(options.faults), seed=options.seed))
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
