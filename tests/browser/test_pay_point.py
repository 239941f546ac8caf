"""Cash at a pay point, in a real browser: without network, by two devices, with cards. A recipient a test."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, ROOT
from tests.browser.test_pages import _picture

pytestmark = pytest.mark.browser
HOME = "/paiements/site/"
PLACE = re.compile("Site d.essai")


@pytest.fixture(scope="session")
def world(database: str) -> dict[str, Any]:
    """The round, its agency, and the cards of its recipients, in the order of the list."""
    environment = os.environ | {"DATABASE_URL": database}
    command = [sys.executable, "-m", "tests.browser.pay_point_world"]
    made = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
    return found


_next = iter(range(100))


@pytest.fixture
def card(world: dict[str, Any]) -> dict[str, str]:
    """The card of a recipient whom no other test pays."""
    found: dict[str, str] = world["cards"][next(_next)]
    return found


@pytest.fixture
def phone(visit, world: dict[str, Any]) -> Page:
    """A device with the list of the day, its page open on it."""
    return loaded(visit("caisse", width=380))


def loaded(page: Page) -> Page:
    page.goto(HOME)
    page.get_by_role("button", name="Charger la liste").click()
    expect(page.get_by_role("heading", name=PLACE)).to_be_visible()
    expect(page.locator("body[data-ready]")).to_have_count(1)
    return page


def cut(page: Page) -> Page:
    """The network goes, and the page is opened anew."""
    page.context.set_offline(True)
    page.goto(HOME)
    page.get_by_role("button", name="Ouvrir").click()
    return page


def find(page: Page, text: str) -> None:
    page.get_by_label("Code de la carte").fill(text)
    page.locator("#seekform").get_by_role("button", name="Ouvrir").click()


def pay(page: Page, card: dict[str, str]) -> None:
    find(page, card["text"])
    page.get_by_role("button", name=re.compile("^Payer 30")).click()
    expect(page.get_by_text("c’est noté")).to_be_visible()


def outcomes(database: str, card: dict[str, str]) -> list[str]:
    """What became of the lines of return of a recipient's orders, as they came."""
    query = """
        SELECT answer.outcome FROM payments_returnline AS answer
        JOIN payments_instruction AS o ON o.id = answer.instruction_id AND o.origin_round_id = answer.origin_round_id
        JOIN registry_household AS h ON h.id = o.household_id WHERE h.rsu_number = %s ORDER BY answer.id"""
    with psycopg.connect(database) as connection:
        return [row[0] for row in connection.execute(query, [card["rsu"]])]


def test_without_network_a_card_is_read_the_right_paid_once_and_sent_later(
    phone: Page, card: dict[str, str], database: str
) -> None:
    cut(phone)
    find(phone, card["text"])
    expect(phone.get_by_label("Sa carte, lue et vérifiée")).to_be_checked()
    phone.get_by_role("button", name=re.compile("^Payer 30")).click()
    expect(phone.locator("#waiting")).to_contain_text("1 paiement ou absence à envoyer")
    find(phone, card["text"])
    expect(phone.get_by_text("refuse un second paiement")).to_be_visible()
    expect(phone.locator("#pay")).to_be_hidden()
    assert outcomes(database, card) == []
    phone.context.set_offline(False)
    expect(phone.locator("#waiting")).to_be_hidden(timeout=40_000)
    assert outcomes(database, card) == ["paid"]


def test_what_another_device_paid_is_said_and_counted_once(
    visit, phone: Page, card: dict[str, str], database: str
) -> None:
    other = loaded(visit("caisse2", width=380))
    for page in (phone, other):
        cut(page)
        pay(page, card)
    phone.context.set_offline(False)
    expect(phone.locator("#waiting")).to_be_hidden(timeout=40_000)
    other.context.set_offline(False)
    expect(other.locator("#troubles")).to_contain_text("Payé deux fois", timeout=40_000)
    assert outcomes(database, card) == ["paid", "conflict"]


def test_two_tabs_of_a_device_do_not_pay_one_right_twice(phone: Page, card: dict[str, str], database: str) -> None:
    tab = phone.context.new_page()
    tab.goto(HOME)
    tab.get_by_role("button", name="Ouvrir").click()
    for page in (phone, tab):
        find(page, card["text"])
    phone.context.set_offline(True)
    phone.get_by_role("button", name=re.compile("^Payer 30")).click()
    expect(phone.get_by_text("c’est noté")).to_be_visible()
    tab.get_by_role("button", name=re.compile("^Payer 30")).click()
    expect(tab.get_by_text("Déjà payé sur cet appareil")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("#waiting")).to_be_hidden(timeout=40_000)
    assert outcomes(database, card) == ["paid"]


def test_what_is_not_sent_is_undone_and_who_is_absent_may_still_come(phone: Page, card: dict[str, str]) -> None:
    cut(phone)
    pay(phone, card)
    find(phone, card["code"])
    phone.get_by_role("button", name="Défaire").click()
    expect(phone.locator("#waiting")).to_be_hidden()
    find(phone, card["rsu"])
    phone.get_by_role("button", name="Absent").click()
    find(phone, card["code"])
    expect(phone.get_by_label("Le code de sa carte, tapé")).to_be_checked()
    phone.get_by_role("button", name=re.compile("^Payer 30")).click()
    expect(phone.locator("#waiting")).to_contain_text("1 paiement ou absence")


