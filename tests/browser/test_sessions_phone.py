"""The roll of a session on a phone, in a real browser: loaded, called without network, sent when it is back."""

from __future__ import annotations

import os

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import _picture

pytestmark = pytest.mark.browser
HOME = "/seances/telephone/"


def test_the_roll_of_a_session_is_called_without_network_and_sent_once(visit, database: str, axe: str) -> None:
    page: Page = visit("ong", width=380)
    page.goto(HOME)
    page.get_by_role("button", name="Charger la liste").first.click()
    expect(page.locator("#roll h1")).to_be_visible()
    expect(page.locator("body[data-ready]")).to_have_count(1)
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="Ouvrir").click()
    page.locator("#lines button").first.click()
    expect(page.locator("#count")).to_have_text("1 ménage présent · en cours")
    second = page.locator("#lines small").nth(1).inner_text().removeprefix("RSU ")[:12]
    page.get_by_label("Code de la carte ou n° RSU").fill(second)
    page.get_by_role("button", name="Noter présent").click()
    expect(page.locator("#count")).to_have_text("2 ménages présents · en cours")
    page.locator("#lines select").nth(1).select_option("F")
    page.get_by_label("Lieu").fill("Arbre à palabres")
    page.get_by_label("Animateur").fill("Animatrice fictive")
    page.get_by_label("Autres hommes").fill("4")
    page.get_by_label("Autres femmes").fill("11")
    page.evaluate(axe)
    assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id))") == []
    page.reload()  # the telephone was put away: what was called stays
    page.get_by_role("button", name="Ouvrir").click()
    expect(page.locator("#facts [name=place]")).to_have_value("Arbre à palabres")
    expect(page.get_by_label("Autres femmes")).to_have_value("11")  # the last field was never left
    page.get_by_role("button", name="Terminer et envoyer").click()
    expect(page.get_by_text("1 séance à envoyer")).to_be_visible()
    expect(page.locator("#count")).to_have_text("2 ménages présents · terminé, à envoyer")
    _shot(page)
    page.context.set_offline(False)
    page.locator("#sendnow").dispatch_event("click")  # the return of the network may have sent it already
    expect(page.get_by_text("1 séance à envoyer")).to_be_hidden()
    with psycopg.connect(database) as connection:
        told = connection.execute(
            "SELECT s.status, s.place, s.men + s.women, count(*), count(*) FILTER (WHERE a.came = 'other')"
            " FROM delivery_session AS s JOIN delivery_attendance AS a ON a.session_id = s.id"
            " WHERE a.means = 'phone' GROUP BY s.id"
        ).fetchall()
    assert told == [("held", "Arbre à palabres", 17, 2, 1)]


def _shot(page: Page) -> None:
    if os.environ.get("JIGI_SCREENS"):
        _picture(page, "seance-telephone", 380)
