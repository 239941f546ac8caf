"""« Suis-je inscrit ? » on the page: the same sentence for all, and an SMS to the registered telephone alone."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from django.core.cache import caches
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jigi.enrolment.models import Enrolment
from jigi.geography.models import Area
from jigi.messaging.models import Message
from jigi.payments.models import Instruction
from jigi.portal import answers
from jigi.portal.models import Question
from jigi.portal.rules import asked_number
from jigi.registry.models import Household, Phone
from tests.factories import make_households, make_village
from tests.results.world import paid

pytestmark = pytest.mark.django_db
_SAVEPOINT = re.compile(r'"s\d+_x\d+"')
NOBODYS = "99 99 99 99"
ADDRESS = "/portail/inscription/"


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A household of ML030101 that was paid 30 000 FCFA on 10 February 2016."""
    paid(tmp_path)
    caches["process"].clear()
    order = Instruction.objects.filter(status="paid", commune__code="ML030101").order_by("pk")[0]
    return Household.objects.get(pk=order.household_id)


def _phone(household: Household) -> str:
    recipient = Enrolment.objects.get(household=household).recipient_id
    return Phone.objects.get(person=recipient).number


def _asked(number: str, phone: str, what: str = "enrolled", client: Client | None = None, **told: str) -> object:
    sent = {"cle": str(uuid.uuid4()), "demande": what, "numero": number, "telephone": phone}
    return (client or Client()).post(ADDRESS, sent, **told)


def _said() -> list[str]:
    answers.answer()
    return [one.text for one in Message.objects.order_by("pk")]


def test_the_registered_telephone_is_told_that_the_household_is_in(household: Household) -> None:
    _asked(household.rsu_number, _phone(household))
    assert ["est inscrit au programme" in text for text in _said()] == [True]
    message = Message.objects.get()
    assert (message.phone, message.household) == (_phone(household), household.pk)
    assert not Question.objects.exists()


def test_and_of_its_last_payment(household: Household) -> None:
    _asked(household.rsu_number, _phone(household), "payment")
    assert ["30 000 FCFA le 10/02/2016" in text for text in _said()] == [True]


def test_what_waits_is_told_before_what_was_paid(tmp_path: Path) -> None:
    world = paid(tmp_path)
    world.scene.close(world.scene.component.rounds.get())
    order = Instruction.objects.filter(payment_round=world.scene.released(6), status="open").order_by("pk")[0]
    own = Household.objects.get(pk=order.household_id)
    _asked(own.rsu_number, _phone(own), "payment")
    assert ["sont préparés pour votre ménage" in text for text in _said()] == [True]


def test_money_that_nobody_approved_is_not_promised(tmp_path: Path) -> None:
    world = paid(tmp_path)
    world.scene.close(world.scene.component.rounds.get())
    prepared = world.scene.prepared(6)
    order = Instruction.objects.filter(payment_round=prepared, status="open").order_by("pk")[0]
    own = Household.objects.get(pk=order.household_id)
    _asked(own.rsu_number, _phone(own), "payment")
    assert ["sont préparés" in text for text in _said()] == [False]


def test_a_household_of_the_register_that_is_in_nothing_is_told_so(household: Household) -> None:
    [number] = make_households(1, make_village(Area.objects.get(code="ML030101"), 2), prefix="autre")
    own = Household.objects.get(pk=number)
    phone = Phone.objects.get(person__memberships__household=own).number
    _asked(own.rsu_number, phone)
    _asked(own.rsu_number, phone, "payment")
    assert sorted("n'est inscrit à aucun" in text for text in _said()) == [False, True]
    assert Message.objects.filter(template="asked_unpaid").count() == 1


@pytest.mark.parametrize("wrong", ["phone", "number", "other", "nonsense", "left"])
def test_nobody_else_is_told_anything(household: Household, wrong: str) -> None:
    number, phone = household.rsu_number, _phone(household)
    if wrong == "left":
        recipient = Enrolment.objects.get(household=household).recipient
        recipient.memberships.update(ended_on="2016-05-01", end_reason="left")
    other = Household.objects.exclude(pk=household.pk).order_by("pk")[0].rsu_number
    _asked(
        {"number": "0000000097", "other": other, "nonsense": "???"}.get(wrong, number),
        NOBODYS if wrong == "phone" else phone,
    )
    assert _said() == []
    assert not Question.objects.exists()


