"""What waits, told around every page: kept some seconds, never older than what this process wrote."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from jigi.web import frame
from tests.factories import Areas, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages around which everything was counted."""
    pages: list[str] = []
    honest = frame.needs_of
    monkeypatch.setattr(frame, "needs_of", lambda request: (pages.append(request.path), honest(request))[1])
    return pages


def _ask_for_a_snapshot(client: Client, **facts: str) -> int:
    return client.post("/resultats/instantanes/calculer/", {"cle": str(uuid.uuid4()), **facts}).status_code


def test_pages_that_follow_each_other_count_once(client: Client, areas: Areas, counted: list[str]) -> None:
    client.force_login(make_user("mariam", "monitoring_officer", areas.country))
    for _ in range(3):
        assert client.get("/resultats/tableau/").status_code == 200
    assert len(counted) == 1


def test_what_a_form_wrote_is_counted_at_once(client: Client, areas: Areas, counted: list[str]) -> None:
    client.force_login(make_user("mariam", "monitoring_officer", areas.country))
    client.get("/resultats/tableau/")
    assert _ask_for_a_snapshot(client, annee="2016") == 302
    for _ in range(3):  # the page that says what was done, then the first that does not
        client.get("/resultats/tableau/")
    assert len(counted) == 3


def test_one_s_badges_are_not_another_s(client: Client, areas: Areas, counted: list[str]) -> None:
    for name in ("mariam", "awa"):
        client.force_login(make_user(name, "monitoring_officer", areas.country))
        client.get("/resultats/tableau/")
    assert len(counted) == 2


def test_today_counts_anew(client: Client, areas: Areas, counted: list[str]) -> None:
    client.force_login(make_user("mariam", "monitoring_officer", areas.country))
    client.get("/resultats/tableau/")
    client.get("/aujourdhui/")
    assert counted == ["/resultats/tableau/", "/aujourdhui/"]
