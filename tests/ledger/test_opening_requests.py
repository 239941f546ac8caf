"""Opening balances by two persons: what one sent is what another confirms, whole, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import User
from jigi.ledger import opening_requests
from jigi.ledger.models import Entry, OpeningRequest, Posting
from jigi.ledger.openings import take
from jigi.ledger.queries import balances, prove
from tests.factories import make_commune, make_user
from tests.ledger.test_periods import FUND, GOOD, MAY, file, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> User:
    make_commune("ML010501")
    by = make_user("finances", "finance_officer")
    grant(by, MAY, 1_000)
    return by


@pytest.fixture
def approver(keeper: User) -> User:
    return make_user("tresor", "treasurer")


def asked(keeper: User, tmp_path: Path, rows: str = GOOD) -> OpeningRequest:
    return opening_requests.ask(file(tmp_path, rows), by=keeper)


def test_a_file_is_read_by_one_person_and_posted_by_another(keeper: User, approver: User, tmp_path: Path) -> None:
    made = asked(keeper, tmp_path)
    assert not Posting.objects.exclude(kind="grant").exists()
    assert sorted(one.balance_xof for one in opening_requests.preview(made)[FUND]) == [-1_000, 300, 700]
    taken = opening_requests.confirm(made, by=approver)
    made.refresh_from_db()
    assert (made.taken, made.decided_by, taken.made_by) == (taken, approver, keeper)
    assert Entry.objects.get(kind="open").by == approver
    assert balances([FUND])[FUND].paid_xof == 700 and prove().balanced


def test_who_asked_does_not_confirm_and_nothing_is_decided_twice(keeper: User, approver: User, tmp_path: Path) -> None:
    made = asked(keeper, tmp_path)
    own = OpeningRequest.objects.create(file_name="x.csv", file_hash="x", content=b"x", asked_by=approver)
    with pytest.raises(Refused, match="une autre personne la confirme"):
        opening_requests.confirm(own, by=approver)
    with pytest.raises(Refused, match="se motive"):
        opening_requests.refuse(made, " ", by=approver)
    opening_requests.refuse(made, "Le solde versé est d’avril", by=approver)
    with pytest.raises(Refused, match="déjà décidée"):
        opening_requests.confirm(made, by=approver)
    assert not Posting.objects.exclude(kind="grant").exists()


def test_who_asked_takes_the_file_back_and_sends_it_again(keeper: User, tmp_path: Path) -> None:
    made = asked(keeper, tmp_path)
    with pytest.raises(Refused, match="attend déjà"):
        asked(keeper, tmp_path)
    opening_requests.refuse(made, "Mauvais fichier", by=keeper)
    assert asked(keeper, tmp_path).pk != made.pk


def test_a_wrong_file_is_refused_before_anybody_confirms(keeper: User, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ne s’annulent pas"):
        asked(keeper, tmp_path, GOOD.replace("700", "701"))
    assert not OpeningRequest.objects.exists()


def test_what_the_command_took_since_is_not_taken_twice(keeper: User, approver: User, tmp_path: Path) -> None:
    made = asked(keeper, tmp_path)
    other = file(tmp_path, GOOD.replace("IDA;", "Autre nom;"))
    take(other, made_by=keeper, by=keeper)
    with pytest.raises(InputError, match="déjà des mouvements"):
        opening_requests.confirm(made, by=approver)
    assert balances([FUND])[FUND].paid_xof == 700


def test_the_database_keeps_a_request_and_its_two_hands(keeper: User, approver: User, tmp_path: Path) -> None:
    made = asked(keeper, tmp_path)
    row = OpeningRequest.objects.filter(pk=made.pk)
    for lie in ("UPDATE ledger_openingrequest SET content = ''", "DELETE FROM ledger_openingrequest"):
        with pytest.raises(DatabaseError, match="ne se réécrit pas"), transaction.atomic():
            connection.cursor().execute(lie)
    taken, _ = take(file(tmp_path, GOOD), made_by=keeper, by=keeper)
    with pytest.raises(IntegrityError, match="opening_request_confirmed_by_another"), transaction.atomic():
        row.update(decided_by=keeper, decided_at=timezone.now(), taken=taken)
    with pytest.raises(IntegrityError, match="opening_request_confirmed_by_another"), transaction.atomic():
        row.update(decided_by=approver, decided_at=timezone.now())
