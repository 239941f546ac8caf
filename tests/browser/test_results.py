"""Results in a real browser: the year's statement, from the counting to the printed page, by the hands it needs."""

from __future__ import annotations

import pypdfium2
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_annual_statement_is_one_click_away(visit) -> None:
    page = visit("coordination")
    page.goto("/resultats/")
    year = page.locator("h1").inner_text().split()[1].rstrip(",")
    expect(page.get_by_role("link", name="À modifier (DOCX)")).to_be_visible()
    link = page.get_by_role("link", name="Situation annuelle (PDF)")
    address = link.get_attribute("href")
    with page.context.expect_event("response", lambda answer: answer.url.endswith("situation.pdf")) as coming:
        link.click()
    assert coming.value.ok and coming.value.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(page.request.get(address).body())
    text = " ".join(leaf.get_textpage().get_text_range() for leaf in document)
    assert year in text and "FCFA" in text and "Instantané n°" in text
