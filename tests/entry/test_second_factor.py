"""Who moves money, exports or administers has a second factor, and opens nothing before."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from jigi.demo import ground
from jigi.foundation.models import AuditEvent
from jigi.geography.factors import accounts_without_factor, requires_second_factor
from jigi.geography.models import StaffPosting
from jigi.geography.roles import roles
from tests.entry.doors import make_account, sign_in
from tests.factories import Areas

MONEY = ("payments.approve", "payments.release", "payments.reconcile", "accounts.administer", "registry.see")


def set_up(client: Client, code_of) -> str:
    """Set an application up as a person does; gives its secret."""
    page = client.get("/compte/second-facteur/application/").content.decode()
    secret = re.search(r'class="hash">(\w+)<', page)[1]
    answer = client.post("/compte/second-facteur/application/", {"code": code_of(secret)})
    assert answer.url == "/compte/second-facteur/codes/"
    return secret


def test_roles_that_touch_money_accounts_or_lists_ask_for_one() -> None:
    asking = {code for code, role in roles().items() if role.second_factor}
    assert asking >= {code for code, role in roles().items() if role.rights & set(MONEY)} - {"operator"}
    assert set(roles()) - asking == {"enumerator", "ngo_operator", "operator"}


def test_without_one_nothing_opens_but_its_setting_up(client: Client, areas: Areas) -> None:
    make_account(role="treasurer")
    assert "Vous n’avez pas encore de second facteur" in sign_in(client)
    for page in ("/aujourdhui/", "/paiements/", "/compte/", "/lieux/", "/", "/compte/sessions/"):
        assert client.get(page).url == "/compte/second-facteur/", page
    assert client.get("/compte/second-facteur/application/").status_code == 200


def test_a_posting_that_is_over_asks_nothing(client: Client, areas: Areas) -> None:
    user = make_account(role="treasurer")
    StaffPosting.objects.update(ends_on=date.today() - timedelta(days=1))
    assert not requires_second_factor(user)
    assert "Aujourd’hui" in sign_in(client)


def test_the_application_opens_the_site_and_is_asked_next_time(client: Client, areas: Areas, code_of) -> None:
    user = make_account(role="treasurer")
    sign_in(client)
    secret = set_up(client, code_of)
    codes = client.get("/compte/second-facteur/codes/").content.decode()
    assert len(re.findall(r"<li>\d{8}</li>", codes)) == 10
    assert client.get("/aujourdhui/").status_code == 200
    again = Client()
    assert "Votre mot de passe est bon" in sign_in(again)
    assert again.get("/aujourdhui/").url.startswith("/connexion/")
    assert "pas le bon" in again.post("/connexion/second-facteur/", {"code": "000000"}).content.decode()
    code = code_of(secret)
    assert again.post("/connexion/second-facteur/", {"code": code}).url == "/aujourdhui/"
    assert AuditEvent.objects.filter(verb="add_factor", by=user).exists()
    signed = AuditEvent.objects.filter(verb="sign_in").latest("id")
    assert signed.after["means"] == ["password", "totp"]
    # The same code does not open twice, wherever it is tried.
    third = Client()
    sign_in(third)
    assert "pas le bon" in third.post("/connexion/second-facteur/", {"code": code}).content.decode()


def test_a_recovery_code_opens_once(client: Client, areas: Areas, code_of) -> None:
    make_account(role="treasurer")
    sign_in(client)
    set_up(client, code_of)
    code = re.search(r"<li>(\d{8})</li>", client.get("/compte/second-facteur/codes/").content.decode())[1]
    assert code not in client.get("/compte/second-facteur/codes/").content.decode()
    first, second = Client(), Client()
    sign_in(first)
    assert first.post("/connexion/second-facteur/", {"code": code}).url == "/aujourdhui/"
    sign_in(second)
    assert "pas le bon" in second.post("/connexion/second-facteur/", {"code": code}).content.decode()


def test_codes_can_not_be_guessed_for_long(client: Client, areas: Areas, code_of) -> None:
    make_account(role="treasurer")
    sign_in(client)
    secret = set_up(client, code_of)
    guesser = Client()
    sign_in(guesser)
    pages = [guesser.post("/connexion/second-facteur/", {"code": "000000"}).content.decode() for _ in range(11)]
    assert "pas le bon" in pages[9] and "Trop d’essais" in pages[10]
    right = guesser.post("/connexion/second-facteur/", {"code": code_of(secret)})
    assert right.status_code == 200


def test_the_last_factor_stays_while_the_role_asks_for_it(client: Client, areas: Areas, code_of) -> None:
    make_account(role="treasurer")
    sign_in(client)
    set_up(client, code_of)
    page = client.post("/compte/second-facteur/application/retirer/").content.decode()
    assert "Votre rôle demande un second facteur" in page
    StaffPosting.objects.update(role="inconnu")
    client.post("/compte/second-facteur/application/retirer/")
    assert not Authenticator.objects.exists()


def test_the_secret_is_not_in_the_database_in_clear(client: Client, areas: Areas, code_of) -> None:
    make_account(role="treasurer")
    sign_in(client)
    secret = set_up(client, code_of)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_accounts_that_lack_one_are_found(areas: Areas) -> None:
    lacking, holding = make_account("sans", "treasurer"), make_account("avec", "treasurer")
    make_account("ferme", "treasurer", is_active=False)
    Authenticator.objects.create(user=holding, type="totp", data={})
    Authenticator.objects.create(user=lacking, type="recovery_codes", data={})
    assert accounts_without_factor() == [lacking]


@pytest.fixture
def demonstration_ground(db: None):
    """The database of the test, marked as a demonstration's while the test lasts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_database())")
        name = cursor.fetchone()[0]
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{ground.MARK}'")
        yield
        cursor.execute(f"COMMENT ON DATABASE {name} IS NULL")


def test_demonstration_accounts_are_excused_on_their_own_ground(
    client: Client, areas: Areas, demonstration_ground: None
) -> None:
    make_account(role="treasurer", is_demonstration=True)
    make_account("vraie", "treasurer")
    assert "Aujourd’hui" in sign_in(client)
    assert "pas encore de second facteur" in sign_in(Client(), "vraie")


def test_demonstration_accounts_are_not_excused_elsewhere(client: Client, areas: Areas) -> None:
    make_account(role="treasurer", is_demonstration=True)
    assert "pas encore de second facteur" in sign_in(client)
