"""What a distribution on a phone asks of the server: the list of a village, and that it takes each ration once."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jigi.delivery.contracts.models import Operator
from jigi.delivery.nutrition import census, recalls
from jigi.delivery.nutrition.models import Distribution, DistributionLine, DistributionStop, Handout, Lot
from jigi.foundation.models import AuditEvent, User
from tests.delivery.nutrition_scene import KG, Ground, ground, lines, totals
from tests.delivery.scene import make_agent
from tests.factories import ProvedClient, make_user
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db
HOME = "/nutrition/telephone/"


class World:
    """A distribution of three children at a site that holds flour, and the phone of the operator's agent."""

    def __init__(self) -> None:
        self.ground: Ground = ground(children=3)
        self.lot: Lot = self.ground.lot("AB12")
        self.made: Distribution = self.ground.plan()
        self.ground.arrive(self.ground.sites[0], self.lot, 100)
        self.stop = DistributionStop.objects.get()
        self.client = phone(self.ground.scene.agent)

    def line(self, at: int, **changes: Any) -> dict[str, Any]:
        rank = lines(self.made)[at].rank
        number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{rank}"))
        return {"rank": rank, "number": number, "on": "2018-03-15", "lot": "AB12", "checked": False, **changes}

    def send(self, *said: dict[str, Any], client: Client | None = None) -> Any:
        body = json.dumps({"stop": self.stop.pk, "lines": said})
        return (client or self.client).post(f"{HOME}envoyer/", body, content_type="application/json")


def phone(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> None:
    """As on the site: below every query, the database shows what the person's postings open."""
    settings.FENCED = True


def _world(folder: Path) -> World:
    return World()


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[World], db: None) -> World:
    return world_once.copy()


def test_the_list_of_a_village_is_carried_with_the_lots_of_its_site(world: World) -> None:
    gone = lines(world.made)[2]
    census.remove(gone.entry, reason="partie du village", by=world.ground.scene.agent)
    (listed,) = world.client.get(f"{HOME}moi/").json()["stops"]
    assert (listed["id"], listed["day"], listed["site"]) == (world.stop.pk, "2018-03-15", "Site 1")
    found = world.client.get(f"{HOME}listes/{world.stop.pk}/").json()
    assert [line["n"] for line in found["lines"]] == [one.rank for one in lines(world.made) if one != gone]
    assert found["lots"] == {"CSB++": [{"number": "AB12", "expires": "2018-12-31"}]}
    event = AuditEvent.objects.get(verb="export", noun="distribution")
    assert len(event.subjects) == 2 and event.by == world.ground.scene.agent


def test_a_ration_is_taken_once_whatever_the_network_does(world: World) -> None:
    first = world.line(0)
    for said in ([first], [first, world.line(1)]):
        results = world.send(*said).json()["results"]
        assert [(one["number"], one["good"]) for one in results] == [(one["number"], True) for one in said]
    assert Handout.objects.count() == 2 and len(set(totals())) == 1
    grams = lines(world.made)[0].grams
    assert world.ground.held(world.ground.sites[0], world.lot) == 100 * KG - 2 * grams
    (state, *_) = world.client.get(f"{HOME}listes/{world.stop.pk}/").json()["lines"]
    assert state["given"] is True


def test_what_is_refused_is_told_of_its_line_and_the_others_are_taken(world: World) -> None:
    DistributionLine.objects.filter(pk=lines(world.made)[2].pk).update(verdict="unsure")
    said = [world.line(0), world.line(1, lot="ZZ99"), world.line(2)]
    results = world.send(*said).json()["results"]
    assert [one["good"] for one in results] == [True, False, False]
    assert "n’est pas connu" in results[1]["said"] and "âge" in results[2]["said"]
    assert Handout.objects.get().line.rank == said[0]["rank"]
    assert world.send(world.line(2, checked=True)).json()["results"][0]["good"]


def test_a_recalled_lot_is_neither_offered_nor_taken(world: World) -> None:
    recalls.recall(world.lot, reason="moisissures", by=world.ground.scene.planner)
    assert world.client.get(f"{HOME}listes/{world.stop.pk}/").json()["lots"] == {}
    assert "rappelé" in world.send(world.line(0)).json()["results"][0]["said"]
    assert not Handout.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"[" * 5000, b'{"stop": true, "lines": []}', b'{"stop": 1, "lines": [1]}',
             b'{"stop":1,"lines":[{"rank":"1","number":"x","on":"2018-03-15","lot":"A","checked":false}]}',
             b'{"stop":1,"lines":[{"rank":0,"number":"00000000-0000-0000-0000-000000000001","on":"2018-03-15","lot":"A",'
             b'"checked":false}]}',
             b'{"stop":1,"lines":[{"rank":1,"number":"00000000-0000-0000-0000-000000000001","on":"2018-03-15","lot":"",'
             b'"checked":false}]}'],
)  # fmt: skip
def test_what_can_not_be_read_is_said_and_nothing_is_kept(world: World, body: bytes) -> None:
    answer = world.client.post(f"{HOME}envoyer/", body, content_type="application/json")
    assert 400 <= answer.status_code < 500 and "ne se lit pas" in answer.json()["said"]
    assert not Handout.objects.exists()


def test_the_page_names_nobody_and_others_find_no_village(world: World) -> None:
    page = world.client.get(HOME)
    assert page.status_code == 200 and "camera=(self)" in page["Permissions-Policy"]
    other = Operator.objects.create(code="ONG-Z", name="ONG Z (essai)", kind="ngo")
    stranger = phone(make_agent("etranger", other, world.ground.scene.commune))
    assert stranger.get(f"{HOME}moi/").json()["stops"] == []
    assert stranger.get(f"{HOME}listes/{world.stop.pk}/").status_code == 404
    assert world.send(world.line(0), client=stranger).status_code == 404
    assert phone(make_user("verif", "payment_officer")).get(HOME).status_code == 404
    assert not Handout.objects.exists()


def test_who_controls_carries_and_hands_out_nothing(world: World) -> None:
    controller = phone(world.ground.scene.controller)
    assert controller.get(f"{HOME}moi/").json()["stops"] == []
    assert controller.get(f"{HOME}listes/{world.stop.pk}/").status_code == 403
    assert world.send(world.line(0), client=controller).status_code == 403
    assert not Handout.objects.exists() and not AuditEvent.objects.filter(verb="export").exists()


def test_the_program_of_the_page_is_the_same_for_all() -> None:
    worker = Client().get(f"{HOME}hors-ligne.js")
    assert worker.status_code == 200 and worker.headers["Service-Worker-Allowed"] == HOME
