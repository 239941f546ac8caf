"""The messages of a bank, written by hand: what tests say in them is what a bank would say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jigi.payments.models import Instruction, PaymentRound
from tests.payments.bank import RIB

PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.002.001."
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt."


def status(reference: str, code: str, reason: str = "", more: str = "") -> str:
    """A payment of a pain.002; its own reason, if any."""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn>{more}</StsRsnInf>" if reason else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{code}</TxSts>{why}</TxInfAndSts>"


def part(name: str, *payments: str, code: str = "", lines: int | None = None, total: int | None = None) -> str:
    """A part of a pain.002, of which a status may be said, with the figures that the bank repeats."""
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{name}</OrgnlPmtInfId>{_figures(lines, total)}"
        f"{f'<PmtInfSts>{code}</PmtInfSts>' if code else ''}{''.join(payments)}</OrgnlPmtInfAndSts>"
    )


def pain002(
    folder: Path, message: str, *parts: str, code: str = "", reason: str = "", version: str = "10",
    lines: int | None = None, total: int | None = None, name: str = "statuts.xml",
) -> Path:  # fmt: skip
    """A pain.002 about one of our messages."""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    return _written(
        folder / name,
        f'<Document xmlns="{PAIN}{version}"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>B-1</MsgId><CreDtTm>2016-02-10T08:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"{_figures(lines, total)}{f'<GrpSts>{code}</GrpSts>' if code else ''}{why}</OrgnlGrpInfAndSts>"
        f"{''.join(parts)}</CstmrPmtStsRpt></Document>",
    )


def detail(reference: str, amount: int | None = 30_000, *, back: str = "", currency: str = "XOF") -> str:
    """A detail of an entry (.08); `back` is the reason code of a return."""
    said = f'<Amt Ccy="{currency}">{amount}</Amt>' if amount is not None else ""
    why = f"<RtrInf><Rsn><Cd>{back}</Cd></Rsn></RtrInf>" if back else ""
    return f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{said}{why}</TxDtls>"


def detail_02(reference: str, amount: int = 30_000) -> str:
    """A detail of an entry, as the version 02 writes it."""
    return (
        f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>"
        f'<AmtDtls><TxAmt><Amt Ccy="XOF">{amount}</Amt></TxAmt></AmtDtls></TxDtls>'
    )


def entry(
    amount: int, *details: str, direction: str = "DBIT", booked: str = "<Cd>BOOK</Cd>", batch: str = "",
    reversal: bool = False,
) -> str:  # fmt: skip
    """An entry of an account, of 10 February 2016; `batch` is what its NtryDtls says of the batch."""
    inside = f"<NtryDtls>{batch}{''.join(details)}</NtryDtls>" if details or batch else ""
    return (
        f'<Ntry><Amt Ccy="XOF">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if reversal else ''}<Sts>{booked}</Sts>"
        "<BookgDt><Dt>2016-02-10</Dt></BookgDt><AcctSvcrRef>B99</AcctSvcrRef>"
        f"<BkTxCd><Prtry><Cd>VIR</Cd></Prtry></BkTxCd>{inside}</Ntry>"
    )


def camt(
    folder: Path, *entries: str, kind: str = "054.001.08", number: str = RIB, name: str = "avis.xml",
    opening: int = 1_000_000, closing: int | None = None, statement: str = "R-1",
) -> Path:  # fmt: skip
    """A camt.053 or camt.054 of one account."""
    tag, top = ("Stmt", "BkToCstmrStmt") if kind.startswith("053") else ("Ntfctn", "BkToCstmrDbtCdtNtfctn")
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="XOF">{abs(amount)}</Amt>'
        f"<CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd><Dt><Dt>2016-02-10</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", opening if closing is None else closing))
    )
    return _written(
        folder / name,
        f'<Document xmlns="{CAMT}{kind}"><{top}><GrpHdr><MsgId>B-2</MsgId>'
        f"<CreDtTm>2016-02-10T08:00:00</CreDtTm></GrpHdr><{tag}><Id>{statement}</Id>"
        f"<CreDtTm>2016-02-10T08:00:00</CreDtTm><Acct><Id><Othr><Id>{number}</Id></Othr></Id></Acct>"
        f"{balances if tag == 'Stmt' else ''}{''.join(entries)}</{tag}></{top}></Document>",
    )


def batch(name: str, lines: int, total: int) -> str:
    return f'<Btch><PmtInfId>{name}</PmtInfId><NbOfTxs>{lines}</NbOfTxs><TtlAmt Ccy="XOF">{total}</TtlAmt></Btch>'


def references(payment_round: PaymentRound) -> list[str]:
    orders = Instruction.objects.filter(payment_round=payment_round).order_by("id")
    return list(orders.values_list("reference", flat=True))


def states(payment_round: PaymentRound) -> list[str]:
    orders: Iterable[str] = (
        Instruction.objects.filter(payment_round=payment_round).order_by("id").values_list("status", flat=True)
    )
    return list(orders)


def _figures(lines: int | None, total: int | None) -> str:
    said = f"<OrgnlNbOfTxs>{lines}</OrgnlNbOfTxs>" if lines is not None else ""
    return said + (f"<OrgnlCtrlSum>{total}</OrgnlCtrlSum>" if total is not None else "")


def _written(path: Path, content: str) -> Path:
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{content}', encoding="utf-8")
    return path
