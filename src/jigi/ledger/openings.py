"""Opening balances of a fund, taken over from another system: a CSV or XLSX file, whole or not at all.

Columns: `convention`, `compte`, `libelle`, `nature` (bailleur, disponible, gestion, reserve, agence, verse) and `solde`
in whole francs, what the account had received less what it had given: negative for the donor. The balances of a
convention sum to zero, and its donor's is what was granted: the agreement is loaded first, and nothing else is posted
on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jigi.foundation import audit
from jigi.foundation.errors import InputError
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.foundation.tabular import as_integer, digest_of, open_table
from jigi.ledger.actions import Line, open_account, post, refusing_overdraft
from jigi.ledger.models import Account, Entry, Opening, Posting

COLUMNS = ("convention", "compte", "libelle", "nature", "solde")
NATURES = {
    "bailleur": Account.Kind.DONOR, "disponible": Account.Kind.AVAILABLE, "reserve": Account.Kind.PROGRAMME,
    "gestion": Account.Kind.MANAGEMENT, "agence": Account.Kind.AGENCY, "verse": Account.Kind.PAID,
}  # fmt: skip


@dataclass(frozen=True)
class Balance:
    """One line of the file."""

    line: int
    fund: str
    code: str
    name: str
    kind: str
    balance_xof: int


def read_openings(path: Path) -> dict[str, list[Balance]]:
    """The balances of a file by convention, each checked against the accounts as they are. Raises InputError."""
    funds: dict[str, list[Balance]] = defaultdict(list)
    for one in _read(path):
        funds[one.fund].append(one)
    for fund, found in funds.items():
        _check(path, fund, found)
    return dict(funds)


def take(path: Path, *, made_by: User, by: User) -> tuple[Opening, bool]:
    """Post the balances of a file, or return what was posted of it before (True): nothing is done then.

    Rights and transaction are the caller's: `made_by` brought the file, `by` posts it. Raises InputError with the
    file, line and column of the first mistake.
    """
    digest = digest_of(path)
    if known := Opening.objects.filter(file_hash=digest).first():
        return known, True
    funds = read_openings(path)
    balances = sum(map(len, funds.values()))
    taken = Opening.objects.create(
        file_name=path.name, file_hash=digest, balances=balances, entries=len(funds), made_by=made_by
    )
    for fund, found in funds.items():
        _post(taken, fund, found, by)
    facts = {"file": path.name, "sha256": digest, "balances": balances}
    audit.record("open_balances", "ledger", taken.pk, by=by, after=facts)
    return taken, False


def _read(path: Path) -> list[Balance]:
    with open_table(path) as table:
        header = [cell.strip().lower() for cell in table.header]
        if missing := [name for name in COLUMNS if name not in header]:
            raise InputError(
                f"Il manque la colonne « {missing[0]} »", file=path, line=table.header_line, column=missing[0],
                remedy=f"La première ligne nomme : {', '.join(COLUMNS)}.",
            )  # fmt: skip
        places = [header.index(name) for name in COLUMNS]
        found = [_balance(path, line, [cells[place].strip() for place in places]) for line, cells in table]
    if not found:
        raise InputError("Le fichier n’a aucun solde", file=path, line=1, remedy="Une ligne par compte et convention.")
    return found


def _balance(path: Path, line: int, cells: Sequence[str]) -> Balance:
    fund, code, name, nature, written = cells
    for column, cell in (("convention", fund), ("compte", code)):
        if not cell:
            raise InputError(f"« {column} » est vide", file=path, line=line, column=column, remedy="Écrivez son code.")
    if nature not in NATURES:
        raise InputError(
            f"La nature « {nature} » n’existe pas", file=path, line=line, column="nature",
            remedy=f"Écrivez l’une de : {', '.join(NATURES)}.",
        )  # fmt: skip
    try:
        balance_xof = as_integer(written)
    except (ValueError, InputError) as error:
        raise InputError(
            f"Le solde « {written} » n’est pas un nombre entier de francs", file=path, line=line, column="solde",
            remedy="Écrivez 30000 ou 30 000, avec un signe moins pour le bailleur.",
        ) from error  # fmt: skip
    kind = NATURES[nature]
    if balance_xof is None or (balance_xof > 0 if kind == Account.Kind.DONOR else balance_xof < 0):
        raise InputError(
            f"Le solde « {written} » n’a pas le signe de sa nature", file=path, line=line, column="solde",
            remedy="Le bailleur est négatif ou nul, tout autre compte positif ou nul.",
        )  # fmt: skip
    return Balance(line, fund, code, name or code, kind, balance_xof)


def _check(path: Path, fund: str, balances: Sequence[Balance]) -> None:
    last = balances[-1].line
    if (total := sum(one.balance_xof for one in balances)) != 0:
        raise InputError(
            f"Les soldes de la convention {fund} ne s’annulent pas", file=path, line=last, column="solde",
            why=f"Leur somme est {format_xof(total)}", remedy="Ce que le bailleur a donné est quelque part, au franc.",
        )  # fmt: skip
    seen: set[str] = set()
    for one in balances:
        if one.code in seen:
            raise InputError(
                f"Le compte {one.code} est deux fois", file=path, line=one.line, column="compte",
                remedy="Une seule ligne par compte.",
            )  # fmt: skip
        seen.add(one.code)
        account = Account.objects.filter(code=one.code).first()
        if account and (account.kind, account.fund) != (one.kind, fund):
            raise InputError(
                f"Le compte {one.code} existe avec une autre nature ou convention", file=path, line=one.line,
                column="compte", remedy=f"C’est « {account.get_kind_display()} » de {account.fund}.",
            )  # fmt: skip
    single = [(Account.Kind.DONOR, "bailleur"), (Account.Kind.AVAILABLE, "disponible")]
    if Account.objects.filter(fund=fund, kind=Account.Kind.MANAGEMENT).exists():
        single.append((Account.Kind.MANAGEMENT, "gestion"))
    for kind, word in single:
        known = Account.objects.filter(fund=fund, kind=kind).first()
        if sum(one.kind == kind for one in balances) != 1 or (known and known.code not in seen):
            own = f" Son compte : {known.code}." if known else ""
            raise InputError(
                f"La convention {fund} doit avoir un compte « {word} », et un seul", file=path, line=last,
                column="nature", remedy=f"Ajoutez sa ligne, au besoin avec un solde nul.{own}",
            )  # fmt: skip
    granted = Account.objects.filter(fund=fund, kind=Account.Kind.DONOR).first()
    declared = next(one for one in balances if one.kind == Account.Kind.DONOR)
    if granted is None or not granted.balance_xof:
        raise InputError(
            f"La convention {fund} n’est pas chargée", file=path, line=declared.line, column="convention",
            remedy="Chargez d’abord le fichier du programme qui la décrit, ou corrigez son code.",
        )  # fmt: skip
    if granted.balance_xof != declared.balance_xof:
        raise InputError(
            f"La convention {fund} a reçu {format_xof(-granted.balance_xof)}", file=path, line=declared.line,
            column="solde", remedy="Le solde du bailleur est le montant signé, en négatif.",
        )  # fmt: skip
    posted = Posting.objects.filter(debit__fund=fund).exclude(kind=Posting.Kind.GRANT).exists()
    if posted or Posting.objects.filter(credit__fund=fund).exclude(kind=Posting.Kind.GRANT).exists():
        raise InputError(
            f"La convention {fund} a déjà des mouvements", file=path, line=balances[0].line, column="convention",
            why="Des soldes de reprise les compteraient deux fois",
            remedy="Reprenez les soldes avant la première réservation.",
        )  # fmt: skip


def _post(taken: Opening, fund: str, balances: Sequence[Balance], by: User) -> None:
    """The available account gives each other what it held, or takes back what a grant had put there."""
    accounts = {one.code: open_account(one.code, one.name[:200], one.kind, fund) for one in balances}
    available = accounts[next(one.code for one in balances if one.kind == Account.Kind.AVAILABLE)]
    lines = []
    for one in balances:
        if one.kind in (Account.Kind.DONOR, Account.Kind.AVAILABLE):
            continue
        missing_xof = one.balance_xof - accounts[one.code].balance_xof
        taker, giver = (accounts[one.code], available) if missing_xof > 0 else (available, accounts[one.code])
        if missing_xof:
            lines.append(Line(Posting.Kind.OPEN, taken.pk, taker, giver, abs(missing_xof)))
    with refusing_overdraft():
        post(Entry.Kind.OPEN, f"opening:{taken.pk}:{fund}"[:80], f"Reprise des soldes · {fund}", lines, by=by)
