"""Every page under the content security policy: nothing is refused, nothing is said on the console."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.test_pages import PAGES

pytestmark = pytest.mark.browser


def _complaints(page: Page) -> list[str]:
    """What the page complains of from now on, wherever the browser says it."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    return found


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_refused(visit, name: str) -> None:
    username, address = PAGES[name]
    page = visit(username)
    complaints = _complaints(page)
    page.goto(address, wait_until="networkidle")
    for box in page.locator("details > summary").all():
        box.click()
    assert complaints == []


def test_a_page_that_holds_a_script_or_a_style_would_be_seen(visit) -> None:
    page = visit(None)
    complaints = _complaints(page)

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
