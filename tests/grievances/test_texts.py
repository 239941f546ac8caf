"""SMS of people: complaints and questions, each heard once, answered the same whether the register knows them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jigi.geography.scope import seen_by
from jigi.grievances import actions, queries, texts
from jigi.grievances.models import Arrival, Case
from jigi.grievances.rules import asked_by_text, written
from jigi.grievances.unattended import MOST
from jigi.messaging import hearing
from jigi.messaging.adapters.provider import signed
from jigi.messaging.models import Inbound, Message
from jigi.registry.models import Membership, Phone
from tests.grievances.test_lies import refused
from tests.grievances.world import World

pytestmark = pytest.mark.django_db
STORY = "L’agent a gardé deux mille francs à Dabani."
NOBODYS = 999_999_999_900 + 98 - 999_999_999_900 % 97
WORDS = {"plainte", "reclamation"}


@pytest.fixture(autouse=True)
def provider(settings: Any) -> None:
    settings.MESSAGES_SECRET = "s3cret"
    settings.FENCED = True


def received(text: str, phone: str = "+223 70 00 00 01", number: str = "") -> None:
    """What the provider posts to us, signed."""
    number = number or f"M{Inbound.objects.count() + 1}"
    body = json.dumps({"id": number, "from": phone, "to": "36000", "text": text}).encode()
    hearing.take_message(body, signed("s3cret", body))


def wrote(text: str, phone: str = "+223 70 00 00 01") -> str:
    """The answer to somebody who wrote so; "" for none."""
    before = set(Message.objects.values_list("pk", flat=True))
    received(text, phone)
    texts.hear_all()
    said = Message.objects.exclude(pk__in=before)
    assert said.count() <= 1, "one message is answered once"
    return said.get().text if said else ""


def give_phone(world: World, number: str, home: int = 0) -> None:
    member = Membership.objects.filter(household=world.households[home], ended_on=None).first()
    assert member is not None
    phone = Phone(person=member.person)
    phone.number = number
    phone.save()


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("PLAINTE rien reçu", ("complaint", "rien reçu")),
        ("  plainte: rien reçu", ("complaint", "rien reçu")),
        ("Réclamation, rien reçu\nà Safo", ("complaint", "rien reçu\nà Safo")),
        ("RE\u0301CLAMATION rien", ("complaint", "rien")),
        ("PLAINTE", ("complaint", "")),
        ("PLAINTES rien", ("", "")),
        ("Suivi 1234 5678 9012", ("follow", "1234 5678 9012")),
        ("SUIVI1234", ("follow", "1234")),
        ("suivi", ("follow", "")),
        ("Bonjour", ("", "")),
        ("", ("", "")),
        ("1234", ("", "")),
    ],
)
def test_a_message_asks_by_its_first_word(text: str, asks: tuple[str, str]) -> None:
    assert asked_by_text(text, WORDS) == asks


def test_where_any_message_is_a_complaint_following_is_still_asked() -> None:
    assert asked_by_text(" Bonjour, rien reçu ", {"*"}) == ("complaint", "Bonjour, rien reçu")
    assert asked_by_text("SUIVI 12", {"*"}) == ("follow", "12")
    assert asked_by_text(" ", {"*"}) == ("", "")


def test_a_complaint_is_taken_and_its_number_is_sent(world: World) -> None:
    said = wrote(f"PLAINTE {STORY}")
    case = Case.objects.get()
    assert case.said in said and case.told == STORY and case.channel == "sms" and case.category_id == "other"
    assert case.anonymous and not case.phone and not case.concerned.exists() and case.received_by is None
    assert queries.answered_by(case) == "page"
    inbound = Inbound.objects.get()
    assert inbound.did == "complaint" and not inbound.text_sealed, "who reads messages does not read complaints"
    assert texts.hear_all() == {}


def test_the_household_of_a_telephone_is_proposed_and_nothing_of_it_is_told(world: World) -> None:
    give_phone(world, "70000001")
    known, unknown = wrote(f"PLAINTE {STORY}"), wrote(f"PLAINTE {STORY}", "70000002")
    ours, nobodys = Case.objects.order_by("pk")
    assert ours.concerned.get().household == world.households[0] and not ours.concerned.get().complains
    assert ours.commune == world.commune and ours.phone and queries.answered_by(ours) == "sms"
    assert nobodys.anonymous and nobodys.commune is None
    assert known.replace(ours.said, "") == unknown.replace(nobodys.said, "")
    assert set(Message.objects.values_list("area__level", "household")) == {("country", None)}
    with seen_by(world.officer):
        assert [one.pk for one in queries.visible_to(world.officer)] == [ours.pk]
        assert [one.case_id for one in Arrival.objects.all()] == [ours.pk]


def test_the_same_message_makes_one_case_and_another_telephone_another(world: World) -> None:
    first = wrote(f"PLAINTE {STORY}")
    received(f"PLAINTE {STORY}", number="M1")  # the provider posts it again
    assert texts.hear_all() == {}
    assert wrote(f"plainte {STORY}") == first, "sent again by a person who heard nothing"
    assert wrote(f"PLAINTE {STORY}", "70000002") != first
    assert Case.objects.count() == 2 and Arrival.objects.filter(became="complaint").count() == 3


def test_where_a_complaint_stands_is_said_as_on_the_page(world: World) -> None:
    case, apart = world.answered(), world.heard("gender_violence", by=world.referent)
    assert "décision : plainte fondée" in wrote(f"suivi n° {case.said}")
    unseen, nobodys = wrote(f"SUIVI {apart.said}"), wrote(f"SUIVI {written(NOBODYS)}")
    assert "aucune suite" in unseen and unseen.replace(apart.said, "") == nobodys.replace(written(NOBODYS), "")
    assert "mal recopié" in wrote("SUIVI")


def test_one_telephone_is_counted_and_the_message_stays_to_be_read(world: World) -> None:
    for number in range(MOST["complaint"]):
        assert wrote(f"PLAINTE {STORY} {number}")
    assert wrote(f"PLAINTE {STORY} de trop") == ""
    assert Case.objects.count() == MOST["complaint"]
    assert Inbound.objects.latest("pk").text.endswith("de trop") and Arrival.objects.latest("pk").became == "limited"
    assert wrote(f"PLAINTE {STORY}", "70000009") != ""


def test_what_is_not_a_complaint_is_left_to_who_reads_messages(world: World, settings: Any) -> None:
    assert wrote("Merci beaucoup") == "" and wrote("STOP") == ""
    assert [one.became for one in Arrival.objects.all()] == ["nothing"], "STOP is the messages' own"
    settings.COMPLAINT_WORDS = ""
    assert wrote(f"PLAINTE {STORY}") == "" and not Case.objects.exists()
    settings.COMPLAINT_WORDS = "*"
    assert wrote("ok") == "" and wrote(STORY)
    assert Case.objects.get().told == STORY


def test_who_writes_the_word_alone_is_told_how_and_not_for_ever(world: World) -> None:
    told = [wrote("PLAINTE") for _ in range(MOST["hint"] + 1)]
    assert all("en quelques mots" in one for one in told[:-1]) and told[-1] == ""
    assert not Case.objects.exists()


def test_an_arrival_never_changes_its_case(world: World) -> None:
    wrote(f"PLAINTE {STORY}")
    other = world.heard()
    refused("grievance_arrival_is_kept", "UPDATE grievances_arrival SET case_id = %s", other.pk)
    refused("grievance_arrival_is_kept", "DELETE FROM grievances_arrival")
    refused("grievance_is_kept", "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE grievances_arrival CASCADE")
    refused("grievance_arrival_has_its_case", "INSERT INTO grievances_arrival (key, became) VALUES ('x', 'complaint')")
    facts = "INSERT INTO grievances_arrival (key, became) SELECT key, 'nothing' FROM grievances_arrival"
    refused("grievances_arrival_key_key", facts)


def test_a_worker_that_dies_leaves_the_message_to_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    received(f"PLAINTE {STORY}")
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(actions, "receive_from_public", lambda *_, **__: 1 // 0)
        texts.hear_all()
    assert not Arrival.objects.exists() and not Message.objects.exists()
    assert texts.hear_all() == {"complaint": 1} and Case.objects.count() == 1
