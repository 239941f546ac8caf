"""`make matrix`: who is answered what, measured, as the table of docs/access/matrix.md that people review."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from zlib import crc32

from django.contrib.messages import get_messages
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from jigi.geography.roles import Role, roles
from tests.access.addresses import ASKS, Ask
from tests.access.world import PLACES, World, make_person
from tests.factories import ProvedClient

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "access" / "matrix.md"
SEEN, EMPTY, REFUSED, NOTHING = "●", "○", "–", " "
HELD_BY_PEOPLE = tuple(role for role in roles().values() if role.code != "operator")

PREFACE = """# Who is answered what

Measured by `make matrix`; tests ask each address again, as several roles, at one of its places: an address without a
row, or an answer that is not the one written here, fails. Each role is held at the cercle ML0105 (at the country for
those held there only, marked *).

A cell has four signs: for a thing of one's own cercle, of a sister cercle, of several cercles at once, of another
region. `●` seen or done; `○` the page answers without showing that thing; `–` refused: it doesn't exist for this
person; a space where there is no such thing. Rows of forms (« tour : … », « geler… ») say whether the act was done.
"""


def at_country(role: Role) -> bool:
    return role.levels == {"country"}


def row_of(role: Role, world: World) -> dict[str, str]:
    """What a person of this role is answered, by the label of each row."""
    client = _signed_in(role, world)
    return {ask.label: "".join(_outcome(ask, client, world, place) for place in PLACES) for ask in ASKS}


def departures(role: Role, world: World, expected: dict[str, str], *, one_in: int = 1) -> dict[str, tuple[str, ...]]:
    """Label -> place, expected sign, sign found, where these differ. An address is asked at one of its places.

    Which one, and with `one_in` which addresses, is drawn from the role and the label, always the same: a role sees
    every place, an address every place among its roles. `make matrix` asks all of them.
    """
    client, found = _signed_in(role, world), dict[str, tuple[str, ...]]()
    for ask in ASKS:
        there = [n for n, sign in enumerate(expected[ask.label].ljust(len(PLACES))) if sign != NOTHING]
        drawn = crc32(f"{role.code} {ask.label}".encode())
        if there and drawn // len(PLACES) % one_in == 0:
            n = there[drawn % len(there)]
            sign = _outcome(ask, client, world, PLACES[n])
            if sign != expected[ask.label][n]:
                found[ask.label] = PLACES[n], expected[ask.label][n], sign
    return found


def _signed_in(role: Role, world: World) -> Client:
    client = ProvedClient()
    organisation = world.scene.agency.code if role.organisation else ""
    client.force_login(make_person(role.code, at_country=at_country(role), organisation=organisation))
    return client


def read() -> dict[str, dict[str, str]]:
    """The table of the document: role -> label -> four signs."""
    lines = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    titles = [cell.strip() for cell in lines[0].strip("|").split("|")][1:]
    found: dict[str, dict[str, str]] = {title.rstrip("*"): {} for title in titles}
    for line in lines[2:]:
        label, *cells = line.strip("|").split("|")
        for title, cell in zip(titles, cells, strict=True):
            found[title.rstrip("*")][label.strip()] = cell.strip().strip("`")
    return found


def written(table: dict[str, dict[str, str]]) -> str:
    """The document of a measured table."""
    titles = [role.code + ("*" if at_country(role) else "") for role in HELD_BY_PEOPLE]
    lines = ["| adresse | " + " | ".join(titles) + " |", "|---" * (len(titles) + 1) + "|"]
    for ask in ASKS:
        cells = [f"`{table[role.code][ask.label]}`" for role in HELD_BY_PEOPLE]
        lines.append(f"| {ask.label} | " + " | ".join(cells) + " |")
    return PREFACE + "\n" + "\n".join(lines) + "\n"


def _outcome(ask: Ask, client: Client, world: World, place: str) -> str:
    address = ask.address(world, place)
    text = ask.seen(world, place) if ask.seen else None
    if address is None or (ask.seen and text is None):
        return NOTHING
    with _undone(client):
        if ask.sent is not None:
            return _done(ask, client, address, world, place)
        response = client.get(address)
        if response.status_code in (403, 404) or "/connexion/" in response.headers.get("Location", ""):
            return REFUSED
        assert response.status_code in (200, 302), (address, response.status_code)
        if text is None:
            return SEEN
        return SEEN if text in response.content.decode() else EMPTY


def _done(ask: Ask, client: Client, address: str, world: World, place: str) -> str:
    assert ask.sent
    response = client.post(address, ask.sent(world, place), HTTP_REFERER="http://testserver/aujourdhui/")
    if response.status_code in (403, 404, 409) or "/connexion/" in response.headers.get("Location", ""):
        return REFUSED
    assert response.status_code in (200, 201, 302), (address, response.status_code)
    levels = {message.level_tag for message in get_messages(response.wsgi_request)}
    return REFUSED if levels & {"error", "warning"} else SEEN


@contextmanager
def _undone(client: Client) -> Iterator[None]:
    """What a form does is undone, signing out too; no figure is kept from one question to the next."""
    cache.clear()
    cookies = copy(client.cookies)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies
