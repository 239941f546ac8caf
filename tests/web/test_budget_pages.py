"""A budget on its pages: the execution by line and year, the rounds behind, the files, the amendment that says it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from jigi.payments import actions
from jigi.programmes.models import Budget
from tests.factories import make_user
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled
from tests.payments.test_budgets import budget
from tests.web.test_amendment_pages import ask, decide, signed_in
from tests.web.test_payments_pages import text

pytestmark = pytest.mark.django_db
PAGE = "/financements/IDA-tm/budget/"


def _scene(tmp_path: Path) -> Scene:
    """Ten households, a first term paid but for two; lines of two years and one for all."""
    made = peopled(10, money=1_000_000)
    budget(
        made, ("A", "transfers", 2015, 200_000), ("B", "transfers", 2016, 300_000), ("G", "management", None, 50_000)
    )
    made.answer(made.released(1), tmp_path / "retour.csv", absent=2)
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def page(client: Client, address: str = PAGE, **asked: str) -> str:
    return text(client.get(address, asked))


def test_the_page_says_what_each_line_has_left(scene: Scene) -> None:
    shown = page(signed_in(scene.treasurer))
    assert "A · Ligne A transferts 2015 200 000 300 000 240 000 240 000 0 −100 000 dépassée" in shown
    assert "G · Ligne G gestion pluriannuel 50 000 0 — — 0 50 000" in shown
    assert "Total 550 000 300 000 240 000 240 000 0 250 000" in shown


def test_lines_are_chosen_by_year_and_object_and_sorted(scene: Scene) -> None:
    client = signed_in(scene.treasurer)
    assert "B · Ligne B" not in page(client, exercice="2015") and "G · Ligne G" in page(client, exercice="pluriannuel")
    assert "A · Ligne A" not in page(client, objet="management")
    assert "Aucune ligne ne répond" in page(client, exercice="2011")
    most = page(client, tri="-budget")
    assert most.index("B · Ligne B") < most.index("A · Ligne A") < most.index("G · Ligne G")


def test_a_line_leads_to_its_rounds(scene: Scene) -> None:
    client = signed_in(scene.treasurer)
    number = Budget.objects.get().lines.get(code="A").pk
    shown = page(client, f"{PAGE}{number}/")
    assert "Tour 1 sur 12" in shown and "300 000 240 000 240 000 0" in shown
    assert client.get(f"{PAGE}{number + 999}/").status_code == 404
    assert client.get(f"{PAGE}0/", {"objet": "fees"}).status_code == 404


def test_the_files_hold_what_the_page_says(scene: Scene) -> None:
    client = signed_in(scene.treasurer)
    sent = b"".join(client.get(PAGE, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sent), delimiter=";"))
    assert rows[1][4:] == ["2015", "200000", "300000", "240000", "240000", "0", "-100000"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(PAGE, {"format": "xlsx"}).content))
    assert book.get_sheet_by_index(0).to_python()[-1][5:] == [550_000, 300_000, 240_000, 240_000, 0, 250_000]
    assert client.get(PAGE, {"format": "pdf"}).content.startswith(b"%PDF")
    number = Budget.objects.get().lines.get(code="A").pk
    assert b"300000" in b"".join(client.get(f"{PAGE}{number}/", {"format": "csv"}).streaming_content)


def test_an_agreement_without_a_budget_says_how_to_give_it_one() -> None:
    scene = peopled(1)
    assert "n’a pas encore de budget" in page(signed_in(scene.treasurer))


def test_the_round_tells_the_lines_that_it_would_overspend(scene: Scene) -> None:
    second = actions.prepare(scene.open(2), by=scene.maker)
    shown = page(signed_in(scene.treasurer), f"/paiements/{second.pk}/")
    assert "IDA-tm · A · Ligne A (2015) signalé" in shown and "dépassement de 400 000 FCFA" in shown


TABLE = b"ligne;libelle;objet;composante;exercice;montant\n1;Transferts;transferts;;2016;700 000\n"


def said(table: bytes = TABLE) -> dict[str, object]:
    return {"objet": "budget", "montant": "", "strict": "on", "lignes": SimpleUploadedFile("budget.csv", table)}


def test_an_amendment_brings_a_table_of_lines(scene: Scene) -> None:
    shown = ask(signed_in(make_user("finances", "finance_officer")), **said())  # type: ignore[arg-type]
    assert "1 ligne, 700 000 FCFA, dépassement refusé" in shown and "1 · Transferts (2016) : 700 000" in shown
    assert "A · Ligne A" in page(signed_in(scene.treasurer))
    decide(signed_in(scene.maker), decision="confirmer")
    after = page(signed_in(scene.treasurer))
    assert "avenant 1" in after and "1 · Transferts" in after
    assert "Hors budget aucune ligne transferts 0 300 000" in after


@pytest.mark.parametrize(
    ("table", "told"), [(TABLE + b"2;X;transferts;;2017;400000\n", "dépasse la convention"), (b"a;b\n1;2\n", "colonne")]
)
def test_a_wrong_table_is_refused_with_its_line(scene: Scene, table: bytes, told: str) -> None:
    assert told in ask(signed_in(make_user("finances", "finance_officer")), **said(table))  # type: ignore[arg-type]
    assert Budget.objects.count() == 1
