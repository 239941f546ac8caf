"""Questionnaires filled in the browser: what the page asks of the server, what it sends, and where it is not built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jigi.foundation.models import User
from jigi.intake.actions import retire
from jigi.intake.models import FormVersion, Submission, SubmissionConflict
from jigi.web.fill import views
from tests.factories import make_user
from tests.intake.collected import fiche, make_collector, make_form

pytestmark = pytest.mark.django_db
NUMBER = "uuid:4f9d0a3e-0000-4000-8000-000000000001"
PHOTO = b"\xff\xd8\xff\xe0 une photographie"
HOME = "/questionnaires/remplir/"


@pytest.fixture
def collector(settings: Any) -> User:
    settings.FENCED = False
    found = make_collector()
    make_form()
    settings.FENCED = True
    return found


@pytest.fixture
def page(client: Client, collector: User) -> Client:
    client.force_login(collector)
    return client


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where `make forms` has been run."""
    for name in ("fill.js", "style.css", "worker.js"):
        (tmp_path / name).write_text("/* construit */", encoding="utf-8")
    find = finders.find
    monkeypatch.setattr(finders, "find", lambda name: str(tmp_path / name[6:]) if name[:6] == "forms/" else find(name))


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_built", lambda name: None)


def send(client: Client, content: bytes, **files: bytes) -> Any:
    parts: dict[str, Any] = {"xml_submission_file": SimpleUploadedFile("fiche.xml", content, "text/xml")}
    parts |= {name: SimpleUploadedFile(f"{name}.jpg", file, "image/jpeg") for name, file in files.items()}
    return client.post(f"{HOME}envoyer/", parts)


def test_where_it_is_not_built_the_page_says_how_and_what_to_do_meanwhile(page: Client, absent: None) -> None:
    for address in (HOME, "/questionnaires/menage/remplir/"):
        said = page.get(address).content.decode()
        assert "make forms" in said and "ODK Collect" in said and "Questionnaire harmonisé du ménage" in said
    assert page.get("/questionnaires/hors-ligne.js").status_code == 404


def test_the_page_names_nobody(page: Client, built: None) -> None:
    said = page.get("/questionnaires/menage/remplir/").content.decode()
    assert "forms/fill.js" in said and "enqueteur" not in said.lower() and "csrf" not in said
    assert said == page.get(HOME).content.decode()


def test_the_position_may_be_asked_on_that_page_only(page: Client, built: None) -> None:
    assert "geolocation=(self)" in page.get("/questionnaires/menage/remplir/").headers["Permissions-Policy"]
    assert "geolocation=()" in page.get("/aujourdhui/").headers["Permissions-Policy"]


def test_the_service_worker_may_serve_every_questionnaire(client: Client, built: None) -> None:
    answer = client.get("/questionnaires/hors-ligne.js")
    assert answer.headers["Service-Worker-Allowed"] == "/questionnaires/"
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]


def test_who_fills_is_offered_what_is_published(page: Client, collector: User) -> None:
    said = page.get(f"{HOME}moi/").json()
    assert (said["user"], said["username"]) == (collector.pk, "enqueteur") and said["token"]
    assert said["forms"] == [
        {"code": "menage", "title": "Questionnaire harmonisé du ménage", "version": FormVersion.objects.get().version}
    ]


def test_a_form_comes_whole_with_the_places_of_who_fills_it_and_once(page: Client) -> None:
    address = "/questionnaires/menage/remplir/contenu/"
    found = page.get(address).json()
    assert "Prénom" in found["html"] and "ML010501" in found["model"] and "ML010502" not in found["model"]
    assert page.get(address, {"connu": found["digest"]}).status_code == 204


def test_a_form_that_is_offered_no_more_is_not_given(page: Client, settings: Any) -> None:
    settings.FENCED = False
    retire(FormVersion.objects.get(), by=User.objects.get(username="formulaires"))
    settings.FENCED = True
    assert page.get("/questionnaires/menage/remplir/contenu/").status_code == 404


def test_a_fiche_sent_again_is_received_once(page: Client, collector: User) -> None:
    content = fiche(number=NUMBER)
    answers = [send(page, content), send(page, content)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[1].json() == {"said": "Cette fiche était déjà reçue."}
    kept = Submission.objects.get()
    assert (kept.instance_id, kept.device, kept.sent_by) == (NUMBER, "navigateur", collector)


def test_other_answers_under_its_number_are_refused_and_kept(page: Client) -> None:
    send(page, fiche(number=NUMBER))
    answer = send(page, fiche({"logement": {"pieces": "9"}}, number=NUMBER))
    assert answer.status_code == 409 and "d’autres réponses" in answer.json()["said"]
    assert SubmissionConflict.objects.count() == 1


def test_what_is_no_fiche_is_said_in_french(page: Client) -> None:
    answer = send(page, b"<rien")
    assert answer.status_code == 400 and "ne peut pas être reçue" in answer.json()["said"]
    assert send(page, fiche(version="inconnue")).status_code == 422


def test_who_no_longer_collects_sends_nothing(client: Client, collector: User) -> None:
    client.force_login(make_user("awa"))
    assert [client.get(address).status_code for address in (HOME, f"{HOME}moi/")] == [403, 403]
    assert send(client, fiche()).status_code == 403 and not Submission.objects.exists()


def test_what_became_of_one_s_own_fiches(page: Client) -> None:
    assert "n’a encore reçu aucune fiche" in page.get(f"{HOME}fiches/").content.decode()
    send(page, fiche(number=NUMBER))
    said = page.get(f"{HOME}fiches/").content.decode()
    assert "Questionnaire harmonisé du ménage" in said and ">reçue<" in said


def test_who_fills_in_a_browser_is_led_to_the_fiches_sent_back(page: Client) -> None:
    assert reverse("own_collection") in page.get(f"{HOME}fiches/").content.decode()
