"""An erasure leaves no telephone and no word of the messages of those it erases; what waited does not leave."""

from __future__ import annotations

import pytest

from jigi.messaging import writing
from jigi.messaging.models import Inbound, Message
from jigi.messaging.writing import Line, Wording
from jigi.protection import erasure
from jigi.registry.models import Household, Phone
from jigi.web.messages import told
from tests.factories import make_areas, make_households
from tests.messaging.scene import VALUES

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(db: None) -> list[Household]:
    """Two households of one commune, a message waiting for each."""
    areas = make_areas(communes=1)
    homes = list(Household.objects.filter(pk__in=make_households(2, areas.villages[0])).order_by("pk"))
    lines = [
        Line(
            f"essai:{home.pk}", bytes(phone.sealed), bytes(phone.number_index), VALUES, areas.communes[0].pk,
            household=home.pk,
        )
        for home, phone in zip(homes, Phone.objects.order_by("person_id"), strict=True)
    ]  # fmt: skip
    writing.queue(Wording("payment_day"), lines, by=None)
    return homes


def test_what_they_wrote_is_emptied_too(written: list[Household]) -> None:
    phone = Phone.objects.order_by("person_id")[0]
    index = bytes(phone.number_index)
    Inbound.objects.create(provider_reference="A1", phone_sealed=bytes(phone.sealed), phone_index=index, did="")
    erasure.erase(households=[written[0].pk])
    assert bytes(Inbound.objects.get().phone_sealed) == b""


@pytest.mark.parametrize("whole", [True, False])
def test_the_messages_of_the_erased_name_nobody_and_do_not_leave(written: list[Household], whole: bool) -> None:
    person = Phone.objects.order_by("person_id")[0].person_id
    erasure.erase(**({"households": [written[0].pk]} if whole else {"persons": [person]}))
    one, other = Message.objects.order_by("pk")
    assert (one.status, bytes(one.phone_sealed), bytes(one.phone_index), one.text) == ("cancelled", b"", b"", "")
    assert (other.status, other.text[:4], one.cost_xof) == ("queued", "Jigi", 15)


def test_the_messages_of_another_household_to_the_same_telephone_stay(written: list[Household]) -> None:
    one, other = Message.objects.order_by("pk")
    shared = Phone.objects.order_by("person_id")[0]
    Phone.objects.filter(person_id__gt=shared.person_id).update(sealed=shared.sealed, number_index=shared.number_index)
    Message.objects.filter(pk=other.pk).update(phone_sealed=one.phone_sealed, phone_index=one.phone_index)
    erasure.erase(persons=[shared.person_id])
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.status, one.text, other.status, other.text[:4]) == ("cancelled", "", "queued", "Jigi")


def test_a_reply_that_names_no_household_is_emptied(written: list[Household]) -> None:
    one, other = Message.objects.order_by("pk")
    Message.objects.update(household=None)
    erasure.erase(persons=[Phone.objects.order_by("person_id")[0].person_id])
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.status, bytes(one.phone_sealed), one.text, other.status) == ("cancelled", b"", "", "queued")


def test_the_report_tells_them_before(written: list[Household]) -> None:
    rows = list(told.rows(written[0]))
    assert [row[1] for row in rows] == ["Jour et lieu de paiement"] and "Safo" in rows[0][3]
