"""Campaigns and messages are seen in one's places and programmes, or of one's agency: by the database itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from jigi.foundation.errors import Refused
from jigi.foundation.fence import assume
from jigi.foundation.models import User
from jigi.geography.scope import seen_by
from jigi.messaging import queries as messaging
from jigi.outreach import actions, jobs, queries
from jigi.outreach.models import Campaign
from tests.factories import make_commune, make_user
from tests.kept import Kept, once
from tests.outreach.scene import Told, told
from tests.payments.agency_scene import make_agent

pytestmark = pytest.mark.django_db
TABLES = ("outreach_campaign", "outreach_recipient", "messaging_message")


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> None:
    settings.FENCED = True


def _world(folder: Path) -> Told:
    return told()


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[Told], db: None) -> Told:
    return world_once.copy()


@pytest.fixture
def own(world: Told) -> Campaign:
    """A campaign that an agency prepared, approved and written."""
    agent = world.agent()
    campaign = world.made(by=agent, organisation=world.scene.agency.code)
    actions.ask(campaign, by=agent)
    actions.approve(campaign, by=world.approver)
    jobs.work()
    return campaign


def rows(user: User) -> list[int]:
    counts = []
    with seen_by(user), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts.append(int(cursor.fetchone()[0]))
        asked = [queries.visible_to(user).count(), messaging.visible_to(user).count()]
    assert asked == [counts[0], counts[2]], "the two fences agree"
    return counts


def other_agent() -> User:
    from jigi.programmes.models import Agency

    other = Agency.objects.create(code="AGENCE-B", name="Agence B", kind="mfi")
    return make_agent(other, "autre-agent")


def test_an_agency_sees_its_campaign_and_no_other_agency_does(world: Told, own: Campaign) -> None:
    assert rows(User.objects.get(username="agent")) == [1, 3, 3]
    assert rows(other_agent()) == [0, 0, 0]


def test_an_agency_does_not_see_the_campaigns_of_the_programme(world: Told) -> None:
    world.approved()
    jobs.work()
    assert rows(world.agent()) == [0, 0, 0]
    assert rows(world.maker) == [1, 3, 3]


def test_the_programme_sees_them_in_its_places_and_programme(world: Told, own: Campaign) -> None:
    assert rows(world.approver) == [1, 3, 3]
    here, there = world.scene.communes[0], make_commune("ML020101")
    assert rows(make_user("ici", "coordinator", here)) == [1, 3, 3]
    assert rows(make_user("ailleurs", "coordinator", there)) == [0, 0, 0]
    assert rows(make_user("autre", "coordinator", here, programme="AUTRE")) == [0, 0, 0]
    assert rows(make_user("sans", "auditor")) == [0, 0, 0]


def test_without_a_scope_there_is_no_row_and_nobody_writes_by_hand(world: Told, own: Campaign) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for role in ("jigi_web", "jigi_worker"):
            assume(role)
            for table in TABLES:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)
    with pytest.raises(DatabaseError, match=r"permission denied|droit refusé"), seen_by(world.approver):
        Campaign.objects.filter(pk=own.pk).update(title="autre")


def test_an_agency_prepares_for_itself_only_and_approves_nothing(world: Told) -> None:
    agent = world.agent()
    with pytest.raises(Refused, match="ne préparez pas"):
        world.made(by=agent)
    with pytest.raises(Refused, match="ne préparez pas"):
        world.made(by=other_agent(), organisation=world.scene.agency.code)
    with pytest.raises(Refused, match="ne préparez pas"):
        world.made(by=world.maker, organisation=world.scene.agency.code)
    campaign = world.asked()
    with pytest.raises(Refused, match="ne permet pas"):
        actions.approve(campaign, by=agent)


def test_an_agency_tells_only_those_whom_it_pays(world: Told) -> None:
    agent = other_agent()
    campaign = world.made(by=agent, organisation="AGENCE-B")
    with pytest.raises(Refused, match="Personne ne recevrait"):
        actions.ask(campaign, by=agent)


@pytest.mark.parametrize("table", ["messaging_message", "outreach_campaign"])
def test_who_may_see_a_row_is_asked_once_and_not_by_each_row(world: Told, own: Campaign, table: str) -> None:
    here = make_user("ici", "coordinator", world.scene.communes[0])
    with seen_by(here), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN SELECT * FROM {table}")
        plan = " ".join(line for (line,) in cursor.fetchall())
    condition = plan.partition("Filter:")[2].partition("InitPlan 1  ")[0]
    assert condition.count("hashed SubPlan") == 4 * 3, "four ways to be seen, of three columns each"
    assert "messaging_" not in condition
