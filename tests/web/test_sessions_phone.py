"""What the roll of a session on a phone asks of the server: the list, and that it takes what was called, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jigi.delivery.contracts.models import Operator
from jigi.delivery.sessions import actions
from jigi.delivery.sessions.models import Attendance, Session
from jigi.enrolment import cards
from jigi.enrolment.models import Enrolment
from jigi.foundation.models import AuditEvent, User
from jigi.registry.models import Household
from tests.delivery.scene import make_agent
from tests.delivery.sessions.play import Play, play
from tests.factories import ProvedClient, loader, make_enrolments, make_households, make_user
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db
HOME = "/seances/telephone/"


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> None:
    """As on the site: below every query, the database shows what the person's postings open."""
    settings.FENCED = True


def _one(folder: Path) -> Play:
    return play()


one_once = once("one", _one)


@pytest.fixture
def one(one_once: Kept[Play], db: None) -> Play:
    return one_once.copy()


def phone(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def send(client: Client, session: Session, **changes: Any) -> Any:
    said = {
        "session": session.pk, "day": "2016-03-07", "place": "École", "facilitator": "Awa", "men": 2, "women": 3,
        "presents": [], "cards": [], **changes,
    }  # fmt: skip
    return client.post(f"{HOME}envoyer/", json.dumps(said), content_type="application/json")


def test_the_list_to_carry_is_of_who_receives_with_their_cards(one: Play) -> None:
    cards.issue(one.paid, one.scene.commune, by=loader())
    (session,) = one.planned()
    client = phone(one.agent)
    (listed,) = client.get(f"{HOME}moi/").json()["sessions"]
    assert listed == {
        "id": session.pk, "village": one.scene.village.name, "module": session.module.name, "planned": "2016-03-07",
    }  # fmt: skip
    found = client.get(f"{HOME}listes/{session.pk}/").json()
    assert sorted(line["h"] for line in found["lines"]) == sorted(one.recipients), "who receives, and nobody else"
    assert all(len(line["cards"]) == 1 and line["recipientSex"] in ("M", "F") for line in found["lines"])
    assert found["withdrawn"] == [] and len(found["keys"]) == 1
    event = AuditEvent.objects.get(verb="export", noun="session")
    assert set(one.recipients) <= set(event.subjects) and event.by == one.agent


def test_a_withdrawn_card_is_told_as_withdrawn(one: Play) -> None:
    cards.issue(one.paid, one.scene.commune, by=loader())
    enrolment = Enrolment.objects.get(component=one.paid, household=one.recipients[0])
    cards.reissue(enrolment, reason="perdue", by=loader())
    (session,) = one.planned()
    found = phone(one.agent).get(f"{HOME}listes/{session.pk}/").json()
    assert len(found["withdrawn"]) == 1
    assert found["withdrawn"][0] not in [card for line in found["lines"] for card in line["cards"]]


def test_a_roll_is_taken_once_whatever_the_network_does(one: Play) -> None:
    (session,) = one.planned()
    client = phone(one.agent)
    presents = [[one.recipients[0], "recipient"], [one.recipients[1], "F"]]
    for _ in range(2):
        assert send(client, session, presents=presents).json() == {"households": 2}
    session.refresh_from_db()
    assert (session.status, session.men, session.women, session.held_by) == ("held", 2, 3, one.agent)
    rows = Attendance.objects.order_by("household").values_list("household", "came", "means")
    assert set(rows) == {(one.recipients[0], "recipient", "phone"), (one.recipients[1], "other", "phone")}
    assert AuditEvent.objects.filter(noun="session", verb="hold").count() == 1
    answer = send(client, session, presents=presents, women=4)
    assert answer.status_code >= 400 and "déjà dite tenue, autrement" in answer.json()["said"]


def test_the_card_of_another_village_is_named_by_the_server(one: Play) -> None:
    (elsewhere,) = make_households(1, one.scene.villages[1])
    make_enrolments(one.paid, [elsewhere], cohort="Autre village")
    cards.issue(one.paid, one.scene.commune, by=loader())
    text = {card.household_id: card.text for card in cards.to_print(one.paid, one.scene.commune, by=loader())}
    (session,) = one.planned()
    presents = [[one.recipients[0], "recipient"]]
    read = [text[elsewhere], text[one.recipients[0]]]
    assert send(phone(one.agent), session, presents=presents, cards=read).json() == {"households": 2}
    assert Attendance.objects.filter(household=elsewhere, recipient=True).exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cards": ["JIGI1AAAA"]}, "pas celui d’une carte du programme"),
        ({"men": 0, "women": 0}, "Personne n’était là"),
        ({"day": "2999-01-01"}, "à venir"),
        ({"place": " "}, "Où, et avec quel animateur"),
    ],
)
def test_what_the_page_refuses_is_refused_and_nothing_is_kept(one: Play, changes: dict[str, Any], said: str) -> None:
    (session,) = one.planned()
    answer = send(phone(one.agent), session, presents=[[one.recipients[0], "recipient"]], **changes)
    assert answer.status_code >= 400 and said in answer.json()["said"]
    assert Session.objects.get().status == "planned" and not Attendance.objects.exists()


