"""Questionnaires on the pages: read, loaded, published, their fiches poured, their files downloaded."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jigi.foundation.errors import Raced
from jigi.foundation.models import AuditEvent, User
from jigi.intake.collection import alive, make_secret
from jigi.intake.models import Attachment, FormVersion, Submission, SubmissionConflict
from jigi.intake.reception import receive
from jigi.registry.models import Household
from tests.factories import make_user
from tests.foundation.sent import photo
from tests.intake.collected import HOUSEHOLD, changed, fiche, make_collector, make_form
from tests.intake.test_forms import SURVEY, workbook

pytestmark = pytest.mark.django_db
PHOTO = photo()


@pytest.fixture
def collector(db: None) -> User:
    return make_collector()


@pytest.fixture
def page(client: Client, collector: User, settings: Any) -> Client:
    client.force_login(make_user("awa"))
    settings.FENCED = True
    return client


@pytest.fixture
def form(collector: User) -> FormVersion:
    return make_form()


def posted(client: Client, name: str, *arguments: object, **fields: Any) -> Any:
    address = reverse(name, args=arguments)
    return client.post(address, {"cle": str(uuid.uuid4()), **fields}, follow=True)


def test_an_empty_list_says_what_to_do(page: Client) -> None:
    assert "livré avec Jigi" in page.get("/questionnaires/").content.decode()


def test_the_shipped_form_is_loaded_read_and_published(page: Client) -> None:
    loaded = posted(page, "form_load", livre="menage").content.decode()
    assert "Brouillon chargé." in loaded and "Questionnaire harmonisé du ménage" in loaded
    for said in (
        "Cette partie se répète",
        "«\u00a0Sexe\u00a0» est «\u00a0Femme\u00a0»",
        "Puits amélioré",
        "→ roof",
        "villages.csv",
    ):
        assert said in loaded
    version = FormVersion.objects.get()
    assert "publiée" in posted(page, "form_act", version.pk, "publish").content.decode()
    version.refresh_from_db()
    assert version.status == "published"


def test_a_wrong_workbook_is_told_where(page: Client) -> None:
    sent = SimpleUploadedFile("notes.csv", b"type;name\ntext;a\n")
    answer = posted(page, "form_load", classeur=sent)
    assert answer.status_code == 400 and "survey" in answer.content.decode()


def test_fiches_are_poured_from_the_page(page: Client, form: FormVersion, collector: User) -> None:
    receive(fiche(), files={}, device="", by=collector)
    assert "1 fiche attend" in page.get(reverse("form", args=[form.pk])).content.decode()
    assert "1 fiche versée" in posted(page, "form_act", form.pk, "pour").content.decode()
    assert "versée" in page.get(reverse("fiches", args=[form.pk])).content.decode()


def test_a_fiche_leads_to_its_household_and_the_reading_is_noted(
    page: Client, form: FormVersion, collector: User
) -> None:
    sent = receive(fiche(), files={}, device="", by=collector).submission
    posted(page, "form_act", form.pk, "pour")
    household = Household.objects.get()
    assert household.rsu in page.get(reverse("fiche", args=[sent.pk])).content.decode()
    event = AuditEvent.objects.filter(noun="intake.submission", verb="see").latest("id")
    assert event.subjects == [household.pk]


def test_a_held_fiche_shows_why(page: Client, form: FormVersion, collector: User) -> None:
    wrong = changed(identification={"village": "ML999999-001"})
    sent = receive(fiche(wrong), files={}, device="", by=collector).submission
    posted(page, "form_act", form.pk, "pour")
    shown = page.get(reverse("fiche", args=[sent.pk])).content.decode()
    assert "ML999999-001" in shown and "retenue" in shown


def test_what_waits_is_said_on_the_first_page(page: Client, form: FormVersion, collector: User) -> None:
    receive(fiche(), files={}, device="", by=collector)
    receive(fiche(changed(identification={"village": "ML999999-001"})), files={}, device="", by=collector)
    assert "2 fiches reçues des téléphones" in page.get("/aujourdhui/").content.decode()
    posted(page, "form_act", form.pk, "pour")
    shown = page.get("/aujourdhui/").content.decode()
    assert "fiche par fiche" in shown and f"/questionnaires/{form.pk}/fiches/?etat=held" in shown


def test_an_attachment_is_only_downloaded(page: Client, form: FormVersion, collector: User) -> None:
    content = fiche({**HOUSEHOLD, "photos": {"une": "une.jpg"}})
    receive(content, files={"une.jpg": PHOTO}, device="", by=collector)
    answer = page.get(reverse("fiche_attachment", args=[Attachment.objects.get().pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="une.jpg"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert AuditEvent.objects.filter(verb="export", noun="intake.submission").exists()


def test_a_held_attachment_is_said_and_not_given(page: Client, form: FormVersion, collector: User) -> None:
    content = fiche({**HOUSEHOLD, "photos": {"une": "une.jpg"}})
    sent = receive(content, files={"une.jpg": b"MZ\x90\x00"}, device="", by=collector).submission
    shown = page.get(reverse("fiche", args=[sent.pk])).content.decode()
    assert "retenue" in shown and "aucune sorte connue" in shown
    assert page.get(reverse("fiche_attachment", args=[Attachment.objects.get().pk])).status_code == 404


def test_two_answers_are_compared_without_health_and_numbers(page: Client, form: FormVersion, collector: User) -> None:
    number = "uuid:1"
    receive(fiche(number=number), files={}, device="", by=collector)
    members = [
        {
            **HOUSEHOLD["menage"]["membres"][0],
            "telephone": "76009988",
            "sante": {"voir": "beaucoup", "enceinte": "oui", "allaite": "non"},
        }
    ]
    other = fiche(changed(logement={"pieces": "9"}, menage={"membres": members}), number=number)
    with pytest.raises(Raced):
        receive(other, files={}, device="", by=collector)
    shown = page.get(reverse("fiche_conflict", args=[SubmissionConflict.objects.get().pk])).content.decode()
    assert "Nombre de pièces" in shown and "réponse non montrée" in shown
    assert "76009988" not in shown and "beaucoup" not in shown.casefold()
    rows = re.findall(r"<tr>.*?</tr>", shown, re.DOTALL)
    health = [row for row in rows if "enceinte" in row or "Allaite" in row]
    assert health and all("réponse non montrée" in row and "non</" not in row.casefold() for row in health)


def test_who_has_no_such_right_sees_nothing(client: Client, form: FormVersion, collector: User) -> None:
    sent = receive(fiche(), files={}, device="", by=collector).submission
    client.force_login(make_user("controle", "auditor"))
    names = [("forms", []), ("form", [form.pk]), ("fiches", [form.pk]), ("fiche", [sent.pk])]
    assert {client.get(reverse(name, args=args)).status_code for name, args in names} == {403}


def test_a_local_importer_sees_no_fiche_of_others(client: Client, form: FormVersion, collector: User) -> None:
    sent = receive(fiche(), files={}, device="", by=collector).submission
    area = collector.staff_postings.get().area
    client.force_login(make_user("local", "programme_manager", area))
    assert client.get(reverse("fiche", args=[sent.pk])).status_code == 404


def test_a_collector_makes_a_secret_shown_once(client: Client, form: FormVersion, collector: User) -> None:
    client.force_login(collector)
    key = str(uuid.uuid4())
    first = client.post(reverse("own_collection"), {"cle": key, "acte": "faire"}).content.decode()
    assert "montré qu’une fois" in first and "<svg" in first and "/openrosa" in first
    again = client.post(reverse("own_collection"), {"cle": key, "acte": "faire"}, follow=True).content.decode()
    assert "<code>" not in again and "montré une fois" in again
    gone = client.post(reverse("own_collection"), {"cle": str(uuid.uuid4()), "acte": "retirer"}, follow=True)
    assert "retiré" in gone.content.decode()


def test_an_administrator_stops_a_phone(client: Client, collector: User) -> None:
    make_secret(by=collector)
    client.force_login(make_user("administration", "system_administrator"))
    assert "Téléphone de collecte : réglé" in client.get(f"/comptes/{collector.pk}/").content.decode()
    posted(client, "account_revoke_collection", collector.pk, motif="téléphone volé")
    assert alive(collector) is None


def test_the_square_code_holds_what_collect_reads() -> None:
    import base64
    import json
    import zlib

    from jigi.web.account.collecting import collect_settings

    told = json.loads(zlib.decompress(base64.b64decode(collect_settings("https://x/openrosa", "awa", "secret"))))
    assert told["general"]["server_url"] == "https://x/openrosa" and told["general"]["password"] == "secret"
    assert set(told) == {"general", "admin", "project"}


def test_the_database_shows_no_fiche_without_a_scope(form: FormVersion, collector: User) -> None:
    from django.db import connection, transaction

    receive(fiche(), files={}, device="", by=collector)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE jigi_web")
        assert not Submission.objects.exists()


def test_a_picture_with_a_space_in_its_name_is_given_on_the_page(page: Client, tmp_path: Path) -> None:
    rows = [[*row, ""] for row in SURVEY]
    rows[0][-1], rows[1][-1] = "media::image", "plan d'école.png"
    book = workbook(tmp_path, rows)
    posted(page, "form_load", classeur=SimpleUploadedFile("ⴰ" * 150 + ".xlsx", book.read_bytes()))
    version = FormVersion.objects.get()
    picture = SimpleUploadedFile("plan d'école.png", PHOTO, content_type="image/png")
    assert "1 fichier reçu" in posted(page, "form_attach", version.pk, fichiers=[picture]).content.decode()
    posted(page, "form_act", version.pk, "publish")
    assert FormVersion.objects.get().status == "published"