def test_a_forged_a_foreign_and_a_withdrawn_card_are_refused(
    phone: Page, card: dict[str, str], world: dict[str, Any], database: str
) -> None:
    cut(phone)
    another = next(one for one in world["cards"] if one is not card)
    find(phone, card["text"][:30] + another["text"][30:])
    expect(phone.get_by_text("n’est pas celui d’une carte du programme")).to_be_visible()
    find(phone, "4827193067")
    expect(phone.get_by_text("mal copié")).to_be_visible()
    find(phone, "AAAA-AAAA-AAAAA")
    expect(phone.get_by_text("pas sur la liste de ce site")).to_be_visible()
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE enrolment_card SET withdrawn_at = now(), withdrawn_by_id = made_by_id, withdrawn_why = 'perdue'"
            " WHERE enrolment_id = (SELECT e.id FROM enrolment_enrolment e JOIN registry_household h"
            " ON h.id = e.household_id WHERE h.rsu_number = %s)",
            [card["rsu"]],
        )
    phone.context.set_offline(False)
    phone.goto(HOME)
    phone.get_by_role("button", name="Recharger").click()
    expect(phone.get_by_text("Liste gardée")).to_be_visible()
    find(phone, card["text"])
    expect(phone.get_by_text("n’est plus valable")).to_be_visible()


CAMERA = """
window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
  detect() { return Promise.resolve([{ rawValue: %s }]); }
};
const seen = async () => document.createElement("canvas").captureStream();
Object.defineProperty(navigator.mediaDevices, "getUserMedia", { value: seen });
HTMLMediaElement.prototype.play = async () => {};
"""


def test_a_camera_that_reads_codes_opens_the_recipient(visit, world: dict[str, Any], card: dict[str, str]) -> None:
    """The camera and its detector are stood in for: what they read is a real card's code."""
    page = visit("caisse", width=380)
    page.add_init_script(CAMERA % json.dumps(card["text"]))
    loaded(page)
    expect(page.locator("#nocamera")).to_be_hidden()
    page.get_by_role("button", name="Lire une carte").click()
    expect(page.get_by_label("Sa carte, lue et vérifiée")).to_be_checked()


def test_a_browser_that_checks_no_signature_says_so(visit, world: dict[str, Any], card: dict[str, str]) -> None:
    page = visit("caisse", width=380)
    page.add_init_script("crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))")
    page.goto(HOME)
    expect(page.get_by_text("ne sait pas vérifier la signature")).to_be_visible()
    loaded(page)
    find(page, card["text"])
    expect(page.get_by_text("ne sait pas vérifier une carte")).to_be_visible()


KEPT = """async () => {
  const heard = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const base = await heard(indexedDB.open("jigi-site"));
  const all = (name) => heard(base.transaction(name).objectStore(name).getAll());
  const found = { lists: await all("lists"), records: await all("records") };
  base.close();
  const shown = (_, one) => one instanceof ArrayBuffer ? new TextDecoder("latin1").decode(one) : one;
  return { lists: found.lists.length, text: JSON.stringify(found, shown) };
}"""


def test_the_list_is_unreadable_on_the_device_and_gone_once_they_leave(visit, world: dict[str, Any]) -> None:
    page = visit(None, width=380)  # a session of its own: leaving ends it
    page.goto(f"/connexion/?next={HOME}")
    page.fill("[name=username]", "caisse")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    loaded(page)
    kept = page.evaluate(KEPT)
    assert kept["lists"] == 1 and not any(one["name"] in kept["text"] for one in world["cards"])
    page.goto("/aujourdhui/")
    page.get_by_role("button", name="Quitter").click()
    expect(page.get_by_role("link", name="Se connecter")).to_be_visible()
    assert page.evaluate(KEPT)["lists"] == 0
    page.goto(HOME)
    expect(page).to_have_url(re.compile("/connexion/"))


def test_closing_the_day_notes_absent_who_did_not_come(
    visit, phone: Page, world: dict[str, Any], database: str
) -> None:
    phone.on("dialog", lambda one: one.accept())
    phone.get_by_role("button", name="Clore la journée").click()
    expect(phone.get_by_text("reviendront au tour suivant")).to_be_visible(timeout=40_000)
    with psycopg.connect(database) as connection:
        query = "SELECT count(*) FROM payments_instruction WHERE round_id = %s AND status = 'open'"
        assert connection.execute(query, [world["round"]]).fetchone() == (0,)


@pytest.fixture
def seen(world: dict[str, Any]) -> Iterator[dict[str, str]]:
    at = f"/paiements/{world['round']}/sites/{world['agency']}/"
    yield {"site-plan": at, "cartes": "/inscriptions/cartes/"}


@pytest.mark.parametrize("name", ["site-plan", "cartes"])
def test_page(visit, axe: str, seen: dict[str, str], name: str) -> None:
    page = visit("responsable")
    response = page.goto(seen[name])
    assert response is not None and response.status == 200
    looked_at(page, axe, name)
    if name == "site-plan":
        page.get_by_role("link", name=PLACE).first.click()
        looked_at(page, axe, "site-jour")


def test_the_page_of_a_cashier_fits_and_is_accessible(phone: Page, axe: str, world: dict[str, Any]) -> None:
    looked_at(phone, axe, "site-liste")
    phone.locator("#lines").get_by_role("button", name="Ouvrir").first.click()
    looked_at(phone, axe, "site-ligne")
    phone.goto(HOME)
    expect(phone.locator("#days li")).to_have_count(1)
    looked_at(phone, axe, "site-journees")


def looked_at(page: Page, axe: str, name: str) -> None:
    for width in (1280, 380):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if os.environ.get("JIGI_SCREENS"):
            _picture(page, name, width)
    page.evaluate(axe)
    assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].target))") == []
