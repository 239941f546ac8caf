"""The lists: paged by key, filtered without surprise, exported for Excel without formulas."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jigi.foundation.models import AuditEvent
from jigi.registry.models import Household
from jigi.web import listing
from tests.factories import Areas, make_households, make_user

RSU = re.compile(r'href="/menages/(\d{4}-\d{4}-\d\d)/"')


@pytest.fixture
def reader(client: Client, areas: Areas, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(listing, "PAGE_ROWS", 4)
    make_households(10, areas.villages[0])
    client.force_login(make_user("awa", area=areas.country))
    return client


def _numbers(client: Client, address: str) -> list[str]:
    return RSU.findall(client.get(f"/menages/{address}").content.decode())


def _link(client: Client, address: str, rel: str) -> str:
    page = client.get(f"/menages/{address}").content.decode()
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("order", ["rsu", "-rsu", "membres", "-vu", "chef", "commune"])
def test_pages_follow_each_other_and_miss_nobody(reader: Client, order: str) -> None:
    seen, address = [], f"?tri={order}"
    while address:
        seen += _numbers(reader, address)
        address = _link(reader, address, "next")
    assert sorted(seen) == sorted(household.rsu for household in Household.objects.all())


@pytest.mark.parametrize("order", ["rsu", "-rsu", "-membres"])
def test_going_back_shows_the_page_one_came_from(reader: Client, order: str) -> None:
    first = f"?tri={order}"
    second = _link(reader, first, "next")
    third = _link(reader, second, "next")
    assert _link(reader, first, "prev") == ""
    back = _link(reader, third, "prev")
    assert _numbers(reader, back) == _numbers(reader, second)
    assert _numbers(reader, _link(reader, back, "prev")) == _numbers(reader, first)


def test_the_last_page_costs_what_the_first_does(reader: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        reader.get(f"/menages/{_link(reader, '', 'next')}")
    assert not any("OFFSET" in query["sql"] for query in queries)


def test_an_unknown_choice_shows_nothing_rather_than_everything(reader: Client) -> None:
    assert _numbers(reader, "?situation=inconnue") == []
    assert _numbers(reader, "?composante=999999") == []


@pytest.mark.parametrize("key", ["abîmé", "W10", "WyJ4IiwieSJd", "bnVsbA"])
def test_a_damaged_address_is_refused_in_french(reader: Client, key: str) -> None:
    answer = reader.get("/menages/", {"apres": key})
    assert answer.status_code == 400
    assert "L’adresse de cette page est abîmée" in answer.content.decode()


def test_a_key_of_another_order_is_refused_too(reader: Client) -> None:
    address = _link(reader, "?tri=chef", "next").replace("tri=chef", "tri=vu")
    assert reader.get(f"/menages/{address}").status_code == 400


def test_the_file_opens_in_excel_and_runs_nothing(reader: Client) -> None:
    Household.objects.filter(pk=Household.objects.first().pk).update(head_name='=cmd|" /C calc";A1')
    answer = reader.get("/menages/?format=csv")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeffNuméro RSU;Chef de ménage;")
    assert text.count("\r\n") == 11
    assert '"\'=cmd|"" /C calc"";A1"' in text
    assert AuditEvent.objects.filter(verb="export", noun="list", object_id="menages").exists()


def test_the_file_holds_what_the_filters_keep(reader: Client, areas: Areas) -> None:
    make_households(1, areas.villages[2], prefix="ailleurs")
    answer = reader.get("/menages/?format=csv&lieu=ML010502")
    assert b"".join(answer.streaming_content).decode().count("\r\n") == 2


def test_a_printed_list_is_not_cut_in_pages(reader: Client) -> None:
    assert len(_numbers(reader, "?imprimer=oui")) == 10
