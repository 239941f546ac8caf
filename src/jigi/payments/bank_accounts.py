"""The accounts at banks, set by an administrator on a page or by a reviewed file (TOML).

author = "…"
source = "Convention de compte du …"
[[account]]
code = "BDM-IDA"
name = "Compte désigné IDA"
bank = "Banque de développement du Mali"
number = "ML016 01201 026001100668 49"
agreement = "IDA-D2950"                 # and/or agency = "CODE"
mirrors = ["IDA-D2950:tresorerie"]      # the accounts of the ledger that this one mirrors
[account.columns]                       # only where the bank's files use names of their own
date = "Date opé."
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction

from jigi.foundation import audit
from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.toml_table import Table, parse, read_text
from jigi.geography.access import require
from jigi.ledger import actions as ledger
from jigi.ledger.models import Account
from jigi.payments.adapters import iso20022_accounts
from jigi.payments.advances import treasury_code, treasury_of
from jigi.payments.bank_models import BankAccount, BankColumn, BankMirror
from jigi.payments.bank_reading import COLUMNS
from jigi.programmes.models import Agency, Agreement

RIGHT = "agencies.configure"
NOUN = "bank_account"
_CODE = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class Described:
    """An account at a bank as an administrator describes it; `agreement` and `agency` are codes, "" for none.

    `mirrors` and `columns` are None where nothing is said of them: an account that is known keeps its own.
    """

    code: str
    name: str
    bank: str
    number: str
    agreement: str = ""
    agency: str = ""
    mirrors: Sequence[str] | None = None
    columns: Mapping[str, str] | None = None


@unfenced
@transaction.atomic
def configure(path: Path, *, by: User) -> list[BankAccount]:
    """Set the accounts of a reviewed file, whole or not at all. Raises InputError at the first mistake."""
    require(by, RIGHT)
    top = parse(read_text(path), path)
    top.text("author")
    top.text("source")
    blocks = top.tables("account")
    top.refuse_others()
    if not blocks:
        raise top.error("", "Aucun compte n’est décrit", remedy="Ajoutez un bloc [[account]] par compte bancaire.")
    return [_set_block(block, by) for block in blocks]


@unfenced
@transaction.atomic
def describe(said: Described, *, by: User) -> BankAccount:
    """Set one account; the one of that code changes where nothing that was matched depends on it.

    Raises Refused with what to do: an unknown code, a number that is none or another's, a mirrored account in use.
    """
    require(by, RIGHT)
    number, agreement, agency = _number(said.number), _agreement(said.agreement), _agency(said.agency)
    if agreement is None and agency is None:
        raise Refused("Le compte n’est celui de personne", remedy="Choisissez sa convention, son agence, ou les deux.")
    if not (said.code.strip() and said.name.strip() and said.bank.strip()):
        raise Refused("Il manque le code, l’intitulé ou la banque", remedy="Écrivez les trois.")
    before = BankAccount.objects.select_for_update(of=["self"]).filter(code=said.code).first()
    if before is None and not _CODE.fullmatch(said.code):
        raise Refused(
            f"« {said.code[:40]} » n’est pas un code", remedy="Des lettres, des chiffres, des tirets : BDM-IDA."
        )
    kept = before or BankAccount(code=said.code)
    if before and before.agreement_id != (agreement.pk if agreement else None):
        raise Refused(
            f"Le compte {said.code} est d’une autre convention", remedy="Donnez un autre code à ce compte bancaire."
        )
    if before and before.number != number and before.lines.filter(live=True).exists():
        raise Refused(
            f"Le compte {said.code} a des relevés d’un autre numéro", remedy="Donnez un autre code au nouveau compte."
        )
    kept.name, kept.bank, kept.number, kept.tail = said.name[:120], said.bank[:120], number, number[-4:]
    kept.agreement, kept.agency, kept.made_by = agreement, agency, by
    if before is None:
        kept.own = _own(said, agreement)
    _save(kept)
    if before is None or said.mirrors is not None:
        _mirror(kept, said.mirrors or (), agreement)
    if said.columns is not None:
        _name_columns(kept, said.columns)
    facts = {"code": kept.code, "tail": kept.tail, "mirrors": sorted(said.mirrors or ())}
    audit.record("configure", NOUN, kept.pk, by=by, after=facts)
    return kept


def hold(bank: BankAccount) -> BankAccount:
    """Hold an account until the transaction ends: statements are taken, and lines matched, one hand at a time."""
    return BankAccount.objects.select_for_update(of=["self"], no_key=True).select_related("agreement").get(pk=bank.pk)


def offered(agreement: Agreement | None, agency: Agency | None, code: str = "") -> list[tuple[str, str]]:
    """Code and name of the ledger accounts that the bank account of this code may mirror: those of no other."""
    others = BankMirror.objects.exclude(bank__code=code)
    free = Account.objects.exclude(kind=Account.Kind.BANK).exclude(pk__in=others.values("account"))
    if agreement:
        found = free.filter(fund=agreement.code)
    else:
        found = (
            free.filter(kind=Account.Kind.AGENCY, code__endswith=f":agence:{agency.code}") if agency else free.none()
        )
    named = dict(found.order_by("kind", "code").values_list("code", "name"))
    if agreement and not Account.objects.filter(code=(treasury := treasury_code(agreement))).exists():
        named[treasury] = f"{agreement.donor} · trésorerie"
    return sorted(named.items())


def _set_block(block: Table, by: User) -> BankAccount:
    columns = block.table("columns") if "columns" in block.data else None
    named = {key: columns.text(key) for key in COLUMNS if key in columns.data} if columns else {}
    if columns:
        columns.refuse_others()
    said = Described(
        block.text("code", pattern=r"[A-Za-z0-9._-]{1,40}"), block.text("name"), block.text("bank"),
        block.text("number"), block.text("agreement", default=""), block.text("agency", default=""),
        block.codes("mirrors"), named,
    )  # fmt: skip
    block.refuse_others("columns")
    try:
        return describe(said, by=by)
    except InputError:
        raise
    except JigiError as error:
        raise block.error("code", error.what, why=error.why, remedy=error.remedy) from error


def _number(written: str) -> str:
    try:
        return iso20022_accounts.plain(written)
    except ValueError as error:
        raise Refused(f"« {written[:40]} » {error}", remedy="Recopiez le RIB ou l’IBAN du relevé.") from None


def _agreement(code: str) -> Agreement | None:
    found = Agreement.objects.filter(code=code).first() if code else None
    if code and found is None:
        raise Refused(f"« {code} » n’est pas une convention", remedy="Écrivez le code d’une convention signée.")
    return found


def _agency(code: str) -> Agency | None:
    found = Agency.objects.filter(code=code).first() if code else None
    if code and found is None:
        raise Refused(f"« {code} » n’est pas une agence", remedy="Écrivez le code d’une agence de paiement.")
    return found


def _own(said: Described, agreement: Agreement | None) -> Account:
    """Where the bank's own operations are posted."""
    fund = agreement.code if agreement else ""
    return ledger.open_account(f"banque:{said.code}", f"{said.name} · en banque"[:200], Account.Kind.BANK, fund)


