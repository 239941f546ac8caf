"""Cards: a signed number that says nothing of anybody, withdrawn when it is lost."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from jigi.enrolment import card_rules, cards
from jigi.enrolment.models import Card, CardKey, Enrolment
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.programmes.models import Component
from tests.factories import make_areas, make_component, make_enrolments, make_households, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def component() -> Component:
    areas = make_areas(communes=2)
    made = make_component(areas.communes[:1])
    make_enrolments(made, make_households(3, areas.villages[0]))
    return made


@pytest.fixture
def commune(component: Component) -> Area:
    return component.communes.get().commune


@pytest.fixture
def by() -> User:
    return make_user("fanta", "programme_manager")


def texts(component: Component, commune: Area, by: User) -> list[str]:
    return [one.text for one in cards.to_print(component, commune, by=by)]


def test_each_active_enrolment_has_one_card_and_issuing_again_gives_none(
    component: Component, commune: Area, by: User
) -> None:
    assert cards.issue(component, commune, by=by) == 3
    assert cards.issue(component, commune, by=by) == 0
    assert len(set(Card.objects.values_list("number", flat=True))) == 3


def test_the_number_of_statements_is_that_of_no_household(component: Component, commune: Area, by: User) -> None:
    cards.issue(component, commune, by=by)
    with counting_statements() as none:
        cards.issue(component, commune, by=by)
    Enrolment.objects.order_by("pk").first().cards.all().delete()  # type: ignore[union-attr]
    with counting_statements() as one:
        assert cards.issue(component, commune, by=by) == 1
    assert one.count == none.count


def test_the_code_is_checked_by_the_public_key_and_names_nobody(component: Component, commune: Area, by: User) -> None:
    cards.issue(component, commune, by=by)
    text = texts(component, commune, by)[0]
    said = card_rules.read(text)
    assert said and cards.check(text).number == said.number
    # The alphanumeric mode of QR holds it; its content is a key, a number and a signature.
    assert len(text) == 122 and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    assert list(cards.public_keys()) == [said.key]


def test_a_number_that_nobody_signed_is_refused(component: Component, commune: Area, by: User) -> None:
    cards.issue(component, commune, by=by)
    said = card_rules.read(texts(component, commune, by)[0])
    assert said
    other = Card.objects.exclude(number=said.number).first()
    assert other
    for forged in (
        card_rules.written(said.key, other.number, said.signature),
        card_rules.written(9, said.number, said.signature),
        "RSU1:4827193066",
        "JIGI1AAAA",
    ):
        with pytest.raises(Refused, match="n’est pas celui d’une carte"):
            cards.check(forged)


def test_a_lost_card_is_redone_and_the_old_copy_refused(component: Component, commune: Area, by: User) -> None:
    cards.issue(component, commune, by=by)
    enrolment = Enrolment.objects.order_by("pk")[0]
    (old,) = (one.text for one in cards.to_print(component, commune, enrolment=enrolment, by=by))
    new = cards.reissue(enrolment, reason="perdue au marché", by=by)
    with pytest.raises(Refused, match="plus valable") as refused:
        cards.check(old)
    assert refused.value.why == "perdue au marché"
    (text,) = (one.text for one in cards.to_print(component, commune, enrolment=enrolment, by=by))
    assert cards.check(text) == new == cards.live_card(enrolment)


def test_a_new_recipient_has_another_card(component: Component, commune: Area, by: User) -> None:
    cards.issue(component, commune, by=by)
    enrolment = Enrolment.objects.order_by("pk")[0]
    (old,) = (one.text for one in cards.to_print(component, commune, enrolment=enrolment, by=by))
    another = Enrolment.objects.exclude(pk=enrolment.pk)[0].recipient_id
    Enrolment.objects.filter(pk=enrolment.pk).update(recipient=another)
    with pytest.raises(Refused, match="plus valable"):
        cards.check(old)
    assert cards.issue(component, commune, by=by) == 1
    assert Card.objects.get(withdrawn_at__isnull=False).withdrawn_why == cards.CHANGED


def test_a_card_is_redone_with_a_reason_and_in_its_place_only(component: Component, commune: Area, by: User) -> None:
    enrolment = Enrolment.objects.order_by("pk")[0]
    with pytest.raises(Refused, match="sans motif"):
        cards.reissue(enrolment, reason=" ", by=by)
    elsewhere = make_user("ailleurs", "programme_manager", programme="AUTRE")
    for act in (
        lambda: cards.reissue(enrolment, reason="perdue", by=elsewhere),
        lambda: cards.issue(component, commune, by=elsewhere),
        lambda: cards.to_print(component, commune, by=elsewhere),
    ):
        with pytest.raises(Refused, match="ne permet pas"):
            act()


def test_the_database_refuses_two_live_cards_and_one_that_comes_back(
    component: Component, commune: Area, by: User
) -> None:
    cards.issue(component, commune, by=by)
    one, other = Card.objects.order_by("pk")[:2]
    with pytest.raises(IntegrityError, match="card_one_live_per_enrolment"), transaction.atomic():
        Card.objects.create(
            number="0" * 16, enrolment=one.enrolment, recipient_id=one.recipient_id, key=one.key, made_by=by
        )
    cards.withdraw(one.enrolment, reason="perdue", by=by)
    for pk, lie in (
        (one.pk, {"withdrawn_at": None, "withdrawn_by": None, "withdrawn_why": ""}),
        (other.pk, {"enrolment": one.enrolment_id}),
    ):
        with pytest.raises(DatabaseError, match="Une carte retirée ne revient pas"), transaction.atomic():
            Card.objects.filter(pk=pk).update(**lie)
    with pytest.raises(IntegrityError, match="card_withdrawal_is_signed"), transaction.atomic():
        Card.objects.filter(pk=other.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(IntegrityError, match="card_key_form"), transaction.atomic():
        CardKey.objects.update(public="x")
