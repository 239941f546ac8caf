"""From the paper of an invitation to a key that opens the site alone, in a browser with a key of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser
CHOSEN = "pirogue bleue vers Djenné"


@pytest.fixture
def paper(visit, axe: str) -> str:
    """The link of an invitation made by the administrator of the demonstration, its paper checked by axe."""
    page = visit("comptes")
    page.goto("/comptes/invitations/nouvelle/")
    page.fill("[name=full_name]", "Fanta Keïta, trésorerie")
    page.fill("[name=username]", "fanta.keita")
    page.select_option("[name=role]", "treasurer")
    page.fill("[name=area]", "Mali")
    page.click("main button.main")
    expect(page.locator(".paper")).to_be_visible()
    for width in (1280, 380):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(axe)
    assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].target))") == []
    return str(page.inner_text(".paper .hash")).strip()


@pytest.fixture
def guest(site: str, browser: Browser) -> Iterator[Page]:
    """A browser with a security key that recognises its holder; keys work on the name « localhost »."""
    context = browser.new_context(base_url=site.replace("127.0.0.1", "localhost"), locale="fr-FR")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    yield page
    context.close()


def test_from_the_paper_to_a_key_that_opens_alone(paper: str, guest: Page, axe: str) -> None:
    guest.goto(paper.replace("127.0.0.1", "localhost"))
    assert "cle=" not in guest.url
    guest.fill("[name=password1]", CHOSEN)
    guest.fill("[name=password2]", CHOSEN)
    guest.click("main button.main")
    expect(guest.get_by_text("Vous n’avez pas encore de second facteur")).to_be_visible()
    guest.click("text=Ajouter une clé")
    guest.check("[name=passwordless]")
    guest.click("main button.main")
    expect(guest.locator("ul.codes li")).to_have_count(10)
    guest.evaluate(axe)
    assert guest.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].target))") == []
    guest.click("text=C’est noté")
    guest.wait_for_url("**/aujourdhui/")
    guest.click("text=Quitter")
    guest.goto("/connexion/")
    guest.click("text=Se connecter avec une clé")
    guest.wait_for_url("**/aujourdhui/")
    guest.click("text=Quitter")
    guest.goto("/connexion/")
    guest.fill("[name=username]", "fanta.keita")
    guest.fill("[name=password]", CHOSEN)
    guest.click("main button.main")
    guest.click("text=Utiliser une clé")
    guest.wait_for_url("**/aujourdhui/")


def test_a_key_that_fails_is_told(visit) -> None:
    page = visit("comptes")
    page.goto("/compte/second-facteur/cles/ajouter/")
    page.click("main button.main")
    expect(page.locator("main p.wrong")).to_have_text(re.compile("La clé n’a pas répondu"), timeout=30_000)


def test_the_password_is_enough_on_the_ground_of_a_demonstration(visit) -> None:
    page = visit(None)
    page.goto("/connexion/?next=/paiements/")
    page.fill("[name=username]", "tresorerie")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/paiements/")
