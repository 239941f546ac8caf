"""What the database refuses of messages, whoever writes."""

from __future__ import annotations

from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from jigi.messaging.models import Event, Message, OptOut, Sender
from jigi.messaging.states import MESSAGE
from tests.factories import make_user
from tests.messaging.scene import NOON, queued

pytestmark = pytest.mark.django_db


def at(status: str) -> Message:
    """A message in a state, whatever way it would have come there."""
    queued()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may wait when a table is altered
        cursor.execute("ALTER TABLE messaging_message DISABLE TRIGGER USER")
        cursor.execute("UPDATE messaging_message SET status = %s, leaves_until = %s, posts = 1", [status, NOON])
        cursor.execute("ALTER TABLE messaging_message ENABLE TRIGGER USER")
    return Message.objects.get()


@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in product(MESSAGE.states, repeat=2) if pair[0] != pair[1]]
)
def test_the_database_moves_a_message_by_the_table_of_its_states(before: str, after: str) -> None:
    one = at(before)
    allowed = any(before in step.sources and after == step.target for step in MESSAGE.transitions)
    moved = Message.objects.filter(pk=one.pk)
    if allowed:
        assert moved.update(status=after) == 1 and Event.objects.get().status == after
        return
    with pytest.raises(DatabaseError, match="ne passe pas de cet état"), transaction.atomic():
        moved.update(status=after)


@pytest.mark.parametrize("change", [{"cause": "autre"}, {"cost_xof": 1}, {"batch": "autre"}, {"segments": 9}])
def test_its_cause_and_its_cost_never_change(change: dict[str, object]) -> None:
    queued()
    with pytest.raises(DatabaseError, match="ne changent pas"):
        Message.objects.update(**change)


def test_it_takes_no_turn_back() -> None:
    one = at("sent")
    with pytest.raises(DatabaseError, match="ne changent pas"):
        Message.objects.filter(pk=one.pk).update(posts=0)


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [
        ({"status": "queued", "phone_sealed": b""}, "message_to_send_has_phone_and_words"),
        ({"status": "queued", "text_sealed": b""}, "message_to_send_has_phone_and_words"),
        ({"status": "leaving", "leaves_until": None}, "message_that_leaves_says_until_when"),
    ],
)
def test_a_row_that_could_not_be_sent_is_refused(lie: dict[str, object], constraint: str) -> None:
    queued()
    with pytest.raises(IntegrityError, match=constraint):
        Message.objects.update(**lie)


def test_a_cause_that_is_there_is_refused() -> None:
    queued(2)
    one, other = Message.objects.order_by("pk")
    one.pk, one.cause, one.reference = None, other.cause, "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    with pytest.raises(IntegrityError, match="message_one_per_cause"):
        one.save(force_insert=True)


@pytest.mark.parametrize("command", ["DELETE FROM messaging_message", "DELETE FROM messaging_event",
                                     "UPDATE messaging_event SET status = 'sent'"])  # fmt: skip
def test_messages_and_their_story_are_not_forgotten(command: str) -> None:
    one = at("leaving")
    Message.objects.filter(pk=one.pk).update(status="sent")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(command)


def test_a_telephone_is_in_the_list_of_stops_once_and_a_sender_fits_a_telephone() -> None:
    OptOut.objects.create(phone_index=b"1" * 16, means="desk")
    with pytest.raises(IntegrityError, match="optout_once"), transaction.atomic():
        OptOut.objects.create(phone_index=b"1" * 16, means="sms")
    queued()
    with pytest.raises(IntegrityError, match="sender_fits_a_telephone"):
        Sender.objects.create(name="Jigisèmèji", set_by=make_user("awa"))
