"""`python -m tools.agency.folder BOITE --reply RETOURS`: an agency that works by files left in a folder.

It takes each order that appears, in one of two forms, answers in its own, and moves what it took to `faits/`:

* a fixed-width file (`JIGI_*.txt`, or `.age` with `--identity`), whose first line declares count and total: it gives
  back a CSV of its own words, with a TOTAL line, sealed to `--seal-to` when that is said
* a pain.001 (`*.xml`): it gives back a pain.002 of the refusals and a camt.054 of what it booked
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pyrage
from defusedxml.ElementTree import parse
from tools.agency import outcomes
from tools.agency.orders import Order, RefusedOrder

_WORDS = {outcomes.PAID: "00", outcomes.ABSENT: "05", outcomes.REFUSED: "12", outcomes.REVERSED: "90"}
_PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    (options.box / "faits").mkdir(parents=True, exist_ok=True)
    options.reply.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + options.seconds
    taken = 0
    while True:
        for path in sorted(options.box.iterdir()):
            if path.is_file() and path.suffix in (".txt", ".age", ".xml"):
                try:
                    _answer(path, options)
                except RefusedOrder as error:
                    print(f"Ordre refusé : {path.name} : {error}", file=sys.stderr)
                    return 2
                path.rename(options.box / "faits" / path.name)
                taken += 1
        if taken >= options.count or time.monotonic() > until:
            return 0 if taken >= options.count else 1
        time.sleep(0.1)


def _answer(path: Path, options: argparse.Namespace) -> None:
    habits = outcomes.Habits(absent=options.absent, refused=options.refused)
    if path.suffix == ".xml":
        _as_bank(path, options, habits)
    else:
        _as_agency(path, options, habits)


def _as_agency(path: Path, options: argparse.Namespace, habits: outcomes.Habits) -> None:
    content = path.read_bytes()
    if path.suffix == ".age":
        content = pyrage.decrypt(content, [pyrage.x25519.Identity.from_str(options.identity.read_text().strip())])
    lines, total = ["Ref client;Code;Montant;Date valeur;Libelle"], 0
    for answer in _answers(_fixed(content.decode("cp1252")), habits, options):
        francs = f"{answer.amount_xof:,}".replace(",", " ") + ",00"
        lines.append(f"{answer.reference};{_WORDS[answer.status]};{francs};{answer.day:%d/%m/%Y};{answer.reason}")
        total += answer.amount_xof
    said = "\r\n".join([*lines, f"TOTAL;{len(lines) - 1};{total};;"]).encode("cp1252")
    name = f"RET_{path.name.partition('.')[0]}.csv"
    if options.seal_to:
        name, said = f"{name}.age", pyrage.encrypt(said, [pyrage.x25519.Recipient.from_str(options.seal_to)])
    _drop(options.reply / name, said)


def _fixed(text: str) -> Iterator[Order]:
    """The lines of a fixed-width order, held against its first one."""
    first, *lines = text.split("\r\n")[:-1]
    orders = [Order(n, line[1:31].strip(), int(line[101:113])) for n, line in enumerate(lines, start=2)]
    if first != f"E{len(orders):08}{sum(order.amount_xof for order in orders):015}":
        raise RefusedOrder(f"la première ligne « {first} » n’est pas le compte des {len(orders)} autres")
    yield from orders


def _as_bank(path: Path, options: argparse.Namespace, habits: outcomes.Habits) -> None:
    root = parse(path).getroot()
    header = root.find(f"{_PAIN}CstmrCdtTrfInitn/{_PAIN}GrpHdr")
    lines = list(root.iter(f"{_PAIN}CdtTrfTxInf"))
    orders = [
        Order(n, line.findtext(f"{_PAIN}PmtId/{_PAIN}EndToEndId"), int(line.find(f".//{_PAIN}InstdAmt").text))
        for n, line in enumerate(lines, start=1)
    ]
    if header.findtext(f"{_PAIN}CtrlSum") != str(sum(order.amount_xof for order in orders)):
        raise RefusedOrder("CtrlSum n’est pas la somme des ordres")
    answers = list(_answers(iter(orders), habits, options))
    refused = [answer for answer in answers if answer.status != outcomes.PAID]
    account = root.findtext(f".//{_PAIN}DbtrAcct/{_PAIN}Id/{_PAIN}Othr/{_PAIN}Id")
    _drop(options.reply / f"{path.stem}.pain002.xml", _pain002(header.findtext(f"{_PAIN}MsgId"), refused).encode())
    booked = [answer for answer in answers if answer.status == outcomes.PAID]
    _drop(options.reply / f"{path.stem}.camt054.xml", _camt054(account, booked, options.date).encode())


def _pain002(message: str, refused: Sequence[outcomes.Answer]) -> str:
    lines = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{one.reference}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        "<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        for one in refused
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">'
        "<CstmrPmtStsRpt><GrpHdr><MsgId>S1</MsgId><CreDtTm>2016-02-10T08:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>S1</OrgnlPmtInfId>{lines}"
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    )


def _camt054(account: str, booked: Sequence[outcomes.Answer], day: date) -> str:
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>{one.reference}</EndToEndId></Refs>"
        f'<Amt Ccy="XOF">{one.amount_xof}</Amt></TxDtls>' for one in booked
    )  # fmt: skip
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">'
        "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>N1</MsgId><CreDtTm>2016-02-10T08:00:00</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>N1</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
        f'<Ntry><Amt Ccy="XOF">{sum(one.amount_xof for one in booked)}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><BkTxCd/><NtryDtls>{details}</NtryDtls></Ntry>"
        "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    )


def _answers(
    orders: Iterator[Order], habits: outcomes.Habits, options: argparse.Namespace
) -> Iterator[outcomes.Answer]:
    """What happens to each order: its own answer alone, no disorder."""
    for order in orders:
        yield next(outcomes.answers(order, habits, options.seed, options.date))


def _drop(path: Path, content: bytes) -> None:
    """Leave a file whole: who watches the folder never sees half of it."""
    made = path.with_name(f".{path.name}")
    made.write_bytes(content)
    made.rename(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.agency.folder", description="Joue une agence par dossiers.")
    parser.add_argument("box", type=Path, metavar="BOITE", help="dossier où arrivent les ordres")
    parser.add_argument("--reply", type=Path, required=True, metavar="RETOURS", help="dossier des retours")
    parser.add_argument("--count", type=int, default=1, help="combien d’ordres prendre avant de finir")
    parser.add_argument("--seconds", type=float, default=30, help="combien de temps attendre")
    parser.add_argument("--identity", type=Path, help="clé secrète age de l’agence")
    parser.add_argument("--seal-to", default="", help="clé publique age à qui chiffrer les retours")
    parser.add_argument("--absent", type=float, default=0.0, help="part des absents")
    parser.add_argument("--refused", type=float, default=0.0, help="part des refus")
    parser.add_argument("--date", type=date.fromisoformat, default=date.today(), help="dernier jour de paie")
    parser.add_argument("--seed", type=int, default=1, help="graine du hasard")
    return parser


if __name__ == "__main__":
    sys.exit(main())
