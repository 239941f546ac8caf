"""/prestations/telephones/: what telephones sent is taken there, and what is wrong of it corrected line by line."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jigi.delivery.fiches.models import FieldFiche
from jigi.delivery.sessions.models import Attendance, Session
from tests.delivery.phones import ready, send
from tests.delivery.sessions.play import Play, play
from tests.delivery.sessions.test_collected import rsu, told
from tests.factories import make_commune, make_user
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db
CODE = "seance-ma"


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> None:
    """As on the site: below every query, the database shows what the person's postings open."""
    settings.FENCED = True


def _one(folder: Path) -> Play:
    made = play()
    ready(CODE, made.agent, area=made.scene.commune, by=made.scene.planner)
    return made


one_once = once("one", _one)


@pytest.fixture
def one(one_once: Kept[Play], db: None) -> Play:
    return one_once.copy()


def post(client: Client, name: str, *args: object, **said: object) -> str:
    answer: Any = client.post(reverse(name, args=args), {"cle": str(uuid.uuid4()), **said}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_fiches_are_taken_and_a_wrong_line_is_left_out_on_the_page(client: Client, one: Play) -> None:
    (session,) = one.planned()
    send(one.agent, CODE, "1", told(session), [*rsu(*one.recipients), {"rsu": "1111-1111-11"}])
    client.force_login(one.agent)
    page = post(client, "field_fiches_take")
    assert "0 fiche prise, 1 fiche à corriger" in page and "Ce numéro RSU est mal copié" in page
    fiche = FieldFiche.objects.get()
    shown = client.get(reverse("field_fiche", args=[fiche.pk])).content.decode()
    assert "Ligne 4" in shown and "Rien de cette fiche n’est encore pris" in shown
    page = post(client, "field_fiche_act", fiche.pk, "laisser", ligne="4", motif="carte d’ailleurs")
    assert "La fiche est prise." in page and "carte d’ailleurs" in page
    assert Session.objects.get().status == "held" and Attendance.objects.count() == 3


def test_an_answer_is_corrected_by_who_plans(client: Client, one: Play) -> None:
    (session,) = one.planned()
    send(one.agent, CODE, "1", told(session, seance=session.pk + 1), rsu(one.recipients[0]))
    client.force_login(one.scene.planner)
    post(client, "field_fiches_take")
    fiche = FieldFiche.objects.get()
    page = post(client, "field_fiche_act", fiche.pk, "corriger", ligne="0", question="seance", valeur=session.pk)
    assert "C’est corrigé. La fiche est prise." in page
    assert Session.objects.get().held_by == one.agent


def test_one_is_set_aside_and_taken_up_again(client: Client, one: Play) -> None:
    send(one.agent, CODE, "1", told(one.planned()[0], femmes="vingt"))
    client.force_login(one.agent)
    post(client, "field_fiches_take")
    fiche = FieldFiche.objects.get()
    assert "La fiche est écartée." in post(client, "field_fiche_act", fiche.pk, "ecarter", motif="déjà saisie")
    assert "Reprendre la fiche" in client.get(reverse("field_fiche", args=[fiche.pk])).content.decode()
    page = post(client, "field_fiche_act", fiche.pk, "reprendre")
    assert "Il reste quelque chose à corriger." in page


def test_who_is_of_elsewhere_finds_nothing(client: Client, one: Play) -> None:
    send(one.agent, CODE, "1", told(one.planned()[0], femmes="vingt"))
    client.force_login(one.agent)
    post(client, "field_fiches_take")
    fiche = FieldFiche.objects.get()
    client.force_login(make_user("ailleurs", "social_officer", make_commune("ML060101")))
    assert client.get(reverse("field_fiche", args=[fiche.pk])).status_code == 404
    act = client.post(
        reverse("field_fiche_act", args=[fiche.pk, "ecarter"]), {"cle": str(uuid.uuid4()), "motif": "non"}
    )
    assert act.status_code == 404 and FieldFiche.objects.get().status == "held"
    client.force_login(make_user("paie", "payment_officer"))
    assert client.get(reverse("field_fiches")).status_code == 404
