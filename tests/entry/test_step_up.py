"""Before money, lists and accounts, a proof some minutes old: asked again otherwise, and nothing is lost."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from jigi.foundation.models import AuditEvent
from jigi.geography.models import Invitation
from jigi.payments import actions
from jigi.payments.models import PaymentRound
from tests.entry.doors import PASSWORD
from tests.factories import (
    Areas,
    ProvedClient,
    make_component,
    make_enrolments,
    make_households,
    make_user,
)

OLD = 11 * 60


def signed_in(username: str, role: str, *, seconds_ago: float = 0) -> Client:
    """Somebody in that role whose password was given so long ago."""
    user = make_user(username, role)
    user.set_password(PASSWORD)
    user.save()
    client = ProvedClient()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= seconds_ago
    session.save()
    return client


def prove(client: Client, address: str, password: str = PASSWORD):
    """Give the password on the page that asks for it; the answer."""
    page, _, following = address.partition("?next=")
    return client.post(f"{page}?next={following}", {"password": password})


def form_key(page: str) -> str:
    return page.split('name="cle" value="')[1].split('"')[0]


@pytest.fixture
def approved(areas: Areas) -> PaymentRound:
    component = make_component(areas.communes)
    make_enrolments(component, make_households(3, areas.villages[0]))
    maker, approver = make_user("prepare"), make_user("approuve", "coordinator")
    made = actions.open_round(component, 1, areas.communes, by=maker)
    actions.prepare(made, by=maker)
    actions.freeze(made, by=maker)
    return actions.approve(made, by=approver)


def test_an_export_asks_again_and_comes_back_to_the_list(areas: Areas) -> None:
    client = signed_in("moussa", "auditor", seconds_ago=OLD)
    answer = client.get("/audit/?action=open_account&format=csv")
    assert answer.url == "/compte/confirmer/?next=%2Faudit%2F%3Faction%3Dopen_account"
    assert not AuditEvent.objects.filter(verb="export").exists()
    assert "Confirmez d’abord que c’est bien vous" in client.get(answer.url).content.decode()
    assert prove(client, answer.url).url == "/audit/?action=open_account"
    assert client.get("/audit/?action=open_account&format=csv")["Content-Type"].startswith("text/csv")


def test_a_fresh_sign_in_is_a_proof(areas: Areas) -> None:
    client = signed_in("moussa", "auditor", seconds_ago=9 * 60)
    assert client.get("/audit/?format=csv")["Content-Type"].startswith("text/csv")


def test_the_time_is_a_setting(areas: Areas, settings) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 60
    assert signed_in("moussa", "auditor", seconds_ago=61).get("/audit/?format=csv").status_code == 302


def test_a_release_asks_again_and_nothing_is_done_before(approved: PaymentRound) -> None:
    client = signed_in("tresor", "treasurer", seconds_ago=OLD)
    page = f"/paiements/{approved.pk}/"
    sent = {"cle": form_key(client.get(page).content.decode())}
    answer = client.post(f"{page}faire/release/", sent, headers={"referer": f"http://testserver{page}"})
    assert answer.url.startswith("/compte/confirmer/?next=")
    assert "Rien n’a été fait, et rien n’est perdu" in client.get(answer.url).content.decode()
    approved.refresh_from_db()
    assert approved.status == "approved"
    assert "pas le bon" in prove(client, answer.url, "faux").content.decode()
    assert prove(client, answer.url).url == page
    client.post(f"{page}faire/release/", sent)
    approved.refresh_from_db()
    assert approved.status == "released"


def test_an_order_file_asks_again(approved: PaymentRound) -> None:
    actions.release(approved, by=make_user("libere", "treasurer"))
    client = signed_in("paie", "payment_officer", seconds_ago=OLD)
    page = client.get(f"/paiements/{approved.pk}/ordres/").content.decode()
    address = page.split(f'action="/paiements/{approved.pk}/ordres/')[1].split('"')[0]
    answer = client.post(f"/paiements/{approved.pk}/ordres/{address}", {"format": "csv"})
    assert answer.url.startswith("/compte/confirmer/")


def test_what_was_typed_in_a_refused_form_is_there_again(areas: Areas) -> None:
    client = signed_in("admin", "system_administrator")
    page = client.get("/comptes/invitations/nouvelle/").content.decode()
    session = client.session
    session["account_authentication_methods"][0]["at"] -= OLD
    session.save()
    typed = {
        "cle": form_key(page), "username": "fanta.k", "full_name": "Fanta Keïta", "role": "auditor", "area": "ML",
        "starts_on": date.today().isoformat(),
    }  # fmt: skip
    here = "http://testserver/comptes/invitations/nouvelle/"
    answer = client.post("/comptes/invitations/nouvelle/", typed, headers={"referer": here})
    assert not Invitation.objects.exists()
    back = prove(client, answer.url)
    assert back.url == "/comptes/invitations/nouvelle/"
    assert 'value="fanta.k"' in client.get(back.url).content.decode()
    assert 'value="fanta.k"' not in client.get(back.url).content.decode()


def test_another_site_is_never_where_one_comes_back(areas: Areas) -> None:
    client = signed_in("admin", "system_administrator", seconds_ago=OLD)
    answer = client.post("/comptes/invitations/nouvelle/", {}, headers={"referer": "https://ailleurs.example/x"})
    assert answer.url == "/compte/confirmer/?next=%2Faujourdhui%2F"
    assert prove(client, "/compte/confirmer/?next=https://ailleurs.example/").url == "/aujourdhui/"
