"""The secret of a phone: one alive a person, sealed, taken back at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.intake.collection import REALM, by_digest, by_token, digest_response, make_secret, revoke_secret
from jigi.intake.models import CollectionSecret
from tests.factories import make_user
from tests.intake.collected import make_collector
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db


def _collector(folder: Path) -> User:
    return make_collector()


collector_once = once("collector", _collector)


@pytest.fixture
def collector(collector_once: Kept[User], db: None) -> User:
    return collector_once.copy()


def test_the_example_of_the_specification() -> None:
    said = {
        "uri": "/dir/index.html", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093", "nc": "00000001",
        "cnonce": "0a4f113b", "qop": "auth",
    }  # fmt: skip
    response = digest_response(said, "GET", "Mufasa:testrealm@host.com:Circle Of Life")
    assert response == "6629fae49393a05397450978507c4ef1"


def test_a_secret_opens_by_digest_and_as_a_token(collector: User) -> None:
    secret = make_secret(by=collector)
    said = {"username": "enqueteur", "uri": "/openrosa/formList", "nonce": "n", "nc": "1", "cnonce": "c", "qop": "auth"}
    said["response"] = digest_response(said, "GET", f"enqueteur:{REALM}:{secret}")
    assert by_digest(said, "GET") == by_token(secret) == collector
    assert by_digest({**said, "response": "é"}, "GET") is None, "ce qu’une machine peut envoyer sans aucun secret"
    assert by_digest(said, "POST") is None and by_token(secret[:-1]) is None


def test_a_new_secret_stops_the_former(collector: User) -> None:
    former, present = make_secret(by=collector), make_secret(by=collector)
    assert by_token(former) is None and by_token(present) == collector
    revoke_secret(collector, by=collector)
    assert by_token(present) is None


def test_the_secret_is_kept_nowhere_in_clear(collector: User) -> None:
    secret = make_secret(by=collector)
    kept = CollectionSecret.objects.get()
    assert secret.encode() not in bytes(kept.sealed) and secret not in kept.fingerprint


def test_a_closed_account_is_nobody(collector: User) -> None:
    secret = make_secret(by=collector)
    collector.is_active = False
    collector.save()
    assert by_token(secret) is None


def test_who_may_not_collect_any_more_makes_no_secret(collector: User) -> None:
    collector.staff_postings.all().delete()
    with pytest.raises(Refused):
        make_secret(by=collector)


def test_another_person_does_not_take_a_secret_back(collector: User) -> None:
    make_secret(by=collector)
    with pytest.raises(Refused):
        revoke_secret(collector, by=make_user("autre"))
    revoke_secret(collector, by=make_user("administration", "system_administrator"), reason="téléphone volé")


def test_the_database_refuses_two_secrets_alive(collector: User) -> None:
    make_secret(by=collector)
    with pytest.raises(IntegrityError, match="collection_one_secret_alive"), transaction.atomic():
        CollectionSecret.objects.create(user=collector, sealed=b"x", fingerprint="x")
