"""A statement in CSV or Excel, as banks export it: columns under their many names, signs, balances, totals.

An amount stands in one column with its sign or its direction, or in two, debit and credit. The balances are lines of
their own (« solde initial », « solde final »), or a column that says what stands after each line. Lines that run from
the last to the first are turned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from jigi.foundation.cells import as_date, as_integer
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Table
from jigi.foundation.vault import discreet
from jigi.payments.bank_rules import ReadLine, ReadStatement
from jigi.payments.reading import fold

COLUMNS = {
    "date": ("date", "date operation", "date comptable", "date d'operation", "date op"),
    "value": ("date valeur", "date de valeur", "valeur"),
    "label": ("libelle", "libelle operation", "designation", "nature", "nature de l'operation", "description"),
    "reference": ("reference", "ref", "reference operation", "n piece", "numero", "reference banque"),
    "ours": ("notre reference", "reference client", "reference donneur d'ordre", "endtoendid"),
    "amount": ("montant", "montant fcfa", "montant xof", "montant (fcfa)"),
    "side": ("sens", "debit/credit", "d/c"),
    "debit": ("debit", "debit (fcfa)", "debit fcfa", "sortie"),
    "credit": ("credit", "credit (fcfa)", "credit fcfa", "entree"),
    "balance": ("solde", "solde (fcfa)", "solde fcfa", "solde progressif"),
}
OPENS = (
    "solde initial", "solde d'ouverture", "solde precedent", "ancien solde", "solde anterieur", "report", "a nouveau",
    "solde au debut", "solde debut", "solde reporte",
)  # fmt: skip
CLOSES = ("solde final", "solde de cloture", "nouveau solde", "solde a la fin", "solde fin", "solde en fin")
SUMS = ("total", "totaux", "total des mouvements", "total mouvements", "sous-total")
GAVE = frozenset({"d", "db", "dt", "debit", "-"})
GOT = frozenset({"c", "cr", "ct", "credit", "+"})
MOST_LINES = 200_000
REMEDY = "Demandez à la banque le relevé de la période entière, avec son solde de départ et son solde d’arrivée."
T = TypeVar("T")


@dataclass(frozen=True)
class _Balance:
    line: int
    amount_xof: int
    on: date | None


def read_table(table: Table, named: Mapping[str, str]) -> ReadStatement:
    """The statement of a table; `named` is what the bank calls its columns (« date »: « Date opé. »).

    Raises InputError with the file, line and column of the first cell that can't be.
    """
    return _Reader(table, _columns(table, named)).statement()


def _columns(table: Table, named: Mapping[str, str]) -> dict[str, int]:
    folded = [_plain(name) for name in table.header]
    found = {}
    for meaning, usual in COLUMNS.items():
        names = (_plain(named[meaning]),) if meaning in named else usual
        found[meaning] = next((folded.index(_plain(name)) for name in names if _plain(name) in folded), -1)
    missing = [meaning for meaning in ("date", "label") if found[meaning] < 0]
    if found["amount"] < 0 and (found["debit"] < 0 or found["credit"] < 0):
        missing.append("amount")
    if missing:
        says = {"date": "la date", "label": "le libellé", "amount": "le montant, ou le débit et le crédit"}
        raise InputError(
            f"Il manque {says[missing[0]]}", file=table.file, line=table.header_line,
            column=named.get(missing[0], COLUMNS[missing[0]][0]), why=f"Colonnes trouvées : {table.columns_said}",
            remedy="Si la banque nomme autrement cette colonne, faites-le dire au réglage du compte bancaire.",
        )  # fmt: skip
    return found


class _Reader:
    def __init__(self, table: Table, columns: Mapping[str, int]) -> None:
        self._table, self._columns = table, columns
        self._opens: _Balance | None = None
        self._closes: _Balance | None = None

    def statement(self) -> ReadStatement:
        lines = list(self._lines())
        if len(lines) > 1 and lines[0].booked_on > lines[-1].booked_on:
            lines.reverse()
        opening, closing = self._balances(lines)
        days = [one.booked_on for one in lines]
        days += [one.on for one in (self._opens, self._closes) if one and one.on]
        if not days:
            raise self._wrong(self._table.header_line, "date", "Le relevé n’a ni ligne ni date", remedy=REMEDY)
        at = self._closes.line if self._closes else (lines[-1].line if lines else self._table.header_line)
        return ReadStatement("", min(days), max(days), opening, closing, lines, at)

    def _lines(self) -> Iterator[ReadLine]:
        for count, (line, cells) in enumerate(self._table, start=1):
            if count > MOST_LINES:
                raise self._wrong(line, "", f"Le relevé a plus de {MOST_LINES} lignes", remedy="Prenez-le par mois.")
            said = {meaning: cells[at].strip() if at >= 0 else "" for meaning, at in self._columns.items()}
            word = _plain(said["label"] or said["date"])
            if _begins(word, OPENS):
                self._opens = self._balance(line, said, self._opens)
            elif _begins(word, CLOSES):
                self._closes = self._balance(line, said, self._closes)
            elif word.rstrip(" :") not in SUMS:
                yield self._line(line, said)

    def _line(self, line: int, said: Mapping[str, str]) -> ReadLine:
        amount = self._moved(line, said)
        if not amount:
            raise self._wrong(
                line, self._named("amount"), "La ligne ne bouge rien", remedy="Demandez un relevé complet."
            )
        return ReadLine(
            line, self._day(line, "date", said["date"]), amount, discreet(said["label"])[:200],
            discreet(said["reference"])[:80], discreet(said["ours"])[:80],
            self._day(line, "value", said["value"]) if said["value"] else None,
            self._francs(line, "balance", said["balance"]) if said["balance"] else None,
        )  # fmt: skip

    def _moved(self, line: int, said: Mapping[str, str]) -> int:
        """What a line moved: received less given."""
        if said["debit"] or said["credit"]:
            given, got = (abs(self._francs(line, key, said[key])) if said[key] else 0 for key in ("debit", "credit"))
            if given and got:
                raise self._wrong(
                    line, self._named("debit"), "La ligne est au débit et au crédit", remedy="Corrigez-la."
                )
            return got - given
        if self._columns["amount"] < 0:
            return 0
        amount, side = self._francs(line, "amount", said["amount"]), _plain(said["side"])
        if self._columns["side"] < 0:
            return amount
        if side not in GAVE | GOT:
            raise self._wrong(line, self._named("side"), f"« {said['side'][:20]} » n’est ni débit ni crédit",
                              remedy="Écrivez D ou C.")  # fmt: skip
        return -abs(amount) if side in GAVE else abs(amount)

    def _balance(self, line: int, said: Mapping[str, str], before: _Balance | None) -> _Balance:
        if before is not None:
            raise self._wrong(
                line, self._named("label"), "Le relevé dit deux fois ce solde", remedy="Gardez un relevé par fichier."
            )
        if said["balance"]:
            amount = self._francs(line, "balance", said["balance"])
        else:
            amount = self._moved(line, said) if said["debit"] or said["credit"] or said["amount"] else 0
        day = self._day(line, "date", said["date"]) if said["date"] and said["label"] else None
        return _Balance(line, amount, day)

    def _balances(self, lines: list[ReadLine]) -> tuple[int, int]:
        """The opening and the closing, said by lines of their own or else by the column of balances."""
        told = [one for one in lines if one.balance_xof is not None]
        opening = self._opens.amount_xof if self._opens else None
        closing = self._closes.amount_xof if self._closes else None
        if opening is None and told and told[0] is lines[0]:
            assert told[0].balance_xof is not None
            opening = told[0].balance_xof - told[0].amount_xof
        if closing is None and told and told[-1] is lines[-1]:
            closing = told[-1].balance_xof
        if opening is None or closing is None:
            which = "d’ouverture" if opening is None else "de clôture"
            at = self._table.header_line if opening is None or not lines else lines[-1].line
            raise self._wrong(at, self._named("balance"), f"Le relevé ne dit pas son solde {which}", remedy=REMEDY)
        return opening, closing

    def _day(self, line: int, meaning: str, text: str) -> date:
        found = self._read(line, meaning, text, as_date)
        if found.precision != "day":
            raise self._wrong(
                line, self._named(meaning), f"« {text[:20]} » n’est pas un jour", remedy="Écrivez 15/01/2026."
            )
        return found.day

    def _francs(self, line: int, meaning: str, text: str) -> int:
        amount = self._read(line, meaning, text, as_integer)
        if abs(amount) >= 10**15:
            raise self._wrong(line, self._named(meaning), f"« {text[:30]} » est démesuré", remedy="Vérifiez la ligne.")
        return amount

    def _read(self, line: int, meaning: str, text: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise self._wrong(
                line, self._named(meaning), f"« {discreet(text)[:40]} » {error}", remedy="Corrigez cette cellule."
            ) from None

    def _named(self, meaning: str) -> str:
        at = self._columns[meaning]
        return self._table.header[at] if at >= 0 else COLUMNS[meaning][0]

    def _wrong(self, line: int, column: str, what: str, *, remedy: str) -> InputError:
        return InputError(what, file=self._table.file, line=line, column=column, remedy=remedy)


def _begins(word: str, names: tuple[str, ...]) -> bool:
    """Whether a label begins by one of these words, whole: « report » is a balance, « reportage » is not."""
    return any(word == name or word.startswith(f"{name} ") for name in names)


def _plain(text: str) -> str:
    return " ".join(fold(text).replace("’", "'").split())
