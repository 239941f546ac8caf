"""Closing an accounting period forbids posting into it; opening balances are taken over; the balance sums to zero."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import User
from jigi.ledger import actions, periods
from jigi.ledger.models import Account, Closing, Entry, Posting
from jigi.ledger.openings import take
from jigi.ledger.queries import balances, prove, trial_balance
from tests.factories import make_commune, make_user

pytestmark = pytest.mark.django_db
FUND = "IDA-ESSAI"
MAY, LAST_OF_MAY = date(2026, 5, 1), date(2026, 5, 31)


@pytest.fixture
def keeper() -> User:
    make_commune("ML010501")
    return make_user("finances", "finance_officer")


@pytest.fixture
def approver(keeper: User) -> User:
    return make_user("tresor", "treasurer")


def grant(by: User, on: date, xof: int = 100, cause: str = "") -> Entry:
    donor = actions.open_account(f"{FUND}:bailleur", "bailleur", "donor", FUND)
    available = actions.open_account(f"{FUND}:disponible", "disponible", "available", FUND)
    line = actions.Line("grant", on.toordinal(), available, donor, xof)
    return actions.post("grant", cause or f"{on}", "Essai", [line], by=by, on=on)


def test_closing_an_accounting_period_forbids_posting_into_it(keeper: User) -> None:
    grant(keeper, LAST_OF_MAY)
    periods.close_period(MAY, LAST_OF_MAY, by=keeper)
    with pytest.raises(Refused, match="est close") as refused:
        grant(keeper, MAY)
    assert "rouvrir" in refused.value.remedy
    grant(keeper, LAST_OF_MAY + timedelta(days=1))
    assert (Posting.objects.count(), Entry.objects.count()) == (2, 2)


def test_who_is_limited_to_a_programme_keeps_no_accounts_of_all() -> None:
    make_commune("ML010501")
    by = make_user("finances-tm", "finance_officer", programme="tm")
    with pytest.raises(Refused, match="Votre affectation"):
        periods.close_period(MAY, LAST_OF_MAY, by=by)


def test_a_period_is_closed_when_it_is_over_and_once(keeper: User) -> None:
    with pytest.raises(Refused, match="n’est pas finie"):
        periods.close_period(MAY, date.today(), by=keeper)
    periods.close_period(MAY, LAST_OF_MAY, by=keeper)
    with pytest.raises(Refused, match="déjà close"):
        periods.close_period(LAST_OF_MAY, date(2026, 6, 30), by=keeper)


def test_a_period_is_reopened_by_two_persons_with_a_reason(keeper: User, approver: User) -> None:
    closing = periods.close_period(MAY, LAST_OF_MAY, by=keeper)
    with pytest.raises(Refused, match="se motive"):
        periods.ask_reopening(closing, by=keeper, reason=" ")
    periods.ask_reopening(closing, by=keeper, reason="Facture oubliée, pièce 12")
    with pytest.raises(Refused):
        periods.reopen(closing, by=keeper)
    periods.reopen(closing, by=approver)
    grant(keeper, MAY)
    closing.refresh_from_db()
    assert (closing.reopened_by, closing.reopen_why) == (approver, "Facture oubliée, pièce 12")


def test_the_database_refuses_a_reopening_by_one_person(keeper: User) -> None:
    closing = periods.close_period(MAY, LAST_OF_MAY, by=keeper)
    with pytest.raises(IntegrityError, match="closing_reopened_by_two_persons"):
        Closing.objects.filter(pk=closing.pk).update(
            reopen_asked_by=keeper, reopen_why="x", reopened_by=keeper, reopened_at=closing.closed_at
        )


def test_a_closing_is_never_erased_nor_moved(keeper: User) -> None:
    closing = periods.close_period(MAY, LAST_OF_MAY, by=keeper)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_closing SET ends_on = ends_on - 30 WHERE id = %s", [closing.pk])


def test_the_trial_balance_sums_to_zero_with_its_openings_and_closings(keeper: User) -> None:
    grant(keeper, MAY - timedelta(days=1), 40)
    grant(keeper, MAY, 2)
    grant(keeper, LAST_OF_MAY + timedelta(days=1), 1_000)
    lines = {line.kind: line for line in trial_balance([FUND], MAY, LAST_OF_MAY)}
    held = [(one.opening_xof, one.debit_xof, one.credit_xof, one.closing_xof) for one in lines.values()]
    assert held == [(40, 2, 0, 42), (-40, 0, 2, -42)]
    assert trial_balance([], MAY, LAST_OF_MAY) == []


HEADER = "convention;compte;libelle;nature;solde\n"
GOOD = (
    f"{FUND};{FUND}:bailleur;IDA;bailleur;-1 000\n{FUND};{FUND}:disponible;IDA;disponible;300\n"
    f"{FUND};{FUND}:X:verse;TM;verse;700\n"
)


def file(folder: Path, rows: str) -> Path:
    path = folder / "soldes.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def test_opening_balances_are_of_an_agreement_that_is_loaded(keeper: User, tmp_path: Path) -> None:
    """Taken before the programme file, its grant would come twice."""
    with pytest.raises(InputError, match="n’est pas chargée") as refused:
        take(file(tmp_path, GOOD), made_by=keeper, by=keeper)
    assert (refused.value.line, refused.value.column) == (2, "convention") and not Posting.objects.exists()


def test_opening_balances_know_the_share_of_management(keeper: User, tmp_path: Path) -> None:
    grant(keeper, MAY, 1_000)
    share = actions.open_account(f"{FUND}:gestion", "Gestion", "management", FUND)
    available = Account.objects.get(fund=FUND, kind="available")
    actions.post(
        "grant", "share", "part de gestion", [actions.Line("grant", 2, share, available, 50)], by=keeper, on=MAY
    )
    with pytest.raises(InputError, match="un compte « gestion »"):
        take(file(tmp_path, GOOD), made_by=keeper, by=keeper)
    rows = GOOD.replace(";300", ";280") + f"{FUND};{FUND}:gestion;Gestion;gestion;20\n"
    take(file(tmp_path, rows), made_by=keeper, by=keeper)
    money = balances([FUND])[FUND]
    assert (money.available_xof, money.management_xof, money.paid_xof) == (280, 20, 700) and prove().balanced


def test_opening_balances_are_taken_once(keeper: User, tmp_path: Path) -> None:
    grant(keeper, MAY, 1_000)
    path = file(tmp_path, GOOD)
    taken, known = take(path, made_by=keeper, by=keeper)
    assert (taken.balances, taken.entries, known) == (3, 1, False)
    assert take(path, made_by=keeper, by=keeper) == (taken, True)
    money = balances([FUND])[FUND]
    assert (money.granted_xof, money.available_xof, money.paid_xof) == (1_000, 300, 700)
    assert prove().balanced


@pytest.mark.parametrize(
    ("rows", "line", "column", "said"),
    [
        (GOOD.replace("700", "701"), 4, "solde", "ne s’annulent pas"),
        (GOOD.replace("300", "trois"), 3, "solde", "nombre entier"),
        (GOOD.replace("-1 000", "1000"), 2, "solde", "signe"),
        (GOOD.replace(";verse;", ";cadeau;"), 4, "nature", "n’existe pas"),
        (GOOD.replace(";disponible;", ";verse;"), 4, "nature", "« disponible »"),
        (GOOD + GOOD.splitlines()[2] + "\n", 5, "solde", "ne s’annulent pas"),
    ],
)
def test_a_wrong_opening_says_where_and_writes_nothing(
    keeper: User, tmp_path: Path, rows: str, line: int, column: str, said: str
) -> None:
    with pytest.raises(InputError, match=said) as refused:
        take(file(tmp_path, rows), made_by=keeper, by=keeper)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert not Posting.objects.exists()


def test_opening_balances_come_before_any_movement(keeper: User, tmp_path: Path) -> None:
    grant(keeper, MAY, 1_000)
    take(file(tmp_path, GOOD), made_by=keeper, by=keeper)
    with pytest.raises(InputError, match="déjà des mouvements"):
        take(file(tmp_path, GOOD.replace("IDA;", "Autre;")), made_by=keeper, by=keeper)
