"""Reports and messages of people: believed when they are signed, heard once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from jigi.foundation.errors import Refused
from jigi.messaging import hearing, outbox
from jigi.messaging.adapters.provider import signed
from jigi.messaging.models import Inbound, Message, OptOut, Report
from jigi.messaging.rules import Outcome
from tests.factories import make_areas, make_user
from tests.messaging.scene import NOON, Recorder, queued, states

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def secret(settings: Any) -> Iterator[None]:
    settings.MESSAGES_SECRET = "s3cret"
    yield


def said(**facts: object) -> tuple[bytes, str]:
    body = json.dumps(facts).encode()
    return body, signed("s3cret", body)


def test_a_report_is_heard_once() -> None:
    queued()
    outbox.one_pass(Recorder(Outcome("accepted")), NOON)
    told = said(reference=str(Message.objects.get().reference), status="delivered")
    assert hearing.take_report(*told) and not hearing.take_report(*told)
    assert states() == {"delivered": 1} and Report.objects.count() == 1


def test_a_report_proves_what_a_lost_answer_did_not_say() -> None:
    queued()
    talk = Recorder(Outcome("unclear"))
    outbox.one_pass(talk, NOON)
    hearing.take_report(*said(reference=str(Message.objects.get().reference), status="failed", reason="absent"))
    assert states() == {"failed": 1} and Message.objects.get().problem == "absent"


def test_a_report_on_what_never_left_or_is_not_ours_moves_nothing() -> None:
    queued()
    assert not hearing.take_report(*said(reference=str(Message.objects.get().reference), status="delivered"))
    assert not hearing.take_report(*said(reference=str(uuid4()), status="delivered"))
    assert states() == {"queued": 1}


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'{"reference": "x", "status": "delivered"}', b'{"status": 1}'])
def test_a_body_that_does_not_read_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="ne se lit pas"):
        hearing.take_report(body, signed("s3cret", body))
    with pytest.raises(Refused, match="ne se lit pas"):
        hearing.take_message(body, signed("s3cret", body))


@pytest.mark.parametrize("signature", ["", "sha256=00", "sha256=é"])
def test_what_the_provider_did_not_sign_is_refused(signature: str, settings: Any) -> None:
    body, _ = said(reference=str(uuid4()), status="delivered")
    with pytest.raises(Refused, match="signature"):
        hearing.take_report(body, signature)
    settings.MESSAGES_SECRET = ""
    with pytest.raises(Refused, match="signature"):
        hearing.take_report(body, signed("", body))


def test_stop_and_resume_by_message_keep_no_number() -> None:
    first = said(id="A1", text="Stop", **{"from": "+22370000001"})
    assert (hearing.take_message(*first), hearing.take_message(*first)) == ("stop", "stop")
    assert OptOut.objects.filter(ended_at__isnull=True).count() == 1 and Inbound.objects.count() == 1
    held = OptOut.objects.get()
    assert {field.name for field in held._meta.local_fields if "phone" in field.name} == {"phone_index"}
    assert hearing.take_message(*said(id="A2", text="Reprendre", **{"from": "70000001"})) == "start"
    assert not OptOut.objects.filter(ended_at__isnull=True).exists()


def test_what_people_write_is_kept_sealed() -> None:
    hearing.take_message(*said(id="A1", text="Je n’ai rien reçu", **{"from": "+22370000001"}))
    kept = Inbound.objects.get()
    assert (kept.text, kept.phone, kept.did) == ("Je n’ai rien reçu", "+22370000001", "")
    assert b"rien" not in bytes(kept.text_sealed)


def test_the_desk_notes_it_with_a_right_and_says_what_is_done_already() -> None:
    make_areas(communes=1)
    officer = make_user("oumou", "grievance_officer")
    hearing.stop("70 00 00 01", by=officer)
    with pytest.raises(Refused, match="déjà désinscrit"):
        hearing.stop("+223 70000001", by=officer)
    hearing.start("70000001", by=officer)
    with pytest.raises(Refused, match="n’est pas désinscrit"):
        hearing.start("70000001", by=officer)
    with pytest.raises(Refused, match="ne se lit pas"):
        hearing.stop("12", by=officer)
    with pytest.raises(Refused, match="ne permet pas"):
        hearing.stop("70000002", by=make_user("lecture", "auditor"))


def test_half_a_letter_in_what_people_write_is_kept_as_a_question_mark() -> None:
    body = b'{"id": "A\\udc00", "from": "70000001", "text": "Bonjour \\ud83d"}'
    hearing.take_message(body, signed("s3cret", body))
    assert (Inbound.objects.get().text, Inbound.objects.get().provider_reference) == ("Bonjour ?", "A?")


def test_what_was_sent_to_a_telephone_is_found_by_its_index() -> None:
    queued()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM messaging_message WHERE phone_index = %s", [b"1" * 16])
        assert "message_to_a_telephone" in " ".join(line for (line,) in cursor.fetchall())
