"""The dashboard of a programme: its figures add up, in the communes of the reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from jigi.programmes.models import Component
from jigi.results import dashboard as results
from tests.factories import Areas, make_component, make_enrolments, make_households, make_user, make_village
from tests.payments.scene import peopled


@pytest.fixture
def component(areas: Areas) -> Component:
    """Seven households enrolled in the first commune, two in the second."""
    made = make_component(areas.communes)
    households = make_households(7, areas.villages[0]) + make_households(2, areas.villages[2], prefix="b")
    make_enrolments(made, households)
    return made


def _page(client: Client, page: str = "/programmes/ESSAI/") -> str:
    return client.get(page).content.decode().replace("\u202f", " ")


def _rows(client: Client) -> list[list[str]]:
    text = b"".join(client.get("/programmes/ESSAI/?format=csv").streaming_content).decode()
    return [line.split(";") for line in text.splitlines()[1:]]


def test_a_programme_leads_to_its_households_and_communes(client: Client, component: Component) -> None:
    client.force_login(make_user("awa"))
    page = _page(client)
    assert f'<a href="/menages/?composante={component.pk}">9</a>' in page
    assert "/lieux/COD2019/ML010501/" in page and "/financements/DON-ESSAI/" in page
    assert "Aucun tour de paiement" in page


def test_one_sees_one_s_own_communes(client: Client, component: Component, areas: Areas) -> None:
    client.force_login(make_user("kadi", "coordinator", areas.communes[0]))
    assert [row[1:4] for row in _rows(client)] == [["ML010501", "commune ML010501", "7"]]


@pytest.mark.django_db
def test_a_round_adds_up_on_every_page(client: Client, tmp_path: Path) -> None:
    """306 households, 44 absent: as in Safo in February 2022."""
    scene = peopled(306, amount_xof=90_000)
    played = scene.released()
    scene.answer(played, tmp_path / "retour.csv", absent=44)
    client.force_login(make_user("audit", "auditor"))
    dashboard = _page(client, f"/programmes/{scene.component.programme.code}/")
    assert re.search(r">306</td>.*>262</td>.*>44</td>.*>86 %</td>.*>23 580 000</td>", dashboard)
    assert "<dd>23 580 000<small>FCFA, 262 versements" in dashboard
    commune = _page(client, f"/lieux/COD2019/{scene.communes[0].code}/")
    assert "<dd>23 580 000<small>FCFA" in commune
    results.refresh()
    national = _page(client, "/resultats/tableau/")
    assert '<td data-l="Payés" class="num">262</td>' in national
    assert '<td data-l="Francs" class="num">23 580 000</td>' in national


@pytest.mark.django_db
def test_the_orders_of_another_commune_are_not_counted(client: Client) -> None:
    scene = peopled(5, communes=("ML010501", "ML010601"))
    scene.enrol(make_households(3, make_village(scene.communes[1]), prefix="b"))
    scene.released()
    client.force_login(make_user("kadi", "coordinator", scene.communes[0]))
    page = _page(client, f"/programmes/{scene.component.programme.code}/")
    assert 'data-l="Ordres">5</td>' in page


def test_another_programme_does_not_exist(client: Client, component: Component) -> None:
    client.force_login(make_user("ali", programme="AUTRE"))
    assert client.get("/programmes/ESSAI/").status_code == 404
    assert "ESSAI" not in _page(client, "/programmes/")


def test_money_is_for_those_who_see_accounts(client: Client, component: Component) -> None:
    client.force_login(make_user("kadi", "social_officer"))
    page = _page(client)
    assert "Par convention" not in page and "Transfert d’essai" in page


def test_a_reader_without_the_right_is_refused(client: Client, component: Component) -> None:
    client.force_login(make_user("op", "operator"))
    assert client.get("/programmes/").status_code == 403


def test_an_empty_server_says_so(client: Client, areas: Areas) -> None:
    client.force_login(make_user("awa"))
    assert "Aucun programme n’est chargé" in _page(client, "/programmes/")
