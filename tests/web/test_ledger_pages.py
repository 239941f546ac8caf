"""The accounts, as pages and files: statements by any dimension, the lines behind them, balance, periods."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from jigi.foundation.models import User
from jigi.ledger import queries as ledger
from jigi.ledger.models import Closing
from jigi.payments import advances, statements
from jigi.payments.statements import DIMENSIONS, Chosen
from jigi.programmes import tariffs
from jigi.programmes.models import Advance, FeeRule
from jigi.programmes.tariffs import Fee
from jigi.web.ledger.sheets import workbook
from tests.factories import ProvedClient, make_user
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


def _scene(tmp_path: Path) -> Scene:
    """Ten households: a first term paid but for two, which the second, released, asks again."""
    made = peopled(10, money=1_000_000)
    first = made.released(1)
    made.answer(first, tmp_path / "retour.csv", absent=2)
    made.close(first)
    made.released(2)
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def as_user(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def send(client: Client, address: str, **said: str) -> str:
    return text(client.post(address, {"cle": str(uuid.uuid4()), **said}, follow=True))


def text(response: Any) -> str:
    return re.sub(r"[\s\u202f]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("by", DIMENSIONS)
def test_a_statement_shows_the_life_of_money_to_the_franc(scene: Scene, by: str) -> None:
    rows = statements.statement(Chosen(), by, scene.treasurer)
    money, summed = ledger.balances([scene.agreement.code])[scene.agreement.code], statements.total(rows)
    assert (summed.rights, summed.reserved_xof, summed.committed_xof) == (20, 600_000, 660_000)
    assert (summed.spent_xof, summed.unpaid_xof, summed.agency_xof) == (money.paid_xof, 60_000, money.agencies_xof)
    assert (summed.left_xof, summed.refunded_xof) == (money.reserved_xof, 0)
    for row in rows:
        assert row.reserved_xof == row.left_xof + row.agency_xof + row.spent_xof + row.refunded_xof


def test_a_statement_leads_to_the_lines_of_its_households(scene: Scene) -> None:
    first = scene.component.rounds.get(term=1)
    page = as_user(scene.treasurer).get("/comptabilite/lignes/", {"tour": first.pk, "convention": scene.agreement.code})
    assert "12 ordres" in text(page)
    rows = statements.lines(Chosen(tour=str(first.pk)), scene.treasurer)
    paid = sum(one.amount_xof for one in rows if one.status == "paid")
    assert paid == statements.total(statements.statement(Chosen(tour=str(first.pk)), "tour", scene.treasurer)).spent_xof


@pytest.mark.parametrize("chosen", [{"convention": "AUTRE"}, {"tour": "x"}, {"agence": "?"}, {"commune": "ML09"}])
def test_what_is_unknown_chooses_nothing(scene: Scene, chosen: dict[str, str]) -> None:
    assert statements.statement(Chosen(**chosen), "tour", scene.treasurer) == []
    assert not statements.lines(Chosen(**chosen), scene.treasurer).exists()


def test_a_statement_is_a_page_a_workbook_and_a_paper(scene: Scene) -> None:
    client = as_user(scene.treasurer)
    assert "600 000" in text(client.get("/comptabilite/", {"par": "commune"}))
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/comptabilite/", {"format": "xlsx"}).content))
    assert book.get_sheet_by_index(0).to_python()[-1][3:6] == [20, 600_000, 660_000]
    assert client.get("/comptabilite/", {"format": "pdf"}).content.startswith(b"%PDF")


def test_the_trial_balance_is_a_page_a_workbook_and_a_paper(scene: Scene) -> None:
    client = as_user(scene.treasurer)
    assert "équilibrée" in text(client.get("/comptabilite/balance/"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/comptabilite/balance/?format=xlsx").content))
    total = book.get_sheet_by_index(0).to_python()[-1]
    assert (total[0], total[4], total[7]) == ("Total", 0, 0) and total[5] == total[6] > 0
    assert client.get("/comptabilite/balance/?format=pdf").content.startswith(b"%PDF")


def test_another_programmes_treasurer_sees_no_franc(scene: Scene) -> None:
    other = make_user("ailleurs", "treasurer", programme="autre")
    assert statements.statement(Chosen(), "convention", other) == []
    assert scene.agreement.code not in text(as_user(other).get("/comptabilite/balance/"))


def test_a_period_is_closed_and_reopened_from_its_page(scene: Scene) -> None:
    keeper, approver = make_user("finances", "finance_officer"), scene.treasurer
    send(as_user(keeper), "/comptabilite/periodes/", du="2026-01-01", au="2026-01-31")
    closing = Closing.objects.get()
    reopening = f"/comptabilite/periodes/{closing.pk}/rouvrir/"
    send(as_user(keeper), reopening, motif="Pièce 12 oubliée")
    assert "une autre personne doit l’accorder" in text(as_user(keeper).get(reopening))
    send(as_user(approver), reopening)
    assert "Pièce 12 oubliée" in text(as_user(approver).get("/comptabilite/periodes/"))
    closing.refresh_from_db()
    assert closing.reopened_by == approver


def test_a_rule_of_fees_is_proposed_by_one_person_and_approved_by_another(scene: Scene) -> None:
    keeper, page = make_user("finances", "finance_officer"), "/comptabilite/frais/"
    asked = {"agence": scene.agency.code, "mode": "on_top", "fixe": "250", "pour_mille": "7,5", "du": "2026-01-01"}
    assert "pour mille" in send(as_user(keeper), page, **asked | {"pour_mille": "beaucoup"}, motif="x")
    asked["programme"] = scene.component.programme.code
    assert "une autre personne doit l’approuver" in send(as_user(keeper), page, **asked, motif="Contrat, art. 4")
    said = send(as_user(keeper), page, **asked, motif="Contrat, art. 4", lieu="ML-R01")
    assert "Aucun programme ne paie" in said or "n’existe pas" in said
    rule = FeeRule.objects.get(mode="on_top")
    shown = text(as_user(scene.treasurer).get(f"{page}{rule.pk}/"))
    assert "sans minimum" in shown and "250 FCFA" in shown and "partout" in shown
    assert "Règle approuvée" in send(as_user(scene.treasurer), f"{page}{rule.pk}/")
    rule.refresh_from_db()
    assert (rule.fixed_xof, str(rule.per_mille), rule.approved_by) == (250, "7.50", scene.treasurer)
    assert as_user(keeper).get(page, {"format": "xlsx"}).content.startswith(b"PK")


def test_an_advance_is_entered_approved_and_cleared_from_its_pages(scene: Scene) -> None:
    keeper, page = make_user("finances", "finance_officer"), "/comptabilite/avances/"
    asked = {
        "convention": scene.agreement.code,
        "agence": scene.agency.code,
        "montant": "500 000",
        "reference": "VIR-1",
    }
    said = send(as_user(keeper), page, **asked, date="2026-01-15", piece="Avis de débit")
    assert "une autre personne doit l’approuver" in said
    advance = Advance.objects.get()
    assert "Avance approuvée" in send(as_user(scene.treasurer), f"{page}{advance.pk}/")
    clearing = f"{page}apurer/{scene.agreement.code}/{scene.agency.code}/"
    assert "Apurer 240 000 FCFA" in text(as_user(keeper).get(clearing))
    assert "Avances apurées : 240 000" in send(as_user(keeper), clearing)
    assert "260 000" in text(as_user(keeper).get(page))


def test_a_cell_of_a_workbook_runs_nothing() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(["Libellé", "FCFA"], [("=1+1", 30_000), (None, -5)])))
    assert book.get_sheet_by_index(0).to_python()[1:] == [["'=1+1", 30_000], ["", -5]]


def test_who_proposed_takes_back_from_the_page(scene: Scene) -> None:
    keeper = make_user("propose", "finance_officer")
    rule = tariffs.propose(scene.agency, Fee("included"), valid_from=date(2050, 1, 1), why="Contrat", by=keeper)
    made = advances.propose(
        scene.agreement, scene.agency, 5, reference="V-9", paid_on=date(2015, 1, 1), document="avis", by=keeper
    )
    own, other = as_user(keeper), as_user(make_user("regarde", "finance_officer"))
    for page, pk, done in (("frais", rule.pk, "Règle retirée"), ("avances", made.pk, "Avance retirée")):
        address = f"/comptabilite/{page}/"
        assert "Retirer" in text(own.get(address)) and "Retirer" not in text(other.get(address))
        assert "Une autre personne" in send(other, f"{address}{pk}/retirer/")
        assert done in send(own, f"{address}{pk}/retirer/")
        assert "déjà retirée" in send(own, f"{address}{pk}/retirer/")
