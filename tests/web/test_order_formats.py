"""The orders of an agency that has a form of its own, from the page of the round."""

from __future__ import annotations

import hashlib
import uuid
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.payments.bank import banked
from tests.payments.messages import camt, detail, entry, references, states
from tests.payments.scene import peopled
from tests.payments.test_files import EXAMPLE, agreed
from tests.web.test_payments_pages import as_user, text

pytestmark = pytest.mark.django_db


def test_a_bank_is_offered_its_message_and_the_same_bytes_again(tmp_path: Path) -> None:
    scene = banked(3, tmp_path)
    payment_round = scene.released()
    client, address = as_user(scene.officer), f"/paiements/{payment_round.pk}/ordres/{scene.agency.pk}/"
    assert "Message ISO 20022" in text(client.get(address))
    form = {"format": "pain001", "cle": str(uuid.uuid4())}
    first, again = (b"".join(client.post(address, form).streaming_content) for _ in range(2))
    assert first == again and b"pain.001.001.09" in first
    assert payment_round.order_files.get().file_hash == hashlib.sha256(first).hexdigest()


def test_another_agency_is_not_offered_it_and_asking_is_explained() -> None:
    scene = peopled(1)
    address = f"/paiements/{scene.released().pk}/ordres/{scene.agency.pk}/"
    client = as_user(scene.officer)
    assert "ISO 20022" not in text(client.get(address))
    assert "ne reçoit pas d’ordres en ISO 20022" in text(
        client.post(address, {"format": "pain001", "cle": str(uuid.uuid4())}, follow=True)
    )


def test_what_a_bank_sends_is_taken_from_the_page_and_its_remarks_are_shown(tmp_path: Path) -> None:
    scene = banked(2, tmp_path)
    sent = scene.released()
    path = camt(tmp_path, entry(30_000, detail(references(sent)[0])), entry(1_200))
    form = {"cle": str(uuid.uuid4()), "agence": str(scene.agency.pk),
            "fichier": SimpleUploadedFile("avis.xml", path.read_bytes())}  # fmt: skip
    page = text(as_user(scene.officer).post("/paiements/retours/", form, follow=True))
    assert "1 ligne lue : 1 payé" in page and states(sent) == ["paid", "open"]
    assert "Opérations de la banque sans référence à nos ordres : 1" in page


def test_a_hostile_message_is_explained_on_the_page_it_was_sent_from(tmp_path: Path) -> None:
    scene = banked(1, tmp_path)
    file = SimpleUploadedFile("avis.xml", b'<!DOCTYPE a SYSTEM "http://127.0.0.1/">\n<Document/>')
    form = {"cle": str(uuid.uuid4()), "agence": str(scene.agency.pk), "fichier": file}
    page = as_user(scene.officer).post("/paiements/retours/", form)
    assert page.status_code == 400
    assert "avis.xml, ligne 1 : Le message déclare des entités ou une DTD" in text(page)


def test_a_signed_file_leaves_with_its_signature_and_its_slip(tmp_path: Path) -> None:
    scene = peopled(2)
    agreed(scene, tmp_path, f"{EXAMPLE}\n[seal]\nsign = true\n")
    address = f"/paiements/{scene.released().pk}/ordres/{scene.agency.pk}/"
    client = as_user(scene.officer)
    assert "Fichier convenu avec elle" in text(client.get(address))
    answer = client.post(address, {"format": "agency", "cle": str(uuid.uuid4())})
    archive = ZipFile(BytesIO(b"".join(answer.streaming_content)))
    name, *beside = archive.namelist()
    assert beside == [f"{name}.sig", f"{name}.bordereau.csv"]
    assert archive.read(name).startswith(b"E00000002")
