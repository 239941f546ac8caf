"""The roll of a worksite on a phone, in a real browser: loaded, called without network, sent when it is back."""

from __future__ import annotations

import os

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import _picture

pytestmark = pytest.mark.browser
HOME = "/chantiers/telephone/"


def test_the_roll_is_called_without_network_and_sent_once(visit, database: str, axe: str) -> None:
    page: Page = visit("chef", width=380)
    page.goto(HOME)
    row = page.get_by_role("listitem").filter(has_text="feuille 4")
    row.get_by_role("button", name="Charger la feuille").click()
    expect(page.get_by_role("heading", name="Équipe 1, feuille 4")).to_be_visible()
    expect(page.locator("body[data-ready]")).to_have_count(1)
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("listitem").filter(has_text="feuille 4").get_by_role("button", name="Ouvrir").click()
    page.get_by_role("button", name="Noter présents").click()
    expect(page.locator("#count")).to_have_text("12 présents, 0 absent, 0 sans signe")
    page.locator("#lines button").first.click()
    page.locator("#lines button").first.click()
    expect(page.locator("#lines button").first).to_have_text("absent")
    expect(page.get_by_text("1 feuille à envoyer")).to_be_visible()
    page.evaluate(axe)
    assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id))") == []
    _shot(page)
    page.context.set_offline(False)
    page.locator("#sendnow").dispatch_event("click")  # the return of the network may have sent it already
    expect(page.get_by_text("1 feuille à envoyer")).to_be_hidden()
    with psycopg.connect(database) as connection:
        told = connection.execute(
            "SELECT e.source, count(*), min(l.marks) FROM delivery_sheetentry AS e JOIN delivery_sheetline AS l"
            " ON l.entry_id = e.id JOIN delivery_timesheet AS t ON t.id = e.timesheet_id WHERE t.number = 4 GROUP BY 1"
        ).fetchall()
    assert told == [("phone", 12, "A" + "." * 13)]


def _shot(page: Page) -> None:
    if os.environ.get("JIGI_SCREENS"):
        _picture(page, "chantier-telephone", 380)
