"""What each page shows, read from an edition; written once by a process and kept as bytes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from jigi.portal.queries import NOTHING, Figure, Reading, latest_number, reading
from jigi.portal.rules import K
from jigi.web.kept import kept

FRESH_SECONDS = 5
"""How long a process may go on with an edition after the next is published."""
MOST_PAGES = 1_000


@dataclass(frozen=True)
class Page:
    """A page, written: as it is and compressed, with what names it for who has it already."""

    plain: bytes
    packed: bytes
    etag: str


class Missing(Exception):
    """No page for this place in this edition."""


def current() -> Reading:
    """The edition of now; one statement when it is known, and none for some seconds."""
    return edition(number_of_now())


def written(name: str, code: str = "") -> Page:
    """The page of a name (of a place, for some) in the edition of now."""
    return _written(number_of_now(), timezone.localdate(), name, code)


def number_of_now() -> int:
    """The number of the edition that everybody reads; 0 before the first."""
    # A pair, because no edition is an answer too.
    return kept("portal_edition", lambda: (latest_number(),), seconds=FRESH_SECONDS)[0]


@lru_cache(maxsize=2)
def _known(number: int) -> Reading:
    return reading(number)


def edition(number: int) -> Reading:
    """An edition by its number, kept."""
    return _known(number) if number else NOTHING


@lru_cache(maxsize=MOST_PAGES)
def _written(number: int, today: date, name: str, code: str) -> Page:
    shown = edition(number)
    told = {"here": name, "edition": shown, "k": K, **PAGES[name](shown, today, code)}
    return packed(render_to_string(f"portal/{name}.html", told).encode())


def packed(plain: bytes) -> Page:
    """Bytes as they are kept."""
    return Page(plain, gzip.compress(plain, mtime=0), f'"{sha256(plain).hexdigest()[:24]}"')


def _home(shown: Reading, today: date, code: str) -> dict[str, Any]:
    paid = [one for one in shown.country if one.paid_xof is not None]
    return {
        "programmes": shown.content.get("programmes", []),
        "communes": len(shown.content.get("places", [])),
        "last": paid[0] if paid else None,
        "first_year": paid[-1].year if paid else None,
        "paid_xof": sum(one.paid_xof or 0 for one in paid),
        "years": shown.country,
    }


@dataclass(frozen=True)
class Line:
    """A place of a list, its figures of the last year, and how many communes are in it."""

    code: str
    name: str
    communes: int
    last: Figure | None


def _regions(shown: Reading, today: date, code: str) -> dict[str, Any]:
    counted: dict[tuple[str, str], int] = {}
    for one in shown.content.get("places", []):
        key = (one["region_name"] or one["name"], one["region"] or one["code"])
        counted[key] = counted.get(key, 0) + 1
    lines = [Line(code, name, count, _last(shown, code)) for (name, code), count in counted.items()]
    return {"lines": lines, "year": _year(shown)}


def _place(shown: Reading, today: date, code: str) -> dict[str, Any]:
    """A region with its communes, or a commune."""
    places = shown.content.get("places", [])
    own = next((one for one in places if one["code"] == code), None)
    if own is not None:
        days = [(date.fromisoformat(day), place) for day, place in shown.content["paydays"].get(code, [])]
        return {
            "commune": own, "years": shown.figures.get(code, []), "paydays": [one for one in days if one[0] >= today],
            "worksites": [
                (title, date.fromisoformat(begin), date.fromisoformat(end)) for title, begin, end in own["worksites"]
            ],
        }  # fmt: skip
    inside = [one for one in places if one["region"] == code and code]
    if not inside:
        raise Missing(code)
    return {
        "region": inside[0]["region_name"], "years": shown.figures.get(code, []), "year": _year(shown),
        "lines": [Line(one["code"], one["name"], 1, _last(shown, one["code"])) for one in inside],
    }  # fmt: skip


def _year(shown: Reading) -> int | None:
    return shown.country[0].year if shown.country else None


def _last(shown: Reading, code: str) -> Figure | None:
    return next((one for one in shown.figures.get(code, []) if one.year == _year(shown)), None)


def _results(shown: Reading, today: date, code: str) -> dict[str, Any]:
    agreements = [
        {**one, "from": date.fromisoformat(one["effective_on"]), "to": date.fromisoformat(one["closes_on"])}
        for one in shown.content.get("agreements", [])
    ]
    statements = _signed(shown)
    return {
        "agreements": agreements, "total_xof": sum(one["amount_xof"] for one in agreements),
        "results": shown.content.get("results", []), "statement": statements[0] if statements else None,
    }  # fmt: skip


def _signed(shown: Reading) -> list[dict[str, Any]]:
    return [
        {**one, "from": date.fromisoformat(one["since"]), "to": date.fromisoformat(one["until"]),
         "signed": date.fromisoformat(one["signed_on"])}
        for one in shown.content.get("statements", [])
    ]  # fmt: skip


def _documents(shown: Reading, today: date, code: str) -> dict[str, Any]:
    return {"statements": _signed(shown)}


def _contacts(shown: Reading, today: date, code: str) -> dict[str, Any]:
    units = {one["unit"] for one in shown.content.get("programmes", []) if one["unit"]}
    return {
        "phone": settings.CONTACT_PHONE, "email": settings.CONTACT_EMAIL, "address": settings.CONTACT_ADDRESS,
        "units": sorted(units),
    }  # fmt: skip


def _nothing_more(shown: Reading, today: date, code: str) -> dict[str, Any]:
    return {}


def _data(shown: Reading, today: date, code: str) -> dict[str, Any]:
    return {"years": [one.year for one in shown.country]}


PAGES: dict[str, Callable[[Reading, date, str], dict[str, Any]]] = {
    "home": _home, "places": _regions, "place": _place, "chosen": _nothing_more, "results": _results,
    "documents": _documents, "contacts": _contacts, "data": _data,
}  # fmt: skip
