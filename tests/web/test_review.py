"""The pages of a review: a batch sent to be read over, an interview corrected or set aside, and the decision."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.test import Client

from jigi.intake.models import Batch, Correction, Problem, SetAside
from jigi.intake.reception import receive
from jigi.registry.models import Household
from jigi.web.imports import uploads
from tests.factories import Areas, ProvedClient, make_user
from tests.intake.collected import changed, fiche, make_collector, make_form
from tests.web.test_imports import _send

WHY = "vu au téléphone"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(uploads, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def maker(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("awa"))
    return client


@pytest.fixture
def reader(maker: Client) -> Client:
    """Somebody else, before the batch that « awa » has sent: one fiche good, one of an unknown village."""
    page = _send(maker, relecture="on")
    assert "attend sa relecture : 1 fiche serait retenue, sur 2 lues" in page
    found = ProvedClient()
    found.force_login(make_user("sira"))
    return found


def _do(client: Client, address: str, **fields: str) -> str:
    form = {"cle": str(uuid.uuid4()), **fields}
    return client.post(f"/imports/{address}", form, follow=True).content.decode()


def test_the_batch_waits_and_its_maker_is_told_that_another_decides(maker: Client, reader: Client) -> None:
    pk = Batch.objects.get().pk
    page = maker.get(f"/imports/{pk}/").content.decode()
    assert "Une autre personne que vous" in page and "Déclarer relu" not in page
    assert "Déclarer relu" in reader.get(f"/imports/{pk}/").content.decode()
    assert not Household.objects.exists()


def test_an_interview_is_corrected_checked_again_reviewed_and_merged(maker: Client, reader: Client) -> None:
    pk, problem = Batch.objects.get().pk, Problem.objects.get(code="village")
    assert "ML010501-999" in reader.get(f"/imports/{pk}/fiche/?fiche=F2").content.decode()
    page = _do(maker, f"constats/{problem.pk}/corriger/", valeur="ML010501-001", motif=WHY)
    assert "« village » est corrigée" in page and WHY in page
    assert "0 fiche retenue" in _do(maker, f"{pk}/faire/check_again/")
    assert "déclaré relu" in _do(reader, f"{pk}/faire/review/")
    assert "2 fiches versées" in _do(reader, f"{pk}/faire/merge/")
    assert Household.objects.count() == 2


def test_who_corrects_is_told_that_another_decides_and_may_take_it_back(reader: Client) -> None:
    pk, problem = Batch.objects.get().pk, Problem.objects.get(code="village")
    _do(reader, f"constats/{problem.pk}/corriger/", valeur="ML010501-001", motif=WHY)
    _do(reader, f"{pk}/faire/check_again/")
    page = reader.get(f"/imports/{pk}/").content.decode()
    assert "Déclarer relu" not in page and "Une autre personne que vous" in page
    assert "Retirer cette correction" in reader.get(f"/imports/{pk}/fiche/?fiche=F2").content.decode()
    _do(reader, f"corrections/{Correction.objects.get().pk}/retirer/")
    _do(reader, f"{pk}/faire/check_again/")
    assert "Déclarer relu" in reader.get(f"/imports/{pk}/").content.decode()


def test_an_interview_is_sent_back_listed_by_enumerator_and_taken_in_again(reader: Client) -> None:
    pk = Batch.objects.get().pk
    page = _do(reader, f"{pk}/mettre-a-part/", fiche="F2", decision="sent_back", motif="quel village ?")
    assert "Elle est renvoyée" in page
    listed = reader.get(f"/imports/{pk}/a-part/?imprimer=oui").content.decode()
    assert "quel village ?" in listed and "ML010501-999" in listed
    _do(reader, f"{pk}/faire/check_again/")
    assert "n’est plus contrôlée" in reader.get(f"/imports/{pk}/fiche/?fiche=F2").content.decode()
    page = _do(reader, f"a-part/{SetAside.objects.get().pk}/reprendre/")
    assert "de nouveau dans le lot" in page and not SetAside.objects.exists()


def test_a_batch_is_refused_with_a_reason(reader: Client) -> None:
    pk = Batch.objects.get().pk
    assert "ses fichiers sont effacés" in _do(reader, f"{pk}/faire/refuse/", motif="mauvaise semaine")
    assert Batch.objects.get().status == "refused"


def test_a_refusal_of_the_rules_is_explained(maker: Client, reader: Client) -> None:
    pk = Batch.objects.get().pk
    assert "ne le déclare pas relu" in _do(maker, f"{pk}/faire/review/")
    assert "Dites pourquoi" in _do(reader, f"constats/{Problem.objects.get(code='village').pk}/corriger/", valeur="x")
    assert not Correction.objects.exists()


def test_what_is_not_there_is_not_found(reader: Client) -> None:
    pk = Batch.objects.get().pk
    assert reader.get(f"/imports/{pk}/fiche/?fiche=F99").status_code == 404
    key = {"cle": str(uuid.uuid4())}
    assert reader.post(f"/imports/{pk}/faire/brule/", key).status_code == 404
    assert reader.post(f"/imports/{pk}/mettre-a-part/", {**key, "fiche": "F2", "decision": "x"}).status_code == 404


def test_the_day_of_the_reader_begins_with_it_and_not_the_makers(maker: Client, reader: Client) -> None:
    assert "Relecture de menages.csv" in reader.get("/aujourdhui/").content.decode()
    assert "Relecture de menages.csv" not in maker.get("/aujourdhui/").content.decode()


def test_who_sent_a_fiche_from_a_phone_reads_why_it_comes_back(client: Client, areas: Areas) -> None:
    collector, form = make_collector("sekou"), make_form(make_user("awa"))
    sent = receive(fiche(changed(logement={"pieces": "0"})), files={}, device="", by=collector).submission
    reader = ProvedClient()
    reader.force_login(make_user("sira"))
    form_key = {"cle": str(uuid.uuid4())}
    page = reader.post(f"/questionnaires/{form.pk}/faire/pour_for_review/", form_key, follow=True).content.decode()
    assert "attend sa relecture" in page
    _do(reader, f"{Batch.objects.get().pk}/mettre-a-part/", fiche=sent.instance_id, decision="sent_back", motif=WHY)
    client.force_login(collector)
    page = client.get("/compte/collecte/").content.decode()
    assert "Fiches à refaire" in page and WHY in page
