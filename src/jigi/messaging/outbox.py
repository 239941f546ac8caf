"""Sending what waits: stored before it leaves, asked for when its answer was lost, sent once.

Each pass claims some rows (other workers skip them), makes their requests side by side, and stores what was heard. A
worker may be killed at any line: what it held is found « leaving » past its time, and is asked about by our reference
before anything leaves again. A request never leaves after the time that its row says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.fence import acting
from jigi.foundation.keyring import vault
from jigi.foundation.vault import Unsealable
from jigi.foundation.wire import HttpWire
from jigi.messaging import catalogue, rules
from jigi.messaging.adapters.provider import Parcel, Provider
from jigi.messaging.rules import Heard, Outcome

TIMEOUT_S = 20.0
LEASE_S = 120.0
"""How long a claimed message may still leave; the last request begins TIMEOUT_S before."""
GRACE_S = 60.0
"""How long after that the provider may still take in what was cut on its way."""
AT_ONCE = 400
WIDTH = 8


class Talk(Protocol):
    """A provider, or its twin."""

    def send(self, parcel: Parcel) -> Outcome: ...

    def ask(self, reference: Any) -> Outcome: ...


@dataclass(frozen=True)
class Pass:
    """What one pass did."""

    sent: int = 0
    asked: int = 0

    def __bool__(self) -> bool:
        return bool(self.sent or self.asked)


@dataclass(frozen=True)
class _Turn:
    """A message in the hands of this worker, and what was heard of it."""

    row: dict[str, Any]
    was: str
    heard: Heard


def provider() -> Provider | None:
    """The provider that the settings name; None when none is set, and messages wait."""
    if not settings.MESSAGES_URL:
        return None
    return Provider(settings.MESSAGES_URL, settings.MESSAGES_TOKEN, HttpWire(timeout_s=TIMEOUT_S))


def run(talk: Talk, *, seconds: float, width: int = WIDTH) -> Pass:
    """Passes until nothing is due, at most so many seconds; returns what they did."""
    began, sent, asked = time.monotonic(), 0, 0
    with ThreadPoolExecutor(width) as pool:
        while time.monotonic() - began < seconds:
            done = one_pass(talk, timezone.now(), pool=pool)
            if not done:
                break
            sent, asked = sent + done.sent, asked + done.asked
    return Pass(sent, asked)


def one_pass(
    talk: Talk, at: datetime, *, pool: Executor | None = None, most: int = AT_ONCE,
    line: Callable[[str], None] = lambda _: None, lease_s: float = LEASE_S, grace_s: float = GRACE_S,
) -> Pass:  # fmt: skip
    """One pass at a moment. `line` is called between transactions: tests kill there."""
    begun = time.monotonic()
    claimed = _claim(at, most, lease_s)
    line("claimed")
    leaving = [row for row in claimed if row["status"] == "leaving"]
    last = begun + lease_s - TIMEOUT_S
    _settle(_each(pool, lambda row: _sent(talk, row, last), leaving), at)
    line("settled")
    doubted = _doubt(at, most, lease_s)
    line("doubted")
    _settle(_each(pool, lambda row: _asked(talk, row, at, grace_s), doubted), at)
    return Pass(len(claimed), len(doubted))


def is_quiet(at: datetime) -> bool:
    """Whether people are let alone at this moment, by the time of the country."""
    terms = catalogue.terms()
    return rules.quiet(timezone.localtime(at).time(), terms.quiet_from, terms.quiet_until)


def _claim(at: datetime, most: int, lease_s: float) -> list[dict[str, Any]]:
    facts = {"at": at, "most": most, "quiet": is_quiet(at), "until": at + timedelta(seconds=lease_s)}
    with acting("jigi.messaging.outbox"), transaction.atomic():
        return fetch_sql("messaging", "claim", facts)


def _doubt(at: datetime, most: int, lease_s: float) -> list[dict[str, Any]]:
    with acting("jigi.messaging.outbox"), transaction.atomic():
        return fetch_sql("messaging", "doubt", {"at": at, "most": most, "until": at + timedelta(seconds=lease_s)})


def _settle(turns: Sequence[_Turn], at: datetime) -> None:
    if not turns:
        return
    facts = {
        "at": at, "ids": [one.row["id"] for one in turns], "turns": [one.row["turn"] for one in turns],
        "was": [one.was for one in turns], "statuses": [one.heard.status for one in turns],
        "waits": [one.heard.wait_s for one in turns], "problems": [one.heard.problem[:160] for one in turns],
        "references": [one.heard.provider_reference[:80] for one in turns],
    }  # fmt: skip
    with acting("jigi.messaging.outbox"), transaction.atomic():
        run_sql("messaging", "settle", facts)


def _sent(talk: Talk, row: dict[str, Any], last: float) -> _Turn:
    keeper = vault()
    try:
        to = keeper.unseal("phone", bytes(row["phone_sealed"]))
        text = keeper.unseal("message", bytes(row["text_sealed"]))
    except Unsealable:
        return _Turn(row, "leaving", Heard("failed", 0.0, "le téléphone ou le texte ne s’ouvre pas"))
    if time.monotonic() > last:
        return _Turn(row, "leaving", Heard("queued", 0.0, "pas parti à temps"))
    parcel = Parcel(
        row["reference"], row["channel"], row["sender"], _called(to), text, row["language"], row["recording"]
    )
    return _Turn(row, "leaving", rules.hear_sending(talk.send(parcel), row["posts"]))


def _asked(talk: Talk, row: dict[str, Any], at: datetime, grace_s: float) -> _Turn:
    until = row["leaves_until"]
    settled = until is not None and at >= until + timedelta(seconds=grace_s)
    heard = rules.hear_asking(talk.ask(row["reference"]), row["asked"], was=row["status"], settled=settled)
    return _Turn(row, row["status"], heard)


def _each(pool: Executor | None, act: Callable[[dict[str, Any]], _Turn], rows: Sequence[dict[str, Any]]) -> list[_Turn]:
    return list(pool.map(act, rows) if pool else map(act, rows))


def _called(phone: str) -> str:
    """The number with its country, as the provider wants it."""
    digits = "".join(mark for mark in phone if mark in "0123456789").removeprefix("00")
    return f"+223{digits}" if len(digits) == 8 else f"+{digits}"
