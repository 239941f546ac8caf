"""A distribution on a phone, in a real browser: list loaded, rations given without network, sent when it is back."""

from __future__ import annotations

import os

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import _picture

pytestmark = pytest.mark.browser
HOME = "/nutrition/telephone/"


def test_rations_are_handed_out_without_network_and_sent_once(visit, database: str, axe: str) -> None:
    page: Page = visit("ong", width=380)
    page.goto(HOME)
    page.get_by_role("button", name="Charger la liste").first.click()
    expect(page.locator("#roll h1")).to_be_visible()
    expect(page.locator("body[data-ready]")).to_have_count(1)
    before = page.locator("#count").inner_text()
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="Ouvrir").click()
    page.on("dialog", lambda dialog: dialog.accept())
    waiting = page.locator("#lines button:not([disabled])")
    waiting.first.click()
    expect(waiting.first).to_have_text("remise")
    expect(page.locator("#count")).not_to_have_text(before)
    expect(page.get_by_text("1 village à envoyer")).to_be_visible()
    page.evaluate(axe)
    assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id))") == []
    _shot(page)
    page.context.set_offline(False)
    page.locator("#sendnow").dispatch_event("click")  # the return of the network may have sent it already
    expect(page.get_by_text("1 village à envoyer")).to_be_hidden()
    with psycopg.connect(database) as connection:
        told = connection.execute(
            "SELECT count(*) FROM delivery_handout AS given JOIN delivery_stockact AS act ON act.id = given.act_id"
            " WHERE act.reference = 'téléphone'"
        ).fetchall()
    assert told == [(1,)]


def _shot(page: Page) -> None:
    if os.environ.get("JIGI_SCREENS"):
        _picture(page, "nutrition-telephone", 380)
