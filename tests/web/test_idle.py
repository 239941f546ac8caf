"""A session left alone."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.test import Client

from jigi.web.account import idle
from tests.factories import make_areas, make_user

HOUR = 3600


@pytest.fixture
def browser(db: None) -> Client:
    make_areas()
    client = Client()
    client.force_login(make_user("kita", "social_officer"))
    return client


def asks_after(browser: Client, seconds: float, clock: list[float]) -> int:
    clock[0] += seconds
    with patch.object(idle.time, "time", lambda: clock[0]):
        return browser.get("/menages/").status_code


def test_an_hour_without_a_request_signs_out(browser: Client) -> None:
    clock = [1_000_000.0]
    assert asks_after(browser, 0, clock) == 200
    assert asks_after(browser, HOUR + 1, clock) == 302
    assert "déconnecté après 60 minutes" in browser.get("/connexion/").content.decode()


def test_who_works_all_day_is_not_signed_out(browser: Client) -> None:
    clock = [1_000_000.0]
    assert {asks_after(browser, 0.9 * HOUR, clock) for _ in range(9)} == {200}
    assert {asks_after(browser, 200, clock) for _ in range(30)} == {200}
