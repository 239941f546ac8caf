"""Agreements: every franc somewhere, every figure equal to the sum of what is behind it."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jigi.foundation.models import User
from jigi.ledger import queries as ledger
from jigi.payments import queries as payments
from jigi.programmes.amendments import Asked
from jigi.programmes.models import Agreement
from jigi.programmes.tariffs import Fee
from tests.factories import ProvedClient, make_user
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled
from tests.payments.test_dealing import second_line
from tests.payments.test_fees import ruled
from tests.programmes.test_budgets import amended

pytestmark = pytest.mark.django_db


def _scene(tmp_path: Path) -> Scene:
    """Ten households, a first term paid but for two, a second one released."""
    made = peopled(10, money=1_000_000)
    first = made.released(1)
    made.answer(first, tmp_path / "retour.csv", absent=2)
    made.close(first)
    made.released(2)
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def as_user(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return re.sub(r"[\s\u202f]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_balances_say_where_every_franc_is(scene: Scene) -> None:
    money = ledger.balances([scene.agreement.code])[scene.agreement.code]
    assert (money.granted_xof, money.available_xof) == (1_000_000, 400_000)
    assert (money.reserved_xof, money.agencies_xof, money.paid_xof) == (0, 360_000, 240_000)
    assert money.adds_up


def test_the_statement_ends_on_what_is_available(scene: Scene) -> None:
    movements = ledger.movements(scene.agreement.code)
    assert [one.kind for one in movements] == [
        "grant",
        "reserve",
        "commit",
        "pay",
        "unpaid",
        "reserve",
        "commit",
    ]
    assert [one.balance_xof for one in movements][-1] == 400_000
    assert sum(one.amount_xof for one in movements if one.kind == "pay") == 240_000


def test_rights_and_accounts_say_the_same(scene: Scene) -> None:
    rights = payments.rights_of(scene.agreement)
    assert sum(one.paid_xof for one in rights) == 240_000
    assert sum(one.owed_xof for one in rights) == 360_000
    page = text(as_user(scene.treasurer).get(f"/financements/{scene.agreement.code}/"))
    assert "vérifié" in page and "à examiner" not in page


def test_the_list_adds_up_to_its_total(scene: Scene) -> None:
    page = text(as_user(scene.treasurer).get("/financements/"))
    assert "Total 1 000 000 400 000 0 360 000 240 000 0" in page


def test_movements_are_chosen_by_kind_and_lead_to_their_round(scene: Scene) -> None:
    page = as_user(scene.treasurer).get(f"/financements/{scene.agreement.code}/", {"mouvement": "reserve"})
    assert text(page).count("Réservation ·") == 2 and "Dotation" not in text(page)
    for payment_round in scene.component.rounds.all():
        assert f'href="/paiements/{payment_round.pk}/"' in page.content.decode()


def test_the_statement_is_exported_and_printed(scene: Scene) -> None:
    client, address = as_user(scene.treasurer), f"/financements/{scene.agreement.code}/"
    exported = b"".join(client.get(address, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(exported), delimiter=";"))
    assert len(rows) == 8 and rows[-1][-1] == "400000"
    assert client.get(f"{address}releve.pdf").content.startswith(b"%PDF")


def test_communes_are_those_of_the_posting(scene: Scene) -> None:
    page = text(as_user(scene.treasurer).get(f"/financements/{scene.agreement.code}/communes/"))
    assert "1 commune" in page and "600 000" in page


@pytest.mark.parametrize("page", ["", "{}/", "{}/communes/", "{}/releve.pdf"])
def test_without_the_right_there_is_no_agreement(scene: Scene, page: str) -> None:
    officer = make_user("social", "social_officer")
    address = f"/financements/{page.format(scene.agreement.code)}"
    assert as_user(officer).get(address).status_code == 404


def test_another_programme_s_agreement_does_not_exist(scene: Scene) -> None:
    auditor = make_user("audit", "auditor", programme="autre")
    assert as_user(auditor).get(f"/financements/{scene.agreement.code}/").status_code == 404
    assert scene.agreement.code not in text(as_user(auditor).get("/financements/"))


def second(scene: Scene) -> Agreement:
    """Another agreement that pays the component, and closes in forty days."""
    return second_line(scene, money=5_000_000, closes_on=timezone.localdate() + timedelta(days=40)).agreement


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"bailleur": "Suisse"}, {"SUISSE"}),
        ({"bailleur": "Personne"}, set()),
        ({"programme": "tm"}, {"IDA-tm", "SUISSE"}),
        ({"programme": "AUTRE"}, set()),
        ({"etat": "vigueur"}, {"SUISSE"}),
        ({"etat": "close"}, {"IDA-tm"}),
        ({"mois": "3"}, {"SUISSE"}),
        ({"mois": "3", "etat": "close"}, set()),
        ({"mois": "999"}, set()),
    ],
)
def test_the_list_is_chosen_by_donor_programme_state_and_closing(
    scene: Scene, asked: dict[str, str], kept: set[str]
) -> None:
    second(scene)
    page = as_user(scene.treasurer).get("/financements/", asked)
    assert {row.agreement.code for row in page.context["rows"]} == kept
    assert kept or "Aucune convention ne répond à ces filtres" in text(page)


def test_an_extension_that_is_confirmed_moves_the_closing_of_the_list(scene: Scene) -> None:
    amended(scene, Asked("extension", closes_on=timezone.localdate() + timedelta(days=100)))
    page = as_user(scene.treasurer).get("/financements/", {"etat": "vigueur", "mois": "6"})
    assert [row.agreement.code for row in page.context["rows"]] == ["IDA-tm"]


def test_the_list_is_sorted_printed_and_exported(scene: Scene) -> None:
    second(scene)
    client = as_user(scene.treasurer)
    most = client.get("/financements/", {"tri": "-montant"})
    assert [row.agreement.code for row in most.context["rows"]] == ["SUISSE", "IDA-tm"]
    assert b"data-print" in client.get("/financements/", {"imprimer": "oui"}).content
    sent = b"".join(client.get("/financements/", {"format": "csv", "bailleur": "IDA"}).streaming_content)
    rows = list(csv.reader(io.StringIO(sent.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2 and rows[1][:3] == ["IDA-tm", "IDA", "tm"] and rows[1][6:8] == ["1000000", "400000"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/financements/", {"format": "xlsx"}).content))
    assert len(book.get_sheet_by_index(0).to_python()) == 3


def test_fees_on_top_are_a_part_of_the_sum_that_is_told() -> None:
    scene = peopled(2)
    ruled(scene, Fee("on_top", fixed_xof=250))
    scene.released()
    client = as_user(make_user("auditeur", "auditor"))
    shown = re.sub(r"[\s\u202f]+", " ", client.get(f"/financements/{scene.agreement.code}/").content.decode())
    assert "Frais d’agence</dt><dd>500<" in shown and "versé + frais d’agence ;" in shown
