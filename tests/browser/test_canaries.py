"""Persons planted to be found: where the right is, and nowhere else. Asked of the real site, by HTTP."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from playwright.sync_api import Page

from jigi.demo.population.canaries import CANARIES, SURNAME
from tests.browser.test_pages import PAGES
from tests.web.test_forms_once import addresses

pytestmark = pytest.mark.browser

NAMES = (SURNAME, *(one.given for one in CANARIES))
NUMBERS = tuple(one.phone for one in CANARIES)
STATISTICS = (
    "/", "/portail/lieux/", "/portail/donnees/jigi-communes.csv",
    "/lieux/", "/lieux/COD2019/ML0105/", "/programmes/", "/programmes/KITA/",
    "/programmes/KITA/?format=csv", "/ciblage/", "/ciblage/1/", "/ciblage/1/?format=csv",
    "/paiements/", "/paiements/1/", "/financements/", "/financements/?format=csv", "/financements/KITA-IDA/",
    "/financements/KITA-IDA/?format=csv", "/financements/KITA-IDA/communes/?format=csv",
    "/imports/1/", "/executions/1/",
)  # fmt: skip
"""Pages and files that add up: no person stands in them, whoever asks."""


@pytest.fixture
def read(visit) -> Callable[[str | None, str], str]:
    """What an account reads at an address: the text of any answer, with what stands around it."""
    pages: dict[str | None, Page] = {}

    def ask(username: str | None, address: str) -> str:
        if username not in pages:
            pages[username] = visit(username)
        answer = pages[username].request.get(address, max_redirects=0)
        return f"{answer.status} {answer.headers} {answer.text() if 'pdf' not in str(answer.headers) else ''}"

    return ask


def _heard(text: str) -> list[str]:
    """The canaries in a text, their numbers however they are spaced."""
    close = re.sub(r"[\s.\u00a0\u202f-]", "", text)
    return [name for name in NAMES if name.casefold() in text.casefold()] + [n for n in NUMBERS if n in close]


@pytest.fixture(scope="module")
def ninas(database: str) -> list[str]:
    """Their documents, as the numbers drawn for them end (the whole number says the year of birth)."""
    return [f"9999999{one.serial}" for one in CANARIES]


def _page_of_a_canary(database: str) -> str:
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT h.rsu_number FROM registry_household h JOIN registry_membership m ON m.household_id = h.id"
            " JOIN registry_person p ON p.id = m.person_id WHERE p.surname = %s ORDER BY h.id LIMIT 1",
            [SURNAME],
        ).fetchone()
    assert found, "the demonstration holds its canaries"
    return f"/menages/{found[0][:4]}-{found[0][4:8]}-{found[0][8:]}/"


def test_canaries_are_found_where_the_right_is(read) -> None:
    for one in CANARIES:
        assert one.given in read("coordination", f"/menages/?q={one.given}")
    exported = read("coordination", f"/menages/?format=csv&q={SURNAME}")
    assert exported.startswith("200") and SURNAME in exported


def test_numbers_of_canaries_are_masked_where_names_are_seen(read, visit, database: str, ninas: list[str]) -> None:
    address = _page_of_a_canary(database)
    masked = read("coordination", address)
    assert SURNAME in masked and not set(_heard(masked)) & set(NUMBERS)
    assert not any(nina in masked for nina in ninas)
    page = visit("coordination")
    page.goto(address)
    page.locator("details summary", has_text="Montrer").first.click()
    page.fill("[name=motif]", "essai des canaris")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Montrer")).first.click()
    assert set(_heard(page.content())) & set(NUMBERS)


def test_nobody_signed_in_hears_no_canary(read) -> None:
    asked = {*addresses().values(), *(address for _, address in PAGES.values()), *STATISTICS}
    for address in sorted(asked):
        assert _heard(read(None, address)) == [], address


def test_no_statistic_holds_a_canary(read) -> None:
    for address in STATISTICS:
        assert _heard(read("coordination", address)) == [], address


def test_who_lacks_the_right_hears_no_canary(read, database: str) -> None:
    """The treasury releases money and reads no register; its searches, exports and errors say nothing."""
    there = _page_of_a_canary(database)
    for address in (
        there,
        f"{there}acces/",
        "/menages/",
        "/menages/?format=csv",
        "/audit/?format=csv",
        "/imports/1/?format=csv",
    ):
        answer = read("tresorerie", address)
        assert _heard(answer) == [] or not answer.startswith("200"), address
        assert _heard(answer) == [], address


def test_an_error_says_no_canary(read, database: str) -> None:
    for address in (
        "/menages/9999-9999-99/",
        f"{_page_of_a_canary(database)}rien/",
        "/menages/?apres=abime",
        "/audit/rien/",
    ):
        assert _heard(read("coordination", address)) == [], address


def test_canaries_are_in_no_log(read, journal: Path, database: str, ninas: list[str]) -> None:
    """After all of the above, and a search by name and number: neither the site nor the database wrote them."""
    for one in CANARIES:
        read("coordination", f"/menages/?q={one.given}&apres=abime")
        read("coordination", f"/menages/?q={one.phone}&apres=abime")
        read("coordination", f"/menages/{one.given}/")
    written = journal.read_text(encoding="utf-8", errors="replace")
    assert "/menages/" in written, "the site logs what it refuses"
    socket = unquote(re.search(r"host=([^&]+)", os.environ["DATABASE_URL"])[1]) if "host=" in database else ""
    if socket and urlsplit(database).hostname is None:
        written += "".join(p.read_text(errors="replace") for p in Path(socket).parent.rglob("journal-*.log"))
    assert _heard(written) == [] and not any(nina in written for nina in ninas)
