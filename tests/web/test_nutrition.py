"""The pages of the nutrition package: who sees what, and what each form does."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jigi.delivery.contracts.models import Operator
from jigi.delivery.nutrition import care, lists
from jigi.delivery.nutrition.models import (
    CensusEntry,
    CookingDemonstration,
    Distribution,
    Handout,
    Screening,
    StockAct,
    StockCheck,
    StockPlace,
)
from jigi.foundation.models import AuditEvent, User
from jigi.sheets import scanning
from jigi.sheets.models import ScannedPage, Sheet
from tests.delivery.nutrition_scene import DAY, KG, Ground, ground
from tests.delivery.scene import make_agent
from tests.factories import ProvedClient, make_user

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def post(client: Client, name: str, *arguments: object, **said: Any) -> Any:
    return client.post(reverse(name, args=arguments), {"cle": str(uuid.uuid4()), **said})


@pytest.fixture
def here() -> Ground:
    made = ground(children=3)
    made.arrive(made.sites[0], made.lot("L1"), 100)
    return made


@pytest.fixture
def agent(here: Ground) -> Client:
    return browser(here.scene.agent)


@pytest.mark.parametrize("fenced", [False, True])
def test_an_operator_opens_each_page_of_its_contract(here: Ground, agent: Client, settings: Any, fenced: bool) -> None:
    made = here.plan()
    here.give(made, 1)
    entry, act = CensusEntry.objects.earliest("pk"), StockAct.objects.earliest("pk")
    settings.FENCED = fenced
    pages = {
        "nutrition": [], "nutrition_contract": [here.contract.pk], "nutrition_census": [here.contract.pk],
        "nutrition_entry": [entry.pk], "nutrition_distribution": [made.pk], "nutrition_handouts": [made.pk],
        "nutrition_stop": [made.stops.get().pk], "nutrition_stock": [], "nutrition_places": [],
        "nutrition_acts": [], "nutrition_act": [act.pk], "nutrition_lot": [here.lot("L1").pk],
        "nutrition_stock_note": ["arrivee"],
    }  # fmt: skip
    for name, arguments in pages.items():
        response = agent.get(reverse(name, args=arguments))
        assert response.status_code == 200, name
    listed = agent.get(reverse("nutrition_stop", args=[made.stops.get().pk])).content.decode()
    assert "1 servis sur 3" in listed
    with_names = agent.get(reverse("nutrition_census", args=[here.contract.pk])).content.decode()
    name = str(entry.person)
    assert name in with_names and name in listed


def test_what_is_of_another_operator_does_not_exist(here: Ground) -> None:
    made = here.plan()
    other = Operator.objects.create(code="ONG-B", name="ONG B", kind="ngo")
    client = browser(make_agent("etranger", other, here.scene.commune))
    for name, pk in (
        ("nutrition_contract", here.contract.pk), ("nutrition_distribution", made.pk),
        ("nutrition_stop", made.stops.get().pk), ("nutrition_entry", CensusEntry.objects.earliest("pk").pk),
        ("nutrition_lot", here.lot("L1").pk), ("nutrition_act", StockAct.objects.earliest("pk").pk),
    ):  # fmt: skip
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert browser(make_user("caisse", "finance_officer")).get("/nutrition/").status_code in (200, 404)
    assert browser(make_user("enquete", "enumerator")).get("/nutrition/").status_code == 404


def test_a_distribution_goes_from_its_plan_to_its_close(here: Ground, agent: Client) -> None:
    post(agent, "nutrition_prepare", here.contract.pk, bareme=here.scale.pk, mois="3")
    made = Distribution.objects.get()
    post(agent, "nutrition_distribution_act", made.pk, "passage", village=here.scene.village.pk, site=here.sites[0].pk,
         jour="2018-03-15")  # fmt: skip
    post(agent, "nutrition_distribution_act", made.pk, "liste")
    assert made.lines.count() == 3
    assert post(agent, "nutrition_distribution_act", made.pk, "approuver").status_code in (302, 403, 409)
    controller = browser(here.scene.controller)
    post(controller, "nutrition_distribution_act", made.pk, "approuver")
    made.refresh_from_db()
    assert made.status == "approved"
    stop = made.stops.get()
    post(agent, "nutrition_stop", stop.pk, jour="2018-03-15", n=["1", "2"], lot="", **{"mandataire-2": "Sa tante"})
    assert [one.proxy_name for one in Handout.objects.order_by("line__rank")] == ["", "Sa tante"]
    post(agent, "nutrition_take_back", Handout.objects.earliest("pk").pk, motif="mauvaise ligne")
    assert Handout.objects.filter(cancelled_at=None).count() == 1
    post(controller, "nutrition_distribution_act", made.pk, "clore")
    made.refresh_from_db()
    assert made.status == "closed"


def test_cancelling_is_shown_only_where_it_passes(here: Ground, agent: Client) -> None:
    made = here.plan()
    here.give(made, 1)
    listed, held = reverse("nutrition_handouts", args=[made.pk]), Handout.objects.get()
    cancel = reverse("nutrition_take_back", args=[held.pk])

    def offered(client: Client) -> tuple[bool, bool, bool]:
        file = b"".join(client.get(listed, {"format": "csv"}).streaming_content).decode()
        form = "Annuler la remise</button>" in client.get(cancel).content.decode()
        return cancel in client.get(listed).content.decode(), "Annuler" in file, form

    assert offered(agent) == (True, True, True)
    assert offered(browser(here.scene.controller)) == (False, False, False)
    lists.close(made, by=here.scene.controller)
    assert offered(agent) == (False, False, False)


def test_a_form_sent_twice_gives_once(here: Ground, agent: Client) -> None:
    stop = here.plan().stops.get()
    said = {"cle": str(uuid.uuid4()), "jour": "2018-03-15", "n": ["1"], "lot": ""}
    for _ in range(2):
        assert agent.post(reverse("nutrition_stop", args=[stop.pk]), said).status_code == 302
    assert Handout.objects.count() == 1


def test_a_filled_sheet_says_which_lines_to_look_at(here: Ground, agent: Client) -> None:
    made = here.plan()
    sheet = SimpleUploadedFile("feuille.csv", "N°;Remis;Le\n1;oui;15/03/2018\n9;oui;15/03/2018\n".encode())
    response = post(agent, "nutrition_take_sheet", made.pk, feuille=sheet)
    assert response.status_code == 200
    assert "n’est pas sur la liste" in response.content.decode()
    assert Handout.objects.count() == 1
    wrong = SimpleUploadedFile("feuille.csv", b"a;b\n1;2\n")
    assert post(agent, "nutrition_take_sheet", made.pk, feuille=wrong).status_code == 400


def test_the_papers_of_a_village_are_printed_and_named_in_the_trail(here: Ground, agent: Client) -> None:
    stop = here.plan().stops.get()
    sheet = agent.get(reverse("nutrition_sheet", args=[stop.pk]))
    assert sheet["Content-Type"] == "application/pdf" and sheet.content.startswith(b"%PDF")
    table = b"".join(agent.get(reverse("nutrition_table", args=[stop.pk])).streaming_content)
    assert table.decode("utf-8-sig").startswith("N°;Nom;Remis;Le;Mandataire;Âge vérifié;Lot")
    printed = AuditEvent.objects.get(verb="print", noun="distribution")
    assert sorted(printed.subjects) == sorted(here.scene.households)


def test_a_numbered_sheet_that_comes_back_is_recognised_by_its_square(here: Ground, agent: Client) -> None:
    stop = here.plan().stops.get()
    post(agent, "nutrition_number", stop.pk)
    assert not Sheet.objects.exists()  # an operator numbers no sheet
    post(browser(here.scene.controller), "nutrition_number", stop.pk)
    sheet = Sheet.objects.get()
    paper = agent.get(reverse("nutrition_sheet", args=[stop.pk])).content
    taken = scanning.take(paper, by=here.scene.controller)
    assert (taken.pages, taken.attached) == (1, 1)
    assert ScannedPage.objects.get().sheet == sheet
    assert sorted(sheet.printing.households) == sorted(here.scene.households)


def test_stock_is_noted_checked_and_taken_back(here: Ground, agent: Client) -> None:
    site, lot = here.sites[0], here.lot("L1")
    post(agent, "nutrition_stock_note", "arrivee", lieu=site.pk, lot="", produit=here.children.pk, numero="L 9",
         expire="2018-12-31", poids="1 250,5", jour="2018-03-01", bordereau="BL-7")  # fmt: skip
    assert here.held(site, here.lot("L9")) == 1_250_500
    post(
        agent, "nutrition_stock_note", "perte", lieu=site.pk, lot=lot.pk, poids="1", jour="2018-03-02", motif="rongeurs"
    )
    post(agent, "nutrition_stock_note", "transfert", lieu=site.pk, vers=here.sites[1].pk, lot=lot.pk, poids="9",
         jour="2018-03-02")  # fmt: skip
    post(agent, "nutrition_stock_note", "inventaire", lieu=site.pk, lot=lot.pk, poids="80", jour="2018-03-02",
         motif="fin de mois")  # fmt: skip
    assert here.held(site, lot) == 80 * KG
    loss = StockAct.objects.get(kind="loss")
    controller = browser(here.scene.controller)
    post(controller, "nutrition_act_do", loss.pk, "controler")
    assert StockCheck.objects.get().act == loss
    post(agent, "nutrition_act_do", loss.pk, "corriger", motif="retrouvés")
    assert here.held(site, lot) == 81 * KG
    response = post(agent, "nutrition_stock_note", "perte", lieu=site.pk, lot=lot.pk, poids="999", jour="2018-03-02",
                    motif="trop")  # fmt: skip
    assert "n’a pas assez" in response.content.decode() or response.status_code == 302
    assert here.held(site, lot) == 81 * KG


def test_a_place_is_opened_for_a_contract(here: Ground, agent: Client) -> None:
    post(
        agent, "nutrition_places", contrat=here.contract.pk, nature="site", nom="Site 9", commune=here.scene.commune.pk
    )
    assert StockPlace.objects.get(name="Site 9").contract == here.contract


def test_a_lot_is_recalled_and_its_receivers_exported(here: Ground, agent: Client) -> None:
    here.give(here.plan(), 1)
    lot = here.lot("L1")
    assert "Rappeler" not in agent.get(reverse("nutrition_lot", args=[lot.pk])).content.decode()
    planner = browser(here.scene.planner)
    post(planner, "nutrition_recall", lot.pk, motif="alerte du fournisseur")
    lot.refresh_from_db()
    assert lot.recall_reason == "alerte du fournisseur"
    table = b"".join(planner.get(reverse("nutrition_lot", args=[lot.pk]) + "?format=csv").streaming_content).decode()
    assert "6000" in table and "Village fictif 1" in table


def test_the_census_is_added_to_corrected_and_left(here: Ground, agent: Client) -> None:
    post(agent, "nutrition_census", here.contract.pk, village=here.scene.village.pk, categorie="child", nom="Aba Keita",
         naissance="05/2016", consentement="oui")  # fmt: skip
    entry = CensusEntry.objects.get(name="Aba Keita")
    post(agent, "nutrition_entry_act", entry.pk, "naissance", naissance="06/2016")
    entry.refresh_from_db()
    assert entry.birth_date == date(2016, 6, 1)
    post(agent, "nutrition_entry_act", entry.pk, "retirer", motif="deux fois")
    post(agent, "nutrition_entry_act", entry.pk, "remettre")
    entry.refresh_from_db()
    assert entry.left_on is None
    CensusEntry.objects.exclude(pk=entry.pk).delete()
    post(agent, "nutrition_take_register", here.contract.pk, village="tous", bareme=here.scale.pk)
    assert CensusEntry.objects.count() == 4
    sent = SimpleUploadedFile("r.csv", "Village;Catégorie;Nom\nAilleurs;enfant;X\n".encode())
    assert "ne couvre pas" in post(agent, "nutrition_census_file", here.contract.pk, recensement=sent).content.decode()


def test_a_screening_is_read_by_few_for_a_reason(here: Ground, agent: Client) -> None:
    entry = CensusEntry.objects.earliest("pk")
    post(agent, "nutrition_entry_act", entry.pk, "depister", jour="2018-03-15", pb="112", oedemes="none")
    assert not Screening.objects.exists()  # sent to no health centre
    post(
        agent, "nutrition_entry_act", entry.pk, "depister", jour="2018-03-15", pb="112", oedemes="none", centre="CSCom"
    )
    assert Screening.objects.get().result == "severe"
    assert post(agent, "nutrition_screenings", entry.pk, motif="suivi du malade").status_code == 404
    officer = make_user("sante", "sensitive_case_officer")
    officer.staff_postings.update(role="sensitive_case_officer")
    make = officer.staff_postings.get()
    officer.staff_postings.create(role="commune_agent", area=make.area, starts_on=date(2014, 1, 1))
    client = browser(officer)
    assert "112" in post(client, "nutrition_screenings", entry.pk, motif="suivi du malade").content.decode()
    assert AuditEvent.objects.get(noun="screening", verb="see").reason == "suivi du malade"
    facts = AuditEvent.objects.get(noun="screening", verb="screen").after
    assert "muac_mm" not in facts and "result" not in facts
    assert care.figures(here.contract).severe == 1


def test_a_screening_is_followed_to_the_health_centre_and_taken_back(here: Ground, agent: Client) -> None:
    entry = CensusEntry.objects.earliest("pk")
    page = agent.get(reverse("nutrition_entry", args=[entry.pk])).content.decode()
    assert "Noter l’arrivée" in page and "Annuler le dépistage" in page
    said = {"jour": "2018-03-15", "pb": "112", "oedemes": "none", "centre": "CSCom"}
    post(agent, "nutrition_entry_act", entry.pk, "depister", **said)
    post(agent, "nutrition_entry_act", entry.pk, "recue", depistage="2018-03-14", jour="2018-03-17")
    assert Screening.objects.get().arrived_on is None
    post(agent, "nutrition_entry_act", entry.pk, "recue", depistage="2018-03-15", jour="2018-03-17")
    assert Screening.objects.get().arrived_on == date(2018, 3, 17)
    post(agent, "nutrition_entry_act", entry.pk, "annuler-depistage", depistage="2018-03-15", motif="autre enfant")
    assert Screening.objects.get().cancel_reason == "autre enfant"


def test_a_mistyped_lot_is_corrected_by_who_plans_until_it_is_given(here: Ground, agent: Client) -> None:
    lot, planner = here.lot("L1"), browser(here.scene.planner)
    page = reverse("nutrition_lot", args=[lot.pk])
    assert "Corriger ce lot" in planner.get(page).content.decode()
    assert "Corriger ce lot" not in agent.get(page).content.decode()
    said = {"geste": "corriger", "expire": "2018-11-30"}
    post(agent, "nutrition_recall", lot.pk, **said)
    lot.refresh_from_db()
    assert lot.expires_on == date(2018, 12, 31)
    post(planner, "nutrition_recall", lot.pk, **said)
    lot.refresh_from_db()
    assert (lot.expires_on, lot.recalled_at) == (date(2018, 11, 30), None)
    here.give(here.plan(), 1)
    assert "Corriger ce lot" not in planner.get(page).content.decode()


def test_a_cooking_demonstration_is_noted_and_taken_back(here: Ground, agent: Client) -> None:
    post(agent, "nutrition_cook", here.contract.pk, village=here.scene.village.pk, jour="2018-03-15",
         recette="bouillie", animatrice="Awa", femmes="30", hommes="2")  # fmt: skip
    held = CookingDemonstration.objects.get()
    assert held.women == 30
    post(agent, "nutrition_uncook", here.contract.pk, held.pk, motif="autre village")
    held.refresh_from_db()
    assert held.cancel_reason == "autre village"


def test_a_plan_out_of_the_contract_is_explained(here: Ground, agent: Client) -> None:
    made = lists.plan(here.contract, here.scale, months=1, by=here.scene.planner)
    response = agent.post(
        reverse("nutrition_distribution_act", args=[made.pk, "passage"]),
        {"cle": str(uuid.uuid4()), "village": here.scene.village.pk, "site": here.sites[0].pk, "jour": "2025-01-01"},
        follow=True,
    )
    assert "hors du contrat" in response.content.decode()
    assert DAY and not made.stops.exists()


def test_stock_where_nothing_happened_says_what_to_note() -> None:
    page = browser(ground().scene.agent).get(reverse("nutrition_acts")).content.decode()
    assert "notez une arrivée, un transfert ou un inventaire" in page


def test_who_only_follows_a_contract_reads_no_list_of_names() -> None:
    here = ground(children=1)
    made = here.plan()
    auditor = ProvedClient()
    auditor.force_login(make_user("audite", "auditor"))
    stop, entry = made.stops.get(), CensusEntry.objects.filter(contract=here.contract)[0]
    for name, number in (
        ("nutrition_census", here.contract.pk), ("nutrition_stop", stop.pk), ("nutrition_entry", entry.pk),
        ("nutrition_handouts", made.pk),
    ):  # fmt: skip
        answer = auditor.get(reverse(name, args=[number]))
        assert answer.status_code == 403 and "Ces noms ne sont pas de votre affectation" in answer.content.decode(), (
            name
        )
    assert auditor.get(reverse("nutrition_contract", args=[here.contract.pk])).status_code == 200
