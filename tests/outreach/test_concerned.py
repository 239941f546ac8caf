"""Who is still concerned when a campaign is approved and written, and what is taken back when it is cancelled."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from jigi.delivery.sessions import actions as sessions
from jigi.delivery.sessions.models import Session
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.messaging import outbox
from jigi.messaging.models import Message
from jigi.messaging.rules import Outcome
from jigi.outreach import actions, jobs, queries
from jigi.outreach.actions import Plan
from jigi.outreach.models import Campaign, Recipient
from jigi.payments import site_plans
from jigi.payments.models import Instruction, PaymentRound
from jigi.payments.site_models import SiteDay, SiteLine
from jigi.programmes.models import Component
from tests.delivery.sessions.play import play
from tests.factories import make_user
from tests.kept import Kept, once
from tests.messaging.scene import Recorder
from tests.outreach.scene import SOON, Told, told
from tests.payments.scene import peopled

pytestmark = pytest.mark.django_db
NOON = datetime.combine(SOON - timedelta(days=1), time(12), tzinfo=UTC)
CARD = {"audience": "enrolled", "template": "card_reminder", "payment_round": None, "day": None}


def _world(folder: Path) -> Told:
    return told()


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[Told], db: None) -> Told:
    return world_once.copy()


def paid_one() -> Instruction:
    """The first order is answered."""
    one = Instruction.objects.order_by("pk")[0]
    Instruction.objects.filter(pk=one.pk).update(status="absent")
    return one


# --- cancelled -------------------------------------------------------------------------------------------------------


def test_what_was_on_its_way_when_a_campaign_was_cancelled_never_leaves_again(world: Told) -> None:
    campaign = world.approved()
    jobs.work()
    talk = Recorder(Outcome("unclear", "coupée"), *[Outcome("unknown")] * 3)
    outbox.one_pass(talk, NOON, most=1)
    assert actions.cancel(campaign, "Le paiement est reporté.", by=world.approver) == 2
    for hours in range(1, 5):
        outbox.one_pass(talk, NOON + timedelta(hours=hours))
    assert talk.verbs == ["send", "ask"] and queries.progress(campaign).by_state == {"cancelled": 2, "expired": 1}


def test_the_provider_was_busy_when_a_campaign_was_cancelled(world: Told) -> None:
    campaign = world.approved()
    jobs.work()
    row = outbox._claim(NOON, 1, outbox.LEASE_S)[0]
    actions.cancel(campaign, "Le paiement est reporté.", by=world.approver)
    outbox._settle([outbox._Turn(row, "leaving", outbox.Heard("queued", 0.0, "occupé"))], NOON)
    talk = Recorder()
    outbox.one_pass(talk, NOON + timedelta(hours=1))
    assert talk.verbs == []


# --- no longer concerned ---------------------------------------------------------------------------------------------


def test_who_was_answered_after_the_list_was_frozen_is_left_out_at_approval_and_counted(world: Told) -> None:
    campaign = world.asked()
    gone = paid_one()
    assert actions.approve(campaign, by=world.approver) == 1
    jobs.work()
    assert Message.objects.count() == 2 == campaign.people.filter(written=True).count()
    assert list(campaign.people.filter(left_out=True).values_list("person", flat=True)) == [gone.recipient_id]
    assert queries.progress(campaign).left_out == 1


def test_each_slice_asks_again(world: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = world.approved()
    monkeypatch.setattr(actions, "SLICE", 2)
    actions.write_waiting(campaign.pk)
    last = Recipient.objects.latest("pk")
    Instruction.objects.filter(recipient=last.person_id).update(status="absent")
    jobs.work()
    assert Message.objects.count() == 2 and queries.progress(campaign).left_out == 1
    outbox.one_pass(Recorder(*[Outcome("accepted")] * 2), NOON)
    jobs.work()
    campaign.refresh_from_db()
    assert campaign.status == "done"


def test_when_nobody_is_concerned_any_more_it_is_not_approved(world: Told) -> None:
    campaign = world.asked()
    PaymentRound.objects.update(status="closed", closed_by=world.maker, closed_at=timezone.now())
    with pytest.raises(Refused, match="Plus personne"):
        actions.approve(campaign, by=world.approver)
    assert not Recipient.objects.filter(left_out=True).exists()


def test_who_left_the_programme_is_left_out(world: Told) -> None:
    campaign = world.asked(**CARD)
    first = Enrolment.objects.order_by("pk")[0]
    Enrolment.objects.filter(pk=first.pk).update(status="suspended")
    assert actions.approve(campaign, by=world.approver) == 1


def test_who_is_paid_another_day_than_the_list_says_is_left_out(world: Told) -> None:
    plan = site_plans.plan(world.round, world.scene.agency, first_day=SOON, capacity=9, by=world.scene.officer)
    first = SiteDay.objects.get(plan=plan)
    campaign = world.asked(day=first.day)
    village = SiteLine.objects.order_by("pk")[0].village_id
    site_plans.move(first, village, site_plans.opening_day(first.day + timedelta(days=7)), by=world.scene.officer)
    with pytest.raises(Refused, match="Plus personne"):
        actions.approve(campaign, by=world.approver)


def test_who_is_owed_another_sum_is_left_out_when_the_words_say_it(tmp_path: Path) -> None:
    scene = peopled(2)
    first = scene.released()
    scene.answer(first, tmp_path / "retour.csv", absent=2)
    scene.close(first)
    world = Told(scene, scene.released(2))
    summed, unsaid = reminded(world), world.made()
    actions.ask(summed, by=world.maker)
    actions.ask(unsaid, by=world.maker)
    owed = Instruction.objects.filter(payment_round=world.round).order_by("pk")
    assert "60 000 FCFA" in actions.preview(summed, by=world.maker)[0].text and owed.count() == 4
    Instruction.objects.filter(pk=owed[0].pk).update(status="absent")
    assert actions.approve(summed, by=world.approver) == 1
    assert actions.approve(unsaid, by=world.approver) == 0


def test_a_session_that_is_cancelled_calls_nobody_and_its_place_is_the_one_that_was_chosen() -> None:
    one = play(2, 0)
    session, programme = one.planned()[0], one.contract.component.programme
    Session.objects.filter(pk=session.pk).update(planned_on=SOON)
    Component.objects.filter(pk=one.paid.pk).update(programme=programme)
    maker, approver = make_user("communique"), make_user("approuve", "coordinator")
    campaign = actions.make(
        Plan("Séance de Safo", "sessions", programme, one.scene.commune, "session_day", day=SOON, place="École"),
        by=maker,
    )  # fmt: skip
    assert campaign.recipients == 2 and "à École." in actions.preview(campaign, by=maker)[0].text
    actions.ask(campaign, by=maker)
    session.refresh_from_db()
    sessions.cancel(session, "rain", by=one.agent)
    with pytest.raises(Refused, match="Plus personne"):
        actions.approve(campaign, by=approver)


@pytest.mark.parametrize(
    "lie", [{"left_out": False}, {"day": SOON + timedelta(days=1)}, {"amount_xof": 1}, {"place": "Ailleurs"}]
)
def test_what_the_list_tells_does_not_change_and_who_is_left_out_stays_out(world: Told, lie: dict[str, object]) -> None:
    campaign = world.asked()
    campaign.people.update(left_out=True)
    with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
        campaign.people.update(**lie)
    with pytest.raises(IntegrityError, match="message_recipient_left_out_is_not_written"), transaction.atomic():
        campaign.people.update(written=True)
    assert campaign.people.update(place="", village="") == 3, "an erasure empties the place"


# --- reminded --------------------------------------------------------------------------------------------------------


def reminded(world: Told, **said: object) -> Campaign:
    return world.made(**{"audience": "late", "template": "unpaid_reminder", "place": "", "day": SOON, **said})


def test_who_did_not_come_on_their_day_is_reminded_until_when_they_are_paid(world: Told) -> None:
    plan = site_plans.plan(world.round, world.scene.agency, first_day=SOON, capacity=2, by=world.scene.officer)
    passed, other = SiteDay.objects.filter(plan=plan).order_by("day")
    late = SiteLine.objects.filter(site_day=passed).count()
    assert reminded(world).recipients == 0, "nobody's day has passed"
    yesterday = SiteDay.objects.create(
        plan=plan, commune=passed.commune, pay_point=passed.pay_point, day=timezone.localdate() - timedelta(days=1)
    )
    SiteLine.objects.filter(site_day=passed).update(site_day=yesterday)
    campaign = reminded(world)
    assert campaign.recipients == late
    assert f"jusqu'au {SOON:%d/%m/%Y}" in actions.preview(campaign, by=world.maker)[0].text
    assert world.made(day=other.day).recipients == 3 - late


def test_the_last_day_of_a_reminder_is_that_of_the_round(world: Told) -> None:
    with pytest.raises(Refused, match="Il manque le jour"):
        reminded(world, day=None)
    PaymentRound.objects.update(pays_until=SOON)
    world.round.refresh_from_db()
    assert reminded(world, day=None).day == SOON
    with pytest.raises(Refused, match="ne paie que jusqu’au"):
        reminded(world, day=SOON + timedelta(days=1))


# --- too late --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "days", "refusal"),
    [(17, 0, ""), (18, 0, "Il est trop tard"), (21, 0, "Il est trop tard"), (21, -1, ""), (9, 1, "est passé")],
)
def test_an_approval_by_which_nothing_could_leave_any_more_is_refused(
    world: Told, hour: int, days: int, refusal: str
) -> None:
    campaign = world.asked()
    at = timezone.make_aware(datetime.combine(SOON + timedelta(days=days), time(hour)))
    if not refusal:
        assert actions.approve(campaign, by=world.approver, at=at) == 0
        return
    with pytest.raises(Refused, match=refusal):
        actions.approve(campaign, by=world.approver, at=at)


# --- corrected -------------------------------------------------------------------------------------------------------


def test_sent_back_it_is_corrected_its_list_made_anew_and_asked_again(world: Told) -> None:
    campaign = world.asked()
    with pytest.raises(Refused, match="n’est plus en préparation"):
        actions.correct(campaign, world.plan(place="Kati"), by=world.maker)
    actions.send_back(campaign, "Le lieu est mal dit : corrigez.", by=world.approver)
    paid_one()
    actions.correct(campaign, world.plan(place="Kati"), by=world.maker)
    assert (campaign.recipients, campaign.place, campaign.cost_xof) == (2, "Kati", 30)
    actions.ask(campaign, by=world.maker)
    assert actions.approve(campaign, by=world.approver) == 0


def test_who_did_not_prepare_it_does_not_correct_it(world: Told) -> None:
    campaign = world.made()
    with pytest.raises(Refused, match="Seule la personne"):
        actions.correct(campaign, world.plan(), by=make_user("autre"))
    with pytest.raises(Refused, match="est passé"):
        actions.correct(campaign, world.plan(day=SOON - timedelta(days=40)), by=world.maker)


def test_each_wording_is_weighed_once_however_many_hear_it(world: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[dict[str, str]] = []
    written = actions.writing.written
    monkeypatch.setattr(
        actions.writing, "written", lambda wording, values: heard.append(values) or written(wording, values)
    )
    campaign = world.made()
    assert len(heard) == 1 and (campaign.segments, campaign.cost_xof) == (3, 45)
