"""Signing in by a provider of identities: into an account that an administrator knows, and no other."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography import staff
from jigi.site import entry
from tests.entry.doors import make_account
from tests.factories import Areas, make_user

ROOT = Path(__file__).resolve().parents[2]
LOGIN = "/connexion/par/fournisseur/"
GIVEN = {"NAME": "Essai", "CLIENT_ID": "jigi", "CLIENT_SECRET": "secret-du-client"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    words = [sys.executable, "-m", "tests.entry.provider"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def provider(address: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in (GIVEN | {"ISSUER": address}).items():
        monkeypatch.setenv(f"JIGI_OIDC_{name}", value)
    settings.SOCIALACCOUNT_PROVIDERS = entry._provider()
    return address


@pytest.fixture
def admin(areas: Areas) -> User:
    return make_user("admin", "system_administrator")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


def go(client: Client, way: str = LOGIN, **who: str) -> str:
    """Leave for the provider, be let in there as somebody, and come back; the page one lands on."""
    left = client.post(way)
    assert left.status_code == 302, left.content.decode()
    try:
        urllib.request.build_opener(_Stay).open(f"{left.url}&{urlencode(who)}")
    except urllib.error.HTTPError as redirect:
        back = urlsplit(redirect.headers["Location"])
    return client.get(f"{back.path}?{back.query}", follow=True).content.decode()


def test_the_door_names_the_provider(client: Client, provider: str, db: None) -> None:
    assert "Se connecter par Essai" in client.get("/connexion/").content.decode()
    assert "Continuer" in client.get(LOGIN).content.decode()


def test_without_settings_there_is_no_provider(client: Client, db: None) -> None:
    assert "Se connecter par" not in client.get("/connexion/").content.decode()
    assert client.post(LOGIN).status_code == 404


def test_a_subject_that_an_administrator_recorded_comes_in(client: Client, provider: str, admin: User) -> None:
    user = make_account(role="inconnu")
    staff.post(user, role="system_administrator", area=admin.staff_postings.get().area, by=admin, reason="pour essai")
    staff.link(user, provider="fournisseur", subject="s-42", email="", by=admin, reason="identité vérifiée")
    user.staff_postings.filter(role="system_administrator").delete()
    assert "Aujourd’hui" in go(client, sub="s-42")
    assert AuditEvent.objects.get(verb="sign_in").after["means"] == ["socialaccount"]


def test_an_address_verified_by_the_provider_comes_in(client: Client, provider: str, admin: User) -> None:
    EmailAddress.objects.create(user=make_account(), email="awa@example.ml", verified=True)
    assert "Aucun compte ne correspond" in go(client, sub="s-1", email="awa@example.ml")
    assert client.get("/aujourdhui/").status_code == 302
    assert "Aujourd’hui" in go(client, sub="s-1", email="awa@example.ml", verified="1")


def test_nobody_becomes_somebody_here_by_the_provider(client: Client, provider: str, admin: User) -> None:
    accounts = User.objects.count()
    assert "Aucun compte ne correspond" in go(client, sub="s-9", email="nouveau@example.ml", verified="1")
    assert User.objects.count() == accounts


@pytest.mark.parametrize("fault", ["key", "audience", "issuer", "expired"])
def test_an_identity_that_the_provider_did_not_sign_for_us_opens_nothing(
    client: Client, provider: str, admin: User, fault: str
) -> None:
    EmailAddress.objects.create(user=make_account(), email="awa@example.ml", verified=True)
    said = go(client, sub="s-1", email="awa@example.ml", verified="1", fault=fault)
    assert "n’a pas pu vous reconnaître" in said
    assert client.get("/aujourdhui/").status_code == 302


def test_a_closed_account_stays_closed(client: Client, provider: str, admin: User) -> None:
    EmailAddress.objects.create(user=make_account(is_active=False), email="awa@example.ml", verified=True)
    assert "Ce compte est fermé" in go(client, sub="s-1", email="awa@example.ml", verified="1")


def test_the_second_factor_is_asked_all_the_same(client: Client, provider: str, admin: User) -> None:
    EmailAddress.objects.create(user=make_account(role="treasurer"), email="awa@example.ml", verified=True)
    said = go(client, sub="s-1", email="awa@example.ml", verified="1")
    assert "Vous n’avez pas encore de second facteur" in said


def test_one_does_not_link_oneself(client: Client, provider: str, admin: User) -> None:
    client.force_login(make_account())
    assert "On ne lie pas soi-même" in go(client, f"{LOGIN}?process=connect", sub="s-7")


def test_an_answer_that_was_not_asked_for_opens_nothing(client: Client, provider: str, db: None) -> None:
    said = client.get(f"{LOGIN}retour/?code=x&state=y").content.decode()
    assert "n’a pas pu vous reconnaître" in said


def test_a_subject_is_one_account(provider: str, admin: User) -> None:
    first, second = make_user("un", "auditor"), make_user("deux", "auditor")
    staff.link(first, provider="fournisseur", subject="s-1", email="a@example.ml", by=admin, reason="identité")
    with pytest.raises(Refused, match="sujet"):
        staff.link(second, provider="fournisseur", subject="s-1", email="", by=admin, reason="identité")
    with pytest.raises(Refused, match="adresse"):
        staff.link(second, provider="fournisseur", subject="", email="A@example.ml", by=admin, reason="identité")


@pytest.mark.parametrize(
    ("given", "said"),
    [({"NAME": ""}, "JIGI_OIDC_NAME"), ({"ISSUER": "http://idp.example"}, "https")],
)
def test_settings_that_would_open_a_hole_are_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in (GIVEN | {"ISSUER": "https://idp.example"} | given).items():
        monkeypatch.setenv(f"JIGI_OIDC_{name}", value)
    with pytest.raises(JigiError, match=said):
        entry._provider()


def test_a_provider_that_is_away_is_told(client: Client, provider: str, settings: Any, db: None) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    assert "n’a pas pu vous reconnaître" in client.post(LOGIN).content.decode()
