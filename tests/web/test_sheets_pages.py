"""The pages of sheets: printed from a village or a household, sent back, attached by hand, undone."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from jigi.foundation.models import AuditEvent, User
from jigi.sheets.models import Printing, ScannedPage, Sheet
from jigi.web.sheets import jobs
from tests.factories import ProvedClient
from tests.kept import Kept, once
from tests.sheets.camera import as_jpeg, pages
from tests.sheets.scene import PAGES, Scene, make_scene

pytestmark = pytest.mark.django_db
WHITE = Image.new("RGB", (1240, 1754), "white")


def _scene(folder: Path) -> Scene:
    return make_scene()


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def client_of(user: User) -> ProvedClient:
    client = ProvedClient()
    client.force_login(user)
    return client


def page(user: User, address: str) -> str:
    return client_of(user).get(address).content.decode()


def posted(user: User, address: str, *, back: str = "", **said: Any) -> str:
    """The page that a form leads to; `back` is where it stood."""
    form = {"cle": str(uuid.uuid4()), **said}
    answer = client_of(user).post(address, form, follow=True, headers={"referer": back or address})
    return answer.content.decode()


def sent(scene: Scene, content: bytes, name: str = "retour.jpg") -> str:
    file = SimpleUploadedFile(name, content)
    return posted(scene.agent, reverse("scan_send"), feuilles=file)


def test_questionnaires_are_printed_for_a_village(scene: Scene) -> None:
    said = {"objet": f"form:{scene.form.pk}", "village": scene.village.code, "nombre": "3"}
    shown = posted(scene.agent, reverse("sheet_print"), **said)
    assert "3 feuilles numérotées" in shown and Sheet.objects.first().shown in shown  # type: ignore[union-attr]
    answer = client_of(scene.agent).get(reverse("printing_document", args=[Printing.objects.get().pk]))
    assert answer["Content-Type"] == "application/pdf" and len(pages(answer.content)) == 3 * (
        PAGES + 2
    )  # of a household not known: room for sixteen members
    assert AuditEvent.objects.filter(verb="print", noun="printing").exists()


def test_a_questionnaire_is_begun_from_the_page_of_a_household(scene: Scene) -> None:
    assert f"?menage={scene.one.rsu}" in page(scene.agent, reverse("household", args=[scene.one.rsu]))
    assert scene.one.head_name in page(scene.agent, reverse("sheet_print") + f"?menage={scene.one.rsu}")
    posted(scene.agent, reverse("sheet_print"), objet=f"form:{scene.form.pk}", menage=scene.one.rsu)
    assert Sheet.objects.get().household == scene.one
    assert Sheet.objects.get().shown in page(scene.agent, reverse("household", args=[scene.one.rsu]))


def test_the_printing_of_a_list_names_its_households_in_the_audit(scene: Scene) -> None:
    posted(scene.agent, reverse("sheet_print"), objet="attendance", village=scene.village.code)
    client_of(scene.agent).get(reverse("printing_document", args=[Printing.objects.get().pk]))
    assert sorted(AuditEvent.objects.get(verb="print").subjects) == [scene.one.pk, scene.two.pk]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"objet": "community", "village": "nulle part"}, "Aucun village ne s’appelle"),
        ({"objet": "community", "village": "ML010502-001"}, "ne permet pas ceci"),
        ({"objet": "", "village": "ML010501-001"}, "Rien n’est choisi"),
        ({"objet": "village", "village": "ML010501-002"}, "Aucun ménage de ce village"),
    ],
)
def test_what_cannot_be_printed_is_said(scene: Scene, said: dict[str, str], says: str) -> None:
    assert says in posted(scene.agent, reverse("sheet_print"), **said)
    assert not Printing.objects.exists()


def test_what_comes_back_is_attached_and_shown(scene: Scene) -> None:
    paper = scene.paper(scene.begun())
    assert "5 pages rattachées" in sent(scene, paper, "retour.pdf")
    assert "5 sur 5" in page(scene.agent, reverse("household", args=[scene.one.rsu]))
    assert "page 5" in page(scene.agent, reverse("sheet", args=[Sheet.objects.get().pk]))
    answer = client_of(scene.agent).get(reverse("scanned_image", args=[ScannedPage.objects.order_by("pk")[0].pk]))
    assert answer["Content-Type"] == "image/jpeg" and answer.content.startswith(b"\xff\xd8\xff")
    small = client_of(scene.agent).get(answer.wsgi_request.path + "?petite").content
    assert small.startswith(b"\xff\xd8\xff") and len(small) < 20_000
    assert AuditEvent.objects.filter(verb="see", noun="sheet_page", subjects=[scene.one.pk]).exists()


def test_the_same_file_sent_again_changes_nothing(scene: Scene) -> None:
    paper = scene.paper(scene.begun())
    sent(scene, paper)
    assert "avait déjà été envoyé" in sent(scene, paper)


def test_what_is_no_scan_is_said_above_the_form(scene: Scene) -> None:
    assert "ni un PDF, ni une image" in sent(scene, b"bonjour")


def test_a_page_that_waits_is_attached_by_the_number_of_its_household(scene: Scene) -> None:
    shown = sent(scene, as_jpeg(WHITE))
    one = ScannedPage.objects.get()
    assert "code illisible" in shown and reverse("scanned_page", args=[one.pk]) in shown
    act = reverse("scanned_act", args=[one.pk, "rattacher"])
    back = reverse("scanned_page", args=[one.pk])
    assert "n’a ce numéro" in posted(scene.agent, act, back=back, menage="0000-0000-00")
    assert "rattachée au ménage" in posted(scene.agent, act, menage=scene.two.rsu)
    assert "page 1, envoi" in page(scene.agent, reverse("household", args=[scene.two.rsu]))


def test_it_is_undone_and_set_aside(scene: Scene) -> None:
    sent(scene, as_jpeg(pages(scene.paper(scene.begun()))[0]))
    one = ScannedPage.objects.get()
    act = {verb: reverse("scanned_act", args=[one.pk, verb]) for verb in ("defaire", "ecarter")}
    assert "est défait" in posted(scene.agent, act["defaire"], motif="mauvais papier")
    assert "est écartée" in posted(scene.agent, act["ecarter"], motif="mauvais papier")
    assert client_of(scene.agent).get(reverse("scanned_image", args=[one.pk])).status_code == 404


def test_the_first_page_says_what_waits(scene: Scene) -> None:
    sent(scene, as_jpeg(WHITE))
    assert "1 page attend" in page(scene.agent, reverse("sheets"))
    shown = page(scene.agent, "/aujourdhui/")
    assert "feuilles revenues" in shown and reverse("scanned_pages") in shown


def test_another_commune_sees_nothing_of_it(scene: Scene) -> None:
    sent(scene, scene.paper(scene.begun()))
    one, made = ScannedPage.objects.order_by("pk")[0], Printing.objects.get()
    for name, pk in (
        ("scanned_page", one.pk), ("scanned_image", one.pk), ("sheet", one.sheet_id), ("printing", made.pk),
        ("printing_document", made.pk),
    ):  # fmt: skip
        assert client_of(scene.neighbour).get(reverse(name, args=[pk])).status_code == 404, name


def test_a_scanner_held_in_the_hand_finds_a_sheet(scene: Scene) -> None:
    first, second = scene.blank(2).sheets.order_by("pk")
    shown = page(scene.agent, reverse("sheets") + f"?q=F1:{first.number}:03")
    assert first.shown in shown and second.shown not in shown


def test_a_large_scan_is_left_to_the_worker(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LARGE_BYTES", 10)
    asked: list[Any] = []
    monkeypatch.setattr(jobs, "enqueue", lambda folder, by: asked.append(folder))
    assert "attendent leur tour" in sent(scene, scene.paper(scene.begun()))
    jobs.read(str(asked[0]), scene.agent.pk)
    assert ScannedPage.objects.filter(status="attached").count() == PAGES and not asked[0].exists()


def test_a_file_that_cannot_be_read_keeps_none_of_the_others_out(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LARGE_BYTES", 10)
    asked: list[Any] = []
    monkeypatch.setattr(jobs, "enqueue", lambda folder, by: asked.append(folder))
    files = [
        SimpleUploadedFile("Awa-Coulibaly.pdf", b"%PDF-1.4 rien"),
        SimpleUploadedFile("b.pdf", scene.paper(scene.begun())),
    ]
    posted(scene.agent, reverse("scan_send"), feuilles=files)
    jobs.read(str(asked[0]), scene.agent.pk)
    assert ScannedPage.objects.filter(status="attached").count() == PAGES and not asked[0].exists()
    shown = page(scene.agent, reverse("scan_send"))
    assert "Fichier 1 sur 2" in shown and "Coulibaly" not in shown
    assert "Fichier 1 sur 2" not in page(scene.neighbour, reverse("scan_send"))


def test_a_page_on_the_wrong_sheet_is_put_on_another(scene: Scene) -> None:
    wrong, right = scene.blank(2).sheets.order_by("pk")
    sent(scene, as_jpeg(WHITE))
    one = ScannedPage.objects.get()
    act = reverse("scanned_act", args=[one.pk, "rattacher"])
    posted(scene.agent, act, feuille=wrong.number, page="1")
    assert "Rattacher à une feuille" in page(scene.agent, reverse("scanned_page", args=[one.pk]))
    posted(scene.agent, act, feuille=right.number, page="2")
    one.refresh_from_db()
    assert (one.sheet, one.number) == (right, 2)


@pytest.mark.parametrize(
    ("said", "status"),
    [({"objet": "form:abc"}, 404), ({"objet": "form:" + "9" * 5_000}, 404), ({"nombre": "9" * 5_000}, 403)],
)
def test_a_number_that_is_none_breaks_nothing(scene: Scene, said: dict[str, str], status: int) -> None:
    form = {"cle": str(uuid.uuid4()), "objet": f"form:{scene.form.pk}", "village": scene.village.code, "nombre": "1"}
    assert client_of(scene.agent).post(reverse("sheet_print"), form | said).status_code in (status, 302)
    assert not Printing.objects.exists()
