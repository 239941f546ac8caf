"""A campaign: counted, previewed, approved by another, written in the outbox once, taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.messaging import hearing, outbox, writing
from jigi.messaging.adapters.twin_rules import Platform
from jigi.messaging.models import Message
from jigi.outreach import actions, jobs, queries
from jigi.outreach.models import Campaign, Recipient
from jigi.payments.models import Instruction
from jigi.registry.models import Phone
from tests.factories import make_households, make_user, make_village
from tests.kept import Kept, once
from tests.messaging.scene import provider
from tests.outreach.scene import SOON, Told, told

pytestmark = pytest.mark.django_db


def _world(folder: Path) -> Told:
    return told()


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[Told], db: None) -> Told:
    return world_once.copy()


def noon() -> datetime:
    """At an hour when messages leave, before the day that they tell."""
    return datetime.combine(SOON - timedelta(days=1), datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)


def test_from_the_list_to_the_telephone_by_two_people(world: Told) -> None:
    campaign = world.approved()
    assert (campaign.recipients, campaign.reachable, campaign.segments, campaign.cost_xof) == (3, 3, 3, 45)
    jobs.work()
    platform = Platform()
    outbox.one_pass(provider(platform), noon())
    assert sum(platform.handed.values()) == 3
    assert {one.text for one in Message.objects.all()} == {
        f"Jigi : paiement le {SOON:%d/%m/%Y} à Safo. Venez avec votre carte et votre pièce. Personne ne doit vous"
        " demander d'argent. STOP pour ne plus recevoir."
    }
    jobs.work()
    campaign.refresh_from_db()
    assert campaign.status == "done"


def test_a_preview_shows_five_and_writes_no_message(world: Told) -> None:
    campaign = world.made()
    shown = actions.preview(campaign, by=world.maker)
    assert len(shown) == 3 and all("Safo" in one.text and one.segments == 1 and one.gsm for one in shown)
    assert (campaign.reachable, campaign.cost_xof) == (3, 45) and not Message.objects.exists()


def test_the_words_of_a_language_outside_gsm_cost_what_they_cost(world: Told) -> None:
    campaign = world.asked(language="bm")
    assert (campaign.segments, campaign.cost_xof) == (6, 90)
    assert not actions.preview(campaign, by=world.approver)[0].gsm


def test_only_who_is_still_to_be_paid_is_told(world: Told) -> None:
    first = Instruction.objects.order_by("pk")[0]
    Instruction.objects.filter(pk=first.pk).update(status="absent")
    campaign = world.asked()
    assert campaign.recipients == 2
    assert first.recipient_id not in campaign.people.values_list("person", flat=True)


def test_who_has_no_telephone_or_said_stop_is_counted_apart(world: Told) -> None:
    phones = list(Phone.objects.order_by("pk"))
    phones[0].delete()
    hearing.stop(phones[1].number, by=world.maker)
    campaign = world.asked()
    assert (campaign.recipients, campaign.reachable, campaign.cost_xof) == (3, 1, 15)


def test_who_prepared_does_not_approve_even_with_both_rights(world: Told) -> None:
    campaign = world.asked()
    with pytest.raises(Refused, match="ne permet pas"):
        actions.approve(campaign, by=world.maker)
    both = make_user("deux-roles", "coordinator")
    both.staff_postings.create(role="payment_officer", area=both.staff_postings.get().area, starts_on="2014-01-01")
    other = world.made(by=both)
    actions.ask(other, by=both)
    with pytest.raises(Refused, match="Vous avez préparé"):
        actions.approve(other, by=both)
    with pytest.raises(IntegrityError, match="message_campaign_two_hands"):
        Campaign.objects.filter(pk=other.pk).update(approved_by=both)


def test_nothing_leaves_before_it_is_approved(world: Told) -> None:
    world.asked()
    jobs.work()
    assert not Message.objects.exists()
    with pytest.raises(IntegrityError, match="message_campaign_is_approved"):
        Campaign.objects.update(status="sending")


def test_the_list_that_was_counted_is_the_list_that_is_sent(world: Told) -> None:
    campaign = world.asked()
    village = make_village(world.scene.communes[0])
    more = make_households(1, village)[0]
    person = Phone.objects.latest("pk").person_id
    with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
        Recipient.objects.create(
            campaign=campaign, household_id=more, person_id=person, area=world.scene.communes[0], reachable=True
        )
    for change in ({"cost_xof": 1}, {"template": "unpaid_reminder"}, {"place": "Ailleurs"}):
        with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
            Campaign.objects.filter(pk=campaign.pk).update(**change)
    with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
        campaign.people.all().delete()


def test_sent_back_it_is_counted_anew(world: Told) -> None:
    campaign = world.asked()
    actions.send_back(campaign, "Le lieu est mal dit : corrigez.", by=world.approver)
    Phone.objects.order_by("pk")[0].delete()
    actions.ask(campaign, by=world.maker)
    assert (campaign.status, campaign.reachable) == ("asked", 2)


def test_a_worker_killed_between_two_slices_writes_nobody_twice(world: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = world.approved()
    monkeypatch.setattr(actions, "SLICE", 2)
    assert actions.write_waiting(campaign.pk) == 2
    Recipient.objects.count()  # the worker dies here; its next turn finds the rest
    jobs.work()
    assert Message.objects.count() == 3
    jobs.work()
    assert Message.objects.count() == 3 == len(set(Message.objects.values_list("cause", flat=True)))


def test_a_cancelled_campaign_takes_back_what_waits(world: Told) -> None:
    campaign = world.approved()
    jobs.work()
    outbox.one_pass(provider(Platform()), noon(), most=1)
    assert actions.cancel(campaign, "Le paiement est reporté.", by=world.approver) == 2
    assert queries.progress(campaign).by_state == {"cancelled": 2, "sent": 1}
    jobs.work()
    assert Message.objects.count() == 3


def test_the_number_of_statements_does_not_grow_with_the_list() -> None:
    counts = []
    for number, code in ((2, "peu"), (40, "plus")):
        world = told(number, code=code)
        campaign = world.made()
        with counting_statements() as counter:
            actions.ask(campaign, by=world.maker)
            actions.approve(campaign, by=world.approver)
            actions.write_waiting(campaign.pk)
        counts.append(counter.count)
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"title": " "}, "Il manque un titre"),
        ({"template": "autre"}, "n’existe pas"),
        ({"template": "session_day"}, "ne se dit pas à ces personnes"),
        ({"language": "ses"}, "n’est pas en songhaï"),
        ({"day": None}, "Il manque le jour"),
        ({"day": SOON - timedelta(days=40)}, "est passé"),
        ({"payment_round": None}, "Il manque un tour"),
        ({"audience": "enrolled", "template": "card_reminder", "organisation": "AGENCE-A"}, "ne préparez pas"),
    ],
)
def test_what_is_unsound_is_refused_with_what_to_mend(world: Told, said: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=says):
        world.made(**said)


def test_a_round_that_is_not_released_is_not_announced(world: Told) -> None:
    with pytest.raises(Refused, match="n’est pas libéré"):
        world.made(payment_round=told_draft(world))


def told_draft(world: Told) -> object:
    from tests.payments.scene import beside

    other = beside(world.scene, "AUTRE")
    other.enrol(make_households(1, make_village(other.communes[0])))
    return other.open()


def test_the_enrolled_of_a_programme_are_told_in_their_commune_only(world: Told) -> None:
    campaign = world.asked(audience="enrolled", template="card_reminder", payment_round=None, day=None)
    assert campaign.recipients == 3
    assert world.scene.component.programme.name in actions.preview(campaign, by=world.maker)[0].text
    with pytest.raises(Refused, match="Personne ne recevrait"):
        world.asked(
            audience="enrolled", template="card_reminder", payment_round=None, day=None,
            area=make_village(world.scene.communes[0], 9),
        )  # fmt: skip


def test_the_sender_is_that_of_the_agency_then_of_the_programme(world: Told) -> None:
    writing.set_sender("", "", "SITE", by=world.maker)
    writing.set_sender("tm", "", "TM MALI", by=world.maker)
    names = writing.senders()
    assert writing.sender_of(names, "tm", "AGENCE-A") == "TM MALI"
    writing.set_sender("", "AGENCE-A", "AGENCE A", by=world.maker)
    names = writing.senders()
    assert [writing.sender_of(names, *key) for key in (("tm", "AGENCE-A"), ("tm", ""), ("x", ""))] == [
        "AGENCE A", "TM MALI", "SITE",
    ]  # fmt: skip
    with pytest.raises(Refused, match="ne va pas"):
        writing.set_sender("", "", "é", by=world.maker)


def test_a_sender_is_set_by_who_operates_as_much_as_it_speaks_for(world: Told) -> None:
    own = make_user("siens", "programme_manager", programme="tm")
    writing.set_sender("tm", "", "TM MALI", by=own)
    for programme, agency in (("", ""), ("", "AGENCE-A"), ("autre", "")):
        with pytest.raises(Refused, match="vaut dans tout le pays"):
            writing.set_sender(programme, agency, "AUTRE", by=own)
    with pytest.raises(Refused, match="vaut dans tout le pays"):
        writing.set_sender("tm", "", "AUTRE", by=make_user("ici", "programme_manager", world.scene.communes[0]))
    agent = make_user("agence", "programme_manager")
    agent.staff_postings.update(organisation="AGENCE-A")
    writing.set_sender("", "AGENCE-A", "AGENCE A", by=agent)
    for programme, agency in (("", ""), ("tm", ""), ("", "AGENCE-B")):
        with pytest.raises(Refused, match="vaut dans tout le pays"):
            writing.set_sender(programme, agency, "AUTRE", by=agent)
