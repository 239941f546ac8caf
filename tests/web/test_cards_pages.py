"""The page where cards are issued and printed, and the one where a lost one is redone."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pypdfium2
import pytest

from jigi.enrolment import cards
from jigi.enrolment.models import Card, Enrolment
from jigi.foundation.squares import first_in
from tests.factories import ProvedClient, make_areas, make_component, make_enrolments, make_households, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> ProvedClient:
    areas = make_areas(communes=2)
    make_enrolments(make_component(areas.communes[:1]), make_households(3, areas.villages[0]))
    client = ProvedClient()
    client.force_login(make_user("fanta", "programme_manager"))
    return client


def chosen() -> dict[str, str]:
    enrolment = Enrolment.objects.order_by("pk")[0]
    return {"composante": str(enrolment.component_id), "commune": str(enrolment.commune_id)}


def test_cards_are_issued_then_printed_and_the_paper_is_read_as_signed(manager: ProvedClient) -> None:
    page = manager.get("/inscriptions/cartes/", chosen()).content.decode()
    assert "3 allocataires sans carte" in page
    asked = chosen() | {"cle": str(uuid.uuid4())}
    page = manager.post("/inscriptions/cartes/emettre/", asked, follow=True).content.decode()
    assert "3 cartes émises" in page and "sans carte" not in page
    paper = manager.get("/inscriptions/cartes/imprimer/", chosen())
    if folder := os.environ.get("JIGI_SCREENS_IN"):
        Path(folder, "cartes.pdf").write_bytes(paper.content)
    image = pypdfium2.PdfDocument(paper.content)[0].render(scale=2).to_pil()
    assert first_in(image, cards.check) in list(Card.objects.all())


def test_a_lost_card_is_redone_on_the_page_of_its_enrolment(manager: ProvedClient) -> None:
    enrolment = Enrolment.objects.order_by("pk")[0]
    asked = {"cle": str(uuid.uuid4()), "motif": "perdue"}
    page = manager.post(f"/inscriptions/{enrolment.pk}/carte/", asked, follow=True).content.decode()
    assert "La carte est refaite" in page and Card.objects.get().code in page
    assert manager.get(f"/inscriptions/{enrolment.pk}/carte/").content.startswith(b"%PDF")


def test_who_does_not_decide_enrolments_sees_no_card(manager: ProvedClient) -> None:
    client = ProvedClient()
    client.force_login(make_user("lecture", "social_officer"))
    pk = Enrolment.objects.order_by("pk")[0].pk
    for address in ("/inscriptions/cartes/", "/inscriptions/cartes/imprimer/", f"/inscriptions/{pk}/carte/"):
        assert client.get(address, chosen()).status_code == 404
