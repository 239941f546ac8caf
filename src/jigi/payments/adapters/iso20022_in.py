"""What a bank answers in ISO 20022: pain.002, camt.053, camt.054, read as answers about our orders.

* pain.002: the status of each payment, else that of its group, else that of the message. A final status said of a
  whole group (« RJCT », « ACSC ») is an answer for each of its orders, when the count and sum that the bank declares
  are ours; otherwise it waits for a person. A status on the way (« ACSP », « PDNG ») is told, and answers nothing.
* camt.053 and .054: a booked debit under our reference is a payment; a booked credit that is a return or a reversal
  takes it back, with its reason. Other entries are the bank's own; a batch without its details pays nobody.

Answers are numbered from 1 in the order of the message: an XML file may well be one line.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import chain
from pathlib import Path

from jigi.foundation.errors import InputError
from jigi.payments.adapters.iso20022_xml import Node, Record, message_of, records
from jigi.payments.incoming import Answer, Notice

SAID = {"ACSC": "paid", "ACCC": "paid", "RJCT": "refused", "CANC": "refused"}
"""Final statuses. Settled at the bank that pays (ACSC) is paid: what comes back later is a return."""
ON_THE_WAY = {
    "RCVD": "reçus", "ACTC": "validés techniquement", "ACCP": "acceptés", "ACSP": "acceptés, en règlement",
    "ACWC": "acceptés avec modification", "ACWP": "acceptés, non encore comptabilisés", "ACFC": "provision vérifiée",
    "PDNG": "en attente", "PART": "acceptés en partie", "PATC": "en attente de signatures",
}  # fmt: skip
OURS = re.compile(r"\d{1,11}-\d{1,14}-\d{1,5}-\d{2}", re.ASCII)
BOOKED = "BOOK"
_RETURNED = ("RRTN", "RPCR", "RRCT")
MOST_GROUPS = 10_000

Orders = Callable[[str, str], Sequence[tuple[str, int]]]
"""The orders that a message and a part of it ("" for all) named: reference and amount."""


@dataclass(frozen=True)
class Group:
    """What a pain.002 says of a whole message (`part` is "") or of one of its parts."""

    message: str
    part: str
    status: str
    reason: str
    lines: str
    total: str
    alone: bool
    """No payment of it is named."""
    line: int
    day: date | None


@dataclass
class Answers:
    """The answers of a message. `accounts` are the paying accounts known at this bank; others are refused."""

    path: Path
    orders: Orders
    accounts: frozenset[str]
    amount_needed: bool = False
    notices: list[Notice] = field(default_factory=list)
    message: str = field(init=False)

    def __post_init__(self) -> None:
        self.message = message_of(self.path)
        # A message that must not be taken is refused here, before anything is written.
        self._groups = _groups(self.path) if self.message.startswith("pain") else []
        if not self.message.startswith("pain"):
            self._check_accounts()
        self._expanded = [answer for group in self._groups for answer in self._of_group(group)]

    def __iter__(self) -> Iterator[Answer]:
        counted = Counter[str]()
        read = self._statuses(counted) if self.message.startswith("pain") else self._booked(counted)
        for number, answer in enumerate(chain(read, self._expanded), start=1):
            yield replace(answer, line=number)
        for code, count in sorted(counted.items()):
            self.notices.append(Notice("pending", f"{code} · {ON_THE_WAY.get(code, 'non comptabilisés')} : {count}"))

    def _statuses(self, counted: Counter[str]) -> Iterator[Answer]:
        for record in records(self.path):
            if record.node.name != "TxInfAndSts":
                continue
            node, status = record.node, _status(record, self._groups)
            if status in ON_THE_WAY:
                counted[status] += 1
                continue
            amount = node.find("OrgnlTxRef/Amt/InstdAmt")
            yield Answer(
                0, node.said("OrgnlEndToEndId", "OrgnlInstrId"), SAID.get(status), status_read=status,
                amount_read=amount.text.strip() if amount else "", amount_xof=_francs(amount),
                reason_read=_reasons(node.all("StsRsnInf")) or _reasons(_inherited_reasons(record)),
                agency_reference=node.said("AcctSvcrRef", "ClrSysRef", "StsId"),
                date_read=node.said("AccptncDtTm"), paid_on=_day(node.said("AccptncDtTm")) or _made(record),
            )  # fmt: skip

    def _of_group(self, group: Group) -> Iterator[Answer]:
        said = SAID.get(group.status)
        name = group.part or group.message
        if said is None:
            self._tell_group(group, name)
            return
        if not group.alone:
            return
        orders = self.orders(group.message, group.part)
        lines, total = len(orders), sum(amount for _, amount in orders)
        if not orders or _other(group.lines, lines) or _other(group.total, total):
            self.notices.append(
                Notice("total", f"{name} : la banque dit {group.lines or '?'} ordres et {group.total or '?'} FCFA,"
                                f" nous en avons {lines} pour {total} FCFA")
            )  # fmt: skip
            yield Answer(0, name, None, status_read=group.status, reason_read=group.reason)
            return
        for reference, amount in orders:
            yield Answer(
                0, reference, said, status_read=group.status, reason_read=group.reason, amount_xof=amount,
                paid_on=group.day, agency_reference=name,
            )  # fmt: skip

    def _tell_group(self, group: Group, name: str) -> None:
        if group.status in ON_THE_WAY:
            why = f" · {group.reason}" if group.reason else ""
            self.notices.append(Notice("group", f"{name} : {group.status} · {ON_THE_WAY[group.status]}{why}"))
        elif group.status:
            self.notices.append(Notice("group", f"{name} : état « {group.status} » inconnu, rien n’en est déduit"))

    def _booked(self, counted: Counter[str]) -> Iterator[Answer]:
        others = detailed = 0
        # A detail without an amount has that of its entry when it is alone there, which its end says.
        waiting: Node | None = None
        for record in records(self.path):
            node, entry = record.node, record.parent("Ntry")
            if node.name == "TxDtls" and entry is not None:
                if waiting is not None:
                    yield from self._of_detail(waiting, entry, None, counted)
                waiting, amount = None, _amount(node)
                detailed += _francs(amount) or 0
                if OURS.fullmatch(_reference(node)) is None:
                    others += 1
                elif amount is None:
                    waiting = node
                else:
                    yield from self._of_detail(node, entry, amount, counted)
            elif node.name == "Ntry":
                if waiting is not None:
                    alone = _details(node) == 1
                    yield from self._of_detail(waiting, node, node.find("Amt") if alone else None, counted)
                others += self._check_entry(node, detailed)
                waiting, detailed = None, 0
        if others:
            self.notices.append(Notice("other", f"Opérations de la banque sans référence à nos ordres : {others}"))

    def _of_detail(self, node: Node, entry: Node, amount: Node | None, counted: Counter[str]) -> Iterator[Answer]:
        status = entry.said("Sts/Cd", "Sts/Prtry", "Sts")
        if status == BOOKED:
            yield _entry_answer(node, entry, amount)
        else:
            counted[status] += 1

    def _check_entry(self, entry: Node, detailed: int) -> int:
        """Tell a batch that comes without its details, or whose details don't add up; how many entries are others'."""
        counted = _details(entry)
        named = entry.said("NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId", "AcctSvcrRef")
        amount = _francs(entry.find("Amt"))
        if not counted:
            if entry.find("NtryDtls/Btch"):
                self.notices.append(
                    Notice("group", f"Lot {named or 'sans nom'} de {amount} FCFA comptabilisé sans détail : il ne dit"
                                    " le paiement de personne")
                )  # fmt: skip
            return 1
        if counted > 1 and amount is not None and detailed != amount:
            self.notices.append(
                Notice("total", f"Lot {named or 'sans nom'} : {amount} FCFA pour des détails qui font {detailed} FCFA")
            )
        said = entry.said("NtryDtls/Btch/NbOfTxs")
        if _other(said, counted):
            self.notices.append(Notice("total", f"Lot {named} : {said} opérations annoncées, {counted} détaillées"))
        return 0

    def _check_accounts(self) -> None:
        """Hold every account of the message against those that pay at this bank."""
        for record in records(self.path):
            if record.node.name not in ("Stmt", "Ntfctn"):
                continue
            said = re.sub(r"[\s.\-]", "", record.node.said("Acct/Id/IBAN", "Acct/Id/Othr/Id")).upper()
            if said not in self.accounts:
                raise InputError(
                    "Ce relevé est celui d’un compte qui ne paie pas par cette agence", file=self.path,
                    line=record.node.line, column="Acct", why=f"Compte du relevé : {said[:34] or 'aucun'}",
                    remedy="Choisissez l’agence de ce compte, ou faites ajouter le compte à son réglage.",
                )  # fmt: skip


def _groups(path: Path) -> list[Group]:
    found: list[Group] = []
    message, day, whole, named = "", None, None, 0
    for record in records(path):
        node = record.node
        if node.name == "OrgnlGrpInfAndSts":
            message, day, whole = node.said("OrgnlMsgId"), _made(record), node
        elif node.name == "TxInfAndSts":
            named += 1
        elif node.name == "OrgnlPmtInfAndSts":
            part = node.said("OrgnlPmtInfId")
            found.append(_group(node, message, part, node.said("PmtInfSts"), alone=not node.dropped, day=day))
        if len(found) > MOST_GROUPS:
            raise InputError(f"Le message a plus de {MOST_GROUPS} groupes", file=path, line=node.line)
    if whole is not None:
        # What is said of the parts, or of payments, is nearer than what is said of the message.
        found = [replace(one, status=one.status or whole.said("GrpSts")) for one in found]
        alone = not found and not named
        found.insert(0, _group(whole, message, "", whole.said("GrpSts"), alone=alone, day=day))
    return found


def _group(node: Node, message: str, part: str, status: str, *, alone: bool, day: date | None) -> Group:
    lines, total = node.said("OrgnlNbOfTxs"), node.said("OrgnlCtrlSum")
    return Group(message, part, status, _reasons(node.all("StsRsnInf")), lines, total, alone, node.line, day)


def _status(record: Record, groups: Sequence[Group]) -> str:
    """The status of a payment, else of its part, else of the message."""
    part = record.parent("OrgnlPmtInfAndSts")
    whole = next((group.status for group in groups if not group.part), "")
    return record.node.said("TxSts") or (part.said("PmtInfSts") if part else "") or whole


def _inherited_reasons(record: Record) -> list[Node]:
    part = record.parent("OrgnlPmtInfAndSts")
    return part.all("StsRsnInf") if part else []


def _made(record: Record) -> date | None:
    """The day of the message."""
    return next((_day(node.said("GrpHdr/CreDtTm")) for node in reversed(record.within) if node.find("GrpHdr")), None)


def _entry_answer(node: Node, entry: Node, amount: Node | None) -> Answer:
    direction = node.said("CdtDbtInd") or entry.said("CdtDbtInd")
    back = entry.said("RvslInd").lower() in ("true", "1")
    returned = node.find("RtrInf") is not None or _is_return(node) or _is_return(entry)
    said = None
    if direction == "DBIT" and not back and not returned:
        said = "paid"
    elif direction == "CRDT" and (back or returned):
        said = "reversed"
    day = entry.said("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    francs = _francs(amount)
    return Answer(
        0, _reference(node), said if francs is not None else None,
        status_read=f"{direction} {'retour' if said == 'reversed' else BOOKED}", amount_read=_written(amount),
        amount_xof=francs, date_read=day, paid_on=_day(day), reason_read=_reasons(node.all("RtrInf")),
        agency_reference=node.said("Refs/AcctSvcrRef") or entry.said("AcctSvcrRef") or node.said("Refs/TxId"),
    )  # fmt: skip


def _reference(node: Node) -> str:
    ours = [text for text in (node.said("Refs/EndToEndId"), node.said("Refs/InstrId")) if OURS.fullmatch(text)]
    return ours[0] if ours else node.said("Refs/EndToEndId")


def _is_return(node: Node) -> bool:
    return node.said("BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNED


def _amount(node: Node) -> Node | None:
    """The amount of a detail, wherever its version has it."""
    return node.find("Amt") or node.find("AmtDtls/TxAmt/Amt") or node.find("AmtDtls/InstdAmt/Amt")


def _details(entry: Node) -> int:
    """How many details an entry that ended had."""
    return sum(one.dropped for one in entry.all("NtryDtls"))


def _francs(node: Node | None) -> int | None:
    """The francs of an amount; None when there is none, in another money, or with cents."""
    if node is None or node.currency not in ("XOF", ""):
        return None
    try:
        amount = Decimal(node.text.strip())
    except InvalidOperation:
        return None
    return int(amount) if amount.is_finite() and amount == amount.to_integral_value() and amount < 10**15 else None


def _written(node: Node | None) -> str:
    return f"{node.text.strip()} {node.currency}".strip() if node else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _other(said: str, ours: int) -> bool:
    """Whether a figure that a bank declares is another than ours; one that it does not declare is not."""
    try:
        return bool(said) and Decimal(said) != ours
    except InvalidOperation:
        return True


def _reasons(nodes: Sequence[Node]) -> str:
    """The reasons of a status or of a return: each code with its French, then what the bank adds in clear."""
    said = []
    for node in nodes:
        code = node.said("Rsn/Cd", "Rsn/Prtry", "Rsn")
        label = reasons().get(code, "")
        more = " ".join(one.text.strip() for one in node.all("AddtlInf"))
        said.append(" · ".join(part for part in (code, label, more) if part))
    return " ; ".join(part for part in said if part)


@cache
def reasons() -> dict[str, str]:
    """The French of each reason code."""
    text = Path(__file__).with_name("iso20022_reasons.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["reasons"])