def test_the_same_question_has_one_answer_a_day(household: Household) -> None:
    for _ in range(2):
        _asked(household.rsu_number, _phone(household))
        assert len(_said()) == 1


def test_a_merged_household_is_not_told_of(household: Household) -> None:
    other = Household.objects.exclude(pk=household.pk).order_by("pk")[0]
    Household.objects.filter(pk=household.pk).update(merged_into=other, status="merged")
    _asked(household.rsu_number, _phone(household))
    assert _said() == []


# --- no oracle ----------------------------------------------------------------------------------------------


def _shape(household: Household, number: str, phone: str) -> tuple[int, str, list[str]]:
    """What one who asks sees, and the statements that the page runs, without what was typed or drawn."""
    with CaptureQueriesContext(connection) as asked:
        answer = _asked(number, phone)
    told = [_SAVEPOINT.sub("", one["sql"]) for one in asked]
    statements = [" ".join(word for word in one.split() if word.isupper() or '"' in word) for one in told]
    return answer.status_code, answer.content.decode(), statements  # type: ignore[attr-defined]


def test_the_page_is_the_same_whoever_is_asked_about(household: Household) -> None:
    """Same status, bytes and statements: of a household and its telephone, of another's, of nobody's, of nothing."""
    known, phone = household.rsu_number, _phone(household)
    _asked("0000000000", "11 11 11 11")  # the first of an address makes its count
    cases = [(known, phone), (known, NOBODYS), ("0000000097", "77 77 77 77"), ("xx", "78 78 78 78")]
    seen = [_shape(household, *case) for case in cases]
    assert seen[0][0] == 200 and "il reçoit un SMS dans quelques minutes" in seen[0][1]
    assert all(one == seen[0] for one in seen)


def test_no_page_reads_the_register(household: Household) -> None:
    _, _, statements = _shape(household, household.rsu_number, _phone(household))
    assert not [one for one in statements if "registry_" in one or "enrolment_" in one or "messaging_" in one]


def test_a_telephone_is_asked_about_three_times_a_day_and_the_fourth_looks_the_same(household: Household) -> None:
    pages = [_asked(household.rsu_number, _phone(household)) for _ in range(4)]
    assert {(one.status_code, one.content) for one in pages} == {(200, pages[0].content)}  # type: ignore[attr-defined]
    assert Question.objects.count() == 3


def test_who_asks_with_another_number_silences_nobody(household: Household) -> None:
    for number in ("0000000097", "0000000097", "0000000097", "???", "???", "???"):
        _asked(number, _phone(household))
    _asked(household.rsu_number, _phone(household))
    assert len(_said()) == 1


def test_an_address_that_asks_too_much_waits(household: Household) -> None:
    answered = [
        _asked(household.rsu_number, f"70 00 00 {n:02}").status_code  # type: ignore[attr-defined]
        for n in range(answers.FROM_AN_ADDRESS + 1)
    ]
    assert answered == [200] * answers.FROM_AN_ADDRESS + [429]


def test_numbers_are_read_as_they_are_printed() -> None:
    assert asked_number("4827-1930-66") == "4827193066"
    assert asked_number("RSU1:4827193066") == "4827193066"
    assert asked_number("aebagbaf-aydqqcz".replace("z", "")) == ""
    assert asked_number("AEBA-GBAF-AYDQQ") == "0102030405060708"
    assert asked_number("quelque chose") == ""


def test_a_card_is_taken_for_its_household(household: Household) -> None:
    from jigi.enrolment.card_rules import code_of
    from jigi.enrolment.models import Card, CardKey

    enrolment = Enrolment.objects.get(household=household)
    key = CardKey.objects.create(number=1, seed_sealed=b"x", public="0" * 64)
    by = enrolment.cohort.made_by
    Card.objects.create(
        number="0102030405060708", enrolment=enrolment, recipient=enrolment.recipient, key=key, made_by=by
    )
    _asked(code_of("0102030405060708"), _phone(household))
    assert len(_said()) == 1


@pytest.mark.parametrize(
    ("name", "lie"),
    [("question_is_known", {"asks": "name"}), ("question_number_form", {"asks": "enrolled", "number": "Awa"})],
)
def test_a_question_is_a_number_and_nothing_else(name: str, lie: dict[str, str], db: None) -> None:
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        Question.objects.create(**lie)
