"""The bank against the ledger, as pages: a statement is taken, lines are matched, explained, approved, undone."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from jigi.foundation.models import User
from jigi.payments.bank_matching import outstanding
from jigi.payments.bank_models import BankAccount, BankMatch, BankStatement
from tests.factories import ProvedClient, make_user
from tests.kept import Kept, once
from tests.payments.bank_scene import Banked, banked
from tests.payments.test_bank_accounts import FILE

pytestmark = pytest.mark.django_db
HOME = "/comptabilite/banque/"
ACCOUNT = f"{HOME}comptes/BDM-IDA/"


def _place(tmp_path: Path) -> Banked:
    made = banked(tmp_path)
    made.advance(100_000, "VIR-1", date(2026, 1, 5))
    return made


place_once = once("place", _place)


@pytest.fixture
def place(place_once: Kept[Banked], db: None) -> Banked:
    return place_once.copy()


def as_user(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def send(client: Client, address: str, **said: Any) -> str:
    return text(client.post(address, {"cle": str(uuid.uuid4()), **said}, follow=True))


def text(response: Any) -> str:
    return re.sub(r"[\s\u202f]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def csv_of(client: Client, **asked: str) -> str:
    return b"".join(client.get(ACCOUNT, {"format": "csv", **asked})).decode()  # type: ignore[arg-type]


def file(place: Banked, *lines: tuple[object, ...], **options: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile("releve.csv", place.statement(0, *lines, **options).read_bytes())


def test_a_statement_is_taken_and_matched_and_the_account_ties(place: Banked) -> None:
    client = as_user(place.keeper)
    lines = (("05/01/2026", "VIR-1", "", -100_000), ("06/01/2026", "Frais", "F1", -590))
    said = send(client, f"{ACCOUNT}releves/", fichier=file(place, *lines))
    assert "2 lignes nouvelles" in said and "1 rapprochement trouvé" in said
    assert "Les deux soldes se rejoignent" in said and "−590" in said
    assert "déjà connu" in send(client, f"{ACCOUNT}releves/", fichier=file(place, *lines))


def test_a_wrong_statement_is_said_on_its_page_and_nothing_is_kept(place: Banked) -> None:
    sent = file(place, ("05/01/2026", "VIR-1", "", -100_000), closing=7)
    said = send(as_user(place.keeper), f"{ACCOUNT}releves/", fichier=sent)
    assert "releve.csv, ligne 4" in said and "Rien n’a été changé" in said
    assert not BankStatement.objects.exists()


def test_two_sides_are_matched_by_a_person_and_undone(place: Banked) -> None:
    place.take(0, ("20/03/2026", "Virement", "", -100_000))
    line, item = sorted(outstanding(place.bank), key=lambda one: one.side)
    client = as_user(place.keeper)
    assert "diffèrent" in send(client, f"{ACCOUNT}rapprocher/", ligne=line.key, action="rapprocher")
    assert "égaux au franc" in send(
        client, f"{ACCOUNT}rapprocher/", ligne=line.key, ecriture=item.key, action="rapprocher"
    )
    made = BankMatch.objects.get()
    assert "Rapprochement défait" in send(client, f"{HOME}rapprochements/{made.pk}/", motif="erreur")
    assert "1 rapprochement" in text(client.get(f"{ACCOUNT}rapprochements/", {"etat": "defait"}))


def test_a_difference_is_explained_by_one_and_approved_by_another(place: Banked) -> None:
    place.take(0, ("05/01/2026", "Frais", "", -590))
    key = next(one.key for one in outstanding(place.bank) if one.side == "bank")
    keeper, other = as_user(place.keeper), as_user(place.other)
    asked = {"ligne": key, "action": "expliquer", "nature": "charge", "piece": "Avis"}
    assert "une autre personne doit l’approuver" in send(keeper, f"{ACCOUNT}rapprocher/", **asked)
    made = BankMatch.objects.get()
    assert "qui attendent une approbation" in text(other.get(HOME))
    assert (
        keeper.post(f"{HOME}rapprochements/{made.pk}/", {"cle": str(uuid.uuid4()), "action": "approuver"}).status_code
        == 404
    )
    assert "passée : −590 FCFA" in send(other, f"{HOME}rapprochements/{made.pk}/", action="approuver")


def test_a_statement_is_taken_back_by_another(place: Banked) -> None:
    (made,) = place.take(0, ("05/01/2026", "Frais", "", -590)).statements
    assert as_user(place.keeper).post(f"{HOME}releves/{made.pk}/", {"cle": str(uuid.uuid4())}).status_code == 404
    assert "Relevé retiré" in send(as_user(place.other), f"{HOME}releves/{made.pk}/", motif="mauvais compte")
    assert "retiré" in text(as_user(place.other).get(f"{ACCOUNT}releves/"))


def test_what_is_outstanding_is_filtered_sorted_and_exported(place: Banked) -> None:
    place.take(0, *(("05/01/2026", f"Frais {n}", f"F{n}", -n) for n in range(1, 70)))
    client = as_user(place.keeper)
    page = text(client.get(ACCOUNT, {"cote": "bank", "age": "90+", "tri": "montant", "au": "2026-12-31"}))
    assert "69 opérations" in page and page.index("Frais 69") < page.index("Frais 68") and "Frais 1 " not in page
    assert "Frais 1 " in text(client.get(ACCOUNT, {"cote": "bank", "tri": "montant", "page": "2"}))
    assert "Rien ne répond" in text(client.get(ACCOUNT, {"cote": "?"}))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(client.get(ACCOUNT, {"format": "xlsx"}).content))
    assert len(rows.get_sheet_by_index(0).to_python()) == 71
    assert csv_of(client, q="Frais 7").count("\n") == 2
    assert client.get(ACCOUNT, {"format": "pdf"}).content.startswith(b"%PDF")


def test_what_waits_for_a_month_is_an_alert_of_the_accounts(place: Banked) -> None:
    assert "depuis plus de 30 jours" in text(as_user(place.other).get("/comptabilite/"))
    BankAccount.objects.get().mirrors.exclude(account=place.bank.own).delete()
    assert "depuis plus de 30 jours" not in text(as_user(place.other).get("/comptabilite/"))


def test_an_administrator_sets_an_account_by_the_form_or_by_a_file(place: Banked) -> None:
    client = as_user(make_user("a", "system_administrator"))
    page = text(client.get(f"{HOME}reglage/", {"agence": "AGENCE-A"}))
    assert "IDA-tm:agence:AGENCE-A" in page and "BDM-IDA" in page
    said = {"agence": "AGENCE-A", "code": "AG-1", "intitule": "Compte", "banque": "BDM",
            "numero": "ML0160120102600110066851", "compte": "IDA-tm:agence:AGENCE-A"}  # fmt: skip
    assert "pas un numéro" in send(client, f"{HOME}reglage/", **said | {"numero": "?"})
    assert "n’est pas un code" in send(client, f"{HOME}reglage/", **said | {"code": "a/b"})
    assert "Compte bancaire réglé" in send(client, f"{HOME}reglage/", **said)
    sent = SimpleUploadedFile("comptes.toml", FILE.replace("mirrors", "miroirs").encode())
    assert "comptes.toml, ligne 10" in send(client, f"{HOME}reglage/", fichier=sent)


def test_another_s_account_is_not_there(place: Banked) -> None:
    stranger = as_user(make_user("x", "enumerator", place.scene.communes[0]))
    for address in (HOME, ACCOUNT, f"{ACCOUNT}releves/", f"{ACCOUNT}rapprocher/", f"{HOME}reglage/"):
        assert stranger.get(address).status_code == 404
    assert as_user(place.keeper).get(f"{HOME}comptes/AUTRE/").status_code == 404


def test_a_formula_of_a_bank_runs_nowhere(place: Banked) -> None:
    today = date.today() - timedelta(days=1)
    place.take(0, (f"{today:%d/%m/%Y}", "=cmd|' /C calc'!A0", "", -5))
    client = as_user(place.keeper)
    assert "'=cmd" in csv_of(client)
