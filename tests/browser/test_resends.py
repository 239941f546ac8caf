"""Real posts to a real site: a hundred at once with one key, and a link that drops after « Approuver »."""

from __future__ import annotations

import re
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

pytestmark = pytest.mark.browser

POSTS = 100


class Person:
    """Someone signed in, who speaks HTTP by hand."""

    def __init__(self, site: str, cookies: dict[str, str]) -> None:
        self.place = urlsplit(site)
        self.cookies = cookies

    @property
    def headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookie, "Origin": f"http://{self.place.netloc}"}

    def get(self, address: str) -> str:
        connection = HTTPConnection(self.place.netloc, timeout=60)
        connection.request("GET", address, headers=self.headers)
        answer = connection.getresponse()
        assert answer.status == 200, (address, answer.status)
        return answer.read().decode()

    def form(self, page: str, action: str = "") -> dict[str, str]:
        """The hidden fields of the form that leads there."""
        forms = re.findall(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", page, re.DOTALL)
        chosen = next(one for one in forms if "deconnexion" not in one and action in one)
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', chosen))

    def post(self, address: str, form: dict[str, str]) -> tuple[int, str]:
        connection = HTTPConnection(self.place.netloc, timeout=120)
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", address, urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location") or ""

    def post_and_leave(self, address: str, form: dict[str, str]) -> None:
        """Send a form whole, and close the line before any answer."""
        body = urlencode(form).encode()
        head = {"Host": self.place.netloc, "Content-Type": "application/x-www-form-urlencoded"}
        head |= self.headers | {"Content-Length": str(len(body))}
        lines = [f"POST {address} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        with socket.create_connection((self.place.hostname, self.place.port), timeout=30) as line:
            line.sendall("\r\n".join(lines).encode() + body)
            # No farewell: the other side finds the line cut.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


@pytest.fixture
def person(site: str, signed_in) -> Callable[[str], Person]:
    def named(username: str) -> Person:
        cookies = {str(c["name"]): str(c["value"]) for c in signed_in(username)["cookies"]}
        return Person(site, cookies)

    return named


def _count(database: str, query: str, *facts: object) -> int:
    with psycopg.connect(database) as connection:
        found = connection.execute(query, facts).fetchone()
    return found[0] if found else 0


def _text(database: str, query: str) -> str:
    with psycopg.connect(database) as connection:
        found = connection.execute(query).fetchone()
    return str(found[0]) if found else ""


def _opening(manager: Person) -> tuple[str, dict[str, str]]:
    """The form that opens the next round, everything chosen."""
    address = "/paiements/nouveau/"
    page = manager.get(address)
    # Other tests of this site pay another component too.
    if regular := re.search(r'<option value="(\d+)"[^>]*>[^<]*régulier</option>', page):
        page = manager.get(f"{address}?composante={regular[1]}")
    return address, {**manager.form(page, "echeance"), "nature": "term", "toutes": "oui"}


def test_a_hundred_posts_at_once_with_one_key_open_one_round(person, database: str) -> None:
    manager = person("responsable")
    address, form = _opening(manager)
    rounds = "SELECT count(*) FROM payments_paymentround"
    opened = "SELECT count(*) FROM foundation_auditevent WHERE noun = 'payment_round' AND verb = 'open'"
    before, told = _count(database, rounds), _count(database, opened)
    with ThreadPoolExecutor(max_workers=POSTS) as crowd:
        answers = list(crowd.map(lambda _: manager.post(address, form), range(POSTS)))
    assert Counter(status for status, _ in answers) == {302: POSTS}
    assert _count(database, rounds) == before + 1
    assert sum("nouveau" not in place and place != "/paiements/" for _, place in answers) == 1
    assert _count(database, "SELECT count(*) FROM web_submission WHERE key = %s", uuid.UUID(form["cle"])) == 1
    assert _count(database, opened) == told + 1


def test_a_hundred_posts_at_once_leave_one_row_where_nothing_else_would_stop_them(person, database: str) -> None:
    """Showing a household's numbers may be done twice on purpose: only the key tells a resend from that."""
    coordinator = person("coordination")
    rsu = _text(database, "SELECT rsu_number FROM registry_household ORDER BY id LIMIT 1")
    page = f"/menages/{rsu[:4]}-{rsu[4:8]}-{rsu[8:]}/"
    form = {**coordinator.form(coordinator.get(page), "montrer"), "motif": "cent envois"}
    with ThreadPoolExecutor(max_workers=POSTS) as crowd:
        answers = list(crowd.map(lambda _: coordinator.post(f"{page}montrer/", form), range(POSTS)))
    assert Counter(status for status, _ in answers) == {302: POSTS}
    revealed = "SELECT count(*) FROM foundation_auditevent WHERE verb = 'reveal' AND reason = 'cent envois'"
    assert _count(database, revealed) == 1
    coordinator.post(f"{page}montrer/", {**form, "cle": str(uuid.uuid4())})
    assert _count(database, revealed) == 2


def test_a_link_that_drops_after_approving_is_safe(person, database: str) -> None:
    manager, coordinator = person("responsable"), person("coordination")
    number = _count(database, "SELECT max(id) FROM payments_paymentround WHERE status = 'draft'")
    page, acts = f"/paiements/{number}/", f"/paiements/{number}/faire/"
    for verb in ("prepare", "freeze"):
        manager.post(f"{acts}{verb}/", manager.form(manager.get(page), f"{acts}{verb}/"))
    form = coordinator.form(coordinator.get(page), f"{acts}approve/")
    coordinator.post_and_leave(f"{acts}approve/", form)
    approved = "SELECT count(*) FROM payments_paymentround WHERE id = %s AND status = 'approved'"
    deadline = time.monotonic() + 20
    while not _count(database, approved, number) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert coordinator.post(f"{acts}approve/", form) == (302, page)
    assert _count(database, approved, number) == 1
    said = "SELECT count(*) FROM foundation_auditevent WHERE noun = 'payment_round' AND object_id = %s AND verb = %s"
    assert _count(database, said, str(number), "approve") == 1


def test_the_same_key_with_another_body_is_refused_in_french(person, database: str) -> None:
    manager = person("responsable")
    address, form = _opening(manager)
    assert manager.post(address, form)[0] == 302
    assert manager.post(address, form)[0] == 302
    rounds = _count(database, "SELECT count(*) FROM payments_paymentround")
    assert manager.post(address, {**form, "du": "2031-01-01"})[0] == 409
    assert _count(database, "SELECT count(*) FROM payments_paymentround") == rounds