def test_a_household_that_receives_nothing_or_is_of_elsewhere_is_not_named(one: Play) -> None:
    (session,) = one.planned()
    client = phone(one.agent)
    answer = send(client, session, presents=[[one.others[0], "recipient"]])
    assert "accord" in answer.json()["said"]
    gone = Household.objects.get(pk=one.recipients[0])
    Household.objects.filter(pk=gone.pk).update(status="merged", merged_into=one.recipients[1])
    assert "ont quitté le registre" in send(client, session, presents=[[gone.pk, "recipient"]]).json()["said"]
    assert Session.objects.get().status == "planned"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"[" * 5000, b'{"session": 1}',
             b'{"session":1,"day":"2016-03-07","place":"x","facilitator":"y","men":true,"women":1,"presents":[],"cards":[]}',
             b'{"session":1,"day":"2016-03-07","place":"x","facilitator":"y","men":1,"women":1,"presents":[[1,"oncle"]],"cards":[]}',
             b'{"session":1,"day":"2016-03-07","place":4,"facilitator":"y","men":1,"women":1,"presents":[],"cards":[]}',
             b'{"session":1,"day":"2016-03-07","place":"x","facilitator":"y","men":1,"women":1,"presents":[],"cards":"abc"}',
             b'{"session":1,"day":"2016-03-07","place":"x\\u0000","facilitator":"y","men":1,"women":1,"presents":[],"cards":[]}',
             b'{"session":99999999999999999999,"day":"2016-03-07","place":"x","facilitator":"y","men":1,"women":1,"presents":[],"cards":[]}'],
)  # fmt: skip
def test_what_can_not_be_read_is_said_and_nothing_is_kept(one: Play, body: bytes) -> None:
    one.planned()
    answer = phone(one.agent).post(f"{HOME}envoyer/", body, content_type="application/json")
    assert 400 <= answer.status_code < 500 and "ne se lit pas" in answer.json()["said"]
    assert Session.objects.get().status == "planned"


def test_the_page_names_nobody_and_others_find_no_session(one: Play) -> None:
    (session,) = one.planned()
    page = phone(one.agent).get(HOME)
    assert Household.objects.get(pk=one.recipients[0]).head_name not in page.content.decode()
    assert "camera=(self)" in page["Permissions-Policy"]
    other = Operator.objects.create(code="ONG-Z", name="ONG Z (essai)", kind="ngo")
    stranger = phone(make_agent("etranger", other, one.scene.commune))
    assert stranger.get(f"{HOME}moi/").json()["sessions"] == []
    assert stranger.get(f"{HOME}listes/{session.pk}/").status_code == 404
    assert send(stranger, session).status_code == 404
    assert phone(make_user("verif", "payment_officer")).get(HOME).status_code == 404


def test_who_controls_carries_no_list(one: Play) -> None:
    (session,) = one.planned()
    controller = phone(one.scene.controller)
    assert controller.get(f"{HOME}moi/").json()["sessions"] == []
    assert controller.get(f"{HOME}listes/{session.pk}/").status_code == 403
    assert not AuditEvent.objects.filter(verb="export").exists()


def test_a_session_that_is_no_longer_planned_is_not_carried(one: Play) -> None:
    (session,) = one.planned()
    actions.cancel(session, "rain", by=one.agent)
    answer = phone(one.agent).get(f"{HOME}listes/{session.pk}/")
    assert "non tenue" in answer.json()["said"] and "lines" not in answer.json()


def test_the_program_of_the_page_is_the_same_for_all() -> None:
    worker = Client().get(f"{HOME}hors-ligne.js")
    assert worker.status_code == 200 and worker.headers["Service-Worker-Allowed"] == HOME
    assert f'const SHELL = "{HOME}", STORE = "jigi-sessions";' in worker.content.decode()
