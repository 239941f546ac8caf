"""Imports: files sent through the page go by the door of the command, and say the same things."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.intake.models import Batch
from jigi.registry.models import Household
from jigi.web.imports import jobs, uploads
from tests.factories import Areas, make_user

MAPPING = """
name = "essai"
source = "essai"
destination = "register"
[household]
key = "fiche"
collected_on = { value = "2016-05-01" }
village = "village"
[household.columns]
rooms = "pieces"
[members]
key = "fiche"
line = "ligne"
[members.columns]
given_names = "prenom"
surname = "nom"
sex = "sexe"
relation = "lien"
"""
HOUSEHOLDS = "fiche;village;pieces\nF1;ML010501-001;2\nF2;ML010501-999;1\n"
MEMBERS = "fiche;ligne;prenom;nom;sexe;lien\nF1;1;Awa;Traoré;F;chef\nF2;1;Ali;Diarra;M;chef\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(uploads, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def importer(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("awa"))
    return client


def _files(**texts: str) -> dict[str, object]:
    plain = {"relecture": texts.pop("relecture")} if "relecture" in texts else {}
    sent = {"menages": HOUSEHOLDS, "membres": MEMBERS, "correspondance": MAPPING, **texts}
    names = {"menages": "menages.csv", "membres": "membres.csv", "correspondance": "essai.toml"}
    return plain | {part: SimpleUploadedFile(names[part], text.encode()) for part, text in sent.items()}


def _send(client: Client, key: str = "", **texts: str) -> str:
    form = {"cle": key or str(uuid.uuid4()), **_files(**texts)}
    return client.post("/imports/envoyer/", form, follow=True).content.decode()


def test_good_interviews_come_in_and_the_others_are_explained(importer: Client, folder: Path) -> None:
    page = _send(importer)
    assert "1 fiche versée, 1 retenue, sur 2 lues." in page
    assert Household.objects.get().head_name == "Awa Traoré"
    assert "ML010501-999" in page and "Que faire" in page
    assert list(folder.iterdir()) == []


def test_the_same_form_posted_twice_is_done_once(importer: Client) -> None:
    key = str(uuid.uuid4())
    _send(importer, key)
    assert "C’était déjà fait" in _send(importer, key)
    assert Batch.objects.count() == 1


def test_the_same_files_sent_again_change_nothing(importer: Client) -> None:
    _send(importer)
    assert "déjà été importés" in _send(importer)
    assert Household.objects.count() == 1


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"menages": ""}, "menages"),
        ({"menages": "fiche;village;pieces\n"}, "menages.csv"),
        ({"menages": "numero;village;pieces\nF1;ML010501-001;2\n"}, "« fiche »"),
        ({"menages": "fiche;fiche;village;pieces\nF1;F1;x;1\n"}, "fiche"),
        ({"correspondance": "ceci n’est pas du TOML"}, "essai.toml"),
        ({"menages": "<html>"}, "page web"),
    ],
)
def test_a_bad_file_is_explained_and_changes_nothing(importer: Client, texts: dict[str, str], said: str) -> None:
    page = _send(importer, **texts)
    assert said in page and ('role="alert"' in page or 'class="wrong"' in page)
    assert not Household.objects.exists() and not Batch.objects.exists()


def test_a_large_file_is_left_to_the_worker(importer: Client, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LARGE_BYTES", 10)
    assert "attend son tour" in _send(importer)
    assert not Batch.objects.exists()
    jobs.take(**ProcrastinateJob.objects.get(task_name=jobs.take.name).args)
    assert Batch.objects.get().households_merged == 1
    assert list(folder.iterdir()) == []


def test_a_file_is_kept_under_a_drawn_name_for_its_owner_only(folder: Path) -> None:
    kept = uploads.keep({"menages": SimpleUploadedFile("../../ailleurs.csv", b"x")})
    names = [path.name for path in (kept / "menages").iterdir()]
    assert "nom" in names and "ailleurs.csv" not in names and len(names) == 2
    assert (kept / "menages").stat().st_mode & 0o777 == 0o700
    with uploads.opened(kept) as files:
        assert files["menages"].name == "ailleurs.csv" and files["menages"].read_bytes() == b"x"
        shown = files["menages"]
    assert not shown.exists() and len(list((kept / "menages").iterdir())) == 2


def test_files_that_nobody_took_go_after_a_week(folder: Path) -> None:
    old, fresh = (uploads.keep({"menages": SimpleUploadedFile("a.csv", b"x")}) for _ in range(2))
    os.utime(old, (0, 0))
    assert uploads.forget_older(7 * 24 * 3600, set()) == 1
    assert fresh.exists() and not old.exists()


def test_no_address_leads_to_the_files_sent(importer: Client, folder: Path) -> None:
    kept = uploads.keep({"menages": SimpleUploadedFile("a.csv", b"x")})
    for address in ("/static/", "/uploads/", "/imports/", "/"):
        for path in ("../", "uploads/", "%2e%2e/"):
            assert importer.get(f"{address}{path}{kept.name}/menages/nom").status_code in (403, 404)


def test_problems_are_filtered_and_exported(importer: Client) -> None:
    _send(importer)
    page = f"/imports/{Batch.objects.get().pk}/"
    assert "F2" in importer.get(f"{page}?gravite=error").content.decode()
    assert "Aucune ligne ne répond" in importer.get(f"{page}?gravite=warning").content.decode()
    text = b"".join(importer.get(f"{page}?format=csv").streaming_content).decode()
    assert text.startswith("\ufeffLigne;") and ";F2;" in text


@pytest.mark.parametrize("page", ["/imports/", "/imports/envoyer/", "/imports/1/"])
def test_only_those_who_import_come_here(client: Client, areas: Areas, page: str) -> None:
    client.force_login(make_user("moussa", "auditor"))
    assert client.get(page).status_code == 403


def test_files_left_by_a_dead_process_are_removed(areas: Areas, folder: Path) -> None:
    left, asked, recent = folder / "mort", folder / "attendu", folder / "neuf"
    for place in (left, asked, recent):
        place.mkdir()
    jobs.enqueue(asked, "", by=make_user("awa"))
    for place in (left, asked):
        os.utime(place, (0, 0))
    jobs.forget_abandoned(timestamp=0)
    assert (left.exists(), asked.exists(), recent.exists()) == (False, True, True)


@pytest.mark.parametrize(("error", "stays"), [(OperationalError("the connection is lost"), True), (KeyError(), False)])
def test_files_stay_when_it_is_the_machine_that_fails(
    areas: Areas, folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, stays: bool
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise error

    place = folder / "envoi"
    place.mkdir()
    monkeypatch.setattr(jobs, "take_now", fail)
    with pytest.raises(type(error)):
        jobs.take(str(place), "", make_user("awa").pk)
    assert place.exists() is stays


def test_a_merge_is_undone_from_its_page_with_a_reason(importer: Client) -> None:
    _send(importer)
    pk = Batch.objects.get().pk
    form = {"cle": str(uuid.uuid4()), "motif": "mauvais fichier"}
    page = importer.post(f"/imports/{pk}/defaire/", form, follow=True).content.decode()
    assert "1 ménage retiré" in page and "mauvais fichier" in page and "Défaire ce lot" not in page
    assert not Household.objects.exists()


def test_a_large_merge_is_undone_by_the_worker(importer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LARGE_BATCH", 0)
    _send(importer)
    pk = Batch.objects.get().pk
    form = {"cle": str(uuid.uuid4()), "motif": "mauvais fichier"}
    page = importer.post(f"/imports/{pk}/defaire/", form, follow=True).content.decode()
    assert "attend d’être défait" in page and Household.objects.exists()
    jobs.take_back(**ProcrastinateJob.objects.get(task_name=jobs.take_back.name).args)
    assert not Household.objects.exists()


def test_the_report_counts_what_checks_found_and_leads_to_it(importer: Client) -> None:
    _send(importer)
    pk = Batch.objects.get().pk
    page = importer.get(f"/imports/{pk}/controles/").content.decode()
    assert "Village inconnu" in page and "?controle=village" in page
    assert "ML010501-999" in importer.get(f"/imports/{pk}/?controle=village").content.decode()
    assert "ML010501-999" not in importer.get(f"/imports/{pk}/?controle=code").content.decode()


def test_the_work_of_enumerators_is_listed_by_week(importer: Client) -> None:
    _send(importer)
    page = importer.get("/imports/terrain/").content.decode()
    assert "1 semaine d’enquêteur" in page and "25/04/2016" in page


@pytest.mark.parametrize("text", ["9" * 5_000, "²", "x"])
def test_a_number_of_batch_that_is_none_shows_nothing(importer: Client, text: str) -> None:
    assert importer.get("/imports/terrain/", {"lot": text}).status_code == 200


def test_a_long_name_of_wide_letters_is_cut_and_keeps_its_suffix(importer: Client) -> None:
    sent = {"cle": str(uuid.uuid4()), **_files()}
    sent["menages"] = SimpleUploadedFile(f"{'ⴰ' * 150}.csv", HOUSEHOLDS.encode())  # Tifinagh: three bytes a letter
    importer.post("/imports/envoyer/", sent)
    assert Batch.objects.get().file_name.endswith("ⴰⴰ.csv")
