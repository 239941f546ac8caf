"""What people do on the site, in a real browser. The tests of this file follow one another on one world."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser

FIRST, SECOND = "/paiements/1/", "/paiements/2/"


def test_anyone_sees_where_and_how_much(visit):
    page = visit(None)
    page.goto("/")
    page.set_viewport_size({"width": 320, "height": 640})
    page.get_by_role("link", name="Où", exact=True).click()
    page.get_by_role("link", name="Kayes").click()
    expect(page.locator("table").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Se connecter").click()
    expect(page).to_have_url(re.compile("/connexion/"))


def test_a_wrong_password_is_said_in_french(visit):
    page = visit(None)
    page.goto("/connexion/")
    page.fill("[name=username]", "coordination")
    page.fill("[name=password]", "pas le bon")
    page.click("main button")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page).to_have_url(re.compile("/connexion/"))


def test_the_maker_of_a_round_is_told_why_another_must_approve(visit):
    page = visit("responsable")
    page.goto(SECOND)
    expect(page.get_by_role("button", name=re.compile("^Approuver"))).to_have_count(0)
    expect(page.locator("aside.act")).to_contain_text(re.compile("autre personne|ni préparé ni gelé"))


def test_the_coordinator_finds_the_round_and_approves_it_once(visit):
    page = visit("coordination")
    page.goto("/aujourdhui/")
    page.locator(f"main a[href='{SECOND}']").first.click()
    button = page.get_by_role("button", name=re.compile("^Approuver"))
    expect(button).to_be_visible()
    with page.expect_navigation():
        button.click()
    expect(page.locator("ol.steps li.done", has_text="Approuvé")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Approuver"))).to_have_count(0)


def test_without_javascript_the_treasurer_releases(visit):
    page = visit("tresorerie", javascript=False)
    page.goto(SECOND)
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Libérer")).click()
    expect(page.locator("ol.steps li.done", has_text="Libéré")).to_be_visible(timeout=20_000)


def test_orders_leave_and_the_agency_s_answer_comes_back(visit, tmp_path: Path):
    page = visit("paiements")
    page.goto(f"{SECOND}ordres/")
    with page.expect_download() as download:
        page.locator("main a, main button").filter(has_text=re.compile("CSV")).first.click()
    order = tmp_path / "ordres.csv"
    download.value.save_as(order)
    back = tmp_path / "retour.csv"
    command = ["-m", "tools.agency", order, "--out", back, "--seed=3", "--unknown=0.02", "--late=0"]
    subprocess.run([sys.executable, *map(str, command)], cwd=ROOT, check=True)
    page.goto("/paiements/retours/")
    page.locator("main form select").first.select_option(label="Agence B (microfinance)")
    page.set_input_files("input[type=file]", back)
    with page.expect_navigation():
        page.locator("main form button").last.click()
    expect(page.get_by_text(re.compile("payé")).first).to_be_visible()
    page.goto(SECOND)
    expect(page.locator("main")).to_contain_text("Retours des agences")


def test_an_exception_is_put_aside_with_a_reason(visit):
    page = visit("paiements")
    page.goto("/paiements/retours/exceptions/")
    before = page.locator("tbody tr").count()
    page.locator("tbody tr a").first.click()
    page.locator("main textarea, main input[type=text]").last.fill("Référence inventée par l’agence, signalée.")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("carter")).click()
    page.goto("/paiements/retours/exceptions/")
    assert page.locator("tbody tr").count() < before or before == 0


def test_a_pay_list_prints(visit):
    page = visit("paiements")
    page.goto(f"{FIRST}listes/")
    response = page.request.get(page.locator("main a[href*='/listes/']").first.get_attribute("href"))
    assert response.ok and response.body().startswith(b"%PDF")


def test_a_household_is_found_by_a_misspelt_name_and_explains_itself(visit):
    page = visit("coordination")
    page.goto("/menages/?q=Kulibali")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.locator("tbody tr a").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("Pourquoi"))
    expect(page.locator("main")).to_contain_text("Membres")
    expect(page.locator("main")).not_to_contain_text(re.compile(r"\+223\d{8}"))


def test_a_phone_is_shown_for_a_reason_and_the_audit_says_so(visit):
    page = visit("coordination")
    page.goto("/menages/?q=Kulibali")
    page.locator("tbody tr a").first.click()
    number = re.search(r"/menages/([^/]+)/", page.url).group(1)
    page.get_by_text("Montrer").first.click()
    page.locator("main form [name*=reason], main form [name*=motif]").first.fill("Appel pour le rendez-vous de paie")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Montrer")).first.click()
    page.goto(f"/menages/{number}/acces/")
    expect(page.locator("main")).to_contain_text("Appel pour le rendez-vous de paie")


def test_from_the_map_to_the_households_of_a_commune(visit):
    page = visit("coordination")
    page.goto("/lieux/")
    for place in ("Kayes", "Kita"):
        page.locator("main table").get_by_role("link", name=place, exact=True).first.click()
    page.locator("main tbody tr a").first.click()
    page.locator("dl.figs a").first.click()
    expect(page).to_have_url(re.compile("/menages/"))
    expect(page.locator("tbody tr").first).to_be_visible()


def test_the_campaign_says_its_error_and_each_household_s_reason(visit):
    page = visit("coordination")
    page.goto("/ciblage/1/")
    expect(page.locator("main")).to_contain_text(re.compile("se trompe", re.IGNORECASE))
    page.locator("main tbody a").first.click()
    page.locator("main tbody a").first.click()
    expect(page.locator("main tbody tr").first).to_contain_text(re.compile("Retenu : .* places"))


def test_an_agreement_adds_up_to_the_franc(visit):
    page = visit("auditeur")
    page.goto("/financements/")
    page.get_by_role("link", name="KITA-IDA").first.click()
    expect(page.locator("main")).to_contain_text("Réservation")
    expect(page.locator("main")).to_contain_text("vérifié")


def test_a_bad_file_is_refused_on_the_page_and_changes_nothing(visit, tmp_path: Path):
    page = visit("responsable")
    page.goto("/imports/")
    before = page.locator("tbody tr").count()
    bad = tmp_path / "menages.csv"
    bad.write_text("numero_fiche;numero_fiche\n1;2\n", encoding="cp1252")
    page.goto("/imports/envoyer/")
    page.set_input_files("input[type=file] >> nth=0", bad)
    with page.expect_navigation():
        page.locator("main form button").last.click()
    expect(page.locator("main")).to_contain_text(re.compile("ligne 1|colonne|en-tête"))
    page.goto("/imports/")
    assert page.locator("tbody tr").count() == before


def test_the_officer_of_kita_sees_kita_only(visit):
    page = visit("kita")
    page.goto("/menages/")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.goto("/lieux/COD2019/ML02/")
    expect(page.locator("main")).to_contain_text("ne sont pas ouverts à votre affectation")
    assert page.request.get("/audit/").status in (403, 404)
