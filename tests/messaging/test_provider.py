"""What is sent to a provider, and what its answers are taken for: never more than they prove."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest

from jigi.foundation.wire import Cut, NotSent, Reply
from jigi.messaging.adapters.provider import Parcel, Provider

REFERENCE = UUID("6f9619ff-8b86-4011-b42d-00c04fc964ff")
PARCEL = Parcel(REFERENCE, "sms", "JIGI", "+22370000001", "Bonjour", "fr")


class Said:
    """A wire that answers what it is told to, and keeps what was asked."""

    def __init__(self, said: Reply | Cut) -> None:
        self.said, self.seen = said, []  # type: ignore[var-annotated]

    def request(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply:
        self.seen.append((method, url, headers, body))
        if isinstance(self.said, Cut):
            raise self.said
        return self.said


def answer(status: int, body: object = None, **headers: str) -> Reply:
    return Reply(status, json.dumps(body).encode(), headers)


def test_our_reference_goes_with_the_message_as_its_key() -> None:
    wire = Said(answer(202, {"id": "T1", "status": "queued"}))
    heard = Provider("http://x/v1/", "clé", wire).send(PARCEL)
    method, url, headers, body = wire.seen[0]
    assert (method, url) == ("POST", "http://x/v1/messages") and headers["Idempotency-Key"] == str(REFERENCE)
    assert json.loads(body)["reference"] == str(REFERENCE) and "recording" not in json.loads(body)
    assert (heard.kind, heard.provider_reference) == ("accepted", "T1")


@pytest.mark.parametrize(
    ("said", "sending", "asking"),
    [
        (answer(200, {"status": "delivered"}), "delivered", "delivered"),
        (answer(202, {"status": "sent"}), "accepted", "accepted"),
        (answer(200, {"status": "failed", "reason": "absent"}), "failed", "failed"),
        (answer(200, {"status": "autre"}), "unclear", "unclear"),
        (answer(200, []), "unclear", "unclear"),
        (Reply(200, b"<html>", {}), "unclear", "unclear"),
        (answer(404), "denied", "unknown"),
        (answer(422, {"reason": "number"}), "denied", "unclear"),
        (answer(409), "unclear", "unclear"),
        (answer(500), "unclear", "unclear"),
        (answer(502), "unclear", "unclear"),
        (answer(503), "later", "later"),
        (answer(429), "later", "later"),
        (answer(401), "later", "later"),
        (answer(302), "unclear", "unclear"),
        (Cut("TimeoutError"), "unclear", "unclear"),
        (NotSent("ConnectionRefusedError"), "later", "later"),
    ],
)
def test_an_answer_says_what_it_proves_and_nothing_more(said: Reply | Cut, sending: str, asking: str) -> None:
    provider = Provider("http://x", "clé", Said(said))
    assert (provider.send(PARCEL).kind, provider.ask(uuid4()).kind) == (sending, asking)


@pytest.mark.parametrize(("text", "seconds"), [("90", 90.0), ("", None), ("demain", None), ("9" * 9, None)])
def test_when_to_come_back_is_read_in_seconds_only(text: str, seconds: float | None) -> None:
    heard = Provider("http://x", "clé", Said(answer(429, **{"retry-after": text}))).send(PARCEL)
    assert heard.retry_after_s == seconds


def test_half_a_letter_in_an_answer_is_kept_as_a_question_mark() -> None:
    heard = Provider("http://x", "clé", Said(Reply(422, b'{"reason": "num\\ud800ro"}', {}))).send(PARCEL)
    assert heard.why == "refusé (422) num?ro"
