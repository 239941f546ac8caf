"""The calendar of a component, and communes suspended for insecurity: read, filtered, exported, decided by two."""

from __future__ import annotations

import csv
import io
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jigi.foundation.models import User
from jigi.payments import actions, suspensions
from jigi.payments.models import CommuneSuspension
from tests.factories import ProvedClient, make_households, make_user, make_village
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


def _scene(folder: Path) -> Scene:
    made = peopled(2, terms=3, communes=("ML010501", "ML010601"))
    made.enrol(make_households(1, make_village(made.communes[1])))
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def as_user(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return re.sub(r"[\s\u202f]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def post(client: Client, address: str, **sent: str) -> str:
    return text(client.post(address, {"cle": str(uuid.uuid4()), **sent}, follow=True))


def ask(scene: Scene, client: Client) -> CommuneSuspension:
    said = post(
        client, "/paiements/suspensions/nouvelle/", composante=str(scene.component.pk),
        commune=str(scene.communes[1].pk), du="2015-01-01", motif="attaques sur la route",
    )  # fmt: skip
    assert "est demandée : une autre personne doit la confirmer" in said
    return CommuneSuspension.objects.get()


def test_the_calendar_shows_each_commune_at_its_term(scene: Scene) -> None:
    here, there = scene.communes
    scene.close(scene.released(1, communes=[here], pays_from="2015-02-06", pays_until="2015-02-24"))
    opened = scene.open(1, communes=[there])
    page = as_user(scene.maker).get("/paiements/calendrier/").content.decode()
    assert f"/paiements/{opened.pk}/" in page and "échéance 2 sur 3" in page and "échéance 1 sur 3" in page
    assert "1 · 1er trimestre 2015" in page and "clos 06/02/2015–24/02/2015" in page
    taken = as_user(scene.maker).get("/paiements/calendrier/?format=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(taken.streaming_content).decode("utf-8-sig")), delimiter=";"))
    assert [row["3 · 3e trimestre 2015"] for row in rows] == ["à ouvrir", "à ouvrir"]
    only = text(as_user(scene.maker).get(f"/paiements/calendrier/?commune={there.name}"))
    assert there.name in only and here.name not in only


def test_a_person_of_one_commune_sees_its_calendar_only(scene: Scene) -> None:
    here = make_user("ici", "programme_manager", scene.communes[0])
    page = text(as_user(here).get("/paiements/calendrier/"))
    assert scene.communes[0].name in page and scene.communes[1].name not in page


def test_a_commune_is_suspended_by_two_and_lifted(scene: Scene) -> None:
    asked = ask(scene, as_user(scene.maker))
    address = f"/paiements/suspensions/{asked.pk}/"
    assert "Tant qu’une autre personne ne l’a pas confirmée" in text(as_user(scene.maker).get(address))
    assert "est suspendue" in post(as_user(scene.approver), f"{address}faire/confirm/")
    calendar = text(as_user(scene.maker).get("/paiements/calendrier/?suspendue=oui"))
    assert "suspendue depuis le 01/01/2015" in calendar and scene.communes[0].name not in calendar
    said = post(as_user(scene.approver), f"{address}faire/lift/", jour="2015-06-30", motif="escorte")
    assert "ouvrez-lui les échéances qu’elle a manquées" in said
    assert not suspensions.in_force(scene.component).exists()
    listed = text(as_user(scene.maker).get("/paiements/suspensions/?etat=lifted"))
    assert "attaques sur la route" in listed


@pytest.mark.parametrize(("day", "said"), [("hier", "n’est pas une date"), ("2999-01-01", "n’est pas un jour de")])
def test_a_wrong_day_is_said(scene: Scene, day: str, said: str) -> None:
    asked = ask(scene, as_user(scene.maker))
    suspensions.confirm(asked, by=scene.approver)
    address = f"/paiements/suspensions/{asked.pk}/faire/lift/"
    assert said in post(as_user(scene.approver), address, jour=day, motif="escorte")


def test_what_is_out_of_the_posting_does_not_exist(scene: Scene) -> None:
    asked = ask(scene, as_user(scene.maker))
    here = as_user(make_user("ici", "coordinator", scene.communes[0]))
    assert here.get(f"/paiements/suspensions/{asked.pk}/").status_code == 404
    assert "attaques" not in text(here.get("/paiements/suspensions/"))
    assert as_user(scene.maker).get("/paiements/suspensions/nouvelle/?composante=0").status_code == 404


def test_the_page_of_a_round_says_which_term_holds_it_back(scene: Scene) -> None:
    scene.released(1)
    it = actions.approve(actions.freeze(scene.prepared(2), by=scene.maker), by=scene.approver)
    page = text(as_user(scene.treasurer).get(f"/paiements/{it.pk}/"))
    assert "n’est pas close" in page and "dans leur ordre" in page
