"""How many times one may try: a name that is guessed at waits, a network full of people does not."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.utils import timezone

from jigi.foundation import attempts
from jigi.foundation.models import Attempt, AuditEvent, User
from tests.entry.doors import PASSWORD, make_account, sign_in

WAIT = r"Trop d’essais pour cet identifiant\. Réessayez dans \d+ secondes?\."


def test_forty_people_behind_one_address_come_in_within_a_minute(db: None) -> None:
    for number in range(40):
        make_account(f"agent{number}")
    started = time.monotonic()
    for number in range(40):
        client = Client(REMOTE_ADDR="41.73.0.9")
        assert "incorrect" in sign_in(client, f"agent{number}", "une faute de frappe")
        assert "Aujourd’hui" in sign_in(client, f"agent{number}")
    assert time.monotonic() - started < 60
    assert AuditEvent.objects.filter(verb="sign_in").count() == 40


def test_eleven_wrong_passwords_shut_the_account_for_a_while(client: Client, db: None) -> None:
    make_account()
    pages = [sign_in(client, password="faux") for _ in range(11)]
    assert "incorrect" in pages[0] and re.search(WAIT, pages[-1])
    assert re.search(WAIT, sign_in(client))
    assert AuditEvent.objects.filter(verb="sign_in_shut").exists()
    Attempt.objects.update(shut_until=timezone.now() - timedelta(seconds=1))
    assert "Aujourd’hui" in sign_in(client)
    assert not Attempt.objects.filter(key__startswith="account:").exists()


def test_the_wait_grows_up_to_a_quarter_of_an_hour() -> None:
    waits = [attempts.wait_after(failures).total_seconds() for failures in range(1, 12)]
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]


@pytest.mark.parametrize(("seconds", "said"), [(0, "1 seconde"), (29.2, "30 secondes"), (300, "6 minutes")])
def test_a_wait_is_told_in_words(seconds: float, said: str) -> None:
    assert attempts.in_words(timedelta(seconds=seconds)) == said


def test_a_name_that_nobody_has_waits_like_another(client: Client, db: None) -> None:
    known, unknown = make_account().username, "personne"
    for _ in range(4):
        assert sign_in(client, known, "faux").count("incorrect") == sign_in(client, unknown, "faux").count("incorrect")
    sign_in(client, unknown, "faux")
    assert "Réessayez dans" in sign_in(client, unknown, "faux")


def test_a_name_that_nobody_has_takes_as_long(client: Client, db: None, monkeypatch) -> None:
    """Nearly all the time of a try is its hash: as many are made for a name that nobody has."""
    make_account()
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: hashed.append("") or encode(self, *args))

    def hashes(username: str) -> int:
        hashed.clear()
        client.post("/connexion/", {"username": username, "password": "faux"})
        return len(hashed)

    assert hashes("personne") == hashes("awa") == 1


def test_an_address_that_tries_every_name_is_stopped(client: Client, db: None, monkeypatch) -> None:
    monkeypatch.setattr(attempts, "ADDRESS_FAILURES", 20)
    pages = [sign_in(client, f"nom{number}", "faux") for number in range(21)]
    assert "incorrect" in pages[19] and "Trop d’essais depuis ce réseau" in pages[20]
    assert "incorrect" in sign_in(Client(REMOTE_ADDR="41.73.0.9"), "nom1", "faux")


def test_what_was_typed_as_a_name_is_kept_nowhere_in_clear(db: None) -> None:
    attempts.try_door("mon-mot-de-passe", "127.0.0.1")
    assert not Attempt.objects.filter(key__contains="passe").exists()


def test_old_counts_are_forgotten(db: None) -> None:
    attempts.try_door("awa", "127.0.0.1")
    assert attempts.forget_old() == 0
    Attempt.objects.update(last_at=timezone.now() - timedelta(hours=25))
    assert attempts.forget_old() == 2


def test_tries_at_the_same_moment_are_all_counted(django_db_setup: None, django_db_blocker) -> None:
    """On connections of their own, so without the test's transaction: what they write is removed at the end."""

    def one(_: int) -> bool:
        try:
            attempts.try_door("ensemble", "203.0.113.7")
        except attempts.TooMany:
            return False
        finally:
            connection.close()
        return True

    with django_db_blocker.unblock():
        try:
            with ThreadPoolExecutor(8) as pool:
                let_in = sum(pool.map(one, range(16)))
        finally:
            Attempt.objects.all().delete()
            connection.close()
    assert let_in == attempts.FREE_FAILURES


def test_a_password_asked_again_counts_too(client: Client, db: None) -> None:
    make_account()
    sign_in(client)
    for _ in range(5):
        client.post("/compte/confirmer/", {"password": "faux"})
    said = client.post("/compte/confirmer/", {"password": PASSWORD}).content.decode()
    assert "Trop d’essais pour cet identifiant" in said


def test_services_and_closed_accounts_open_nothing(client: Client, db: None) -> None:
    user = make_account(is_service=True)
    assert "compte est celui d’un service" in sign_in(client)
    User.objects.filter(pk=user.pk).update(is_service=False, is_active=False)
    assert "incorrect" in sign_in(client)


def test_behind_a_proxy_each_person_has_their_own_address(db: None, settings, monkeypatch) -> None:
    """The proxy's word is believed for as many proxies as the operator said, and the rest of the line is not."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    monkeypatch.setattr(attempts, "ADDRESS_FAILURES", 2)
    for number in range(3):
        forged = {"HTTP_X_FORWARDED_FOR": f"198.51.100.{number}, 41.73.0.9"}
        said = sign_in(Client(), f"nom{number}", "faux", **forged)
    assert "depuis ce réseau" in said
    assert "incorrect" in sign_in(Client(), "nom", "faux", HTTP_X_FORWARDED_FOR="41.73.0.10")
    assert AuditEvent.objects.latest("id").origin.startswith("41.73.0.10 ")
