"""What agencies' machines say: JSON read strictly; a mistake is told with its line and field, nothing done."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.http import HttpRequest

from jigi.foundation.errors import InputError
from jigi.payments.agency_desk import Declared
from jigi.payments.batches import WORDS, Result

FIELDS = ("reference", "statut", "montant_fcfa", "date", "motif", "reference_agence")
MOST_XOF = 10**12


def read(request: HttpRequest) -> dict[str, Any]:
    """The object of a body. InputError when it is none."""
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InputError("Le corps n’est pas du JSON", remedy="Envoyez un objet JSON en UTF-8.") from None
    if not isinstance(said, dict):
        raise InputError("Le corps n’est pas un objet JSON")
    return said


def after(request: HttpRequest) -> int:
    """The number that a page follows, as `suite` gives it."""
    text = request.GET.get("apres", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InputError("« apres » n’est pas de ceux que donne « suite »", column="apres")
    return int(text)


def text(said: dict[str, Any], name: str, *, most: int, needed: bool = False, line: int | None = None) -> str:
    """A text of a field, "" when it is not there."""
    value = said.get(name, "")
    value = "" if value is None else value
    if not isinstance(value, str) or len(value) > most or not _writable(value):
        raise InputError(f"« {name} » est un texte de {most} caractères au plus", column=name, line=line)
    if needed and not value.strip():
        raise InputError(f"« {name} » manque", column=name, line=line)
    return value.strip()


def declared(said: dict[str, Any]) -> Declared:
    """What a machine declares that it has read."""
    whole = text(said, "empreinte", most=64, needed=True)
    return Declared(_number(said, "ordres"), _number(said, "total_fcfa"), whole)


def results(said: dict[str, Any]) -> list[Result]:
    """The results of a batch, in their order."""
    lines = said.get("lignes")
    if not isinstance(lines, list):
        raise InputError("« lignes » n’est pas une liste", column="lignes")
    return [_result(one, number) for number, one in enumerate(lines, start=1)]


def _result(said: Any, line: int) -> Result:
    if not isinstance(said, dict):
        raise InputError("Une ligne est un objet JSON", line=line)
    if strange := sorted(set(said) - set(FIELDS)):
        raise InputError(
            "Ce champ n’est pas d’une ligne de résultats", column=strange[0][:40], line=line,
            remedy=f"Champs connus : {', '.join(FIELDS)}.",
        )  # fmt: skip
    word = text(said, "statut", most=10, needed=True, line=line)
    if word not in WORDS:
        raise InputError(f"« {word} » n’est pas un statut", column="statut", line=line, remedy=", ".join(WORDS) + ".")
    return Result(
        text(said, "reference", most=80, needed=True, line=line), word,
        None if said.get("montant_fcfa") is None else _number(said, "montant_fcfa", line=line),
        _day(said, line), text(said, "motif", most=200, line=line), text(said, "reference_agence", most=80, line=line),
    )  # fmt: skip


def _number(said: dict[str, Any], name: str, *, line: int | None = None) -> int:
    value = said.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_XOF:
        raise InputError(f"« {name} » est un nombre entier, sans décimale ni signe", column=name, line=line)
    return value


def _day(said: dict[str, Any], line: int) -> date | None:
    written = text(said, "date", most=10, line=line)
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise InputError(f"« {written} » n’est pas une date", column="date", line=line, remedy="2016-02-10.") from None


def _writable(value: str) -> bool:
    """Whether PostgreSQL can hold a text: no nul, no half of a pair."""
    try:
        return b"\x00" not in value.encode()
    except UnicodeEncodeError:
        return False
