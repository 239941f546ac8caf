"""Orders as a bank reads them: pain.001.001.09 (ISO 20022, Customer Credit Transfer Initiation), streamed.

One message for a round and an agency; in it one `PmtInf` for each bank paid and each account that pays, with its own
count and sum. Identifiers are made of our numbers, the date is that of the release: the same orders make the same
bytes, and a bank that compares `MsgId` refuses the second. `EndToEndId` is our reference; XOF has no decimals.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC
from html import escape
from pathlib import Path
from typing import TextIO

from jigi.foundation.clear import clear_folder
from jigi.foundation.errors import InputError, Refused
from jigi.payments.adapters import iso20022_accounts as accounts
from jigi.payments.adapters.channel_file import Bank, read_channel
from jigi.payments.models import AgencyChannel, PayingAccount, PaymentRound
from jigi.payments.order_columns import ACCOUNT, AGREEMENT, AMOUNT, HEADER
from jigi.programmes.models import Agency

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MOST_GROUPS = 400
"""Banks times accounts of one message: their parts are open files while it is written."""
_NAME, _LABEL = HEADER.index("allocataire"), HEADER.index("tour")
_OUTSIDE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


@dataclass
class _Group:
    """The part of a message that one account pays to clients of one bank: its lines stand in `path`."""

    number: str
    account: PayingAccount
    path: Path
    file: TextIO
    lines: int = 0
    total: int = field(default=0)


def message_id(round_id: int, agency_id: int) -> str:
    """The name of the message of a round to an agency, the same whenever it is written: at most 35 characters."""
    return f"JIGI-T{round_id}-A{agency_id}"


def group_id(message: str, agreement_id: int, bank: str) -> str:
    """The name of the part of a message that an agreement pays to one bank ("" when accounts don't say it)."""
    return f"{message}-C{agreement_id}{f'-{bank}' if bank else ''}"


class Writer:
    """Writes the lines of orders of one round and agency as one message."""

    def __init__(self, payment_round: PaymentRound, channel: AgencyChannel) -> None:
        self._message = message_id(payment_round.pk, channel.agency_id)
        released = payment_round.released_at
        assert released is not None
        self._made = released.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._day = max(released.date(), payment_round.pays_from or released.date()).isoformat()
        bank = read_channel(channel.said, channel.file_name).bank
        assert bank is not None
        self._bank: Bank = bank
        self._accounts = {one.agreement_id: one for one in channel.accounts.select_related("agreement")}

    def __call__(self, path: Path, rows: Iterator[list[str]]) -> tuple[int, int]:
        with clear_folder("pain001") as folder, ExitStack() as opened:
            groups = self._spread(rows, folder, opened)
            for group in groups:
                group.file.close()
            with path.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(self._head(groups))
                for group in groups:
                    file.writelines(self._group_head(group))
                    with group.path.open(encoding="utf-8") as lines:
                        shutil.copyfileobj(lines, file, 1 << 14)
                    file.write("</PmtInf>\n")
                file.write("</CstmrCdtTrfInitn></Document>\n")
        return sum(group.lines for group in groups), sum(group.total for group in groups)

    def _spread(self, rows: Iterator[list[str]], folder: Path, opened: ExitStack) -> list[_Group]:
        """Each line to the file of its group: the sums, which stand before the lines, are known at the end only."""
        groups: dict[tuple[int, str], _Group] = {}
        for row in rows:
            number = _account(row)
            key = int(row[AGREEMENT]), accounts.bank(number)
            group = groups.get(key) or groups.setdefault(key, self._open(key, folder / str(len(groups)), opened))
            group.file.write(self._line(row, number, key[1]))
            group.lines += 1
            group.total += int(row[AMOUNT])
            if len(groups) > MOST_GROUPS:
                raise Refused(
                    f"Ce tour paie plus de {MOST_GROUPS} banques et comptes à la fois",
                    remedy="Ouvrez un tour par région : chaque message en portera moins.",
                )
        return [groups[key] for key in sorted(groups)]

    def _open(self, key: tuple[int, str], path: Path, opened: ExitStack) -> _Group:
        account = self._accounts.get(key[0])
        if account is None:
            raise Refused(
                f"Aucun compte payeur n’est réglé pour la convention n° {key[0]}",
                why="Le message doit dire de quel compte l’argent part",
                remedy="Ajoutez son bloc [[account]] au réglage de l’agence, puis chargez-le : jigi payments exchange.",
            )
        file = opened.enter_context(path.open("w", encoding="utf-8", newline="\n"))
        return _Group(group_id(self._message, *key), account, path, file)

    def _head(self, groups: Iterable[_Group]) -> Iterator[str]:
        lines, total = sum(group.lines for group in groups), sum(group.total for group in groups)
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><CstmrCdtTrfInitn>\n'
        yield f"<GrpHdr><MsgId>{self._message}</MsgId><CreDtTm>{self._made}</CreDtTm><NbOfTxs>{lines}</NbOfTxs>"
        yield f"<CtrlSum>{total}</CtrlSum><InitgPty><Nm>{_text(self._bank.initiator, 70)}</Nm></InitgPty></GrpHdr>\n"

    def _group_head(self, group: _Group) -> Iterator[str]:
        payer = group.account
        yield f"<PmtInf><PmtInfId>{group.number}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
        yield f"<NbOfTxs>{group.lines}</NbOfTxs><CtrlSum>{group.total}</CtrlSum>"
        yield f"<ReqdExctnDt><Dt>{self._day}</Dt></ReqdExctnDt><Dbtr><Nm>{_text(payer.holder, 70)}</Nm></Dbtr>"
        yield f"<DbtrAcct><Id>{_account_id(payer.number)}</Id><Ccy>XOF</Ccy></DbtrAcct>"
        yield f"<DbtrAgt><FinInstnId><BICFI>{payer.bic}</BICFI></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>\n"

    def _line(self, row: list[str], number: str, bank: str) -> str:
        agent = (
            f"<ClrSysMmbId><MmbId>{bank}</MmbId></ClrSysMmbId>" if bank else f"<BICFI>{self._bank.bic}</BICFI>"
        )  # fmt: skip
        return (
            f"<CdtTrfTxInf><PmtId><InstrId>{row[0]}</InstrId><EndToEndId>{row[0]}</EndToEndId></PmtId>"
            f'<Amt><InstdAmt Ccy="XOF">{row[AMOUNT]}</InstdAmt></Amt>'
            f"<CdtrAgt><FinInstnId>{agent}</FinInstnId></CdtrAgt><Cdtr><Nm>{_text(row[_NAME], 70)}</Nm></Cdtr>"
            f"<CdtrAcct><Id>{_account_id(number)}</Id></CdtrAcct>"
            f"<RmtInf><Ustrd>{_text(row[_LABEL], 140)}</Ustrd></RmtInf></CdtTrfTxInf>\n"
        )


def writer(payment_round: PaymentRound, agency: Agency) -> Writer:
    """What writes the message of a round for an agency. Refused when the agency does not speak ISO 20022."""
    channel = AgencyChannel.objects.filter(agency=agency, kind=AgencyChannel.Kind.ISO20022).first()
    if channel is None:
        raise Refused(
            f"{agency} ne reçoit pas d’ordres en ISO 20022",
            remedy="Prenez le fichier CSV ou Excel, ou faites régler l’échange : jigi payments exchange.",
        )
    return Writer(payment_round, channel)


def _account(row: list[str]) -> str:
    if not row[ACCOUNT]:
        raise Refused(
            f"L’ordre {row[0]} n’a pas de compte : une banque ne peut le payer",
            remedy="Changez le compte ou l’agence du ménage ; l’ordre sera repris au prochain tour.",
        )
    try:
        return accounts.plain(row[ACCOUNT])
    except ValueError as error:
        raise InputError(
            f"Le compte de l’ordre {row[0]} {error}",
            remedy="Faites corriger le compte du ménage ; rien n’est envoyé tant qu’un ordre ne peut l’être.",
        ) from None


def _account_id(number: str) -> str:
    return f"<IBAN>{number}</IBAN>" if accounts.looks_iban(number) else f"<Othr><Id>{number}</Id></Othr>"


def _text(text: str, longest: int) -> str:
    """A text in the letters that every bank takes (EPC 217-08: Latin, no accents), cut, never empty."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    said = " ".join(_OUTSIDE.sub(" ", bare.replace("’", "'").replace("–", "-")).split())[:longest].strip()
    return escape(said or "-", quote=False)
