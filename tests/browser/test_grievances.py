"""Complaints in a real browser: by telephone to a payment; a sensitive one unseen; a citizen who follows hers."""

from __future__ import annotations

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
NUMBER = re.compile(r"\d{4} \d{4} \d{4}")
STORY = "Elle était en voyage ; le village dit que son argent est reparti avec l’agent."
STILL_OWED = """
SELECT home.rsu_number, line.reference FROM payments_instruction AS line
JOIN payments_entitlement AS owed ON owed.round_id = line.origin_round_id AND owed.id = line.entitlement_id
    AND owed.status = 'owed' AND owed.attempts = line.attempt
JOIN registry_household AS home ON home.id = line.household_id
WHERE line.status = 'absent' ORDER BY line.id LIMIT 1
"""

ONE_OF_ITS_NAME = """
SELECT min(area.name) FROM geography_area AS area
WHERE area.level = 'commune' AND area.version_id = (SELECT version_id FROM geography_area AS near
    JOIN registry_household AS home ON home.commune_id = near.id ORDER BY home.id LIMIT 1)
GROUP BY lower(area.name) HAVING count(*) = 1 ORDER BY 1 LIMIT 1
"""


def pressed(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def heard(page: Page, number: str, category: str, order: str = "") -> str:
    """The number that the officer reads to who calls."""
    page.goto(f"/plaintes/nouvelle/?menage={number}&canal=phone")
    page.select_option("[name=categorie]", category)
    page.fill("[name=recit]", STORY)
    if order:
        page.check(f"[name=ordre][value='{order}']")
    pressed(page, "Enregistrer")
    told = page.get_by_text(re.compile("Lisez son numéro à la personne")).first.inner_text()
    found = NUMBER.search(told.replace("\u202f", " "))
    assert found, told
    return found.group()


def asked(page: Page, act: str, why: str) -> None:
    page.locator("summary", has_text="Demander un acte").click()
    page.select_option("[name=acte]", act)
    page.select_option("[name=composante]", index=1)
    page.fill("form[action$='/demander/'] [name=motif]", why)
    pressed(page, "Demander")


def done(page: Page, why: str, button: str, text: str) -> None:
    page.goto("/plaintes/actes/")
    box = page.locator(".box").filter(has_text=why)
    box.locator("[name=texte]").fill(text)
    with page.expect_navigation():
        box.get_by_role("button", name=button, exact=True).click()


def test_a_complaint_by_telephone_blocks_a_household_and_reissues_its_payment(visit, database: str) -> None:
    with psycopg.connect(database) as connection:
        row = connection.execute(STILL_OWED).fetchone()
    assert row, "the world keeps one order that may be issued again"
    number, order = row
    officer, manager = visit("verification"), visit("responsable")
    heard(officer, number, "payment_missing", order)
    pressed(officer, "Accuser réception")
    pressed(officer, "Trier")
    block, again = "Son argent part chez un autre.", "Elle est revenue, son ordre est à refaire."
    asked(officer, "block", block)
    asked(officer, "reissue", again)
    done(manager, block, "Faire", "Bloquée ce matin.")
    expect(manager.locator("main")).to_contain_text("C’est fait")
    done(manager, again, "Faire", "Le tour est ouvert.")
    manager.goto(f"/menages/{number}/")
    expect(manager.locator("main")).to_contain_text(block)
    done(manager, block, "Lever le blocage", "Elle reçoit de nouveau elle-même.")
    officer.reload()
    officer.get_by_role("link", name=re.compile("Réémission de l’ordre")).first.click()
    expect(officer.locator("main")).to_contain_text(again)


def test_a_sensitive_complaint_does_not_exist_for_who_heard_it(visit, database: str) -> None:
    with psycopg.connect(database) as connection:
        number = connection.execute("SELECT rsu_number FROM registry_household ORDER BY id LIMIT 1").fetchone()
    assert number
    officer, named = visit("verification"), visit("designee")
    said = heard(officer, number[0], "gender_violence")
    officer.goto(f"/plaintes/?numero={said.replace(' ', '')}")
    expect(officer.locator("main")).to_contain_text("Aucune ligne ne répond")
    named.goto("/plaintes/sensibles/")
    named.get_by_role("link", name=said).click()
    expect(named.locator("main")).to_contain_text(STORY)
    assert officer.request.get(named.url).status == 404
    assert officer.request.get("/plaintes/sensibles/").status == 404


def test_a_citizen_follows_her_complaint_on_a_small_phone_without_javascript(visit, database: str) -> None:
    with psycopg.connect(database) as connection:
        commune = connection.execute(ONE_OF_ITS_NAME).fetchone()
    assert commune
    page = visit(None, width=380, javascript=False)
    page.goto("/plainte/")
    page.fill("[name=recit]", "On m’a demandé deux mille francs avant de me payer.")
    page.fill("[name=commune]", commune[0])
    pressed(page, "Envoyer")
    number = page.locator("p.num").inner_text().replace("\u202f", " ")
    assert NUMBER.fullmatch(number)
    page.get_by_role("link", name="Suivre une plainte").first.click()
    page.fill("[name=numero]", number)
    pressed(page, "Voir où elle en est")
    expect(page.locator("main section")).to_contain_text("État : reçue")
    box = page.locator("main").bounding_box()
    assert box and box["x"] + box["width"] <= 380
