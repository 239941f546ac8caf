"""Messages in the outbox, and passes of a worker at chosen moments against the twin of the provider."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.wire import Cut, Reply
from jigi.messaging import outbox, writing
from jigi.messaging.adapters.provider import Parcel, Provider
from jigi.messaging.adapters.twin_rules import Faults, Platform
from jigi.messaging.models import Message
from jigi.messaging.rules import Outcome
from jigi.messaging.writing import Line, Wording
from tests.factories import make_commune

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 12, 22, tzinfo=UTC)
VALUES = {"date": "12/03/2026", "lieu": "Safo"}


class Killed(BaseException):
    """The worker dies here."""


class TwinWire:
    """The twin without a network."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def request(self, method: str, url: str, headers: object, body: bytes | None) -> Reply:
        told = self.platform.answer(method, url.removeprefix("http://jumeau"), body or b"")
        if told.status is None:
            raise Cut("essai")
        return Reply(told.status, json.dumps(told.body).encode(), {})


def provider(platform: Platform) -> Provider:
    return Provider("http://jumeau", "clé", TwinWire(platform))


def queued(number: int = 1, *, by: User | None = None, first: int = 1, batch: str = "essai", **said: object) -> int:
    """So many messages, waiting from noon on."""
    area = make_commune("ML010501")
    wording = Wording(
        "payment_day", batch=batch, not_before=NOON, expires_at=NOON + timedelta(days=30), **said  # type: ignore[arg-type]
    )  # fmt: skip
    lines = [
        Line(f"{batch}:{at}", *sealed(f"{70_000_000 + at}"), VALUES, area.pk) for at in range(first, first + number)
    ]
    return writing.queue(wording, lines, by=by)


def sealed(phone: str) -> tuple[bytes, bytes]:
    return vault().seal("phone", phone), vault().index("phone", phone)


def passed(platform: Platform, at: datetime = NOON, **options: object) -> outbox.Pass:
    return outbox.one_pass(provider(platform), at, **options)  # type: ignore[arg-type]


def settled(platform: Platform, *, hours: int = 400) -> None:
    """Passes, each a little later, until nothing waits any more."""
    at = NOON
    for _ in range(hours):
        at += timedelta(minutes=20)
        passed(platform, at)
        if not Message.objects.filter(status__in=("queued", "leaving", "unclear")).exists():
            return
    raise AssertionError("messages that never arrive")


def states() -> dict[str, int]:
    return {state: row["messages"] for state, row in writing.figures().items()}


class Recorder:
    """A provider whose answers are said beforehand; what it was asked is kept."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers, self.asked = list(answers), []  # type: ignore[var-annotated]

    def send(self, parcel: Parcel) -> Outcome:
        self.asked.append(("send", parcel.reference))
        return self.answers.pop(0)

    def ask(self, reference: UUID) -> Outcome:
        self.asked.append(("ask", reference))
        return self.answers.pop(0)

    @property
    def verbs(self) -> list[str]:
        return [verb for verb, _ in self.asked]


def forgetful(**faults: float) -> Faults:
    """A provider that holds no key of idempotency: a reference posted twice is handed over twice."""
    return Faults(forgetful=1, **faults)
