"""An amendment by its pages: asked by finance with the signed paper, confirmed by another, told as a story."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jigi.foundation.models import User
from jigi.ledger import queries as ledger
from jigi.programmes.models import Amendment
from tests.factories import ProvedClient, make_user
from tests.foundation.sent import pdf
from tests.kept import Kept, once
from tests.payments.scene import Scene, stage
from tests.web.test_payments_pages import text

pytestmark = pytest.mark.django_db
PAGE = "/financements/IDA-tm/"


def _scene(folder: Path) -> Scene:
    return stage(money=1_000_000)


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def signed_in(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def ask(client: Client, **said: str) -> str:
    sent = {
        "cle": str(uuid.uuid4()), "objet": "addition", "montant": "250 000", "signature": "2022-05-01",
        "motif": "Lettre du bailleur", "document": SimpleUploadedFile("avenant.pdf", pdf()), **said,
    }  # fmt: skip
    return text(client.post(f"{PAGE}avenants/demander/", sent, follow=True))


def decide(client: Client, **said: str) -> str:
    address = f"{PAGE}avenants/1/decider/"
    return text(client.post(address, {"cle": str(uuid.uuid4()), **said}, follow=True))


def test_finance_asks_and_another_confirms(scene: Scene) -> None:
    finance, manager = signed_in(make_user("finances", "finance_officer")), signed_in(scene.maker)
    assert "Demander un avenant" in text(finance.get(PAGE))
    page = ask(finance)
    assert "L’avenant 1 est demandé" in page and "une autre personne le confirme" in page
    assert "Confirmer l’avenant 1" in text(manager.get(PAGE))
    page = decide(manager, decision="confirmer")
    assert "est en vigueur" in page and "+250 000 1 250 000" in page
    assert ledger.balances(["IDA-tm"])["IDA-tm"].granted_xof == 1_250_000


def test_a_refusal_says_why(scene: Scene) -> None:
    ask(signed_in(make_user("finances", "finance_officer")))
    manager = signed_in(scene.maker)
    assert "Il faut un motif" in decide(manager, decision="refuser")
    page = decide(manager, decision="refuser", motif="Signature illisible")
    assert "la convention n’a pas changé" in page and "Refusé : Signature illisible" in page


def test_what_was_typed_stays_when_it_is_refused(scene: Scene) -> None:
    finance = signed_in(make_user("finances", "finance_officer"))
    for said, told in (
        ({"montant": "beaucoup"}, "n’est pas un nombre"),
        ({"signature": "hier"}, "n’est pas une date"),
        ({"signature": date(2199, 1, 1).isoformat()}, "à venir"),
        ({"document": ""}, "manque le document"),
    ):
        page = ask(finance, **said)
        assert told in page and "Lettre du bailleur" in page
    assert not Amendment.objects.exists()


def test_the_document_is_handed_back_as_it_was_made(scene: Scene) -> None:
    finance = signed_in(make_user("finances", "finance_officer"))
    ask(finance)
    kept = Amendment.objects.get().document
    answer = finance.post(f"{PAGE}documents/{kept.pk}/", {"cle": str(uuid.uuid4())})
    assert b"".join(answer.streaming_content) == bytes(kept.content) and kept.content.startswith(b"%PDF")


def test_others_find_no_form(scene: Scene) -> None:
    treasurer = signed_in(make_user("tresor", "treasurer"))
    assert "Demander un avenant" not in text(treasurer.get(PAGE))
    assert treasurer.get(f"{PAGE}avenants/demander/").status_code == 404
    ask(signed_in(make_user("finances", "finance_officer")))
    assert treasurer.post(f"{PAGE}avenants/1/decider/", {"cle": str(uuid.uuid4())}).status_code == 404


ELIGIBLE = {"objet": "eligibility", "montant": "", "toutes_composantes": "on", "lieux": "ML0105", "periodes": "2015T1"}


def test_an_amendment_says_what_the_agreement_may_finance(scene: Scene) -> None:
    page = ask(signed_in(make_user("finances", "finance_officer")), **ELIGIBLE)
    assert "Composantes : toutes. Lieux : cercle ML0105 (cercle). Périodes : 1er trimestre 2015." in page
    assert "Toutes les composantes, communes et périodes" in page
    page = decide(signed_in(scene.maker), decision="confirmer")
    assert "Lieux cercle ML0105 (cercle) Périodes 1er trimestre 2015" in page


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"lieux": ""}, "Dites les lieux : ou bien tout"),
        ({"tous_lieux": "on"}, "Dites les lieux : ou bien tout"),
        ({"lieux": "ML9999"}, "n’est ni une commune"),
        ({"periodes": "2015T5"}, "n’est pas une période"),
        ({"toutes_composantes": "", "composantes": "X.Y"}, "Dites les composantes"),
        ({"lieux": "", "tous_lieux": "on", "periodes": "", "toutes_periodes": "on"}, "ne change rien"),
    ],
)
def test_an_unclear_choice_is_refused_and_kept_in_the_form(scene: Scene, said: dict[str, str], told: str) -> None:
    page = ask(signed_in(make_user("finances", "finance_officer")), **ELIGIBLE | said)
    assert told in page and "Lettre du bailleur" in page and not Amendment.objects.exists()
