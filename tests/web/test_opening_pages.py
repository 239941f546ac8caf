"""Opening balances on their pages: sent, read, confirmed by another."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jigi.foundation.models import User
from jigi.ledger.models import OpeningRequest, Posting
from tests.factories import make_commune, make_user
from tests.ledger.test_periods import GOOD, HEADER, MAY, grant
from tests.web.test_amendment_pages import signed_in
from tests.web.test_payments_pages import text

pytestmark = pytest.mark.django_db
PAGE = "/comptabilite/reprise/"


@pytest.fixture
def keeper() -> User:
    make_commune("ML010501")
    by = make_user("finances", "finance_officer")
    grant(by, MAY, 1_000)
    return by


def send(client: Client, rows: str = GOOD) -> str:
    sent = {"cle": str(uuid.uuid4()), "fichier": SimpleUploadedFile("soldes.csv", (HEADER + rows).encode())}
    return text(client.post(PAGE, sent, follow=True))


def decide(client: Client, **said: str) -> str:
    address = f"{PAGE}{OpeningRequest.objects.latest('pk').pk}/"
    return text(client.post(address, {"cle": str(uuid.uuid4()), **said}, follow=True))


def test_a_file_is_sent_read_and_confirmed_by_another(keeper: User) -> None:
    treasurer = signed_in(make_user("tresor", "treasurer"))
    page = send(signed_in(keeper))
    assert "Donné par le bailleur : 1 000 FCFA" in page and "une autre personne le confirme" in page
    assert "à confirmer" in text(treasurer.get(PAGE))
    page = decide(treasurer, decision="confirmer")
    assert "3 soldes sont dans les comptes" in page and "Confirmée par" in page
    assert "dans les comptes" in text(treasurer.get(PAGE)) and Posting.objects.exists()


def test_a_wrong_file_says_its_line_and_column(keeper: User) -> None:
    page = send(signed_in(keeper), GOOD.replace("300", "trois"))
    assert "ligne 3, colonne « solde »" in page and "Rien n’a été écrit" in page
    assert "Il manque le fichier" in text(signed_in(keeper).post(PAGE, {"cle": str(uuid.uuid4())}, follow=True))


def test_a_request_is_refused_with_its_reason(keeper: User) -> None:
    send(signed_in(keeper))
    treasurer = signed_in(make_user("tresor", "treasurer"))
    assert "se motive" in decide(treasurer, decision="refuser")
    assert "Refusée par" in decide(treasurer, decision="refuser", motif="Soldes d’avril")


def test_others_neither_send_nor_decide(keeper: User) -> None:
    send(signed_in(keeper))
    auditor = signed_in(make_user("audit", "auditor"))
    assert "Relire le fichier" not in text(auditor.get(PAGE))
    assert auditor.post(PAGE, {"cle": str(uuid.uuid4())}).status_code == 404
    asked = OpeningRequest.objects.get()
    assert auditor.post(f"{PAGE}{asked.pk}/", {"cle": str(uuid.uuid4())}).status_code == 404
    assert auditor.get(f"{PAGE}{asked.pk + 1}/").status_code == 404


def test_who_sees_one_region_reads_no_national_balance(keeper: User) -> None:
    send(signed_in(keeper))
    region = make_commune("ML010501").parent
    regional = signed_in(make_user("region", "finance_officer", region))
    page = regional.get(PAGE)
    assert "soldes.csv" in text(page) and f"{PAGE}{OpeningRequest.objects.get().pk}/" not in page.content.decode()
    assert regional.get(f"{PAGE}{OpeningRequest.objects.get().pk}/").status_code == 404
