"""The accounts at banks: set by an administrator, by a page or a file; a number and a mirror once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from jigi.foundation.errors import InputError, Refused
from jigi.ledger.models import Account
from jigi.payments import bank_accounts, bank_state
from jigi.payments.bank_accounts import Described
from jigi.payments.bank_models import BankAccount, BankMirror
from tests.factories import make_user
from tests.kept import Kept, once
from tests.payments.bank import RIB
from tests.payments.bank_scene import Banked, banked

pytestmark = pytest.mark.django_db

FILE = """
author = "essai"
source = "essai"
[[account]]
code = "BDM-2"
name = "Compte de l’agence"
bank = "BDM"
number = "ML016 01201 026001100668 50"
agency = "AGENCE-A"
mirrors = ["IDA-tm:agence:AGENCE-A"]
[account.columns]
date = "Date opé."
"""


def _place(tmp_path: Path) -> Banked:
    return banked(tmp_path)


place_once = once("place", _place)


@pytest.fixture
def place(place_once: Kept[Banked], db: None) -> Banked:
    return place_once.copy()


def write(folder: Path, text: str) -> Path:
    path = folder / "comptes.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_account_mirrors_the_treasury_of_its_agreement_and_its_own_operations(place: Banked) -> None:
    kinds = Account.objects.filter(pk__in=place.bank.mirrors.values("account")).values_list("kind", flat=True)
    assert sorted(kinds) == ["bank", "treasury"]


def test_a_number_is_sealed_and_its_last_marks_are_shown(place: Banked) -> None:
    assert (place.bank.number, place.bank.tail) == (RIB, RIB[-4:])
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(b)::text FROM payments_bankaccount AS b")
        assert RIB not in cursor.fetchone()[0]


def test_a_file_sets_accounts_with_the_names_that_the_bank_gives_to_columns(place: Banked, tmp_path: Path) -> None:
    admin = make_user("autre", "system_administrator")
    (made,) = bank_accounts.configure(write(tmp_path, FILE), by=admin)
    assert (made.fund, dict(made.columns.values_list("meaning", "header"))) == ("", {"date": "Date opé."})
    assert bank_accounts.configure(write(tmp_path, FILE), by=admin) == [made]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"AGENCE-A"\n', '"PERSONNE"\n', "ligne 5.*n’est pas une agence"),
        ('["IDA-tm:agence:AGENCE-A"]', '["RIEN"]', "n’est pas un compte du grand livre"),
        ("668 50", "668 49", "Un autre compte bancaire porte déjà ce numéro"),
        ('["IDA-tm:agence:AGENCE-A"]', '["IDA-tm:tresorerie"]', "déjà celui d’un autre compte bancaire"),
        ("ML016 01201", "?", "n’est pas un numéro de compte"),
        ('agency = "AGENCE-A"', "", "Le compte n’est celui de personne"),
        ("date =", "jour =", "La clef « jour » est inconnue"),
    ],
)
def test_a_mistake_of_the_file_is_said_and_nothing_is_set(
    place: Banked, tmp_path: Path, before: str, after: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        bank_accounts.configure(write(tmp_path, FILE.replace(before, after)), by=make_user("a", "system_administrator"))
    assert BankAccount.objects.count() == 1


def test_who_does_not_administer_sets_nothing(place: Banked) -> None:
    said = Described("X", "X", "X", "ML01601201026001100668 50", agency="AGENCE-A")
    with pytest.raises(Refused, match="Votre affectation"):
        bank_accounts.describe(said, by=place.keeper)


def test_an_account_of_the_ledger_has_one_bank(place: Banked) -> None:
    with pytest.raises(IntegrityError, match="account_id"):
        BankMirror.objects.create(bank=place.bank, account=place.bank.own)


def test_an_account_is_somebody_s(place: Banked) -> None:
    with pytest.raises(IntegrityError, match="bank_account_is_somebody_s"):
        BankAccount.objects.filter(pk=place.bank.pk).update(agreement=None)


def test_a_correction_that_says_nothing_of_mirrors_and_columns_keeps_them(place: Banked, tmp_path: Path) -> None:
    admin = make_user("autre", "system_administrator")
    (made,) = bank_accounts.configure(write(tmp_path, FILE), by=admin)
    number = "ML016 01201 026001100668 50"
    said = Described("BDM-2", "Compte de l’agence, renommé", "BDM", number, agency="AGENCE-A")
    assert bank_accounts.describe(said, by=admin).name == "Compte de l’agence, renommé"
    assert made.mirrors.filter(account__code="IDA-tm:agence:AGENCE-A").exists()
    assert dict(made.columns.values_list("meaning", "header")) == {"date": "Date opé."}


def test_who_is_limited_to_another_programme_sees_no_account_of_nobody_s_agreement(
    place: Banked, tmp_path: Path
) -> None:
    (made,) = bank_accounts.configure(write(tmp_path, FILE), by=make_user("autre", "system_administrator"))
    limited = make_user("ailleurs", "finance_officer", programme="autre")
    assert not bank_state.visible_to(limited).exists()
    assert made in bank_state.visible_to(place.keeper)
