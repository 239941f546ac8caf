"""The API of partners: one token opens one agreement, page by page, every line recorded, nothing else answered."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client

from jigi.foundation import slots
from jigi.foundation.models import AuditEvent
from jigi.registry.models import Household
from jigi.sharing import actions, delivering, objections, tokens
from jigi.sharing.models import SharingDisclosure, SharingToken
from jigi.sharing.rules import Criteria
from tests.sharing.asked import Partnership, make_partnership, rsu_numbers


@pytest.fixture
def shared(db: None) -> Partnership:
    return make_partnership()


@pytest.fixture
def token(shared: Partnership) -> str:
    return tokens.make(shared.agreement, by=shared.protector)


def get(client: Client, address: str, token: str, **said: str) -> Any:
    return client.get(address, said, headers={"Authorization": f"Bearer {token}"})


def test_a_token_reads_its_agreement_and_what_is_open_under_it(client: Client, shared: Partnership, token: str) -> None:
    one = shared.approved(Criteria(unit="person", age_to=59), channel="api")
    shared.approved(Criteria())  # a file: not for machines
    said = get(client, "/api/partage/", token).json()
    assert said["convention"] == "CP-2026-01" and [asked["demande"] for asked in said["demandes"]] == [one.pk]
    assert said["demandes"][0]["colonnes"].keys() == {"ligne", "numero_rsu", "prenoms", "nom"}


def test_pages_lead_to_the_end(
    client: Client, shared: Partnership, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PAGE_LINES", 2)
    address: str | None = f"/api/partage/demandes/{shared.approved(channel='api').pk}/"
    told = []
    while address:
        page = get(client, address, token).json()
        told, address = told + [line["numero_rsu"] for line in page["lignes"]], page["suite"]
    assert sorted(told) == sorted(rsu_numbers(shared.households))
    assert SharingDisclosure.objects.count() == 5
    assert AuditEvent.objects.filter(verb="disclose", noun="sharing_delivery", by=None).count() == 3


@pytest.mark.parametrize("header", ["", "Bearer faux", "Basic faux", "Bearer"])
def test_without_its_token_nothing_is_told(header: str, client: Client, shared: Partnership, token: str) -> None:
    for address in (
        "/api/partage/",
        "/api/partage/retraits/",
        f"/api/partage/demandes/{shared.ask(channel='api').pk}/",
    ):
        answer = client.get(address, headers={"Authorization": header} if header else {})
        assert answer.status_code == 401 and "jeton" in answer.json()["erreur"]
    assert not SharingDisclosure.objects.exists()


def test_who_guesses_waits(client: Client, shared: Partnership) -> None:
    answers = [get(client, "/api/partage/", f"faux{n}").status_code for n in range(7)]
    assert answers[0] == 401 and answers[-1] == 429


def test_what_is_not_approved_or_of_another_is_not_there(client: Client, shared: Partnership, token: str) -> None:
    for one in (shared.ask(channel="api"), shared.approved()):
        assert get(client, f"/api/partage/demandes/{one.pk}/", token).status_code == 404
    one = shared.approved(channel="api")
    for said in ("!", base64.urlsafe_b64encode(b"[" * 5000).decode(), base64.urlsafe_b64encode(b"[1e999,1]").decode()):
        assert get(client, f"/api/partage/demandes/{one.pk}/", token, apres=said).status_code == 400
    actions.end(shared.agreement, reason="fin de la campagne", by=shared.protector)
    assert get(client, f"/api/partage/demandes/{one.pk}/", token).status_code == 401


def test_an_opposition_holds_at_once_and_is_to_take_back(client: Client, shared: Partnership, token: str) -> None:
    address = f"/api/partage/demandes/{shared.approved(channel='api').pk}/"
    first = get(client, address, token).json()["lignes"]
    household = Household.objects.get(pk=shared.households[0])
    objections.oppose(household, None, partner="", data_request=1)
    assert len(get(client, address, token).json()["lignes"]) == len(first) - 1
    found = get(client, "/api/partage/retraits/", token).json()["retraits"]
    line = next(one for one in first if one["numero_rsu"] == household.rsu_number)
    assert [(str(one["ligne"]), one["a_retirer"], one["motif"]) for one in found] == [
        (line["ligne"], True, "opposition au partage")
    ]


def test_withdrawals_are_read_one_page_at_a_time(client: Client, shared: Partnership, token: str) -> None:
    with slots.slot(f"retraits {SharingToken.objects.get().pk}", 1, busy="essai"):
        answer = get(client, "/api/partage/retraits/", token)
    assert answer.status_code == 429 and "se lisent déjà" in answer.json()["erreur"]
    assert get(client, "/api/partage/retraits/", token).json() == {"retraits": [], "suite": None}


def test_nothing_is_changed_through_it(client: Client, shared: Partnership, token: str) -> None:
    for method in ("post", "put", "delete"):
        answer = getattr(client, method)("/api/partage/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (302, 403, 405), method
