"""HTTP to an agency or a provider: a connection a thread, mutual TLS, a deadline, no request sent twice by itself.

Libraries of HTTP repeat a request whose connection drops; here a dropped connection is news (`Cut`), for the caller to
weigh. What is sent and received is never written to a log.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

MOST_BYTES = 64 * 1024 * 1024


class Cut(Exception):
    """The connection failed, or nothing came in time: whether the request was done is not known."""


class NotSent(Cut):
    """There was no connection at all: nothing of the request left."""


@dataclass(frozen=True)
class Reply:
    """An answer as it came; header names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Wire(Protocol):
    """Where requests go. Raises Cut."""

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply: ...


class HttpWire:
    """The network. `certificate` and `key` (PEM files) prove who we are; `authority` replaces the machine's own."""

    def __init__(
        self, *, timeout_s: float, certificate: Path | None = None, key: Path | None = None,
        authority: Path | None = None,
    ) -> None:  # fmt: skip
        self._timeout_s = timeout_s
        self._tls = ssl.create_default_context(cafile=str(authority) if authority else None)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate is not None:
            self._tls.load_cert_chain(certificate, key)
        self._kept = threading.local()

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        where = urlsplit(url)
        connection = self._connected(where.scheme, where.netloc)
        target = where.path + (f"?{where.query}" if where.query else "")
        try:
            connection.request(method, target, body=body, headers=dict(headers))
            answer = connection.getresponse()
            content = answer.read(MOST_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            self._forget(where.scheme, where.netloc)
            raise Cut(type(error).__name__) from None
        if len(content) > MOST_BYTES:
            self._forget(where.scheme, where.netloc)
            raise Cut("réponse trop longue")
        if answer.will_close:
            self._forget(where.scheme, where.netloc)
        return Reply(answer.status, content, {name.lower(): text for name, text in answer.getheaders()})

    def _connected(self, scheme: str, place: str) -> http.client.HTTPConnection:
        kept = self._kept.__dict__.setdefault("connections", {})
        found: http.client.HTTPConnection | None = kept.get((scheme, place))
        if found is None:
            found = (
                http.client.HTTPSConnection(place, timeout=self._timeout_s, context=self._tls)
                if scheme == "https"
                else http.client.HTTPConnection(place, timeout=self._timeout_s)
            )
            try:
                found.connect()
            except OSError as error:
                raise NotSent(type(error).__name__) from None
            kept[scheme, place] = found
        return found

    def _forget(self, scheme: str, place: str) -> None:
        found = self._kept.__dict__.get("connections", {}).pop((scheme, place), None)
        if found is not None:
            found.close()
