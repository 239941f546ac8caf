"""What is read of a return file: its columns under their many names, and each line as the matching needs it.

A line names its order by our reference, or by another key: the agency's own reference, the household's RSU number, a
telephone, or a name and a village. Telephones become blind indexes here, so that none reaches a table in clear.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from jigi.foundation.cells import as_date, as_integer
from jigi.foundation.errors import InputError
from jigi.foundation.keyring import vault
from jigi.foundation.tabular import Table
from jigi.foundation.vault import discreet, masked

COLUMNS = {
    "reference": ("reference", "ref", "reference ordre", "numero ordre"),
    "status": ("statut", "status", "etat", "resultat"),
    "amount": ("montant_fcfa", "montant", "montant fcfa", "somme"),
    "date": ("date", "date paiement", "date_paiement"),
    "reason": ("motif", "observation", "commentaire"),
    "agency_reference": ("reference_agence", "reference agence", "transaction"),
    "rsu": ("numero_rsu", "numero rsu", "rsu", "n rsu", "no rsu"),
    "phone": ("telephone", "tel", "numero telephone", "compte", "msisdn"),
    "name": ("allocataire", "nom", "nom et prenoms", "beneficiaire", "nom complet"),
    "village": ("village", "localite"),
}
KEYS = ("reference", "agency_reference", "rsu", "phone", "name")
"""Columns of which a file has at least one: without them no line names an order."""

SAID = {
    "paye": "paid", "payee": "paid", "payes": "paid", "ok": "paid", "execute": "paid",
    "absent": "absent", "absente": "absent", "non retire": "absent",
    "refuse": "refused", "refusee": "refused", "rejete": "refused", "echec": "refused",
    "annule": "reversed", "annulee": "reversed", "extourne": "reversed",
}  # fmt: skip
TOTALS = frozenset({"total", "totaux", "total general", "somme", "total montant", "s/total"})
AHEAD = 4_000
"""Lines whose telephones are indexed together."""

_PHONE_MARKS = re.compile(r"[\s.\-()]")
_MALIAN = re.compile(r"[2-9]\d{7}", re.ASCII)
T = TypeVar("T")


@dataclass
class Totals:
    """What the last lines of a file declare of it: its lines and its sum in francs, None where it does not say."""

    lines: int | None = None
    amount_xof: int | None = None


def columns_of(table: Table) -> dict[str, int]:
    """Where each meaning stands in a file (-1: nowhere). InputError naming the columns that lack."""
    folded = [fold(name) for name in table.header]
    found = {
        meaning: next((folded.index(fold(name)) for name in names if fold(name) in folded), -1)
        for meaning, names in COLUMNS.items()
    }
    missing = [COLUMNS[meaning][0] for meaning in ("status", "amount") if found[meaning] < 0]
    if all(found[key] < 0 for key in KEYS):
        missing.insert(0, COLUMNS["reference"][0])
    if missing:
        named = ", ".join(f"« {name} »" for name in missing)
        raise InputError(
            f"Il manque {'la colonne' if len(missing) == 1 else 'les colonnes'} {named}",
            file=table.file,
            line=1,
            why=f"Colonnes trouvées : {table.columns_said}",
            remedy="Un fichier de retour a au moins statut, montant_fcfa, et de quoi reconnaître l’ordre : reference, "
            "reference_agence, numero_rsu, telephone, ou allocataire et village.",
        )
    return found


def lines_of(table: Table, columns: dict[str, int], totals: Totals) -> Iterator[tuple[Any, ...]]:
    """The lines as `pipeline.INCOMING` names them; a closing line of totals goes to `totals`."""
    read, waiting = _Reader(columns), []
    for line, cells in table:
        said = read.cells(cells)
        if _is_total(said, totals):
            continue
        waiting.append((line, said))
        if len(waiting) == AHEAD:
            yield from read.lines(waiting)
            waiting = []
    yield from read.lines(waiting)


def fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("_", " ").replace("°", "").strip()


class _Reader:
    def __init__(self, columns: dict[str, int]) -> None:
        self._columns, self._today = columns, date.today()
        self._dates: dict[str, tuple[str, date | None]] = {}

    def cells(self, cells: list[str]) -> dict[str, str]:
        return {meaning: cells[at] if at >= 0 else "" for meaning, at in self._columns.items()}

    def lines(self, waiting: list[tuple[int, dict[str, str]]]) -> Iterator[tuple[Any, ...]]:
        phones = [_account(said["phone"]) for _, said in waiting]
        keeper, written = vault(), sorted({phone for phone in phones if phone})
        accounts = dict(zip(written, keeper.index_many("account", written), strict=True))
        numbers = dict(zip(written, keeper.index_many("phone", written), strict=True))
        for (line, said), phone in zip(waiting, phones, strict=True):
            yield self._line(line, said, phone, accounts.get(phone, b""), numbers.get(phone, b""))

    def _line(self, line: int, said: dict[str, str], phone: str, account: bytes, number: bytes) -> tuple[Any, ...]:
        word = SAID.get(fold(said["status"]))
        # A telephone written in the place of the amount is none.
        amount = _or_none(as_integer, discreet(said["amount"]))
        date_read, paid_on = self._day(said["date"])
        origin = said["reference"].partition("-")[0]
        rsu = "".join(filter(str.isdecimal, said["rsu"]))
        # What an agency writes is kept as it wrote it, but for a telephone or a document that stands there in clear.
        return (
            line, discreet(said["reference"])[:80], discreet(said["status"])[:40], discreet(said["amount"])[:40],
            date_read[:40], discreet(said["reason"])[:200], discreet(said["agency_reference"])[:80],
            word, amount, paid_on,
            int(origin) if origin.isascii() and origin.isdigit() and len(origin) < 12 else None,
            _why(said, word, amount, paid_on),
            rsu.zfill(10) if rsu and len(rsu) <= 10 else "", masked(phone, 2) if phone else "",
            discreet(said["name"])[:120], discreet(said["village"])[:120],
            account, number,
        )  # fmt: skip

    def _day(self, text: str) -> tuple[str, date | None]:
        if text not in self._dates:
            found = _or_none(lambda one: as_date(one)[0], text) if text else self._today
            self._dates[text] = discreet(text), found
        return self._dates[text]


def _why(said: dict[str, str], word: str | None, amount: int | None, paid_on: date | None) -> str:
    """What makes a line unreadable, its column named; empty when nothing does."""
    if word is None:
        return f"Statut « {discreet(said['status'])[:40]} » : ni payé, ni absent, ni refusé, ni annulé."
    if not any(said[key] for key in KEYS):
        return "Rien ne nomme l’ordre : ni référence, ni numéro RSU, ni téléphone, ni nom."
    if word == "paid" and amount is None:
        return "Montant illisible pour un paiement."
    if amount is not None and amount <= 0 and word == "paid":
        return "Montant négatif ou nul pour un paiement : une annulation s’écrit « ANNULE »."
    if word == "paid" and paid_on is None:
        return "Date illisible pour un paiement."
    return ""


def _account(text: str) -> str:
    """A Malian telephone as accounts write it, with +223; any other account as it stands."""
    digits = _PHONE_MARKS.sub("", text).removeprefix("+").removeprefix("00").removeprefix("223")
    return f"+223{digits}" if _MALIAN.fullmatch(digits) else text.strip()


def _is_total(said: dict[str, str], totals: Totals) -> bool:
    """Whether a line closes the file with its totals, which are kept."""
    words = [fold(said[meaning]) for meaning in ("reference", "rsu", "name", "status", "agency_reference")]
    if not any(word.rstrip(" :") in TOTALS for word in words):
        return False
    with suppress(ValueError):
        totals.amount_xof = as_integer(said["amount"])
    for meaning in ("rsu", "status", "reference"):
        if said[meaning].strip().isdecimal():
            totals.lines = int(said[meaning])
    return True


def _or_none(parse: Callable[[str], T], text: str) -> T | None:
    try:
        return parse(text)
    except ValueError:
        return None
