"""Stop, resume, exit, death, move, another recipient: each dated, each in the first freeze that follows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.payments import actions, queries
from jigi.payments.models import Instruction, PaymentRound
from jigi.registry.models import Household, Membership
from tests.factories import ProvedClient
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


def another(one: Enrolment) -> Any:
    members = Membership.objects.filter(household=one.household_id, ended_on__isnull=True)
    return members.exclude(person=one.recipient_id)[0].person


def moved(one: Enrolment, scene: Scene) -> None:
    Household.objects.filter(pk=one.household_id).update(commune=scene.communes[1], village=None)
    enrolment.transfer(Enrolment.objects.get(pk=one.pk), reason="déménagement", by=scene.maker)


ACTS: dict[str, Callable[[Enrolment, Scene], None]] = {
    "arrêt": lambda one, scene: enrolment.suspend(one, reason="plainte", by=scene.maker),
    "sortie": lambda one, scene: enrolment.exit(one, "fin", by=scene.maker),
    "autre allocataire": lambda one, scene: enrolment.change_recipient(
        one, another(one), reason="malade", by=scene.maker
    ),
    "déménagement": moved,
}
LISTED = {"arrêt": 2, "sortie": 2, "autre allocataire": 3, "déménagement": 3}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_after_the_preparation_takes_effect_at_the_freeze(act: str) -> None:
    scene = peopled(3, communes=("ML010501", "ML010601"))
    prepared = scene.prepared()
    ACTS[act](Enrolment.objects.order_by("pk")[0], scene)
    assert queries.stale(prepared) == 1
    with pytest.raises(Refused, match="ont changé depuis que la liste est préparée : 1"), transaction.atomic():
        actions.freeze(prepared, by=scene.maker)
    again = actions.send_back(prepared, by=scene.maker, reason=act)
    again = actions.prepare(again, by=scene.maker)
    assert again.entitlements == LISTED[act]
    frozen = actions.freeze(again, by=scene.maker)
    one = Enrolment.objects.order_by("pk")[0]
    lines = Instruction.objects.filter(payment_round=frozen, household=one.household_id)
    if LISTED[act] == 3:
        assert (lines.get().recipient_id, lines.get().commune_id) == (one.recipient_id, one.commune_id)
    else:
        assert not lines.exists()


def test_who_is_resumed_after_the_preparation_waits_for_no_other_term() -> None:
    scene = peopled(2)
    one = Enrolment.objects.order_by("pk")[0]
    enrolment.suspend(one, reason="plainte", by=scene.maker)
    prepared = scene.prepared()
    # The acts of a test have one moment, that of its transaction.
    PaymentRound.objects.filter(pk=prepared.pk).update(prepared_at=timezone.now() - timedelta(hours=1))
    assert queries.stale(prepared) == 0
    enrolment.resume(one, reason="plainte écartée", by=scene.maker)
    with pytest.raises(Refused, match="ont changé"), transaction.atomic():
        actions.freeze(prepared, by=scene.maker)
    again = actions.prepare(actions.send_back(prepared, by=scene.maker, reason="reprise"), by=scene.maker)
    assert actions.freeze(again, by=scene.maker).entitlements == 2


def test_the_database_refuses_to_freeze_a_list_older_than_a_decision() -> None:
    scene = peopled(2)
    prepared = scene.prepared()
    enrolment.suspend(Enrolment.objects.order_by("pk")[0], reason="plainte", by=scene.maker)
    with pytest.raises(IntegrityError, match="ont changé depuis la préparation : 1"), transaction.atomic():
        PaymentRound.objects.filter(pk=prepared.pk).update(
            status="frozen", frozen_by=scene.maker, frozen_at=timezone.now(), list_hash="a" * 64
        )


def test_a_death_after_the_freeze_is_held_at_the_release() -> None:
    scene = peopled(2)
    frozen = actions.approve(actions.freeze(scene.prepared(), by=scene.maker), by=scene.approver)
    one = Enrolment.objects.order_by("pk")[0]
    type(one.recipient).objects.filter(pk=one.recipient_id).update(died_on=timezone.localdate())
    released = actions.release(frozen, by=scene.treasurer)
    assert Instruction.objects.get(payment_round=released, status="held").household_id == one.household_id


def as_maker(scene: Scene) -> Client:
    client = ProvedClient()
    client.force_login(scene.maker)
    return client


def text(response: Any) -> str:
    return re.sub(r"[\s\u202f]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_each_line_of_the_difference_leads_to_the_act_that_made_it() -> None:
    scene = peopled(4)
    scene.close(scene.released())
    gone, other, *_ = Enrolment.objects.order_by("pk")
    enrolment.exit(gone, "parti au Sénégal", by=scene.maker)
    enrolment.change_recipient(other, another(other), reason="malade", by=scene.maker)
    second = scene.prepared(2)
    PaymentRound.objects.filter(pk=second.previous_id).update(prepared_at=timezone.now() - timedelta(days=90))
    client = as_maker(scene)
    for movement, one, word in (("leave", gone, "faire sortir"), ("recipient", other, "changer d’allocataire")):
        change = second.changes.get(movement=movement)
        page = client.get(f"/paiements/{second.pk}/changements/{change.pk}/").content.decode()
        assert f'href="/inscriptions/{one.pk}/"' in page and word in page.lower()


def test_the_totals_of_the_difference_are_proved_on_the_page() -> None:
    scene = peopled(4)
    scene.close(scene.released())
    enrolment.exit(Enrolment.objects.order_by("pk")[0], "parti", by=scene.maker)
    second = scene.prepared(2)
    page = text(as_maker(scene).get(f"/paiements/{second.pk}/"))
    assert page.count("juste") == 3 and "Ménages 4 +0 −1 3 juste" in page
    assert "Droits (FCFA) 120 000 +0 −30 000 90 000 juste" in page
    assert "Rappels (FCFA) 0 +120 000 −0 120 000 juste" in page
    second.changes.filter(movement="leave").update(households=2)
    assert "ne tombe pas juste : ne gelez pas" in text(as_maker(scene).get(f"/paiements/{second.pk}/"))