def _save(kept: BankAccount) -> None:
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        if "bank_account_number_once" not in str(error):
            raise
        raise Refused("Un autre compte bancaire porte déjà ce numéro", remedy="Cherchez-le dans la liste.") from error


def _mirror(kept: BankAccount, codes: Iterable[str], agreement: Agreement | None) -> None:
    wanted = set(codes)
    if agreement and (not wanted or treasury_code(agreement) in wanted):
        # Cash that nobody says otherwise about comes from the treasury of its agreement.
        wanted.add(treasury_of(agreement).code)
    accounts = {one.code: one for one in Account.objects.filter(code__in=wanted)}
    if unknown := sorted(wanted - accounts.keys()):
        raise Refused(
            f"« {unknown[0]} » n’est pas un compte du grand livre",
            remedy="Écrivez-le comme la balance générale l’écrit.",
        )
    ids = {one.pk for one in accounts.values()} | {kept.own_id}
    held = set(kept.mirrors.values_list("account", flat=True))
    try:
        with transaction.atomic():
            kept.mirrors.exclude(account__in=ids).delete()
            BankMirror.objects.bulk_create(BankMirror(bank=kept, account_id=one) for one in sorted(ids - held))
    except IntegrityError as error:
        raise _unmirrored(error) from error


def _unmirrored(error: IntegrityError) -> Exception:
    if "sont rapprochées" in str(error):
        return Refused(
            "Des écritures de ces comptes sont déjà rapprochées avec la banque",
            remedy="Défaites ces rapprochements, changez le réglage, puis refaites-les.",
        )
    if "account_id" in str(error):
        return Refused(
            "Un de ces comptes du grand livre est déjà celui d’un autre compte bancaire",
            remedy="Un compte du grand livre n’est le miroir que d’un compte bancaire.",
        )
    return error


def _name_columns(kept: BankAccount, columns: Mapping[str, str]) -> None:
    kept.columns.all().delete()
    BankColumn.objects.bulk_create(BankColumn(bank=kept, meaning=key, header=text) for key, text in columns.items())


def bank_of(code: str) -> BankAccount:
    """The account of a code. Refused when there is none."""
    found = BankAccount.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(BankAccount.objects.order_by("code").values_list("code", flat=True)[:20])
        raise Refused(f"« {code} » n’est pas un compte bancaire", remedy=f"Comptes connus : {known or 'aucun'}.")
    return found


def index_of(number: str) -> bytes:
    """The blind index of a number as a statement writes it; of no account when it is no number."""
    try:
        return vault().index("account", iso20022_accounts.plain(number))
    except ValueError:
        return b""
