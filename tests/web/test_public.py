"""The public page: everybody reads it, every figure comes from the data."""

from __future__ import annotations

import gzip

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import Areas, make_component, make_enrolments, make_households


def _page(client: Client) -> str:
    return client.get("/").content.decode().replace("\u202f", " ")


def test_an_empty_server_says_so(client: Client, db: None) -> None:
    assert "Aucun programme n’est encore chargé" in _page(client)


def test_figures_come_from_the_data(client: Client, areas: Areas) -> None:
    households = make_households(1_234, areas.villages[0])
    make_enrolments(make_component(areas.communes, amount_xof=30_000), households[:1_001])
    page = _page(client)
    assert "Programme ESSAI" in page and "30 000 FCFA par ménage, 12 fois" in page
    assert "<dd>1 234<small>3 702 personnes" in page
    assert "<dd>1 001<small>dans 1 commune" in page


def test_no_name_nor_number_of_a_household_is_shown(client: Client, areas: Areas) -> None:
    make_enrolments(make_component(areas.communes), make_households(5, areas.villages[0]))
    assert "Moussa" not in _page(client) and "menages/" not in _page(client)


def test_a_second_visitor_costs_no_reading_of_the_tables(client: Client, areas: Areas) -> None:
    make_enrolments(make_component(areas.communes), make_households(5, areas.villages[0]))
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert len(queries) == 0


def test_the_page_is_light(client: Client, areas: Areas) -> None:
    make_enrolments(make_component(areas.communes), make_households(5, areas.villages[0]))
    assert len(gzip.compress(client.get("/").content)) < 20_000


def test_small_communes_are_left_out_of_the_file(client: Client, areas: Areas) -> None:
    few, more = make_households(4, areas.villages[0]), make_households(6, areas.villages[2], prefix="b")
    make_enrolments(make_component(areas.communes), few + more)
    text = b"".join(client.get("/chiffres.csv").streaming_content).decode()
    assert "ML010501" not in text
    assert "ML010502;commune ML010502;cercle ML0105;region ML01;6;0;0" in text
