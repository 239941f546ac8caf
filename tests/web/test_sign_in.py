"""Coming in and going out: who may, how many times one may try, what is kept of it."""

from __future__ import annotations

import pytest
from django.test import Client

from jigi.foundation.models import AuditEvent, User
from tests.factories import Areas, make_user

PASSWORD = "un mot de passe long"
PRIVATE = [
    "/aujourdhui/",
    "/menages/",
    "/menages/0000-0000-00/",
    "/lieux/",
    "/imports/",
    "/audit/",
    "/executions/1/",
]


def _account(**fields: object) -> User:
    return User.objects.create_user("awa", PASSWORD, full_name="Awa", **fields)


def _sign_in(client: Client, password: str = PASSWORD) -> str:
    answer = client.post("/connexion/", {"username": "awa", "password": password}, follow=True)
    return answer.content.decode()


@pytest.mark.parametrize("page", PRIVATE)
def test_pages_ask_who_you_are(client: Client, db: None, page: str) -> None:
    answer = client.get(page)
    assert (answer.status_code, answer.url) == (302, f"/connexion/?next={page}")


def test_signing_in_leads_to_today_and_is_recorded(client: Client, db: None) -> None:
    user = _account()
    assert "Aujourd’hui" in _sign_in(client)
    assert AuditEvent.objects.get(verb="sign_in").by == user


def test_five_failures_close_the_door_for_a_while(client: Client, db: None) -> None:
    _account()
    for _ in range(5):
        assert "incorrect" in _sign_in(client, "faux")
    assert "Trop d’essais pour cet identifiant. Réessayez dans 30 secondes." in _sign_in(client)


def test_a_service_or_a_closed_account_opens_no_page(client: Client, db: None) -> None:
    user = _account(is_service=True)
    assert "compte est celui d’un service" in _sign_in(client)
    User.objects.filter(pk=user.pk).update(is_service=False, is_active=False)
    assert "incorrect" in _sign_in(client)


def test_signing_out_needs_a_form(client: Client, db: None) -> None:
    client.force_login(_account())
    assert client.get("/deconnexion/").status_code == 405
    client.post("/deconnexion/")
    assert client.get("/aujourdhui/").status_code == 302
    assert AuditEvent.objects.filter(verb="sign_out").exists()


def test_demonstration_accounts_are_named_on_the_door(client: Client, areas: Areas) -> None:
    make_user("moussa", "auditor", areas.country)
    assert "moussa" not in client.get("/connexion/").content.decode()
    User.objects.update(is_demonstration=True)
    assert "moussa" in client.get("/connexion/").content.decode()


def test_a_page_shows_the_journeys_of_its_reader_only(client: Client, areas: Areas) -> None:
    client.force_login(make_user("moussa", "treasurer", areas.country))
    page = client.get("/aujourdhui/").content.decode()
    assert 'href="/paiements/"' in page
    assert 'href="/menages/"' not in page and 'href="/audit/"' not in page
