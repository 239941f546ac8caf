"""One provider of SMS and calls over HTTP, by a small JSON interface (docs/messages.md). It knows neither SQL nor rows.

POST {base}/messages            our reference is the key of idempotency      -> 202, or 200 when it is known already
GET  {base}/messages/{reference}                                             -> 200 with its status, or 404
a report or a message received is posted to us, signed by HMAC-SHA-256 of its body
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from jigi.foundation.wire import Cut, NotSent, Reply, Wire
from jigi.messaging.rules import Outcome

NOTHING_DONE = (429, 503)
"""The interface promises that these did nothing; any other error of the provider leaves it unsaid."""
OURS = (401, 403)
"""Our key is wrong: the message is not at fault."""
STATUSES = {"queued": "accepted", "sent": "accepted", "delivered": "delivered", "failed": "failed"}
LONGEST_WHY = 120


@dataclass(frozen=True)
class Parcel:
    """A message as it leaves."""

    reference: UUID
    channel: str
    sender: str
    to: str
    text: str
    language: str
    recording: str = ""


@dataclass(frozen=True)
class Told:
    """A report: `said` is « delivered » or « failed »."""

    reference: UUID
    said: str
    reason: str


@dataclass(frozen=True)
class Received:
    """A message that somebody sent us."""

    provider_reference: str
    to: str
    phone: str
    text: str


class Provider:
    """Safe to call from several threads when its wire is; no method raises for what the provider answers."""

    def __init__(self, base: str, token: str, wire: Wire) -> None:
        self._base, self._token, self._wire = base.rstrip("/"), token, wire

    def send(self, parcel: Parcel) -> Outcome:
        said = {
            "reference": str(parcel.reference), "channel": parcel.channel, "from": parcel.sender, "to": parcel.to,
            "text": parcel.text, "language": parcel.language,
        }  # fmt: skip
        if parcel.recording:
            said["recording"] = parcel.recording
        return self._asked("POST", "/messages", {"Idempotency-Key": str(parcel.reference)}, json.dumps(said).encode())

    def ask(self, reference: UUID) -> Outcome:
        return self._asked("GET", f"/messages/{reference}", {}, None)

    def _asked(self, method: str, path: str, more: dict[str, str], body: bytes | None) -> Outcome:
        head = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **more}
        if body is not None:
            head["Content-Type"] = "application/json"
        try:
            reply = self._wire.request(method, self._base + path, head, body)
        except NotSent as error:
            return Outcome("later", f"fournisseur injoignable ({error})")
        except Cut as error:
            return Outcome("unclear", f"réponse coupée ({error})")
        return heard(reply, asking=method == "GET")


def heard(reply: Reply, *, asking: bool) -> Outcome:
    """What an answer means."""
    if reply.status in NOTHING_DONE:
        return Outcome("later", f"fournisseur occupé ({reply.status})", retry_after_s=_seconds(reply))
    if reply.status in OURS:
        return Outcome("later", f"clé refusée par le fournisseur ({reply.status})", retry_after_s=300.0)
    if asking and reply.status == 404:
        return Outcome("unknown")
    if reply.status in (200, 201, 202):
        told = _object(reply.body)
        kind = STATUSES.get(str(told.get("status", "")))
        if kind is None:
            return Outcome("unclear", "réponse illisible")
        return Outcome(kind, _short(told.get("reason")), _short(told.get("id"))[:80])
    if not asking and reply.status in (400, 404, 413, 422):
        return Outcome("denied", f"refusé ({reply.status}) {_short(_object(reply.body).get('reason'))}".strip())
    return Outcome("unclear", f"erreur du fournisseur ({reply.status})", retry_after_s=_seconds(reply))


def genuine(secret: str, body: bytes, signature: str) -> bool:
    """Whether the provider signed a body; nobody did when no secret is set."""
    return bool(secret) and signature.isascii() and hmac.compare_digest(signed(secret, body), signature)


def signed(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def read_report(body: bytes) -> Told:
    """The report in a body. Raises ValueError when it is none."""
    said = _strict(body)
    if said.get("status") not in ("delivered", "failed"):
        raise ValueError("status")
    return Told(UUID(str(said.get("reference"))), str(said["status"]), _short(said.get("reason")))


def read_received(body: bytes) -> Received:
    """The message received in a body. Raises ValueError when it is none."""
    said = _strict(body)
    wanted = {name: said.get(name) for name in ("id", "from", "text")}
    if not all(isinstance(value, str) for value in wanted.values()) or not wanted["id"] or not wanted["from"]:
        raise ValueError("id, from, text")
    text = _written(str(wanted["text"])).replace("\0", "")[:1_600]
    return Received(_short(wanted["id"])[:80], _short(said.get("to"))[:20], _short(wanted["from"])[:30], text)


def _strict(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("JSON") from None
    if not isinstance(said, dict):
        raise ValueError("JSON")
    return said


def _object(body: bytes) -> dict[str, Any]:
    try:
        return _strict(body)
    except ValueError:
        return {}


def _short(value: object) -> str:
    return (
        " ".join(_written(str(value)).replace("\0", "").split())[:LONGEST_WHY] if isinstance(value, str | int) else ""
    )


def _written(text: str) -> str:
    """The text as it can be kept: half of a pair of UTF-16, which JSON lets through, is no letter."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _seconds(reply: Reply) -> float | None:
    text = reply.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
