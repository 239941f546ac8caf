"""The reviewed file of an exchange with an agency: TOML read strictly, every mistake with its line and remedy.

`agreed/` holds one example of each kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jigi.foundation.toml_table import Table, parse
from jigi.payments.adapters import iso20022_accounts
from jigi.payments.adapters.files_mapping import Files, read_files

SHIPPED = Path(__file__).resolve().parent / "agreed"
BIC = r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?"
KINDS = ("iso20022", "files")


@dataclass(frozen=True)
class Account:
    """An account that pays: of which agreement (its code), at which bank, in whose name."""

    agreement: str
    holder: str
    number: str
    bic: str
    line: int


@dataclass(frozen=True)
class Bank:
    """The bank that is spoken to in ISO 20022: who asks (`initiator`), where, and from which accounts."""

    initiator: str
    bic: str
    accounts: tuple[Account, ...]


@dataclass(frozen=True)
class Channel:
    """What was agreed with an agency."""

    kind: str
    author: str
    source: str
    bank: Bank | None = None
    files: Files | None = None


def read_channel(text: str, file: str | Path) -> Channel:
    """The exchange of a text, `file` being the name said in errors. Raises InputError at the first mistake."""
    top = parse(text, file)
    kind = top.choice("kind", KINDS)
    author, source = _short(top, "author", 160), top.text("source")
    if kind == "iso20022":
        channel = Channel(kind, author, source, bank=_bank(top))
    else:
        channel = Channel(kind, author, source, files=read_files(top))
    top.refuse_others()
    return channel


def _bank(top: Table) -> Bank:
    part = top.table("bank")
    bank = Bank(
        _short(part, "initiator", 70), part.text("bic", pattern=BIC), tuple(map(_account, top.tables("account")))
    )
    part.refuse_others()
    if not bank.accounts:
        raise top.error("", "Aucun compte payeur n’est réglé", remedy="Ajoutez un bloc [[account]] par convention.")
    seen: set[str] = set()
    for one, block in zip(bank.accounts, top.tables("account"), strict=True):
        if one.agreement in seen:
            raise block.error("agreement", f"« {one.agreement} » a déjà son compte plus haut")
        seen.add(one.agreement)
    return bank


def _account(part: Table) -> Account:
    try:
        number = iso20022_accounts.plain(part.text("number"))
    except ValueError as error:
        raise part.error("number", f"« {part.data['number']} » {error}") from None
    account = Account(
        part.text("agreement"),
        _short(part, "holder", 70),
        number,
        part.text("bic", pattern=BIC),
        part.line("agreement"),
    )
    part.refuse_others()
    return account


def _short(part: Table, key: str, most: int) -> str:
    text = part.text(key)
    if len(text) > most:
        raise part.error(key, f"Le texte dépasse {most} caractères")
    return text
