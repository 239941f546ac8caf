"""`jigi doctor --production`: refuses each thing that has no place where people's data are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from jigi.command import production
from jigi.demo import ground
from jigi.foundation.models import User
from tests.command.terminal import Jigi
from tests.factories import Areas, make_areas, make_user

ORDINARY = f"jigi_ordinaire_{os.getpid()}"
KEY = "x7Qw2mZr9Lk4Vt8Yb1Nc6Hs3Pd5Fg0JaEuRiOoTzXyMnBvCqWe"


@pytest.fixture
def areas(db: None) -> Areas:
    return make_areas(communes=1)


@pytest.fixture(scope="module")
def ordinary_role(django_db_setup: None) -> Iterator[None]:
    """A role that owns nothing, which the account of the tests may put on; made by the server's own superuser."""
    params = connection.settings_dict
    names = {"host": params["HOST"], "port": params["PORT"] or None, "dbname": params["NAME"], "user": "postgres"}
    try:
        beside = psycopg.connect(**{name: value for name, value in names.items() if value}, autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("le superutilisateur de cette base n’est pas ouvert aux tests")
    with beside:
        beside.execute(f"CREATE ROLE {ORDINARY} NOLOGIN")
        beside.execute(f"GRANT {ORDINARY} TO {params['USER'] or 'jigi'}")
        yield
        beside.execute(f"DROP OWNED BY {ORDINARY}")
        beside.execute(f"DROP ROLE {ORDINARY}")


@pytest.fixture
def fit(ordinary_role: None, areas: Areas, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server fit for people's data: everything in order, under an ordinary role of the database."""
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["jigi.example.ml"]
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    monkeypatch.setenv("JIGI_SECRET_KEY", KEY)
    monkeypatch.setattr(production, "_public_addresses_served", set)
    for name in ("admin", "admine"):
        make_user(name, "system_administrator")
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ORDINARY}")
        cursor.execute(f"SET LOCAL ROLE {ORDINARY}")
        yield
        cursor.execute("RESET ROLE")


def as_owner(command: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(command, params)
        cursor.execute(f"SET LOCAL ROLE {ORDINARY}")


def refused(jigi: Jigi) -> dict[str, str]:
    """What was refused, with its remedy, by name. The command must have failed."""
    answer = jigi("doctor", "--production")
    assert answer.code == 1
    lines = answer.out.splitlines()
    return {
        line[11:35].strip(): following.strip()
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("erreur")
    }


def test_a_server_in_order_passes(jigi: Jigi, fit: None) -> None:
    answer = jigi("doctor", "--production", "--json")
    assert answer.code == 0, answer.out
    assert answer.figures["Rôle de la base"] == f"« {ORDINARY} », ordinaire"


def test_without_the_option_a_demonstration_passes(jigi: Jigi, areas: Areas) -> None:
    assert jigi("doctor").code == 0


SETTINGS = {
    "Mode d’essai": {"DEBUG": True},
    "Liaison chiffrée (TLS)": {"SECURE_HSTS_SECONDS": 0},
    "Noms du site": {"ALLOWED_HOSTS": ["*"]},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_of_a_demonstration_is_refused(jigi: Jigi, fit: None, settings: Any, name: str) -> None:
    for setting, value in SETTINGS[name].items():
        setattr(settings, setting, value)
    found = refused(jigi)
    assert list(found) == [name] and found[name].startswith("→")


@pytest.mark.parametrize("key", ["", "essai", "x" * 60, "django-insecure-" + KEY])
def test_a_key_that_anybody_may_know_is_refused(
    jigi: Jigi, fit: None, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("JIGI_SECRET_KEY", key)
    assert "JIGI_SECRET_KEY" in refused(jigi)["Clé des sessions"]


def test_an_account_of_the_database_that_may_do_all_is_refused(jigi: Jigi, fit: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert list(refused(jigi)) == ["Propriétaire des tables"]


@pytest.mark.parametrize(
    ("powers", "fault"),
    [
        ((True, False, False), "tout pouvoir"),
        ((False, True, False), "passe les lignes"),
        ((False, False, True), "crée"),
    ],
)
def test_each_power_of_a_database_role_is_named(powers: tuple[bool, bool, bool], fault: str) -> None:
    found = production._judged("jigi", *powers)
    assert found.level == "erreur" and fault in found.value and "DATABASE_URL" in found.remedy
    assert production._judged("jigi", False, False, False).level == "bon"


def test_demonstration_accounts_are_refused(jigi: Jigi, fit: None) -> None:
    as_owner("UPDATE foundation_user SET is_demonstration = true WHERE username = 'admin'")
    assert "jigi setup" in refused(jigi)["Comptes de démonstration"]


def test_a_demonstration_database_is_refused(jigi: Jigi, fit: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "is_marked", lambda: True)
    assert list(refused(jigi)) == ["Base de démonstration"]


def test_a_money_role_without_second_factor_is_refused(jigi: Jigi, fit: None) -> None:
    as_owner("DELETE FROM mfa_authenticator WHERE user_id = (SELECT id FROM foundation_user WHERE username = 'admin')")
    assert Authenticator.objects.count() == 1
    assert list(refused(jigi)) == ["Seconds facteurs"]
    assert User.objects.filter(username="admin", is_active=True).exists()


def test_an_embedded_database_behind_a_public_name_is_refused(
    jigi: Jigi, fit: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    assert production._embedded().level == "erreur"
    monkeypatch.setattr(production, "_public_addresses_served", lambda: {"0.0.0.0"})
    assert "0.0.0.0" in production._embedded().value


def test_a_site_served_beyond_this_machine_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def process(*words: str) -> Any:
        return type("Process", (), {"info": {"cmdline": list(words)}})

    shown = [process("python", "-m", "jigi", "serve", "--host", "0.0.0.0"), process("jigi", "serve"), process("sh")]
    monkeypatch.setattr(production.psutil, "process_iter", lambda _: shown)
    assert production._public_addresses_served() == {"0.0.0.0"}
