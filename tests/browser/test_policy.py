"""The content security policy: what it refuses is seen (tests/browser/test_pages.py asks every page for nothing)."""

from __future__ import annotations

import pytest

from tests.browser.test_pages import complaints_of

pytestmark = pytest.mark.browser


def test_a_page_that_holds_a_script_or_a_style_would_be_seen(visit) -> None:
    page = visit(None)
    complaints = complaints_of(page)

    def planted(route) -> None:
        answer = route.fetch()
        body = answer.text().replace("</main>", "<p style='color:red' onclick='x()'>x</p><script>x()</script></main>")
        route.fulfill(response=answer, body=body)

    page.route("**/connexion/", planted)
    page.goto("/connexion/")
    page.wait_for_timeout(200)
    said = " ".join(complaints)
    assert "CSP style-src" in said and "CSP script-src" in said


def test_a_page_of_another_site_cannot_frame_ours(visit, site: str) -> None:
    page = visit(None)
    page.route("http://ailleurs.example/", lambda route: route.fulfill(body=f"<iframe src='{site}/'></iframe>"))
    page.goto("http://ailleurs.example/")
    page.wait_for_timeout(500)
    framed = page.frames[1]
    assert framed.url.startswith("chrome-error:") or "Jigi" not in framed.content()
