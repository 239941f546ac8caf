"""A camt.053 read as the statement of an account: its balances, and each entry as the bank booked it.

One entry is one line, however many payments a batch details. Its references are those of the batch, or of the only
payment that it details. Entries that are not booked are no movement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from jigi.foundation.errors import InputError
from jigi.foundation.vault import discreet
from jigi.payments.adapters.iso20022_xml import Node, Record, message_of, records
from jigi.payments.bank_rules import ReadLine, ReadStatement

OPENS, CLOSES = ("OPBD", "PRCD"), ("CLBD",)
MOST_LINES = 200_000
Ours = Callable[[str], bool]
"""Whether an account, as the message writes its number, is the one that is asked for."""


def speaks(path: Path) -> bool:
    """Whether a file is XML, by its first marks."""
    try:
        with path.open("rb") as file:
            return file.read(200).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    except OSError:
        return False


def read_statements(path: Path, ours: Ours) -> list[ReadStatement]:
    """The statements of a camt.053 in their order, all of one account. InputError, with the line, at what can't be."""
    kind = message_of(path)
    if not kind.startswith("camt.053"):
        raise InputError(
            "Ce message n’est pas un relevé de compte", file=path, line=1, why=f"C’est un {kind}",
            remedy="Demandez à la banque le camt.053 du compte ; un avis (camt.054) ne dit pas les soldes.",
        )  # fmt: skip
    reader = _Reader(path, ours)
    found = list(reader.statements())
    if not found:
        raise InputError("Le message n’a aucun relevé", file=path, line=1, remedy="Demandez-le de nouveau à la banque.")
    return found


class _Reader:
    def __init__(self, path: Path, ours: Ours) -> None:
        self._path, self._ours = path, ours

    def statements(self) -> Iterator[ReadStatement]:
        lines: list[ReadLine] = []
        details: list[Node] = []
        for record in records(self._path):
            node = record.node
            if node.name == "TxDtls":
                # The only detail of an entry tells its references; of many, the batch does.
                details = [*details, node][:2]
            elif node.name == "Ntry":
                lines += self._line(record, details)
                details = []
                if len(lines) > MOST_LINES:
                    raise self._wrong(node, "", f"Le relevé a plus de {MOST_LINES} lignes", "Demandez-le par mois.")
            else:
                yield self._statement(node, lines)
                lines = []

    def _line(self, record: Record, details: list[Node]) -> list[ReadLine]:
        node = record.node
        if node.said("Sts/Cd", "Sts/Prtry", "Sts") != "BOOK":
            return []
        sign, only = self._sign(node), details[0] if len(details) == 1 else None
        amount = self._francs(node, node.find("Amt"))
        if not amount:
            return []
        day = self._day(node, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
        ours = _references(node, details)
        label = node.said("AddtlNtryInf") or (only.said("RmtInf/Ustrd", "AddtlTxInf") if only else "")
        return [
            ReadLine(
                node.line, day, sign * amount, discreet(label)[:200],
                discreet(node.said("AcctSvcrRef") or (only.said("Refs/AcctSvcrRef") if only else ""))[:80],
                discreet(ours)[:80], _day(node.said("ValDt/Dt", "ValDt/DtTm")),
            )
        ]  # fmt: skip

    def _statement(self, node: Node, lines: list[ReadLine]) -> ReadStatement:
        said = node.said("Acct/Id/IBAN", "Acct/Id/Othr/Id")
        if not self._ours(said):
            raise self._wrong(
                node, "Acct", "Ce relevé est celui d’un autre compte", "Choisissez le compte bancaire de ce relevé.",
                why=f"Compte du relevé : fin {said[-4:]}" if said else "Le relevé ne dit pas son compte",
            )  # fmt: skip
        opens, closes = self._balance(node, OPENS, "d’ouverture"), self._balance(node, CLOSES, "de clôture")
        days = [one.booked_on for one in lines]
        opening_on, closing_on = _day(opens.said("Dt/Dt", "Dt/DtTm")), _day(closes.said("Dt/Dt", "Dt/DtTm"))
        if opening_on and opens.said("Tp/CdOrPrtry/Cd") == "PRCD":
            opening_on += timedelta(days=1)  # the previous closing stands the day before
        starts = _day(node.said("FrToDt/FrDtTm", "FrToDt/FrDt")) or opening_on
        ends = _day(node.said("FrToDt/ToDtTm", "FrToDt/ToDt")) or closing_on
        days += [one for one in (starts, ends) if one]
        if not days:
            raise self._wrong(node, "Bal", "Le relevé ne dit pas ses dates", "Demandez un relevé conforme.")
        return ReadStatement(
            discreet(node.said("Id"))[:80], min(days), max(days), self._amount(opens), self._amount(closes), lines,
            closes.line,
        )  # fmt: skip

    def _balance(self, node: Node, kinds: tuple[str, ...], which: str) -> Node:
        for kind in kinds:
            for one in node.all("Bal"):
                if one.said("Tp/CdOrPrtry/Cd") == kind:
                    return one
        raise self._wrong(node, "Bal", f"Le relevé ne dit pas son solde {which}", "Demandez un relevé avec ses soldes.")

    def _amount(self, balance: Node) -> int:
        return self._sign(balance) * self._francs(balance, balance.find("Amt"))

    def _sign(self, node: Node) -> int:
        side = node.said("CdtDbtInd")
        if side not in ("CRDT", "DBIT"):
            raise self._wrong(node, "CdtDbtInd", f"« {side[:10]} » n’est ni débit ni crédit", "Demandez-le de nouveau.")
        return 1 if side == "CRDT" else -1

    def _francs(self, node: Node, amount: Node | None) -> int:
        """The francs of an amount. Refused in another money, with cents, below zero or beyond any sum."""
        text = amount.text.strip() if amount else ""
        try:
            found = Decimal(text)
        except InvalidOperation:
            found = Decimal(-1)
        if amount is None or not found.is_finite() or found != found.to_integral_value() or not 0 <= found < 10**15:
            raise self._wrong(node, "Amt", f"« {text[:30]} » n’est pas un montant en francs", "Demandez-le de nouveau.")
        if amount.currency != "XOF":
            raise self._wrong(
                node, "Amt", f"Le montant est en « {amount.currency} »", "Prenez le relevé d’un compte en francs CFA."
            )
        return int(found)

    def _day(self, node: Node, *paths: str) -> date:
        day = _day(node.said(*paths))
        if day is None:
            raise self._wrong(node, "BookgDt", "L’opération n’a pas de date", "Demandez un relevé conforme.")
        return day

    def _wrong(self, node: Node, column: str, what: str, remedy: str, *, why: str = "") -> InputError:
        return InputError(what, file=self._path, line=node.line, column=column, why=why, remedy=remedy)


def _references(entry: Node, details: list[Node]) -> str:
    """What names our order in an entry: its batch, else its only payment, else the part of which it is a payment."""
    said = entry.said("NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId")
    if not said and len(details) == 1:
        said = details[0].said("Refs/EndToEndId", "Refs/InstrId")
    if (not said or said == "NOTPROVIDED") and details:
        said = details[0].said("Refs/PmtInfId", "Refs/MsgId")
    return said


def _day(text: str) -> date | None:
    """The day of a text; None when it is none, or of no century in which a bank keeps accounts."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None
