"""Open data: the figures of the edition by place and year, and what their columns mean. CC BY 4.0."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from jigi.portal.queries import Reading
from jigi.portal.rules import K
from jigi.web.export import csv_pieces
from jigi.web.portal.pages import Page, edition, number_of_now, packed
from jigi.web.portal.views import answer

LICENCE = "CC BY 4.0"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
COLUMNS = {
    "annee": ("#date+year", "entier", "Année civile où l’argent a été reçu."),
    "code": ("#adm+code", "texte", "Code du lieu dans le découpage du pays (ML, région ML01, commune ML010501)."),
    "niveau": ("#adm+level", "texte", "commune, region ou country."),
    "lieu": ("#adm+name", "texte", "Nom du lieu."),
    "menages_payes": (
        "#reached+households+num", "entier",
        f"Ménages payés dans l’année, chacun une fois, là où il a été payé en dernier. Vide : masqué (moins de {K}, ou "
        "voisin d’un chiffre masqué). Un lieu sans ligne : aucun ménage payé.",
    ),
    "francs_verses": (
        "#value+paid+xof", "entier", "Francs CFA reçus par ces ménages dans l’année. Masqué avec les ménages.",
    ),
    "masque": ("#status+hidden", "0 ou 1", "1 quand les deux chiffres sont masqués."),
}  # fmt: skip
"""Name: its HXL tag, its type, what it means."""
JSON = "application/json"
CSV = "text/csv; charset=utf-8"
TYPES = {"csv": CSV, "hxl": CSV, "json": JSON, "dictionary": CSV}
NAMES = {"csv": "jigi-communes.csv", "hxl": "jigi-communes.hxl.csv", "json": "jigi-communes.json",
         "dictionary": "jigi-dictionnaire.csv"}  # fmt: skip
Row = tuple[object, ...]


@login_not_required
def file(request: HttpRequest, kind: str) -> HttpResponse:
    """A file of the edition of now."""
    response = answer(request, _file(number_of_now(), kind), TYPES[kind])
    if response.status_code == 200:
        response["Content-Disposition"] = f'attachment; filename="{NAMES[kind]}"'
    return response


@lru_cache(maxsize=8)
def _file(number: int, kind: str) -> Page:
    return packed(WRITERS[kind](edition(number)).encode())


def rows(shown: Reading) -> list[Row]:
    """Every published cell, the latest year first, places in the order of their codes."""
    cells = sorted(
        ((-one.year, code, one) for code, figures in shown.figures.items() for one in figures),
        key=lambda cell: cell[:2],
    )
    return [
        (one.year, code, *shown.places[code], one.households, one.paid_xof, int(one.households is None))
        for _, code, one in cells
    ]


def _csv(shown: Reading) -> str:
    return "".join(csv_pieces(list(COLUMNS), [_cells(shown)]))


def _hxl(shown: Reading) -> str:
    tags = tuple(tag for tag, _, _ in COLUMNS.values())
    return "".join(csv_pieces(list(COLUMNS), [[tags], _cells(shown)]))


def _cells(shown: Reading) -> list[Row]:
    return [tuple("" if cell is None else cell for cell in row) for row in rows(shown)]


def _json(shown: Reading) -> str:
    whole = {
        "title": "Ménages payés et francs versés par commune, région et année", "licence": LICENCE,
        "licence_url": LICENCE_ADDRESS, "edition": shown.number,
        "published_on": str(shown.day) if shown.day else None, "hidden_under": K,
        "hxl": {name: tag for name, (tag, _, _) in COLUMNS.items()},
        "rows": [dict(zip(COLUMNS, row, strict=True)) for row in rows(shown)],
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _dictionary(shown: Reading) -> str:
    lines: list[Row] = [(name, tag, kind, said) for name, (tag, kind, said) in COLUMNS.items()]
    lines.append(("licence", "", LICENCE, LICENCE_ADDRESS))
    return "".join(csv_pieces(["champ", "hxl", "type", "sens"], [lines]))


WRITERS: dict[str, Callable[[Reading], str]] = {"csv": _csv, "hxl": _hxl, "json": _json, "dictionary": _dictionary}
