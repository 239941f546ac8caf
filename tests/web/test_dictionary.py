"""The page of the conceptual model: everything on it once, sought without a script, as a document."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from jigi.foundation.models import User
from jigi.registry.dictionary import dictionary
from tests.factories import Areas, make_user


@pytest.fixture
def reader(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("kadi", "social_officer", areas.communes[0]))
    return client


def _page(reader: Client, **asked: str) -> str:
    return reader.get("/modele/", asked).content.decode()


def test_every_entity_field_relation_and_past_has_its_place_once(reader: Client) -> None:
    places = re.findall(r' id="([^"]+)"', _page(reader, imprimer="oui"))
    wanted = [entity.anchor for entity in dictionary().entities.values()]
    wanted += [f"{e.anchor}-{field.code}" for e in dictionary().entities.values() for field in e.fields]
    wanted += [f"lien-{e.anchor}-{one.field}" for e in dictionary().entities.values() for one in e.relations]
    wanted += [entity.past for entity in dictionary().entities.values() if entity.past]
    assert [place for place in wanted if places.count(place) != 1] == []


def test_links_of_the_page_lead_somewhere_on_it(reader: Client) -> None:
    page = _page(reader)
    places = set(re.findall(r' id="([^"]+)"', page))
    assert not [link for link in re.findall(r'href="#([^"]+)"', page) if link not in places]


def test_the_fields_of_a_package_are_a_link_away(reader: Client) -> None:
    first, payments = _page(reader), _page(reader, paquet="payments")
    assert "?paquet=payments#payments-Instruction" in first and "payments-Instruction-reference" not in first
    assert "payments-Instruction-reference" in payments and "registry-Household-size" not in payments


@pytest.mark.parametrize("typed", ["naissance", "NAISSANCE", "acte naissance"])
def test_words_are_sought_in_names_and_definitions(reader: Client, typed: str) -> None:
    page = _page(reader, mot=typed)
    assert "registry-Identifier-kind" in page and "registry-Household-size" not in page


def test_accents_do_not_matter(reader: Client) -> None:
    assert "registry-Household-village" in _page(reader, mot="quartier fraction")
    assert "registry-Membership-started_on" in _page(reader, mot="premier jour de l’appartenance")


def test_a_kind_and_a_sensitivity_filter(reader: Client) -> None:
    food = _page(reader, fait="sécurité alimentaire")
    assert "registry-LivingConditions-fcs" in food and "registry-LivingConditions-wall" not in food
    restricted = _page(reader, sensibilite="restreinte")
    assert "registry-Health-seeing" in restricted and "registry-Person-surname" not in restricted


def test_nothing_found_says_so(reader: Client) -> None:
    assert "Aucun champ ne répond à cette recherche" in _page(reader, mot="xyzzy")


def test_all_is_opened_to_be_printed(reader: Client) -> None:
    assert _page(reader, imprimer="oui").count("<details id=") == _page(reader, imprimer="oui").count("open><summary>")


def test_the_document_is_a_pdf(reader: Client) -> None:
    answer = reader.get("/modele/document/")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")


def test_the_page_stays_light(reader: Client) -> None:
    answer = reader.get("/modele/", headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip" and len(answer.content) < 53_000


def test_the_model_holds_no_household_and_is_for_all_who_sign_in(client: Client, areas: Areas) -> None:
    assert client.get("/modele/").status_code == 302
    client.force_login(User.objects.create_user("rien", full_name="Rien"))
    assert client.get("/modele/").status_code == 200
